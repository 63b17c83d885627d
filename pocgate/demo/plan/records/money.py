"""Business case, cost plans and the costs booked against them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zlib import crc32

from pocgate.demo.plan.scripts import DRAFT
from pocgate.demo.plan.setting import Setting
from pocgate.demo.plan.shapes import BudgetPlan, BusinessPlan, EntryPlan
from pocgate.demo.plan.timeline import TIME_BOX_DAYS
from scoring.rules.vocabulary import COST_LINES

# A stage's cap as a share of the yearly cost at scale; the last stage is funded for two and a half years.
CAP_SHARE = {0: Decimal("0.06"), 1: Decimal("0.24"), 2: Decimal("0.55"), 3: Decimal("2.6")}
# Figures count for half a year; they are confirmed a little earlier.
_CONFIRMED_EVERY = timedelta(days=160)
_LINES = {
    0: (("people", 1.0),),
    1: (("people", 0.7), ("inference", 0.2), ("storage", 0.1)),
    2: (("people", 0.45), ("inference", 0.25), ("licences", 0.1), ("human_oversight", 0.1), ("integration", 0.1)),
    3: (("inference", 0.4), ("people", 0.25), ("human_oversight", 0.15), ("monitoring", 0.1), ("licences", 0.1)),
}
_ESTIMATES = {
    "licences": "0.1",
    "people": "0.25",
    "inference": "0.3",
    "storage": "0.04",
    "model_training": "0.06",
    "human_oversight": "0.12",
    "monitoring": "0.05",
    "integration": "0.04",
    "change_training": "0.04",
}
_RUN_RATE = Decimal("0.9")
# A reserve on the first two caps, which later plans keep: they raise the cap of the case by that of the stage alone.
_RESERVE = Decimal("0.1") * (CAP_SHARE[0] + CAP_SHARE[1])
# A pilot costs the most a month: its cap over its time-box, and a fifth more. Production needs less.
_MONTHLY_SHARE = {0: Decimal("0.24"), 1: Decimal("0.24"), 2: Decimal("0.24"), 3: Decimal("0.096")}
_ROUNDED_FROM = 2000
# Discovery estimates the lines in its second half.
_ESTIMATED_FROM = 0.5


def business(setting: Setting) -> Iterator[BusinessPlan]:
    """The figures, confirmed twice a year."""
    subject = setting.subject
    starts = _confirmations(setting, setting.course.created_at + timedelta(minutes=70))
    if not setting.script.detailed:
        starts = starts[-1:]
    for position, start in enumerate(starts):
        likely = subject.benefit_a_year * (Decimal(1) + Decimal("0.02") * position)
        yield BusinessPlan(
            low=_money(likely * Decimal("0.7")),
            likely=_money(likely),
            high=_money(likely * Decimal("1.35")),
            cost=_money(subject.cost_a_year),
            budget_line=f"CHG-{subject.key[:3].upper()}-{likely % 97:03.0f}",
            by=setting.owner,
            valid_from=start,
            valid_until=starts[position + 1] if position + 1 < len(starts) else None,
        )


def _confirmations(setting: Setting, first: datetime) -> list[datetime]:
    starts = [first]
    while starts[-1] + _CONFIRMED_EVERY < setting.course.until - timedelta(days=10):
        starts.append(starts[-1] + _CONFIRMED_EVERY)
    return starts


def budgets(setting: Setting) -> Iterator[BudgetPlan]:
    """A plan before each gate, with the cap of the stage behind it; renewed twice a year in production."""
    if setting.script.state == DRAFT:
        return
    moments: list[tuple[datetime, int]] = []
    for stage in range(setting.last_stage + 1):
        phase = setting.first_phase(stage)
        if phase is not None and phase.start + timedelta(days=9) < setting.now:
            moments.append((min(phase.start + timedelta(days=6), phase.end - timedelta(days=2)), stage))
    if not moments:
        return
    moments += [(at, setting.last_stage) for at in _confirmations(setting, moments[-1][0])[1:]]
    if not setting.script.detailed:
        moments = moments[-1:]
    for position, (at, stage) in enumerate(moments):
        agreed = at + timedelta(hours=26)
        following = moments[position + 1][0] + timedelta(hours=26) if position + 1 < len(moments) else None
        yield replace(
            _budget(setting, stage, at),
            version=position + 1,
            agreed_at=agreed if agreed < setting.now else None,
            superseded_at=following,
        )


def _budget(setting: Setting, stage: int, at: datetime) -> BudgetPlan:
    yearly = setting.subject.cost_a_year
    caps = {each: _money(yearly * CAP_SHARE[each]) for each in range(min(stage + 1, 3) + 1)}
    lines = tuple((line, _money(yearly / 12 * Decimal(_ESTIMATES[line])), "") for line in COST_LINES)
    if setting.subject.delivery in ("api_model", "bought"):
        lines = tuple(
            (line, Decimal(0), "The vendor trains the model") if line == "model_training" else (line, amount, reason)
            for line, amount, reason in lines
        )
    return BudgetPlan(
        version=1,
        case_cap=sum(caps.values(), _money(yearly * _RESERVE)),
        monthly_cap=_money(yearly * _MONTHLY_SHARE[stage]),
        proposed_by=setting.owner,
        proposed_at=at,
        agreed_by=setting.people["budget_holder"],
        agreed_at=None,
        superseded_at=None,
        caps=tuple(caps.items()),
        estimates=lines if stage > 0 or setting.script.progress > _ESTIMATED_FROM else (),
    )


def entries(setting: Setting) -> Iterator[EntryPlan]:
    """One entry a month and cost line, through every stay that was paid for."""
    for phase in setting.course.phases:
        total = _spent(setting, phase.stage, phase.start, phase.end)
        months = list(_months(phase.start.date(), phase.end.date()))
        days = sum((end - start).days for start, end in months) or 1
        lines = _LINES[phase.stage] if setting.script.detailed else _LINES[phase.stage][:1]
        for start, end in months:
            recorded = min(phase.end, setting.now) - timedelta(hours=2)
            if end < recorded.date() - timedelta(days=4):
                recorded = recorded.replace(year=end.year, month=end.month, day=end.day) + timedelta(days=3)
            busy = _busy(setting, start)
            for line, share in lines:
                noise = Decimal(str(round(setting.rng.uniform(0.95, 1.05), 3)))
                amount = total * (end - start).days / days * Decimal(str(share)) * noise * busy
                if amount >= 1:
                    yield EntryPlan(
                        *(line, _money(amount), "actual", "recurring" if phase.stage else "one_off", start, end),
                        *(phase.stage, phase.iteration, "", recorded, setting.owner),
                    )


def _busy(setting: Setting, month: date) -> Decimal:
    """Some months cost more than others, by up to an eighth; always the same ones for a case."""
    return 1 + Decimal(crc32(f"{setting.subject.key}{month:%Y-%m}".encode()) % 25 - 12) / 100


def _spent(setting: Setting, stage: int, start: datetime, end: datetime) -> Decimal:
    """What a stay cost: a share of the cap for a full time-box, or the run-rate in production."""
    days, box = max((end - start).days, 1), TIME_BOX_DAYS[stage]
    if box is None:
        return setting.subject.cost_a_year * _RUN_RATE * days / 365
    spend = setting.script.spend if stage == setting.last_stage else 0.7
    return setting.subject.cost_a_year * CAP_SHARE[stage] * Decimal(str(round(spend * min(days / box, 1), 4)))


def _months(start: date, end: date) -> Iterator[tuple[date, date]]:
    """The calendar months from start to end, cut to them; the end of a period is the day after its last."""
    while start < end:
        following = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield start, min(following, end)
        start = following


def _money(amount: Decimal) -> Decimal:
    """Whole euros, and hundreds where the amount is large."""
    step = 100 if amount >= _ROUNDED_FROM else 1
    return (amount / step).quantize(Decimal(1)) * step
