"""Training sessions: planned, then held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pocgate.kernel.errors import Blocker, FieldProblem
from portfolio.rules.moments import EARLIEST_DAY, LONGEST_PERIOD, day_problems
from portfolio.rules.numbers import count_problems, short_text_problems


@dataclass(frozen=True)
class Session:
    """A session. `people_trained` stays empty until it is held; `material_id` is evidence of the same case."""

    audience: str
    session_date: date
    people_planned: int
    people_trained: int | None = None
    material_id: int | None = None
    source: str = ""
    external_id: str | None = None


def session_problems(session: Session, *, today: date) -> list[FieldProblem]:
    """What is wrong with a session. Nobody need be planned for one that makes up for a missed one."""
    return [
        *short_text_problems("audience", session.audience, 200, required=True),
        *_date_problems(session, today),
        *count_problems("people_planned", session.people_planned, minimum=0),
        *count_problems("people_trained", session.people_trained, minimum=0),
        *short_text_problems("source", session.source, 200),
        *short_text_problems("external_id", session.external_id or "", 200),
    ]


def _date_problems(session: Session, today: date) -> list[FieldProblem]:
    if session.people_trained is not None and session.session_date > today:
        message = "Nobody was trained yet on a day to come; leave the people trained empty."
        return [FieldProblem("session_date", "from_the_future", message)]
    if session.session_date - today > LONGEST_PERIOD:
        return [FieldProblem("session_date", "too_late", "A session is planned at most ten years ahead.")]
    return day_problems("session_date", min(session.session_date, max(today, EARLIEST_DAY)), today=today)


def holding_blockers(*, is_corrected: bool, is_held: bool) -> list[Blocker]:
    """Why a session can not be marked as held now."""
    if is_corrected:
        return [Blocker("corrected_already", "This was corrected since; look at the newer one.")]
    if is_held:
        return [Blocker("held_already", "This session was marked as held already; correct it instead.")]
    return []
