"""What a case waits for, and what may go wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pocgate.kernel.errors import Blocker, FieldProblem
from portfolio.rules.choices import choice_problems
from portfolio.rules.moments import day_problems
from portfolio.rules.numbers import short_text_problems

CASE = "case"
TEXT_LENGTH = 500
MITIGATION_LENGTH = 5000
SCALE = (1, 5)


@dataclass(frozen=True)
class Need:
    """Something that others provide. `blocked_date` is empty while the work goes on without it."""

    on: str
    text: str
    on_case_id: int | None = None
    is_outside_team: bool = True
    blocked_date: date | None = None
    source: str = ""
    external_id: str | None = None


@dataclass(frozen=True)
class Threat:
    """What may go wrong, its likelihood and impact from 1 (low) to 5 (high), and who looks after it."""

    text: str
    likelihood: int
    impact: int
    owner_id: int
    mitigation: str = ""
    source: str = ""
    external_id: str | None = None


def need_problems(need: Need, *, kinds: Iterable[str], case_id: int, today: date) -> list[FieldProblem]:
    """What is wrong with a dependency of the case."""
    problems = [
        *choice_problems("on", need.on, kinds),
        *short_text_problems("text", need.text, TEXT_LENGTH, required=True),
        *day_problems("blocked_date", need.blocked_date, today=today),
        *short_text_problems("source", need.source, 200),
        *short_text_problems("external_id", need.external_id or "", 200),
    ]
    if need.on == CASE and need.on_case_id is None:
        problems.append(FieldProblem("on_case", "required", "Name the other case."))
    if need.on != CASE and need.on_case_id is not None:
        problems.append(FieldProblem("on_case", "no_case_meant", "Name a case only when it depends on one."))
    if need.on_case_id == case_id:
        problems.append(FieldProblem("on_case", "on_itself", "A case does not depend on itself."))
    return problems


def resolution_problems(resolution: str) -> list[FieldProblem]:
    """What is wrong with the words on how a dependency was resolved."""
    return short_text_problems("resolution", resolution, TEXT_LENGTH, required=True)


def open_blockers(*, is_corrected: bool, is_resolved: bool) -> list[Blocker]:
    """Why a dependency can not be resolved or corrected now."""
    if is_corrected:
        return [Blocker("corrected_already", "This was corrected since; look at the newer one.")]
    if is_resolved:
        return [Blocker("resolved_already", "This dependency was resolved; record a new one instead.")]
    return []


def threat_problems(threat: Threat) -> list[FieldProblem]:
    """What is wrong with a risk."""
    return [
        *short_text_problems("text", threat.text, TEXT_LENGTH, required=True),
        *_scale_problems("likelihood", threat.likelihood),
        *_scale_problems("impact", threat.impact),
        *short_text_problems("mitigation", threat.mitigation, MITIGATION_LENGTH),
        *short_text_problems("source", threat.source, 200),
        *short_text_problems("external_id", threat.external_id or "", 200),
    ]


def _scale_problems(pointer: str, value: int) -> list[FieldProblem]:
    lowest, highest = SCALE
    if lowest <= value <= highest:
        return []
    params = {"lowest": lowest, "highest": highest}
    return [FieldProblem(pointer, "scale_range", "Give {lowest} (low) to {highest} (high).", params)]


def risk_blockers(*, is_corrected: bool, is_closed: bool, is_accepted: bool = False) -> list[Blocker]:
    """Why a risk can not be changed, accepted or closed now."""
    if is_corrected:
        return [Blocker("corrected_already", "This was corrected since; look at the newer one.")]
    if is_closed:
        return [Blocker("closed_already", "This risk was closed; record a new one instead.")]
    if is_accepted:
        return [Blocker("accepted_already", "What remains of this risk was accepted already.")]
    return []
