"""An owner's answer to a finding. Every answer stays; the latest counts."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from pocgate.identity.models import User
from pocgate.kernel.errors import Invalid, NotAllowedNow
from pocgate.ledger.commands import Act, record
from portfolio.commands.lifecycle import lock_case
from scoring import errors
from scoring.commands.openness import refuse_unless_open
from scoring.enums import Detector
from scoring.models import Finding, FindingAnswer
from scoring.permissions import require
from scoring.queries.findings import standing_answer
from scoring.rules.detectors.answers import answer_blockers, answer_problems


def answer_finding(
    *,
    case_id: int,
    detector: str,
    reply: str,
    reason: str = "",
    mend_by: date | None = None,
    actor: User,
    now: datetime,
) -> FindingAnswer:
    """Agree with a finding, promise to mend it by a day, or dispute it. Repeating the standing answer changes nothing.

    Raises `Invalid` for a dispute without reason or a promise without day, `NotAllowedNow` where nothing fired, for
    ended cases and while a vote runs.
    """
    with transaction.atomic():
        case = lock_case(case_id)
        require("answer_finding", actor, case, now=now)
        if detector not in Detector.values:
            raise Invalid([errors.unknown_detector(detector, ", ".join(Detector.values))])
        refuse_unless_open(case)
        finding = Finding.objects.filter(case=case, detector=detector).first()
        blockers = answer_blockers(finding.state if finding else None)
        if blockers or finding is None:
            raise NotAllowedNow(blockers)
        today = timezone.localdate(now, timezone.get_default_timezone())
        problems = answer_problems(reply, reason, mend_by, today=today)
        if problems:
            raise Invalid(problems)
        before = standing_answer(finding)
        if before is not None and _repeats(before, reply, reason, mend_by, actor):
            return before
        answer = FindingAnswer.objects.create(
            case=case,
            detector=detector,
            reply=reply,
            reason=reason.strip(),
            mend_by=mend_by,
            author=actor,
            answered_at=now,
        )
        act = Act("finding.answered", "finding", finding.pk, case.pk, _shown(before), _shown(answer))
        record(act, actor=actor, now=now)
    return answer


def _repeats(before: FindingAnswer, reply: str, reason: str, mend_by: date | None, actor: User) -> bool:
    return (before.reply, before.reason, before.mend_by, before.author_id) == (reply, reason.strip(), mend_by, actor.pk)


def _shown(answer: FindingAnswer | None) -> dict[str, object]:
    if answer is None:
        return {}
    return {
        "detector": answer.detector,
        "reply": answer.reply,
        "reason": answer.reason,
        "mend_by": answer.mend_by.isoformat() if answer.mend_by else None,
    }
