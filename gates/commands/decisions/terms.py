"""What the chair decides, and which values of it are refused."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from gates.commands.texts import text_problems
from gates.enums import Outcome
from gates.errors import required, unknown
from gates.rules.tally import APPROVALS
from pocgate.identity.queries import active_people
from pocgate.kernel.errors import FieldProblem
from scoring.rules.playbook import Playbook
from scoring.rules.vocabulary import LAST_GATE

LONGEST_TIME_BOX = 3650
LONGEST_CONDITION = 500
MOST_PEOPLE = 10_000
# What a go states before the last gate.
FUNDING: Mapping[str, str] = {
    "funding_amount": "the amount that is released; what passes and gets no money is paused, for the reason “priority”",
    "funding_until": "the day until which the funding is given",
    "funding_people": "how many people are given for it",
}
# What a pivot may change; it changes at least one of them.
PIVOT_PLACES = ("problem", "users", "approach", "data")


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

    A go before the last gate states its funding: amount, people and until when.

    `time_box_days` replaces the playbook's for the next stage; `pivot_to` is a stage up to the present one, and
    `pivot_changes` says for problem, users, approach and data what the case turns to. `release` is the label that is
    approved. A stop says what was learnt and may free money and people; it may name what would bring the case back.
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
    funding_people: Decimal | None = None
    freed_amount: Decimal | None = None
    freed_people: Decimal | None = None
    release: str = ""
    pivot_changes: Mapping[str, str] = field(default_factory=dict)


def ruling_problems(ruling: Ruling, *, stage: int, playbook: Playbook, today: date) -> list[FieldProblem]:
    """Every value that can not be taken; what state, vote and policy forbid is said by the rules."""
    texts = {
        "reason": ruling.reason,
        "learning": ruling.learning,
        "revive_trigger": ruling.revive_trigger,
        **{f"pivot_changes/{place}": text for place, text in ruling.pivot_changes.items()},
    }
    return [
        *(problem for pointer, text in texts.items() for problem in text_problems(pointer, text)),
        *_condition_problems(ruling, today),
        *_pause_problems(ruling, playbook, today),
        *_money_and_time_problems(ruling, today),
        *(_unfunded(ruling) if stage < LAST_GATE else ()),
        *_stop_and_pivot_problems(ruling),
        *([unknown("pivot_to", ruling.pivot_to)] if ruling.pivot_to not in (None, *range(stage + 1)) else []),
    ]


def correction_problems(ruling: Ruling, *, today: date, kept: Collection[ConditionTerms] = ()) -> list[FieldProblem]:
    """Every value that a correction can not take. Conditions that are `kept` with their due date may be overdue."""
    texts = {"reason": ruling.reason, "learning": ruling.learning}
    stops = ruling.outcome == Outcome.STOP
    approves = ruling.outcome in APPROVALS
    return [
        *(problem for pointer, text in texts.items() for problem in text_problems(pointer, text)),
        *_condition_problems(ruling, today, kept),
        *_money_and_time_problems(replace(ruling, funding_until=None), today),
        *([] if ruling.reason.strip() or ruling.outcome == Outcome.GO else [required("reason", "a reason")]),
        *([] if ruling.reason_code or approves else [required("reason_code", "one of the reason codes")]),
        *([] if ruling.learning.strip() or not stops else [required("learning", "what was learnt")]),
    ]


def _condition_problems(ruling: Ruling, today: date, kept: Collection[ConditionTerms] = ()) -> Iterator[FieldProblem]:
    if ruling.outcome != Outcome.CONDITIONAL_GO and any(terms not in kept for terms in ruling.conditions):
        yield FieldProblem("conditions", "not_here", "Conditions belong to a conditional go.")
    owners = set(active_people({terms.owner_id for terms in ruling.conditions}).values_list("pk", flat=True))
    known = {(terms.criterion, terms.due_date) for terms in kept}
    for position, terms in enumerate(ruling.conditions):
        if terms in kept:
            continue
        if not terms.text.strip():
            yield required(f"conditions/{position}/text", "what has to be done")
        yield from text_problems(f"conditions/{position}/text", terms.text, LONGEST_CONDITION)
        if terms.owner_id not in owners:
            yield required(f"conditions/{position}/owner", "an active person as owner")
        if terms.due_date < today and (terms.criterion, terms.due_date) not in known:
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


def _stop_and_pivot_problems(ruling: Ruling) -> Iterator[FieldProblem]:
    if ruling.outcome == Outcome.STOP and not ruling.learning.strip():
        yield required("learning", "what was learnt, for whoever has the idea next")
    if len(ruling.revive_trigger) > LONGEST_CONDITION and ruling.outcome == Outcome.STOP:
        yield from text_problems("revive_trigger", ruling.revive_trigger, LONGEST_CONDITION)
    yield from (unknown("pivot_changes", place) for place in ruling.pivot_changes if place not in PIVOT_PLACES)
    if ruling.outcome == Outcome.PIVOT and not any(text.strip() for text in ruling.pivot_changes.values()):
        yield required("pivot_changes", "what changes: the problem, the users, the approach or the data")


def _unfunded(ruling: Ruling) -> Iterator[FieldProblem]:
    """A go pays for the stage that begins. The last gate decides on operating, which the run-rate's cap holds."""
    if ruling.outcome in APPROVALS:
        yield from (required(name, what) for name, what in FUNDING.items() if getattr(ruling, name) is None)


def _money_and_time_problems(ruling: Ruling, today: date) -> Iterator[FieldProblem]:
    for place in ("funding_amount", "freed_amount", "funding_people", "freed_people"):
        value: Decimal | None = getattr(ruling, place)
        if value is not None and (value < 0 or (place.endswith("people") and value > MOST_PEOPLE)):
            yield FieldProblem(place, "negative", "An amount is zero or more.")
    if ruling.outcome in APPROVALS and ruling.funding_amount == 0:
        message = "What passes and gets no money is paused, for the reason “priority”."
        yield FieldProblem("funding_amount", "unfunded", message)
    if ruling.funding_until is not None and ruling.funding_until < today:
        yield FieldProblem("funding_until", "in_the_past", "The date lies in the past.")
    if ruling.time_box_days is not None and not 1 <= ruling.time_box_days <= LONGEST_TIME_BOX:
        yield FieldProblem(
            "time_box_days", "out_of_range", "A time-box has 1 to {days} days.", {"days": LONGEST_TIME_BOX}
        )


def ruling_as_json(ruling: Ruling) -> dict[str, object]:
    """The whole ruling as JSON, which `ruling_from_json` reads back."""
    values = {name: _plain(getattr(ruling, name)) for name in _TEXTS + _NUMBERS + _AMOUNTS + _DAYS}
    conditions = [
        {"text": one.text, "owner": one.owner_id, "due": one.due_date.isoformat(), "criterion": one.criterion}
        for one in ruling.conditions
    ]
    return {**values, "conditions": conditions, "pivot_changes": dict(ruling.pivot_changes)}


def ruling_from_json(stored: Mapping[str, Any]) -> Ruling:
    """The ruling that was kept."""
    values: dict[str, Any] = {name: stored[name] for name in _TEXTS + _NUMBERS}
    values |= {name: Decimal(stored[name]) if stored[name] is not None else None for name in _AMOUNTS}
    values |= {name: date.fromisoformat(stored[name]) if stored[name] else None for name in _DAYS}
    conditions = tuple(
        ConditionTerms(row["text"], row["owner"], date.fromisoformat(row["due"]), row["criterion"])
        for row in stored["conditions"]
    )
    return Ruling(**values, conditions=conditions, pivot_changes=stored["pivot_changes"])


_TEXTS = ("outcome", "reason", "reason_code", "learning", "revive_trigger", "release")
_NUMBERS = ("time_box_days", "pivot_to")
_AMOUNTS = ("funding_amount", "funding_people", "freed_amount", "freed_people")
_DAYS = ("funding_until", "revive_date")


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
