"""Incidents in use: recorded, contained, reported to the authority, corrected. Also while a vote runs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from pocgate.identity.models import User
from pocgate.kernel.errors import Blocker
from pocgate.ledger.commands import Act
from portfolio.commands.opening import case_to_measure, invalid_when, note_change, plain, refuse_when
from portfolio.commands.records.writing import Kind, content_of, write_correction, write_once
from portfolio.commands.standing import ask_for_standing
from portfolio.enums import IncidentSeverity
from portfolio.models import Incident, TeamMember, UseCase
from portfolio.permissions import can
from portfolio.rules.feedback import rewording_blockers
from portfolio.rules.moments import moment_problems
from portfolio.rules.operating import Mishap, containment_problems, incident_blockers, mishap_problems

KIND = Kind(Incident, "incident")
DONE = ("contained_at", "contained_by_id", "containment", "reported_at", "reported_by_id")


def record_incident(*, case_id: int, mishap: Mishap, actor: User, now: datetime) -> tuple[Incident, bool]:
    """Write an incident down; True when it is new. A serious one lapses the standing of the case."""
    invalid_when(mishap_problems(mishap, severities=IncidentSeverity.values, now=now))
    with transaction.atomic():
        case = case_to_measure(case_id, act="record_incident", actor=actor, now=now)
        written = write_once(KIND, case, content_of(asdict(mishap)), actor=actor, now=now)
        ask_for_standing(case.pk)
    return written


def correct_incident(*, incident_id: int, mishap: Mishap, reason: str, actor: User, now: datetime) -> Incident:
    """Put another account in the place of a wrong one, which stays; what was done about it goes with it.

    What others wrote down about its work, a team does not reword.
    """
    invalid_when(mishap_problems(mishap, severities=IncidentSeverity.values, now=now))
    with transaction.atomic():
        case = case_to_measure(KIND.case_id_of(incident_id), act="record_incident", actor=actor, now=now)
        old = KIND.locked(incident_id)
        refuse_when(_rewording_blockers(case, old, actor, now))
        values = {**content_of(asdict(mishap)), **{name: getattr(old, name) for name in DONE}}
        if old.contained_at is not None:
            invalid_when(
                containment_problems(old.containment, old.contained_at, detected_at=mishap.detected_at, now=now)
            )
        row = write_correction(KIND, case, old, values, reason=reason, actor=actor, now=now)
        ask_for_standing(case.pk)
    return row


def contain_incident(
    *, incident_id: int, containment: str, actor: User, now: datetime, contained_at: datetime | None = None
) -> Incident:
    """Say how and when an incident was contained, now unless told otherwise. It is said once."""
    with transaction.atomic():
        case = case_to_measure(KIND.case_id_of(incident_id), act="record_incident", actor=actor, now=now)
        row = KIND.locked(incident_id)
        refuse_when(
            incident_blockers(is_corrected=row.superseded_by_id is not None, is_done=row.contained_at is not None)
        )
        at = contained_at or now
        invalid_when(containment_problems(containment, at, detected_at=row.detected_at, now=now))
        row.containment, row.contained_at, row.contained_by = containment.strip(), at, actor
        row.save(update_fields=["containment", "contained_at", "contained_by"])
        after = {"containment": row.containment, "contained_at": plain(at)}
        note_change(case, Act("incident.contained", "incident", row.pk, case.pk, {}, after), actor=actor, now=now)
    return row


def report_incident(*, incident_id: int, actor: User, now: datetime, reported_at: datetime | None = None) -> Incident:
    """Say when an incident was reported to the authority, now unless told otherwise. It is said once."""
    with transaction.atomic():
        case = case_to_measure(KIND.case_id_of(incident_id), act="record_incident", actor=actor, now=now)
        row = KIND.locked(incident_id)
        refuse_when(
            incident_blockers(is_corrected=row.superseded_by_id is not None, is_done=row.reported_at is not None)
        )
        at = reported_at or now
        invalid_when(moment_problems("reported_at", at, now=now))
        row.reported_at, row.reported_by = at, actor
        row.save(update_fields=["reported_at", "reported_by"])
        after = {"reported_at": plain(at)}
        note_change(case, Act("incident.reported", "incident", row.pk, case.pk, {}, after), actor=actor, now=now)
    return row


def _rewording_blockers(case: UseCase, old: Incident, actor: User, now: datetime) -> list[Blocker]:
    by_team = TeamMember.objects.filter(case=case, user=old.recorded_by_id).exists()
    return rewording_blockers(
        recorded_by_team=by_team,
        is_own=old.recorded_by_id == actor.pk,
        on_team=can("keep_records", actor, case, now=now),
    )
