"""What passes by a small margin: how far a figure is from the limit at which its criterion fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from scoring.queries.explaining.as_of import AsOf
from scoring.queries.explaining.parts import part_of
from scoring.queries.readiness import Part
from scoring.rules.costs.outlook import Breach, outlook_of
from scoring.rules.costs.records import Cap
from scoring.rules.probes.cost import money_of
from scoring.rules.readiness import CriterionResult
from scoring.rules.vocabulary import PASS

# With less than this share left a figure is worth a look; a quarter of a cap is the second of the three notices.
NARROW = Decimal("0.25")
# The reasons of passing criteria that name a figure and the limit it must not cross.
_FIGURES: Mapping[str, tuple[str, str]] = {
    "kpi_meets_threshold": ("bound", "threshold"),
    "within_cap": ("spent", "cap"),
}
_HEARD = "feedback_answered"
_PLACES = Decimal("0.0001")


@dataclass(frozen=True)
class Margin:
    """A figure near its limit. `share` is what is left of the cap, the way from baseline to target, or the count."""

    part: Part
    figure: Decimal
    limit: Decimal
    share: Decimal


@dataclass(frozen=True)
class ComingBreach:
    """A cap that is going to be passed: the expected day with its interval, and how sure it is."""

    scope: str
    cap: Cap
    state: str
    breach: Breach


def margins_of(found: AsOf) -> tuple[Margin, ...]:
    """Passing figures with less than a quarter left, the narrowest first. No queries."""
    margins = (_margin_of(result, found) for result in found.readiness.results if result.verdict == PASS)
    near = [margin for margin in margins if margin is not None and margin.share < NARROW]
    return tuple(sorted(near, key=lambda margin: margin.share))


def breaches_of(found: AsOf) -> tuple[ComingBreach, ...]:
    """The caps that the forecast sees passed before the horizon, the earliest first. No queries."""
    facts = found.state.probe_facts
    if facts is None:
        return ()
    standings = outlook_of(money_of(facts), found.rules.costs).standings
    breaches = [
        ComingBreach(standing.scope, standing.cap, standing.state, standing.breach)
        for standing in standings
        if standing.cap is not None and standing.breach is not None and standing.breach.day is not None
    ]
    return tuple(sorted(breaches, key=lambda each: each.breach.day or found.at.date()))


def _margin_of(result: CriterionResult, found: AsOf) -> Margin | None:
    return _feedback(result, found) if result.reason.code == _HEARD else _margin(result, found)


def _feedback(result: CriterionResult, found: AsOf) -> Margin:
    """How many more there are than needed, as a share of those needed."""
    policy = found.rules.probes
    window = timedelta(days=policy.feedback_days)
    feedback = found.state.probe_facts.feedback if found.state.probe_facts else ()
    count = sum(each.received_at + window > found.at for each in feedback)
    needed = Decimal(policy.feedback_count)
    share = ((count - needed) / needed).quantize(_PLACES)
    return Margin(part_of(result, found.rules, found.state.facts), Decimal(count), needed, share)


def _margin(result: CriterionResult, found: AsOf) -> Margin | None:
    names = _FIGURES.get(result.reason.code)
    if names is None:
        return None
    figure, limit = (result.reason.params.get(name) for name in names)
    whole = _whole(result, found)
    if not isinstance(figure, Decimal) or not isinstance(limit, Decimal) or not whole:
        return None
    share = (abs(limit - figure) / whole).quantize(_PLACES)
    return Margin(part_of(result, found.rules, found.state.facts), figure, limit, share)


def _whole(result: CriterionResult, found: AsOf) -> Decimal | None:
    """What the margin is a share of: the cap itself, or the distance between baseline and target of the KPI."""
    cap = result.reason.params.get("cap")
    if isinstance(cap, Decimal):
        return abs(cap)
    named = {str(record.id) for record in result.records if record.type == "kpi"}
    kpis = found.state.probe_facts.kpis if found.state.probe_facts else ()
    for kpi in kpis:
        if str(kpi.record.id) in named and kpi.baseline is not None and kpi.target is not None:
            return abs(kpi.target - kpi.baseline)
    return None
