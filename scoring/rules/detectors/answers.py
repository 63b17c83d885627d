"""What an owner may answer to a finding, and when a promise to mend it is broken."""

from __future__ import annotations

from datetime import date, timedelta

from pocgate.kernel.errors import Blocker, FieldProblem
from scoring.rules.detectors.shapes import FIRED

AGREE, MEND, DISPUTE = "agree", "mend", "dispute"
REPLIES = (AGREE, MEND, DISPUTE)
LONGEST_REASON = 4000
LATEST = timedelta(days=365)


def answer_blockers(state: str | None) -> list[Blocker]:
    """Only a finding that fired is answered; `state` is None where the detector has not looked yet."""
    if state == FIRED:
        return []
    return [Blocker("finding_not_fired", "This detector does not fire on the case; there is nothing to answer.")]


def answer_problems(reply: str, reason: str, mend_by: date | None, *, today: date) -> list[FieldProblem]:
    """What is wrong with an answer, field by field."""
    problems = []
    if reply not in REPLIES:
        known = ", ".join(REPLIES)
        problems.append(FieldProblem("reply", "unknown_reply", "Answer with one of: {known}.", {"known": known}))
    if reply == DISPUTE and not reason.strip():
        problems.append(FieldProblem("reason", "reason_missing", "Say why you dispute it."))
    if len(reason) > LONGEST_REASON:
        params = {"most": LONGEST_REASON}
        problems.append(FieldProblem("reason", "reason_too_long", "At most {most} characters.", params))
    if "\x00" in reason:
        problems.append(FieldProblem("reason", "text_unreadable", "The text holds a NUL character; remove it."))
    return problems + _date_problems(reply, mend_by, today)


def _date_problems(reply: str, mend_by: date | None, today: date) -> list[FieldProblem]:
    if reply != MEND:
        message = "Only a promise to mend takes a date."
        return [] if mend_by is None else [FieldProblem("mend_by", "date_not_taken", message)]
    if mend_by is None:
        return [FieldProblem("mend_by", "date_missing", "Say by when it will be mended.")]
    if not today <= mend_by <= today + LATEST:
        return [FieldProblem("mend_by", "date_out_of_range", "Give a day from today to a year ahead.")]
    return []


def is_broken(reply: str, mend_by: date | None, state: str, *, today: date) -> bool:
    """The day to mend it by has passed, and the detector still fires."""
    return reply == MEND and mend_by is not None and mend_by < today and state == FIRED
