"""Why a verdict came out as it did: a stable code, its values, and an English sentence as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MESSAGES: Mapping[str, str] = {
    # answers, attested and signed
    "shown": "Shown by evidence that is still valid.",
    "shown_and_verified": "Shown by valid evidence and verified.",
    "not_verified": "Answered as met, but not yet verified by the role {role}.",
    "partly_met": "Answered as partly met.",
    "answered_not_met": "Answered as not met.",
    "unanswered": "Not answered yet.",
    "answer_not_from_here": "The answer was imported as “{answer}” and has to be given here.",
    "no_evidence": "Answered as met, but no evidence is attached.",
    "evidence_expired": "The newest evidence expired.",
    "does_not_apply": "Does not apply to this case.",
    "not_applicable_without_reason": "Marked as not applicable without a reason.",
    "not_applicable_unverified": "Marked as not applicable, but not yet verified by the role {role}.",
    "signed": "Accepted by compliance.",
    "awaiting_sign_off": "Waits for the sign-off of compliance.",
    "sign_off_returned": "Returned by compliance.",
    "sign_off_outdated": "New evidence came after the sign-off; compliance has to look again.",
    "sign_off_expired": "The sign-off or its evidence expired.",
    "waived": "Waived for a time.",
    "never_computed": "Has not been computed yet.",
    # the probes of the dimension outcome
    "problem_stated": "Problem, process and users are described.",
    "problem_too_short": "The problem has {characters} of at least {needed} characters.",
    "process_or_users_missing": "The affected process or its users are not named.",
    "scope_bounded": "In scope, out of scope and a thin slice are named.",
    "scope_incomplete": "Missing from the scope: {missing}.",
    "business_owner_confirmed": "The business owner confirmed in the system.",
    "business_owner_missing": "No active business owner is named.",
    "business_owner_unconfirmed": "The business owner has not confirmed in the system.",
    "sponsors_confirmed": "Sponsor and budget holder confirmed.",
    "sponsors_missing": "Not named or not confirmed: {missing}.",
    "sponsors_outdated": "The confirmation is older than {days} days: {missing}.",
    "business_case_holds": "The benefit exceeds the cost at scale.",
    "business_case_missing": "No business case is recorded.",
    "business_case_incomplete": "Missing from the business case: {missing}.",
    "business_case_outdated": "The business case is older than {days} days.",
    "benefit_below_cost": "The low estimate of benefit, {benefit} a year, does not exceed the cost at scale of {cost}.",
    "primary_kpi_complete": "The primary KPI has unit, direction, baseline and a better target.",
    "primary_kpi_missing": "No primary KPI is defined.",
    "primary_kpi_not_unique": "{count} KPIs are marked as primary; exactly one may be.",
    "kpi_incomplete": "Missing from the KPI “{kpi}”: {missing}.",
    "target_not_better": "The target of “{kpi}” is not better than its baseline.",
    "guardrail_worse": "The target of the guardrail “{kpi}” is worse than its baseline.",
    "thresholds_set": "Every KPI of gate {gate} has a threshold.",
    "thresholds_missing": "No threshold for gate {gate}: {missing}.",
    "no_kpi_for_gate": "No KPI counts at gate {gate}.",
    # the probe of KPI readings
    "kpis_meet_threshold": "Every KPI of gate {gate} meets its threshold.",
    "kpi_meets_threshold": (
        "“{kpi}”: the {side} {confidence} % bound of {bound} {unit} is {relation} the threshold of "
        "{threshold} {unit} ({method}, {samples} samples)."
    ),
    "kpi_misses_threshold": (
        "“{kpi}”: even the {side} {confidence} % bound of {bound} {unit} is {relation} the threshold of "
        "{threshold} {unit} ({method}, {samples} samples)."
    ),
    "kpi_inconclusive": (
        "“{kpi}”: inconclusive, the threshold of {threshold} {unit} lies between the {confidence} % bounds "
        "{lower} and {upper} {unit}; about {more_samples} more samples would likely settle it ({method}, "
        "{samples} samples)."
    ),
    "kpi_at_threshold": (
        "“{kpi}”: inconclusive, the readings lie on the threshold of {threshold} {unit}, between the "
        "{confidence} % bounds {lower} and {upper} {unit} ({method}, {samples} samples)."
    ),
    "kpi_threshold_missing": "“{kpi}” has no threshold for gate {gate}.",
    "kpi_without_readings": "“{kpi}” has no reading that counts.",
    "kpi_readings_stale": "The newest reading of “{kpi}” is older than {days} days.",
    "kpi_too_few_samples": "“{kpi}” has {samples} of at least {needed} samples.",
    "kpi_too_few_periods": (
        "“{kpi}” has readings in {periods} of at least {needed} consecutive periods over {weeks} weeks."
    ),
    "kpi_too_few_sets": "“{kpi}” has {sets} of at least {needed} independent sets.",
    # the probes of use: feedback, operation, training, benefit
    "feedback_answered": "Users gave feedback at least {needed} times in {days} days, {percent} % of it answered.",
    "feedback_missing": "No feedback of users is recorded.",
    "feedback_outdated": "The newest feedback of users is older than {days} days.",
    "feedback_too_little": "{received} of at least {needed} pieces of feedback came in within {days} days.",
    "feedback_unanswered": "{answered} of {received} pieces of feedback are answered; at least {percent} % must be.",
    "operations_observed": "Every figure of operation is at most {days} days old.",
    "operations_missing": "Never measured: {missing}.",
    "operations_outdated": "Not measured in the last {days} days: {missing}.",
    "training_delivered": "{trained} people were trained, of {planned} planned.",
    "training_missing": "No training is recorded.",
    "training_not_held": "Training is planned for {planned} people; none was held.",
    "training_outdated": "The newest training is older than {days} days.",
    "training_incomplete": "{trained} people were trained, of {planned} planned; at least {percent} % must be.",
    "value_realised": "Measured benefit of {measured} a year; the business case says {benefit}, likely {likely}.",
    "value_projected": "Projected to full scale, {measured} a year; the business case says {benefit}, likely {likely}.",
    "value_missing": "No measured benefit is recorded.",
    "value_without_case": "There is no business case to compare the measured benefit with.",
    "value_too_short": "Benefit was measured over {covered} of at least {needed} days.",
    "value_outdated": "The newest measured benefit is older than {days} days.",
    "value_below_case": "Measured benefit of {measured} a year, below the low estimate of {benefit} (likely {likely}).",
    "value_below_case_projected": (
        "Projected to full scale, {measured} a year, below the low estimate of {benefit} (likely {likely})."
    ),
    "thresholds_set_late": (
        "Every KPI of gate {gate} has a threshold; {count} carry a mark: eased, or set after the first reading."
    ),
    "kpi_inconclusive_sets": (
        "“{kpi}”: inconclusive, the threshold of {threshold} {unit} lies between the {confidence} % bounds "
        "{lower} and {upper} {unit}; about {more_samples} more samples in {more_sets} more sets or periods "
        "would likely settle it ({method}, {samples} samples)."
    ),
    "kpi_error_unknown": (
        "“{kpi}”: the mean of {mean} {unit} is {relation} the threshold of {threshold} {unit}, but nothing "
        "tells its error; the mean alone never passes ({samples} samples)."
    ),
    "kpi_no_reading_counts": "“{kpi}” has {count} readings, but none that counts at this gate.",
    "slo_defined": "There are objectives for latency, quality and cost.",
    "slo_missing": "No service objective for: {missing}.",
    "slo_without_value": "Neither target nor threshold is set for: {kpis}.",
    "adoption_kpi_missing": "No KPI of adoption is defined.",
    "unit_cost_kpi_missing": "No KPI of cost per unit is defined.",
    "unit_cost_not_measured": "“{kpi}” has no reading yet.",
    "unit_cost_outdated": "The newest reading of “{kpi}” is older than {days} days.",
    "unit_cost_computed": "A unit costs {value}, from the actual cost of {units} units of “{kpi}”.",
    "unit_cost_known": "A unit costs {value} {unit} (“{kpi}”).",
    # the probes of the dimension cost
    "caps_agreed": "The caps are agreed by the budget holder.",
    "caps_missing": "Not set or not agreed by the budget holder: {missing}.",
    "every_line_estimated": "Every cost line is estimated.",
    "lines_missing": "{estimated} of {lines} cost lines are estimated; missing: {missing}.",
    "estimate_outdated": "The estimate is older than {days} days.",
    "within_cap": "{spent} of {cap} is spent or committed; forecast: {forecast}.",
    "cap_exceeded": "{spent} is spent or committed against a cap of {cap} ({scope}).",
    "cap_breach_sure": "The cap of {cap} ({scope}) will be passed: at least {lower_bound} by {horizon}.",
    "cap_missing": "No cap is agreed for the present stage.",
    "forecast_too_few_periods": "Recurring cost of {periods} periods is recorded in this stage; it needs {needed}.",
    "forecast_outdated": "The newest recurring cost ends on {until}; record what came since.",
    "forecast_without_horizon": "There is neither a target gate date nor an end of the time-box to look ahead to.",
    "worth_without_outcome": "No outcome KPI is defined whose units could be counted.",
    "worth_without_readings": "“{kpi}” has no reading of the last {days} days.",
    "worth_without_cost": "No cost is recorded for that time.",
    "worth_without_money_value": "No KPI says what a unit of improvement is worth.",
    "worth_without_baseline": "“{kpi}” has no baseline to improve on.",
    "worth_without_business_case": "No business case is recorded.",
    "worth_without_benefit": "No benefit was measured in the last {days} days.",
    # scorecard
    "too_few_assessors": "“{criterion}” is rated by {assessors} of at least {needed} assessors.",
    "too_few_disciplines": "“{criterion}” is rated from {disciplines} of at least {needed} disciplines.",
    "nobody_from_outside": "“{criterion}” is rated by nobody from outside the team.",
    "knocked_out": "“{criterion}” is rated under {below}, which caps {axis} at {cap}.",
}


@dataclass(frozen=True)
class Reason:
    """A code of `MESSAGES` with the values its sentence names."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The English sentence with its `{places}` still open, for translation."""
        return MESSAGES[self.code]

    @property
    def text(self) -> str:
        """The English sentence, filled; lists are joined by commas."""
        return self.message.format(**{name: _shown(value) for name, value in self.params.items()})


def _shown(value: object) -> object:
    return ", ".join(str(item) for item in value) if isinstance(value, list | tuple) else value


@dataclass(frozen=True)
class Record:
    """A pointer to a record behind a verdict: its type, its id there, and a label people recognise."""

    type: str
    id: int | str
    label: str
