"""Reviews with their votes and decisions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from pocgate.demo.plan.people import CHAIR, MEMBER, SECOND_COMPLIANCE, seats_of
from pocgate.demo.plan.records import wording
from pocgate.demo.plan.records.money import CAP_SHARE
from pocgate.demo.plan.scripts import CLOSED, VOTING, Step
from pocgate.demo.plan.setting import Setting
from pocgate.demo.plan.shapes import ConditionPlan, DecisionPlan, ReviewPlan, VotePlan
from pocgate.demo.plan.timeline import Sitting

LAST_STAGE = 3
# How many people a stage is given.
_PEOPLE = {1: Decimal("2.5"), 2: Decimal(4), 3: Decimal(3)}
# How often one member sees it otherwise, and how often a vote is changed before the close.
_DISSENTING, _CHANGING = 0.35, 0.12


def reviews(setting: Setting) -> Iterator[ReviewPlan]:
    """Every review, the oldest first."""
    for sitting in setting.course.sittings:
        yield ReviewPlan(
            gate=sitting.gate,
            stage=sitting.gate,
            iteration=sitting.iteration,
            kind="scheduled",
            state=sitting.state,
            proposal="",
            requested_by=setting.owner,
            requested_at=sitting.requested_at,
            decide_by=sitting.decide_by,
            prepared_at=sitting.prepared_at,
            opened_at=sitting.opened_at,
            closes_at=sitting.closes_at,
            closed_at=sitting.closed_at,
            votes=tuple(_votes(setting, sitting)),
            decision=_decision(setting, sitting, sitting.step) if sitting.step else None,
        )


def _votes(setting: Setting, sitting: Sitting) -> Iterator[VotePlan]:
    """Each seat's vote; while the vote runs, the chair's and one member's are outstanding."""
    if sitting.opened_at is None:
        return
    outcome = sitting.step.outcome if sitting.step else "go"
    seats = [seat.person for seat in seats_of(sitting.gate)]
    if not setting.script.detailed:
        # No more than a quorum needs.
        seats = list(dict.fromkeys([*seats[:2], SECOND_COMPLIANCE, *(seats[2:5] if sitting.gate > 1 else [])]))
    if sitting.state == VOTING:
        seats = [person for person in seats if person not in (CHAIR, MEMBER)]
    end = sitting.closed_at or setting.now
    dissenter = setting.rng.choice(seats[2:]) if sitting.state != VOTING and setting.rng.random() < _DISSENTING else ""
    for person in seats:
        at = sitting.opened_at + (end - sitting.opened_at) * setting.rng.uniform(0.08, 0.9)
        if person == dissenter:
            other, why = wording.dissent(outcome)
            yield VotePlan(person, other, why, 60, at)
        else:
            yield _vote(setting, person, outcome, at, may_change=sitting.state == CLOSED or bool(sitting.step))


def _vote(setting: Setting, person: str, outcome: str, at: datetime, *, may_change: bool) -> VotePlan:
    why = wording.rationale(outcome, setting.rng)
    sure = setting.rng.randrange(65, 100, 5)
    earlier = None
    if may_change and setting.script.detailed and setting.rng.random() < _CHANGING:
        other, reason = wording.dissent(outcome)
        earlier = VotePlan(person, other, reason, 55, at - timedelta(hours=2))
    return VotePlan(person, outcome, why, sure, at, earlier=earlier)


def _decision(setting: Setting, sitting: Sitting, step: Step) -> DecisionPlan:
    decided = sitting.decided_at or setting.now
    goes_on = step.outcome in ("go", "conditional_go")
    following = min(sitting.gate + 1, LAST_STAGE)
    amount = setting.subject.cost_a_year * CAP_SHARE[following]
    is_funded = goes_on and sitting.gate < LAST_STAGE
    return DecisionPlan(
        outcome=step.outcome,
        reason=wording.reason(step.outcome, step.reason, setting.subject),
        reason_code=step.reason_code,
        learning=step.learning,
        funding_amount=amount if is_funded else None,
        funding_until=(decided + timedelta(days=180)).date() if is_funded else None,
        funding_people=_PEOPLE[following] if is_funded else None,
        by=CHAIR,
        at=decided,
        conditions=tuple(_conditions(setting, step, decided)),
    )


def _conditions(setting: Setting, step: Step, decided: datetime) -> Iterator[ConditionPlan]:
    if step.outcome != "conditional_go":
        return
    if step.condition_due_in is not None:
        due = (setting.now + timedelta(days=step.condition_due_in)).date()
        yield ConditionPlan(step.condition, "quality_tests", setting.owner, due)
        return
    due = (decided + timedelta(days=28)).date()
    cleared = min(decided + timedelta(days=21), setting.now - timedelta(hours=1))
    yield ConditionPlan(
        *(step.condition or "Complete the data tests on last quarter's items", "quality_tests", setting.owner, due),
        *(cleared, setting.owner, "Done; the report is attached as a new revision."),
    )
