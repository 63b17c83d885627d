"""The sentences behind reason codes, and the words inside them, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.text import get_text_list
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
    "not_measured_yet": _("Not measured yet."),
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
    "kpi_meets_threshold": _("“{kpi}”: {bound} meets the threshold of {threshold} ({method})."),
    "kpi_misses_threshold": _("“{kpi}”: {bound} misses the threshold of {threshold} ({method})."),
    "kpi_inconclusive": _(
        "“{kpi}”: inconclusive; about {more_samples} more samples would likely settle it ({method})."
    ),
    "kpi_at_threshold": _("“{kpi}”: inconclusive; the readings lie on the threshold of {threshold} ({method})."),
    "kpi_threshold_missing": _("“{kpi}” has no threshold for gate {gate}."),
    "kpi_without_readings": _("“{kpi}” has no reading that counts."),
    "kpi_readings_stale": _("The newest reading of “{kpi}” is older than {days} days."),
    "kpi_too_few_samples": _("“{kpi}” has {samples} of at least {needed} samples."),
    "kpi_too_few_periods": _("“{kpi}” has readings in {periods} of at least {needed} periods over {weeks} weeks."),
    "kpi_too_few_sets": _("“{kpi}” has {sets} of at least {needed} independent sets."),
    "caps_agreed": _("The caps are agreed by the budget holder."),
    "caps_missing": _("Not set or not agreed by the budget holder: {missing}."),
    "every_line_estimated": _("Every cost line is estimated."),
    "lines_missing": _("{estimated} of {lines} cost lines are estimated; missing: {missing}."),
    "estimate_outdated": _("The estimate is older than {days} days."),
    "within_cap": _("{spent} of {cap} is spent or committed; forecast: {forecast}."),
    "cap_exceeded": _("{spent} is spent or committed against a cap of {cap} ({scope})."),
    "cap_breach_sure": _("The cap of {cap} will be passed: the forecast is at least {lower_bound}."),
    "cap_missing": _("No cap is agreed for the present stage."),
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
    "cannot_tell": _("cannot be told yet"),
    "point_estimate": _("the mean itself, because no reading gives an error"),
    "value": _("value"),
    "feasibility": _("feasibility"),
}

# Parameters that people wrote, and those that are codes; all others are numbers.
_WRITTEN = ("kpi", "criterion")
_CODED = ("role", "missing", "forecast", "scope", "answer", "axis", "method")
_BOUND = "normal_bound_"


def reason_text(code: str, params: Mapping[str, Any]) -> str:
    """The sentence of a stored reason. A code that a later version dropped is shown as it is."""
    if code not in MESSAGES:
        return code
    return str(REASONS[code]).format_map(_Shown({key: _shown(key, value) for key, value in params.items()}))


class _Shown(dict[str, str]):
    """A stored reason of an older version may lack a value that the sentence names by now."""

    def __missing__(self, key: str) -> str:
        return "…"


def _shown(key: str, value: object) -> str:
    if isinstance(value, list):
        return get_text_list([_shown(key, item) for item in value], gettext("and"))
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return number_format(value, force_grouping=True)
    text = str(value)
    if key in _WRITTEN:
        return text
    if key in _CODED:
        return _word(text)
    return _number(text) or text


def _word(text: str) -> str:
    if text.startswith(_BOUND):
        return gettext("one-sided bound at %(percent)s %%") % {"percent": text.removeprefix(_BOUND)}
    return str(WORDS.get(text, text))


def _number(text: str) -> str:
    """A stored decimal as people write it; empty for anything else."""
    if not text.removeprefix("-").replace(".", "", 1).isdecimal():
        return ""
    value = Decimal(text)
    return number_format(value.normalize() if value % 1 else value.quantize(Decimal(1)), force_grouping=True)
