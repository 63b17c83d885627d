"""The sentences behind reason codes, and the words inside them, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.text import get_text_list
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portfolio.enums import CostLine, TeamRole
from scoring.enums import Answer
from scoring.rules.reasons import MESSAGES

# The same sentences as in the rules, which know no translation; a test holds the two together.
REASONS = {
    "shown": _("Shown by evidence that is still valid."),
    "shown_and_verified": _("Shown by valid evidence and verified."),
    "not_verified": _("Answered as met, but not yet verified by the role {role}."),
    "partly_met": _("Answered as partly met."),
    "answered_not_met": _("Answered as not met."),
    "unanswered": _("Not answered yet."),
    "answer_not_from_here": _("The answer was imported as “{answer}” and has to be given here."),
    "no_evidence": _("Answered as met, but no evidence is attached."),
    "evidence_expired": _("The newest evidence expired."),
    "does_not_apply": _("Does not apply to this case."),
    "not_applicable_without_reason": _("Marked as not applicable without a reason."),
    "not_applicable_unverified": _("Marked as not applicable, but not yet verified by the role {role}."),
    "signed": _("Accepted by compliance."),
    "awaiting_sign_off": _("Waits for the sign-off of compliance."),
    "sign_off_returned": _("Returned by compliance."),
    "sign_off_outdated": _("New evidence came after the sign-off; compliance has to look again."),
    "sign_off_expired": _("The sign-off or its evidence expired."),
    "waived": _("Waived for a time."),
    "never_computed": _("Has not been computed yet."),
    "problem_stated": _("Problem, process and users are described."),
    "problem_too_short": _("The problem has {characters} of at least {needed} characters."),
    "process_or_users_missing": _("The affected process or its users are not named."),
    "scope_bounded": _("In scope, out of scope and a thin slice are named."),
    "scope_incomplete": _("Missing from the scope: {missing}."),
    "business_owner_confirmed": _("The business owner confirmed in the system."),
    "business_owner_missing": _("No active business owner is named."),
    "business_owner_unconfirmed": _("The business owner has not confirmed in the system."),
    "sponsors_confirmed": _("Sponsor and budget holder confirmed."),
    "sponsors_missing": _("Not named or not confirmed: {missing}."),
    "sponsors_outdated": _("The confirmation is older than {days} days: {missing}."),
    "business_case_holds": _("The benefit exceeds the cost at scale."),
    "business_case_missing": _("No business case is recorded."),
    "business_case_incomplete": _("Missing from the business case: {missing}."),
    "business_case_outdated": _("The business case is older than {days} days."),
    "benefit_below_cost": _(
        "The low estimate of benefit, {benefit} a year, does not exceed the cost at scale of {cost}."
    ),
    "primary_kpi_complete": _("The primary KPI has unit, direction, baseline and a better target."),
    "primary_kpi_missing": _("No primary KPI is defined."),
    "primary_kpi_not_unique": _("{count} KPIs are marked as primary; exactly one may be."),
    "kpi_incomplete": _("Missing from the KPI “{kpi}”: {missing}."),
    "target_not_better": _("The target of “{kpi}” is not better than its baseline."),
    "guardrail_worse": _("The target of the guardrail “{kpi}” is worse than its baseline."),
    "thresholds_set": _("Every KPI of gate {gate} has a threshold."),
    "thresholds_missing": _("No threshold for gate {gate}: {missing}."),
    "no_kpi_for_gate": _("No KPI counts at gate {gate}."),
    "kpis_meet_threshold": _("Every KPI of gate {gate} meets its threshold."),
    "kpi_meets_threshold": _(
        "“{kpi}”: the {side} {confidence} % bound of {bound} {unit} is {relation} the threshold of "
        "{threshold} {unit} ({method}, {samples} samples)."
    ),
    "kpi_misses_threshold": _(
        "“{kpi}”: even the {side} {confidence} % bound of {bound} {unit} is {relation} the threshold of "
        "{threshold} {unit} ({method}, {samples} samples)."
    ),
    "kpi_inconclusive": _(
        "“{kpi}”: inconclusive, the threshold of {threshold} {unit} lies between the {confidence} % bounds "
        "{lower} and {upper} {unit}; about {more_samples} more samples would likely settle it ({method}, "
        "{samples} samples)."
    ),
    "kpi_at_threshold": _(
        "“{kpi}”: inconclusive, the readings lie on the threshold of {threshold} {unit}, between the "
        "{confidence} % bounds {lower} and {upper} {unit} ({method}, {samples} samples)."
    ),
    "kpi_threshold_missing": _("“{kpi}” has no threshold for gate {gate}."),
    "kpi_without_readings": _("“{kpi}” has no reading that counts."),
    "kpi_readings_stale": _("The newest reading of “{kpi}” is older than {days} days."),
    "kpi_too_few_samples": _("“{kpi}” has {samples} of at least {needed} samples."),
    "kpi_too_few_periods": _(
        "“{kpi}” has readings in {periods} of at least {needed} consecutive periods over {weeks} weeks."
    ),
    "kpi_too_few_sets": _("“{kpi}” has {sets} of at least {needed} independent sets."),
    "feedback_answered": _("Users gave feedback at least {needed} times in {days} days, {percent} % of it answered."),
    "feedback_missing": _("No feedback of users is recorded."),
    "feedback_outdated": _("The newest feedback of users is older than {days} days."),
    "feedback_too_little": _("{received} of at least {needed} pieces of feedback came in within {days} days."),
    "feedback_unanswered": _("{answered} of {received} pieces of feedback are answered; at least {percent} % must be."),
    "operations_observed": _("Every figure of operation is at most {days} days old."),
    "operations_missing": _("Never measured: {missing}."),
    "operations_outdated": _("Not measured in the last {days} days: {missing}."),
    "training_delivered": _("{trained} people were trained, of {planned} planned."),
    "training_missing": _("No training is recorded."),
    "training_not_held": _("Training is planned for {planned} people; none was held."),
    "training_outdated": _("The newest training is older than {days} days."),
    "training_incomplete": _("{trained} people were trained, of {planned} planned; at least {percent} % must be."),
    "value_realised": _("Measured benefit of {measured} a year; the business case says {benefit}, likely {likely}."),
    "value_projected": _(
        "Projected to full scale, {measured} a year; the business case says {benefit}, likely {likely}."
    ),
    "value_missing": _("No measured benefit is recorded."),
    "value_without_case": _("There is no business case to compare the measured benefit with."),
    "value_too_short": _("Benefit was measured over {covered} of at least {needed} days."),
    "value_outdated": _("The newest measured benefit is older than {days} days."),
    "value_below_case": _(
        "Measured benefit of {measured} a year, below the low estimate of {benefit} (likely {likely})."
    ),
    "value_below_case_projected": _(
        "Projected to full scale, {measured} a year, below the low estimate of {benefit} (likely {likely})."
    ),
    "thresholds_set_late": _(
        "Every KPI of gate {gate} has a threshold; {count} carry a mark: eased, or set after the first reading."
    ),
    "kpi_inconclusive_sets": _(
        "“{kpi}”: inconclusive, the threshold of {threshold} {unit} lies between the {confidence} % bounds "
        "{lower} and {upper} {unit}; about {more_samples} more samples in {more_sets} more sets or periods "
        "would likely settle it ({method}, {samples} samples)."
    ),
    "kpi_error_unknown": _(
        "“{kpi}”: the mean of {mean} {unit} is {relation} the threshold of {threshold} {unit}, but nothing "
        "tells its error; the mean alone never passes ({samples} samples)."
    ),
    "kpi_no_reading_counts": _("“{kpi}” has {count} readings, but none that counts at this gate."),
    "slo_defined": _("There are objectives for latency, quality and cost."),
    "slo_missing": _("No service objective for: {missing}."),
    "slo_without_value": _("Neither target nor threshold is set for: {kpis}."),
    "adoption_kpi_missing": _("No KPI of adoption is defined."),
    "unit_cost_kpi_missing": _("No KPI of cost per unit is defined."),
    "unit_cost_not_measured": _("“{kpi}” has no reading yet."),
    "unit_cost_outdated": _("The newest reading of “{kpi}” is older than {days} days."),
    "unit_cost_computed": _("A unit costs {value}, from the actual cost of {units} units of “{kpi}”."),
    "unit_cost_known": _("A unit costs {value} {unit} (“{kpi}”)."),
    "caps_agreed": _("The caps are agreed by the budget holder."),
    "caps_missing": _("Not set or not agreed by the budget holder: {missing}."),
    "every_line_estimated": _("Every cost line is estimated."),
    "lines_missing": _("{estimated} of {lines} cost lines are estimated; missing: {missing}."),
    "estimate_outdated": _("The estimate is older than {days} days."),
    "within_cap": _("{spent} of {cap} is spent or committed; forecast: {forecast}."),
    "cap_exceeded": _("{spent} is spent or committed against a cap of {cap} ({scope})."),
    "cap_breach_sure": _("The cap of {cap} ({scope}) will be passed: at least {lower_bound} by {horizon}."),
    "cap_missing": _("No cap is agreed for the present stage."),
    "forecast_too_few_periods": _("Recurring cost of {periods} periods is recorded in this stage; it needs {needed}."),
    "forecast_outdated": _("The newest recurring cost ends on {until}; record what came since."),
    "forecast_without_horizon": _("There is neither a target gate date nor an end of the time-box to look ahead to."),
    "worth_without_outcome": _("No outcome KPI is defined whose units could be counted."),
    "worth_without_readings": _("“{kpi}” has no reading of the last {days} days."),
    "worth_without_cost": _("No cost is recorded for that time."),
    "worth_without_money_value": _("No KPI says what a unit of improvement is worth."),
    "worth_without_baseline": _("“{kpi}” has no baseline to improve on."),
    "worth_without_business_case": _("No business case is recorded."),
    "worth_without_benefit": _("No benefit was measured in the last {days} days."),
    "too_few_assessors": _("“{criterion}” is rated by {assessors} of at least {needed} assessors."),
    "too_few_disciplines": _("“{criterion}” is rated from {disciplines} of at least {needed} disciplines."),
    "nobody_from_outside": _("“{criterion}” is rated by nobody from outside the team."),
    "knocked_out": _("“{criterion}” is rated under {below}, which caps {axis} at {cap}."),
}

WORDS = {
    **dict(CostLine.choices),
    **dict(TeamRole.choices),
    **dict(Answer.choices),
    "in_scope": _("what is in scope"),
    "out_of_scope": _("what is out of scope"),
    "thin_slice": _("the thin slice"),
    "benefit_low": _("the low estimate of benefit"),
    "benefit_likely": _("the likely benefit"),
    "benefit_high": _("the high estimate of benefit"),
    "cost_at_scale": _("the cost at scale"),
    "budget_line": _("the budget line"),
    "unit": _("the unit"),
    "direction": _("the direction"),
    "baseline": _("the baseline"),
    "target": _("the target"),
    "stage_0": _("the cap of stage 0"),
    "stage_1": _("the cap of stage 1"),
    "stage_2": _("the cap of stage 2"),
    "stage_3": _("the cap of stage 3"),
    "case": _("the whole case"),
    "run_rate": _("the monthly run-rate"),
    "stage": _("the stage"),
    "within_cap": _("within the cap"),
    "likely": _("likely over the cap"),
    "possible": _("possibly over the cap"),
    "cannot_tell": _("cannot be told yet"),
    "throughput": _("throughput"),
    "latency": _("latency"),
    "error_rate": _("error rate"),
    "availability": _("availability"),
    "student_t": _("Student's t with the errors given"),
    "student_t_between_sets": _("Student's t with the errors given and the spread between sets"),
    "wilson": _("Wilson score interval"),
    "wilson_between_sets": _("Wilson score interval with the spread between sets"),
    "poisson": _("exact Poisson limits"),
    "poisson_between_sets": _("exact Poisson limits with the spread between sets"),
    "set_spread": _("Student's t over the spread between sets"),
    "mean_alone": _("the mean alone"),
    "lower": _("lower"),
    "upper": _("upper"),
    "above": _("above"),
    "below": _("below"),
    "at": _("exactly at"),
    "quality": _("quality"),
    "cost": _("cost"),
    "value": _("value"),
    "feasibility": _("feasibility"),
    "primary_kpi": _("the primary KPI"),
    "problem": _("the problem"),
    "owner": _("an owner"),
}

# Parameters that people wrote, and those that are codes; all others are numbers.
_WRITTEN = ("kpi", "criterion", "kpis", "technology", "unit")
_CODED = ("role", "missing", "forecast", "scope", "answer", "axis", "method", "side", "relation")
_DATED = ("since", "last_act", "by")
_DAYS = ("until", "horizon")


def reason_text(code: str, params: Mapping[str, Any]) -> str:
    """The sentence of a stored reason. A code that a later version dropped is shown as it is."""
    if code not in MESSAGES:
        return code
    return str(REASONS[code]).format_map(_Shown({key: shown_value(key, value) for key, value in params.items()}))


class _Shown(dict[str, str]):
    """A stored reason of an older version may lack a value that the sentence names by now."""

    def __missing__(self, key: str) -> str:
        return "…"


def shown_value(key: str, value: object) -> str:
    """A stored value of the name `key` as people read it: words, numbers, days and lists."""
    if isinstance(value, list):
        return get_text_list([shown_value(key, item) for item in value], gettext("and"))
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return number_format(value, force_grouping=True)
    return _shown_text(key, str(value))


def _shown_text(key: str, text: str) -> str:
    if key in _DAYS:
        return date_format(date.fromisoformat(text), "DATE_FORMAT")
    if key in _WRITTEN:
        return text
    if key in _CODED:
        return _word(text)
    if key in _DATED:
        return date_format(localtime(datetime.fromisoformat(text)), "j M Y")
    return _number(text) or text


def _word(text: str) -> str:
    return str(WORDS.get(text, text))


def _number(text: str) -> str:
    """A stored decimal as people write it; empty for anything else."""
    if not text.removeprefix("-").replace(".", "", 1).isdecimal():
        return ""
    value = Decimal(text)
    return number_format(value.normalize() if value % 1 else value.quantize(Decimal(1)), force_grouping=True)
