"""Reporting that what a stop waited for happened, which proposes a review of the stopped case."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from gates.commands.proposals import propose, revival_subject
from gates.commands.states import refuse
from gates.commands.texts import check_texts
from gates.errors import required
from gates.models import ReviveTrigger
from gates.permissions import can_report_revival
from gates.queries.committees import committee_for
from gates.queries.evaluation import day_here
from gates.rules.revivals import RevivalState, report_blockers
from pocgate.identity.models import User
from pocgate.kernel.errors import Blocker, Forbidden, Invalid
from pocgate.ledger.commands import Act, record
from portfolio.commands.lifecycle import lock_case
from portfolio.models import UseCase
from scoring.queries.playbooks import current_playbook

NOT_YOURS = Blocker(
    "not_involved", "The team of the case, its committee, compliance and administrators report that it happened."
)


def report_trigger(*, trigger_id: int, note: str, actor: User, now: datetime) -> ReviveTrigger:
    """Say that it happened, and how one knows; the chair of the case's gate is proposed a review.

    Raises Forbidden, Invalid, and NotAllowedNow (reported already, the case is not stopped any more).
    """
    check_texts(note=note)
    if not note.strip():
        raise Invalid([required("note", "what happened, and where one sees it")])
    with transaction.atomic():
        case_id = ReviveTrigger.objects.values_list("case_id", flat=True).get(pk=trigger_id)
        case = UseCase.objects.select_related("department", "unit").get(pk=lock_case(case_id).pk)
        trigger = ReviveTrigger.objects.select_related("decision").get(pk=trigger_id)
        committee = committee_for(case, case.stage) if case.stage is not None else None
        if not can_report_revival(actor, case, committee, now=now):
            raise Forbidden(NOT_YOURS)
        state = RevivalState(case.status, trigger.fired_at is not None, trigger.dropped_at is not None)
        refuse(report_blockers(state))
        trigger.fired_at, trigger.fired_by, trigger.note = now, actor, note.strip()
        trigger.save(update_fields=["fired_at", "fired_by", "note"])
        after = {"decision": trigger.decision.reference, "text": str(trigger), "note": trigger.note}
        act = Act("revive_trigger.reported", "revive_trigger", trigger.pk, case.pk, after=after)
        record(act, actor=actor, now=now)
        grace = timedelta(days=current_playbook().pace.reopening_grace_days)
        propose(case, revival_subject(trigger), due=day_here(now) + grace, now=now)
    return trigger
