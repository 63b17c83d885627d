"""Money: amounts, currencies of ISO 4217, and the periods costs are for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from pocgate.kernel.errors import FieldProblem
from portfolio.rules.numbers import measure_problems, short_text_problems

AMOUNT_LIMIT = Decimal(10) ** 14
PERIOD_LIMIT = timedelta(days=3660)
# A bank's fee may lie between a bill at its rate and what was booked.
CONVERSION_TOLERANCE = Decimal("0.05")

# ISO 4217, active codes of countries and unions; funds, metals and test codes are left out.
CURRENCIES = frozenset(
    """AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP
    CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR
    ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT
    MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD
    SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES
    VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG""".split()  # noqa: SIM905 - a table reads better
)


@dataclass(frozen=True)
class Estimate:
    """What a cost line will cost a month at target scale; zero needs a reason."""

    line: str
    monthly_amount: Decimal
    zero_reason: str = ""


@dataclass(frozen=True)
class Plan:
    """A proposed plan: caps by stage, over all iterations and per month, and the estimates."""

    stage_caps: Mapping[int, Decimal] = field(default_factory=dict)
    case_cap: Decimal | None = None
    monthly_cap: Decimal | None = None
    estimates: tuple[Estimate, ...] = ()


@dataclass(frozen=True)
class Bill:
    """The foreign bill behind an amount: currency, amount, what one unit is in the case's currency, and when."""

    currency: str
    amount: Decimal
    rate: Decimal
    on: date


@dataclass(frozen=True)
class Cost:
    """Money spent or committed for a service period; `period_end` is the day after the last."""

    line: str
    amount: Decimal
    state: str
    recurrence: str
    period_start: date
    period_end: date
    note: str = ""
    source: str = ""
    external_id: str | None = None
    bill: Bill | None = None


def currency_problems(pointer: str, code: str) -> list[FieldProblem]:
    """What is wrong with a currency."""
    if code in CURRENCIES:
        return []
    message = "“{code}” is no currency of ISO 4217; give three letters such as EUR."
    return [FieldProblem(pointer, "unknown_currency", message, {"code": code[:20]})]


def amount_problems(pointer: str, amount: Decimal | None) -> list[FieldProblem]:
    """What is wrong with an amount of money; None is fine."""
    if amount is None:
        return []
    if not amount.is_finite():
        return [FieldProblem(pointer, "not_finite", "Give an amount of money.")]
    if amount < 0:
        return [FieldProblem(pointer, "negative", "An amount can not be negative; correct the earlier entry instead.")]
    if amount >= AMOUNT_LIMIT:
        return [FieldProblem(pointer, "too_large", "The amount is too large; it must be below 10¹⁴.")]
    if amount != amount.quantize(Decimal("0.01")):
        return [FieldProblem(pointer, "too_precise", "Give at most two decimals.")]
    return []


def plan_problems(plan: Plan, *, lines: Iterable[str], stages: Iterable[int]) -> list[FieldProblem]:
    """What is wrong with a cost plan."""
    problems = [*amount_problems("case_cap", plan.case_cap), *amount_problems("monthly_cap", plan.monthly_cap)]
    known_stages, known_lines = set(stages), set(lines)
    for stage, amount in plan.stage_caps.items():
        problems += amount_problems(f"stage_caps/{stage}", amount)
        if stage not in known_stages:
            problems.append(FieldProblem(f"stage_caps/{stage}", "unknown_stage", "Stages are numbered 0 to 3."))
    for estimate in plan.estimates:
        problems += _estimate_problems(estimate, known_lines)
    if len({estimate.line for estimate in plan.estimates}) < len(plan.estimates):
        problems.append(FieldProblem("estimates", "line_twice", "Each cost line can be estimated once."))
    return problems or _cap_order(plan)


def _cap_order(plan: Plan) -> list[FieldProblem]:
    if plan.case_cap is None:
        return []
    highest = max(plan.stage_caps.values(), default=Decimal(0))
    if highest <= plan.case_cap:
        return []
    message = "The cap of a stage, {highest}, is above the cap of the whole case; raise the one or lower the other."
    return [FieldProblem("case_cap", "below_stage_cap", message, {"highest": highest})]


def _estimate_problems(estimate: Estimate, lines: set[str]) -> list[FieldProblem]:
    pointer = f"estimates/{estimate.line}"
    if estimate.line not in lines:
        known = ", ".join(sorted(lines))
        return [FieldProblem(pointer, "unknown_line", "There is no such cost line. Known: {known}.", {"known": known})]
    problems = amount_problems(pointer, estimate.monthly_amount)
    problems += short_text_problems(pointer, estimate.zero_reason, 300)
    if not problems and estimate.monthly_amount == 0 and not estimate.zero_reason.strip():
        problems.append(FieldProblem(pointer, "zero_without_reason", "Say why this line costs nothing."))
    return problems


def cost_problems(cost: Cost, *, lines: Iterable[str], currency: str, today: date) -> list[FieldProblem]:
    """What is wrong with a cost entry; `currency` is the case's."""
    problems = [
        *amount_problems("amount", cost.amount),
        *short_text_problems("note", cost.note, 300),
        *short_text_problems("source", cost.source, 200),
        *short_text_problems("external_id", cost.external_id or "", 200),
        *_period_problems(cost, today),
    ]
    for name, known in (
        ("line", tuple(sorted(lines))),
        ("state", ("actual", "committed")),
        ("recurrence", ("one_off", "recurring")),
    ):
        if getattr(cost, name) not in known:
            params = {"known": ", ".join(known)}
            problems.append(FieldProblem(name, f"unknown_{name}", "Give one of: {known}.", params))
    if cost.bill is not None:
        problems += _bill_problems(cost.bill, currency, today)
        problems = problems or _conversion_problems(cost.amount, cost.bill, currency)
    return problems


def _period_problems(cost: Cost, today: date) -> list[FieldProblem]:
    if cost.period_end <= cost.period_start:
        message = "The service period ends before it begins; its end is the day after the last."
        return [FieldProblem("period_end", "period_order", message)]
    if cost.period_end - cost.period_start > PERIOD_LIMIT:
        return [FieldProblem("period_end", "period_too_long", "A service period lasts at most ten years.")]
    if cost.state == "actual" and cost.period_start > today:
        message = "Money for a period that has not begun is committed, not actual."
        return [FieldProblem("state", "actual_in_future", message)]
    return []


def _bill_problems(bill: Bill, currency: str, today: date) -> list[FieldProblem]:
    problems = [
        *currency_problems("bill/currency", bill.currency),
        *amount_problems("bill/amount", bill.amount),
        *measure_problems("bill/rate", bill.rate),
    ]
    if not problems and (bill.rate <= 0 or bill.rate >= Decimal(10) ** 8):
        problems.append(FieldProblem("bill/rate", "rate_not_positive", "An exchange rate is above zero."))
    if bill.currency == currency:
        message = "The case counts in {currency} already; a foreign bill has another currency."
        problems.append(FieldProblem("bill/currency", "not_foreign", message, {"currency": currency}))
    if bill.on > today:
        problems.append(FieldProblem("bill/on", "from_the_future", "The date of the rate lies in the future."))
    return problems


def _conversion_problems(amount: Decimal, bill: Bill, currency: str) -> list[FieldProblem]:
    made = (bill.amount * bill.rate).quantize(Decimal("0.01"))
    if abs(amount - made) <= max(made * CONVERSION_TOLERANCE, Decimal("0.01")):
        return []
    message = "{billed} {foreign} at {rate} make {made} {currency}, not {amount}; mend the rate or the amount."
    billed = {"billed": bill.amount, "foreign": bill.currency, "rate": bill.rate}
    params = {**billed, "made": made, "currency": currency, "amount": amount}
    return [FieldProblem("bill/rate", "rate_misses_amount", message, params)]
