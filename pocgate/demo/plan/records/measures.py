"""KPIs with thresholds set before measuring, and readings that walk from baseline towards target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from pocgate.demo.plan.scripts import DRAFT
from pocgate.demo.plan.setting import Setting
from pocgate.demo.plan.shapes import KpiPlan, ReadingPlan, ThresholdPlan
from pocgate.demo.plan.subjects import Measure
from pocgate.demo.plan.timeline import Phase

# The share of the way from baseline to target that a threshold asks for, by gate.
_THRESHOLD_SHARE = {1: 0.55, 2: 0.45, 3: 0.55}
_SETS = ("hold-out set A", "hold-out set B", "shadow week")
_ADOPTION = Measure("Share of the desk's items handled with it", "%", "higher", Decimal(0), Decimal(80))
_LATENCY = Measure("Answer time, 95th percentile", "s", "lower", Decimal(6), Decimal(2))
_FAULTLESS = Measure("Spot-checked items without a fault", "%", "higher", Decimal(88), Decimal(97))
_UNIT_COST = Measure("Cost of one item handled with it", "EUR per item", "lower", Decimal("4.20"), Decimal("1.60"))
_WEEK, _MONTH = 7, 28
_REPORT = "weekly report"
_PILOT = 2


def kpis(setting: Setting) -> Iterator[KpiPlan]:
    """The primary KPI from the registration on; the others as the stages ask for them."""
    if not setting.script.promised:
        return
    subject = setting.subject
    created = setting.course.created_at + timedelta(minutes=45)
    primary = _kpi(setting, _PRIMARY, subject.primary, created)
    if setting.script.state == DRAFT:
        yield primary
        return
    yield _measured(setting, primary)
    quality = _kpi(setting, _QUALITY, subject.quality, created + timedelta(days=2))
    yield _tested(setting, quality)
    if not setting.script.detailed:
        return
    guardrail = _kpi(setting, _GUARDRAIL, subject.guardrail, created + timedelta(days=3))
    yield _measured(setting, guardrail)
    pilot = setting.first_phase(2)
    if pilot is not None:
        at = pilot.start + timedelta(days=1)
        adoption = replace(_kpi(setting, _ADOPTED, _ADOPTION, at), gates=_ADOPTED.gates)
        yield _measured(setting, adoption, start=0.45)
        for use, measure in ((_FAST, _LATENCY), (_RIGHT, _FAULTLESS), (_CHEAP, _UNIT_COST)):
            objective = replace(_kpi(setting, use, measure, at), gates=use.gates)
            yield _measured(setting, objective, start=0.8)


@dataclass(frozen=True)
class _Use:
    """What a measure is used for."""

    key: str
    role: str
    kind: str
    gates: tuple[int, ...]
    slo_of: str = ""


_PRIMARY = _Use("primary", "primary", "outcome", (2, 3))
_QUALITY = _Use("quality", "acceptance", "quality", (1,))
_GUARDRAIL = _Use("guardrail", "guardrail", "outcome", (2,))
_ADOPTED = _Use("adoption", "guardrail", "adoption", (3,))
_FAST = _Use("latency", "guardrail", "latency", (3,), "latency")
_RIGHT = _Use("faultless", "guardrail", "quality", (3,), "quality")
_CHEAP = _Use("unit-cost", "guardrail", "cost_per_unit", (3,), "cost")
# Counted in full, so that their samples tell the error.
_COUNTED = ("adoption", "faultless")


def _kpi(setting: Setting, use: _Use, measure: Measure, at: datetime) -> KpiPlan:
    return KpiPlan(
        key=use.key,
        name=measure.name,
        role=use.role,
        kind=use.kind,
        slo_of=use.slo_of,
        unit=measure.unit,
        direction=measure.direction,
        baseline=measure.baseline,
        target=measure.target,
        cadence_days=_WEEK if setting.script.detailed else _MONTH,
        min_samples=50,
        owner=setting.owner,
        created_at=at,
        target_date=(setting.course.created_at + timedelta(days=365)).date(),
        baseline_source="Mean of the twelve months before",
        thresholds=_thresholds(setting, measure, use.gates, at),
        money_per_unit=_worth(setting, measure) if use.role == "primary" else None,
    )


def _worth(setting: Setting, measure: Measure) -> Decimal | None:
    """What a unit of improvement is worth a year, so that reaching the target brings the promised benefit."""
    way = abs(measure.target - measure.baseline)
    return (setting.subject.benefit_a_year / way).quantize(Decimal(1)) if way else None


def _thresholds(setting: Setting, measure: Measure, gates: tuple[int, ...], at: datetime) -> tuple[ThresholdPlan, ...]:
    """Set before the gate that confirms them, one stage ahead."""
    found = []
    for gate in gates:
        phase = setting.first_phase(gate - 1)
        if phase is None:
            continue
        share = Decimal(str(_THRESHOLD_SHARE[gate]))
        value = measure.baseline + share * (measure.target - measure.baseline)
        if measure.target == measure.baseline:
            value = measure.baseline * (Decimal("1.1") if measure.direction == "lower" else Decimal("0.9"))
        # Half into the stage before; an open stage has it early, so that readings that follow count.
        moment = min(max(at, phase.start) + timedelta(days=5), phase.end - timedelta(days=1))
        found.append(ThresholdPlan(gate, _rounded(value), max(moment, at)))
    return tuple(found)


def _tested(setting: Setting, kpi: KpiPlan) -> KpiPlan:
    """Offline and shadow readings of the prototype, the last shortly before the gate."""
    readings: list[ReadingPlan] = []
    for phase in setting.phases_of(1):
        ends = [share for share in (0.5, 0.72, 0.93) if phase.is_done or share <= setting.script.progress]
        for source, share in zip(_SETS, ends, strict=False):
            at = phase.start + share * (phase.end - phase.start)
            reach = setting.script.reach if _fails(setting, phase) else 0.75 + 0.25 * share
            readings.append(_reading(setting, kpi, reach, _When(at, phase.iteration, source)))
        if setting.script.polishing:
            readings += _polished(setting, kpi, phase)
    return replace(kpi, readings=tuple(readings))


def _fails(setting: Setting, phase: Phase) -> bool:
    """Whether the script's reach tells of this prototype: one that was given up, or pivoted away from."""
    return phase.iteration < setting.course.iteration or setting.course.status == "stopped"


def _polished(setting: Setting, kpi: KpiPlan, phase: Phase) -> Iterator[ReadingPlan]:
    """Week after week, hardly better: the threshold was passed long ago."""
    weeks = int((setting.now - phase.start).days / 7) - 6
    for week in range(max(weeks, 0)):
        at = phase.start + timedelta(days=40 + 7 * week)
        if at < setting.now - timedelta(days=1):
            yield _reading(setting, kpi, 0.98 + 0.001 * week, _When(at, phase.iteration, _SETS[week % 2]))


def _measured(setting: Setting, kpi: KpiPlan, start: float = 0.55) -> KpiPlan:
    """Readings at the KPI's cadence through pilot and production."""
    readings = [
        reading
        for phase in setting.course.phases
        if phase.stage >= _PILOT
        for reading in _series(setting, kpi, phase, start)
    ]
    return replace(kpi, readings=tuple(readings))


def _series(setting: Setting, kpi: KpiPlan, phase: Phase, start: float) -> Iterator[ReadingPlan]:
    cadence = timedelta(days=kpi.cadence_days)
    end = phase.end
    if phase.is_done:
        # Measuring goes on while the committee sits.
        end = next((s.decided_at for s in setting.course.sittings if s.requested_at == phase.end), None) or phase.end
    at, days = phase.start + cadence, 0.0
    while at < min(end, setting.now - timedelta(hours=3)):
        scaled = 0.2 if phase.stage > _PILOT else 0
        reach = min(start + 0.0035 * days + scaled, 1.02) * setting.script.reach
        yield _reading(setting, kpi, reach, _When(at, phase.iteration, _REPORT))
        at += cadence
        days += kpi.cadence_days


@dataclass(frozen=True)
class _When:
    """When a reading was taken, in which iteration, from which source."""

    at: datetime
    iteration: int
    source: str


def _reading(setting: Setting, kpi: KpiPlan, reach: float, when: _When) -> ReadingPlan:
    rng = setting.rng
    way = kpi.target - kpi.baseline
    size = abs(way) if way else abs(kpi.baseline) * Decimal("0.1")
    noise = Decimal(str(round(rng.gauss(0, 0.03), 4))) * size
    value = kpi.baseline + Decimal(str(round(reach, 4))) * way + noise
    if not way:
        value = kpi.baseline * (Decimal("0.94") if kpi.direction == "lower" else Decimal("1.04")) + noise
    samples = 120 + rng.randrange(500)
    return ReadingPlan(
        value=_rounded(max(value, Decimal(0))),
        sample_size=samples,
        error=None if kpi.key in _COUNTED else _rounded(size * Decimal("0.035")),
        observed_from=when.at - timedelta(days=kpi.cadence_days),
        observed_to=when.at - timedelta(hours=2),
        recorded_at=when.at,
        source=when.source,
        method="counted" if when.source == _REPORT else "compared with two people's labels",
        iteration=when.iteration,
    )


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.001"))
