"""Overrides: what of policy and vote a decision may pass over, with a second signature, and what it never may.

Only what is named here is ever excused. Sign-offs, vetoes, the tier and the quorum have no name and always refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from gates.rules.tally import CONDITIONAL_GO
from gates.rules.verdict import GateInputs
from pocgate.kernel.errors import Blocker
from scoring.rules.playbook.gates import OverridePolicy
from scoring.rules.readiness import CriterionResult
from scoring.rules.vocabulary import NOT_ENOUGH_EVIDENCE, PASS

TALLY = "tally"
SCORECARD, SAMPLES, SHOULDS = "scorecard", "kpi_sample_sizes", "should_meets"
CLOSABLE, CAP = "closable_musts_beyond_limit", "cap"
_KPI_CRITERION, _SPEND_CRITERION = "kpi_meets_threshold", "spend_within_cap"
_CAP_CODES = ("cap_exceeded", "cap_breach_sure")
_SAMPLE_CODES = ("kpi_too_few_samples", "kpi_inconclusive", "kpi_inconclusive_sets")
_MORE_LENIENT_THAN_VOTE = "more_lenient_than_vote"


@dataclass(frozen=True)
class OverrideFinding:
    """What the override has to pass over, the fewest things that do, and what refuses it all the same."""

    passes_over: tuple[str, ...]
    blockers: tuple[Blocker, ...]


def excusable(policy: OverridePolicy) -> tuple[str, ...]:
    """Everything that an override may pass over under this playbook, the vote included."""
    return (TALLY, *policy.may, *policy.with_budget_holder)


def excused(inputs: GateInputs, names: Collection[str], outcome: str) -> GateInputs:
    """The inputs as if the named things did not stand in the way.

    Closable musts beyond the limit are excused for a conditional go that has a plan for each.
    """
    planned = {plan.criterion for plan in inputs.closing_plans} if outcome == CONDITIONAL_GO else set()
    results = tuple(_excused(result, names, planned) for result in inputs.results)
    quadrant = "commit" if SCORECARD in names else inputs.quadrant
    return replace(inputs, results=results, quadrant=quadrant)


def _excused(result: CriterionResult, names: Collection[str], planned: Collection[str]) -> CriterionResult:
    too_few = result.verdict == NOT_ENOUGH_EVIDENCE and result.reason.code in _SAMPLE_CODES
    passes = (
        (SAMPLES in names and result.key == _KPI_CRITERION and too_few)
        or (CAP in names and result.key == _SPEND_CRITERION and result.reason.code in _CAP_CODES)
        or (CLOSABLE in names and result.is_open and result.closable and result.key in planned)
    )
    return replace(result, verdict=PASS) if passes else result


def override_finding(
    policy: OverridePolicy, blockers_when: Callable[[Collection[str]], Sequence[Blocker]]
) -> OverrideFinding:
    """The fewest things to pass over. `blockers_when` says what refuses the decision with these things excused."""
    names = list(excusable(policy))
    left = without(names, blockers_when(names))
    if left:
        return OverrideFinding((), tuple(left))
    for name in excusable(policy):
        fewer = [each for each in names if each != name]
        if not without(fewer, blockers_when(fewer)):
            names = fewer
    return OverrideFinding(tuple(names), ())


def without(names: Collection[str], blockers: Sequence[Blocker]) -> list[Blocker]:
    """The blockers without the one of the vote, where the vote is passed over."""
    return [blocker for blocker in blockers if TALLY not in names or blocker.code != _MORE_LENIENT_THAN_VOTE]


@dataclass(frozen=True)
class SecondState:
    """What the second signature depends on. `seat_role` is the signer's own seat that is able and not delegated."""

    state: str
    is_person: bool
    is_requester: bool
    seat_role: str
    needs_consent: bool
    has_consent: bool


def second_blockers(state: SecondState, policy: OverridePolicy) -> list[Blocker]:
    """What stands in the way of signing an override second."""
    blockers = []
    if state.state != "pending":
        return [Blocker("override_settled", "This override is {state}.", {"state": state.state})]
    if not state.is_person or state.is_requester or state.seat_role not in policy.second_signature_roles:
        message = (
            "The second signature is given in person by another member of the committee who has the seat of {roles} "
            "and stands in no conflict."
        )
        blockers.append(Blocker("second_signature", message, {"roles": ", ".join(policy.second_signature_roles)}))
    if state.needs_consent and not state.has_consent:
        message = "The cap is passed over only with the consent of the budget holder."
        blockers.append(Blocker("consent_missing", message))
    return blockers
