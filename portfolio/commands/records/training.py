"""Training sessions: planned, held, corrected. They are the owner's records and locked while a vote runs."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from pocgate.identity.models import User
from pocgate.kernel.errors import FieldProblem
from pocgate.ledger.commands import Act
from portfolio.commands.opening import case_to_edit, invalid_when, note_change, plain, refuse_when
from portfolio.commands.records.writing import Kind, content_of, write_correction, write_once, write_successor
from portfolio.models import Evidence, TrainingSession, UseCase
from portfolio.rules.training import Session, holding_blockers, session_problems

KIND = Kind(TrainingSession, "training_session")


def record_training(*, case_id: int, session: Session, actor: User, now: datetime) -> tuple[TrainingSession, bool]:
    """Plan a session, or record one that was held; True when it is new."""
    with transaction.atomic():
        case = case_to_edit(case_id, act="keep_records", actor=actor, now=now)
        return write_once(KIND, case, _values(case, session, now), actor=actor, now=now)


def hold_training(
    *, session_id: int, session_date: date, people_trained: int, actor: User, now: datetime
) -> TrainingSession:
    """A planned session took place. Its plan stays on record behind it."""
    with transaction.atomic():
        case = case_to_edit(KIND.case_id_of(session_id), act="keep_records", actor=actor, now=now)
        old = KIND.locked(session_id)
        refuse_when(holding_blockers(is_corrected=old.superseded_by_id is not None, is_held=old.is_held))
        held = replace(_session(old), session_date=session_date, people_trained=people_trained)
        row = write_successor(KIND, case, old, _values(case, held, now), actor=actor, now=now)
        before = {"session_date": plain(old.session_date)}
        after = {"session_date": plain(session_date), "people_trained": people_trained, "planned": old.pk}
        act = Act("training_session.held", "training_session", row.pk, case.pk, before, after)
        note_change(case, act, actor=actor, now=now)
    return row


def correct_training(*, session_id: int, session: Session, reason: str, actor: User, now: datetime) -> TrainingSession:
    """Put another session in the place of a wrong one, which stays and refers to it."""
    with transaction.atomic():
        case = case_to_edit(KIND.case_id_of(session_id), act="keep_records", actor=actor, now=now)
        old, values = KIND.locked(session_id), _values(case, session, now)
        return write_correction(KIND, case, old, values, reason=reason, actor=actor, now=now)


def _values(case: UseCase, session: Session, now: datetime) -> dict[str, Any]:
    problems = session_problems(session, today=localdate(now))
    if session.material_id is not None:
        ours = Evidence.objects.filter(case=case, pk=session.material_id, withdrawn_at__isnull=True)
        if not ours.exists():
            problems.append(FieldProblem("material", "unknown_material", "This case has no such evidence."))
    invalid_when(problems)
    return content_of(asdict(session))


def _session(row: TrainingSession) -> Session:
    """The planned session; its external id stays with the plan."""
    return Session(row.audience, row.session_date, row.people_planned, None, row.material_id, row.source)
