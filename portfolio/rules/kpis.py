"""KPIs: a definition that promises something, thresholds that are not eased quietly, readings that can be true."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from pocgate.kernel.errors import Blocker, FieldProblem
from portfolio.rules.numbers import count_problems, measure_problems, short_text_problems

HIGHER, LOWER = "higher", "lower"
PRIMARY, GUARDRAIL = "primary", "guardrail"
MEAN, PROPORTION, RATE = "mean", "proportion", "rate"
PERCENT_UNITS = frozenset({"%", "percent", "per cent", "pct"})
SHARE_UNITS = frozenset({"share", "proportion", "fraction"})
KEY_LENGTH = 60
DAYS_LIMIT = 3650
GATES_WITH_KPIS = (1, 2, 3)
RATERS_WHO_AGREE = 2


@dataclass(frozen=True)
class Definition:
    """What is promised: from the baseline to the target, in the unit, in the direction.

    An empty `statistic` means a share where the unit is one, else a mean.
    """

    unit: str
    direction: str
    baseline: Decimal | None = None
    baseline_date: date | None = None
    baseline_source: str = ""
    target: Decimal | None = None
    target_date: date | None = None
    money_per_unit: Decimal | None = None
    cadence_days: int = 7
    label_delay_days: int = 0
    warm_up_days: int = 0
    min_samples: int = 50
    statistic: str = ""
    human_rated: bool = False


@dataclass(frozen=True)
class Reading:
    """A measurement over `observed_from`–`observed_to`; `error` is the standard error of `value`, in its unit.

    `agreement` is that of its `raters`, from -1 to 1, such as Krippendorff's alpha.
    """

    value: Decimal
    observed_from: datetime
    observed_to: datetime
    sample_size: int | None = None
    error: Decimal | None = None
    method: str = ""
    raters: int | None = None
    agreement: Decimal | None = None
    release: str = ""
    source: str = ""
    external_id: str | None = None


def definition_problems(role: str, definition: Definition) -> list[FieldProblem]:
    """What is wrong with a definition. Baseline and target may still be missing: readiness asks for them."""
    problems = [
        *_unit_problems(definition),
        *short_text_problems("baseline_source", definition.baseline_source, 300),
        *measure_problems("baseline", definition.baseline),
        *measure_problems("target", definition.target),
        *measure_problems("money_per_unit", definition.money_per_unit),
        *count_problems("min_samples", definition.min_samples),
    ]
    if definition.direction not in (HIGHER, LOWER):
        problems.append(FieldProblem("direction", "unknown_direction", "Say whether higher or lower is better."))
    if not 1 <= definition.cadence_days <= DAYS_LIMIT:
        problems.append(_days("cadence_days", 1))
    for field in ("label_delay_days", "warm_up_days"):
        if not 0 <= getattr(definition, field) <= DAYS_LIMIT:
            problems.append(_days(field, 0))
    return problems or _promise_problems(role, definition)


def _unit_problems(definition: Definition) -> list[FieldProblem]:
    problems = short_text_problems("unit", definition.unit, 40, required=True)
    if problems:
        return problems
    if definition.statistic not in ("", MEAN, PROPORTION, RATE):
        return [FieldProblem("statistic", "unknown_statistic", "Give one of: mean, proportion, rate.")]
    if not any(unicodedata.category(sign)[0] == "L" or sign in "%‰°" or _is_currency(sign) for sign in definition.unit):
        message = "“{unit}” is no unit; say what is counted or measured, such as %, days or EUR per case."
        return [FieldProblem("unit", "unknown_unit", message, {"unit": definition.unit})]
    if definition.statistic == PROPORTION and whole_of(definition.unit) is None:
        message = "A share of cases is given in % or as a share from 0 to 1; {unit} is neither."
        return [FieldProblem("unit", "unit_without_share", message, {"unit": definition.unit})]
    return []


def _is_currency(sign: str) -> bool:
    return unicodedata.category(sign) == "Sc"


def whole_of(unit: str) -> int | None:
    """What the whole is in a unit of shares: 100 in percent, 1 as a share; None for any other unit."""
    word = unit_word(unit)
    if word in PERCENT_UNITS:
        return 100
    return 1 if word in SHARE_UNITS else None


def unit_word(unit: str) -> str:
    """A unit as it is compared: without case and superfluous spaces."""
    return " ".join(unit.split()).casefold()


def unit_problems(given: str, defined: str) -> list[FieldProblem]:
    """What is wrong with the unit sent along with a reading: it may be left out, but not be another one."""
    same = {unit_word(given), unit_word(defined)}
    if not given.strip() or len(same) == 1 or same <= PERCENT_UNITS or same <= SHARE_UNITS:
        return []
    message = "This KPI is measured in {unit}, not in {given}."
    return [FieldProblem("unit", "unknown_unit", message, {"unit": defined, "given": given})]


def _days(pointer: str, minimum: int) -> FieldProblem:
    params = {"minimum": minimum, "limit": DAYS_LIMIT}
    return FieldProblem(pointer, "days", "Give {minimum} to {limit} days.", params)


def _promise_problems(role: str, definition: Definition) -> list[FieldProblem]:
    if definition.baseline is None or definition.target is None:
        return []
    gain = better_by(definition.direction, definition.baseline, definition.target)
    if gain > 0 or (gain == 0 and role == GUARDRAIL):
        return []
    if role == GUARDRAIL:
        message = "A guardrail may stay at its baseline of {baseline}, but not aim for worse."
    else:
        message = "The target must be better than the baseline of {baseline}; {direction} is better here."
    params = {"baseline": definition.baseline, "direction": definition.direction}
    return [FieldProblem("target", "target_not_better", message, params)]


def better_by(direction: str, old: Decimal, new: Decimal) -> Decimal:
    """How much better `new` is than `old` in the KPI's direction; negative when it is worse."""
    return new - old if direction == HIGHER else old - new


def is_eased(direction: str, old: Decimal | None, new: Decimal) -> bool:
    """Whether a threshold got easier to reach."""
    return old is not None and better_by(direction, old, new) < 0


@dataclass(frozen=True)
class ThresholdStep:
    """A threshold as it was set once; `old_value` is None for the first of its gate."""

    set_at: datetime
    old_value: Decimal | None
    value: Decimal


def registered_at(direction: str, steps: Sequence[ThresholdStep]) -> datetime:
    """When a threshold was registered: set first or made easier, whichever came last. Making it harder is no matter."""
    return max(
        step.set_at for step in steps if step.old_value is None or is_eased(direction, step.old_value, step.value)
    )


def threshold_problems(gate: int, value: Decimal) -> list[FieldProblem]:
    """What is wrong with a threshold."""
    problems = measure_problems("value", value)
    if gate not in GATES_WITH_KPIS:
        problems.append(FieldProblem("gate", "gate_without_kpis", "KPIs count at gates 1, 2 and 3."))
    return problems


def easing_blockers(*, eased: bool, is_chair: bool, reason: str) -> list[Blocker]:
    """Why a threshold can not be changed so: easing needs the chair and a reason."""
    if not eased:
        return []
    if not is_chair:
        return [Blocker("easing_needs_chair", "Only the chair can make a threshold easier. Making it harder is free.")]
    return [] if reason.strip() else [Blocker("easing_needs_reason", "Say why the threshold is made easier.")]


def redefinition_blockers(old: Definition, new: Definition, *, has_readings: bool) -> list[Blocker]:
    """Once there are readings, unit and direction stay, and what is asked of them gets no easier."""
    if not has_readings:
        return []
    blockers = []
    if (old.unit, old.direction) != (new.unit, new.direction):
        message = "Unit and direction stay as they are once there are readings; define another KPI instead."
        blockers.append(Blocker("unit_fixed_by_readings", message))
    if new.min_samples < old.min_samples:
        message = "Once there are readings, fewer samples can not be enough: {least} at least, as agreed before."
        blockers.append(Blocker("samples_fixed_by_readings", message, {"least": old.min_samples}))
    if old.human_rated and not new.human_rated:
        message = "Once there are readings, they stay ratings by people: who rated and how they agreed is asked for."
        blockers.append(Blocker("raters_fixed_by_readings", message))
    return blockers


def reading_problems(reading: Reading, *, now: datetime) -> list[FieldProblem]:
    """What is wrong with a reading."""
    problems = [
        *measure_problems("value", reading.value),
        *measure_problems("error", reading.error, minimum=Decimal(0)),
        *count_problems("sample_size", reading.sample_size),
        *count_problems("raters", reading.raters),
        *_agreement_problems(reading),
        *short_text_problems("method", reading.method, 300),
        *short_text_problems("release", reading.release, 100),
        *short_text_problems("source", reading.source, 200),
        *short_text_problems("external_id", reading.external_id or "", 200),
    ]
    return problems + _period_problems(reading, now)


def _agreement_problems(reading: Reading) -> list[FieldProblem]:
    if reading.agreement is None:
        return []
    problems = measure_problems("agreement", reading.agreement)
    if not problems and not -1 <= reading.agreement <= 1:
        problems = [FieldProblem("agreement", "agreement_range", "Agreement lies between -1 and 1.")]
    if not problems and (reading.raters is None or reading.raters < RATERS_WHO_AGREE):
        problems = [FieldProblem("raters", "agreement_without_raters", "Say how many raters agree; two at least.")]
    return problems


def _period_problems(reading: Reading, now: datetime) -> list[FieldProblem]:
    naive = [name for name in ("observed_from", "observed_to") if getattr(reading, name).tzinfo is None]
    if naive:
        return [FieldProblem(name, "no_time_zone", "Give the time with its zone, such as a final Z.") for name in naive]
    if reading.observed_to > now:
        message = "A reading can not come from the future; it ends on {observed_to}."
        shown = {"observed_to": f"{reading.observed_to:%Y-%m-%d %H:%M}"}
        return [FieldProblem("observed_to", "from_the_future", message, shown)]
    if reading.observed_from > reading.observed_to:
        return [FieldProblem("observed_from", "period_order", "The period begins after its end; swap the two.")]
    return []


def key_of(name: str, taken: frozenset[str]) -> str:
    """A short key for addresses, from the name; numbered when it is taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[: KEY_LENGTH - 5].strip("-") or "kpi"
    key, number = stem, 2
    while key in taken:
        key, number = f"{stem}-{number}", number + 1
    return key
