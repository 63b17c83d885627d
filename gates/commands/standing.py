"""Noting how the latest go of each case stands: in the sweep, and at once for a case that somebody changed.

Every note is written under the lock of its case, from what is found under it, so that doing it twice, late or on two
workers at once leaves the same rows.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from gates.commands.proposals import Subject, propose, tell_owner
from gates.enums import StandingState
from gates.models import Decision, GateStanding, StandingChange
from gates.queries.evaluation import day_here
from gates.queries.proposals import next_operating_review
from gates.queries.standing import causes_of, kept, lapsed_ids, new_goes, noted, standing_row
from gates.queries.standing_words import cause_text
from gates.rules.standing import Standing, standing_of
from pocgate.ledger.commands import Act, record
from portfolio.commands.lifecycle import lock_case
from portfolio.commands.records import settle_change_requests
from portfolio.models import ChangeRequest, UseCase
from scoring.queries.playbooks import current_playbook


def check_standings(*, now: datetime) -> int:
    """Note every go that is new and every standing that is another than the noted one; how many cases were written."""
    gone_through = [decision.review.case_id for decision in new_goes()]
    for case_id in gone_through:
        check_standing(case_id=case_id, now=now)
    causes = causes_of(None, now=now)
    rows = {
        row.case_id: row
        for row in GateStanding.objects.filter(case__in=causes.keys() | lapsed_ids()).order_by("case_id")
    }
    differing = [
        case_id
        for case_id, row in rows.items()
        if {cause.identity for cause in noted(row).causes} != {cause.identity for cause in causes.get(case_id, ())}
    ]
    return len(gone_through) + sum(check_standing(case_id=case_id, now=now) for case_id in differing)


def check_standing(*, case_id: int, now: datetime) -> bool:
    """Note how the latest go of one case stands at this moment; whether anything was written."""
    with transaction.atomic():
        case = lock_case(case_id)
        decision = new_goes(case_id).first()
        if decision is not None:
            _note_go(case, decision, now=now)
        row = standing_row(case)
        if row is None or not case.is_open:
            return decision is not None
        grace = current_playbook().pace.reopening_grace_days
        found = standing_of(
            has_go=row.decision_id is not None,
            before=noted(row),
            causes=causes_of([case_id], now=now).get(case_id, ()),
            today=day_here(now),
            grace_days=grace,
        )
        if (row.state, noted(row).causes) == (found.state, found.causes):
            return decision is not None
        _note(case, row, found, now=now)
    return True


def _note_go(case: UseCase, decision: Decision, *, now: datetime) -> None:
    """A go begins a standing anew: what its committee had before it in the dossier is settled by it."""
    fresh = {
        "decision": decision,
        "state": StandingState.VALID,
        "reasons": [],
        "since": decision.decided_at,
        "review_due": None,
        "checked_at": now,
    }
    before = standing_row(case)
    row, _is_new = GateStanding.objects.update_or_create(case=case, defaults=fresh)
    GateStanding.objects.filter(pk=row.pk).update(next_review=next_operating_review(row))
    _keep_change(row, now=now)
    if before is not None and before.state == StandingState.LAPSED:
        _record(case, "standing.restored", {"decision": decision.reference}, now=now)
    seen = ChangeRequest.objects.filter(case=case, recorded_at__lte=decision.dossier.frozen_at)
    settle_change_requests(
        case_id=case.pk,
        change_ids=list(seen.values_list("pk", flat=True)),
        approved=True,
        decision=decision.reference,
        actor=decision.decided_by,
        now=now,
    )


def _note(case: UseCase, row: GateStanding, found: Standing, *, now: datetime) -> None:
    before = row.state
    row.state, row.reasons, row.review_due = found.state, [kept(cause) for cause in found.causes], found.review_due
    row.since = now if before != found.state else row.since
    row.checked_at = now
    row.save(update_fields=["state", "reasons", "review_due", "since", "checked_at"])
    _keep_change(row, now=now)
    UseCase.objects.filter(pk=case.pk).update(updated_at=now)
    if found.state != before:
        verb = "standing.lapsed" if found.state == StandingState.LAPSED else "standing.restored"
        _record(case, verb, {"reasons": [cause.code for cause in found.causes]}, now=now)
    for cause in found.causes:
        about = Subject(cause.trigger, cause.subject, cause_text(cause))
        propose(case, about, due=found.review_due or day_here(now), now=now)
    if found.state == StandingState.LAPSED and before != StandingState.LAPSED:
        since: date = day_here(now)
        tell_owner(case, _("The approval of %(case)s %(title)s lapsed"), since=since, now=now)


def _keep_change(row: GateStanding, *, now: datetime) -> None:
    StandingChange.objects.create(
        case_id=row.case_id, decision_id=row.decision_id, state=row.state, reasons=row.reasons, changed_at=now
    )


def _record(case: UseCase, verb: str, after: dict[str, object], *, now: datetime) -> None:
    record(Act(verb, "use_case", case.pk, case.pk, {}, after), actor=None, now=now)
