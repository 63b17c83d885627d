"""What the chair decides, and which values of it are refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from gates.commands.texts import text_problems
from gates.enums import Outcome
from gates.errors import required, unknown
from pocgate.identity.queries import active_people
from pocgate.kernel.errors import FieldProblem
from scoring.rules.playbook import Playbook

LONGEST_TIME_BOX = 3650
LONGEST_CONDITION = 500


@dataclass(frozen=True)
class ConditionTerms:
    """What a conditional go asks for; `criterion` where it closes an open must."""

    text: str
    owner_id: int
    due_date: date
    criterion: str = ""


@dataclass(frozen=True)
class Ruling:
    """What the chair decides. `reason_code` is due for pivot, pause and stop; a pause has a revive date or a trigger.

    `time_box_days` replaces the playbook's for the next stage; `pivot_to` is a stage up to the present one.
    """

    outcome: str
    reason: str = ""
    reason_code: str = ""
    learning: str = ""
    conditions: tuple[ConditionTerms, ...] = ()
    funding_amount: Decimal | None = None
    funding_until: date | None = None
    time_box_days: int | None = None
    pivot_to: int | None = None
    revive_date: date | None = None
    revive_trigger: str = ""


def ruling_problems(ruling: Ruling, *, stage: int, playbook: Playbook, today: date) -> list[FieldProblem]:
    """Every value that can not be taken; what state, vote and policy forbid is said by the rules."""
    texts = {
        "reason": ruling.reason,
        "learning": ruling.learning,
        "revive_trigger": ruling.revive_trigger,
    }
    return [
        *(problem for pointer, text in texts.items() for problem in text_problems(pointer, text)),
        *_condition_problems(ruling, today),
        *_pause_problems(ruling, playbook, today),
        *_money_and_time_problems(ruling, today),
        *([unknown("pivot_to", ruling.pivot_to)] if ruling.pivot_to not in (None, *range(stage + 1)) else []),
    ]


def _condition_problems(ruling: Ruling, today: date) -> Iterator[FieldProblem]:
    if ruling.conditions and ruling.outcome != Outcome.CONDITIONAL_GO:
        yield FieldProblem("conditions", "not_here", "Conditions belong to a conditional go.")
    owners = set(active_people({terms.owner_id for terms in ruling.conditions}).values_list("pk", flat=True))
    for position, terms in enumerate(ruling.conditions):
        if not terms.text.strip():
            yield required(f"conditions/{position}/text", "what has to be done")
        yield from text_problems(f"conditions/{position}/text", terms.text, LONGEST_CONDITION)
        if terms.owner_id not in owners:
            yield required(f"conditions/{position}/owner", "an active person as owner")
        if terms.due_date < today:
            yield FieldProblem(f"conditions/{position}/due_date", "in_the_past", "The due date lies in the past.")


def _pause_problems(ruling: Ruling, playbook: Playbook, today: date) -> Iterator[FieldProblem]:
    if ruling.outcome != Outcome.PAUSE:
        return
    if ruling.revive_date is None and not ruling.revive_trigger.strip():
        yield required("revive_date", "a date or a trigger at which the case is taken up again")
    most = playbook.pace.longest_pause_days
    if ruling.revive_date is not None and not today < ruling.revive_date <= today + timedelta(days=most):
        shown = {"days": most}
        yield FieldProblem("revive_date", "out_of_range", "A pause ends within {days} days from today.", shown)


def _money_and_time_problems(ruling: Ruling, today: date) -> Iterator[FieldProblem]:
    if ruling.funding_amount is not None and ruling.funding_amount < 0:
        yield FieldProblem("funding_amount", "negative", "An amount is zero or more.")
    if ruling.funding_until is not None and ruling.funding_until < today:
        yield FieldProblem("funding_until", "in_the_past", "The date lies in the past.")
    if ruling.time_box_days is not None and not 1 <= ruling.time_box_days <= LONGEST_TIME_BOX:
        yield FieldProblem(
            "time_box_days", "out_of_range", "A time-box has 1 to {days} days.", {"days": LONGEST_TIME_BOX}
        )
