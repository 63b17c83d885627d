"""The owner's written justification of cost near or beyond a cap."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from pocgate.identity.models import User
from pocgate.kernel.errors import Blocker, FieldProblem, Invalid, NotAllowedNow
from pocgate.ledger.commands import Act, record
from portfolio.commands.lifecycle import lock_case
from scoring import errors
from scoring.models import CostJustification, CostNotice
from scoring.permissions import require

LONGEST = 4000


def justify_cost(*, notice_id: int, text: str, actor: User, now: datetime) -> CostJustification:
    """Answer a notice that asks for it, once, also after the case ended. Raises Forbidden, Invalid, NotAllowedNow."""
    with transaction.atomic():
        found = CostNotice.objects.get(pk=notice_id)
        case = lock_case(found.case_id)
        require("justify_cost", actor, case, now=now)
        problems, blockers = _problems(text), _blockers(found)
        if problems:
            raise Invalid(problems)
        if blockers:
            raise NotAllowedNow(blockers)
        given = CostJustification.objects.create(notice=found, text=text.strip(), author=actor, given_at=now)
        after = {"notice": found.pk, "scope": found.scope, "percent": found.percent, "text": given.text}
        record(Act("cost.justified", "cost_notice", found.pk, case.pk, {}, after), actor=actor, now=now)
    return given


def _problems(text: str) -> list[FieldProblem]:
    if not text.strip():
        return [errors.justification_missing()]
    if "\x00" in text:
        return [errors.text_unreadable("text")]
    return [errors.justification_too_long(LONGEST)] if len(text.strip()) > LONGEST else []


def _blockers(notice: CostNotice) -> list[Blocker]:
    if not notice.asks_justification:
        return [errors.justification_not_asked(notice.percent)]
    answered = CostJustification.objects.filter(notice=notice).exists()
    return [errors.justified_already()] if answered else []
