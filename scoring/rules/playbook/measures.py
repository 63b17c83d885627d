"""What the probes of a playbook measure against: KPIs at gates, cost, and the smaller thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from scoring.rules.playbook.section import Section
from scoring.rules.playbook.texts import Texts
from scoring.rules.vocabulary import COST_LINES, KPI_PURPOSES


@dataclass(frozen=True)
class KpiPolicy:
    """Which KPIs count at which gate, and when readings are enough and fresh. Days are calendar days."""

    counts_at: tuple[tuple[int, tuple[str, ...]], ...]
    min_samples: int
    min_raters: int
    prototype_sets: int
    pilot_periods: int
    pilot_weeks: int
    pilot_monthly_periods: int
    fresh_days: int
    pilot_fresh_days: int
    confidence: Fraction
    futility_share: Fraction

    def purposes_at(self, gate: int) -> tuple[str, ...]:
        """The purposes of KPIs that count at the gate."""
        return dict(self.counts_at).get(gate, ())


@dataclass(frozen=True)
class CostPolicy:
    """The cost lines in reading order; the forecast: the periods it needs and the confidence of its interval; notices.

    `notice_percents` are the shares of a cap that are noticed. From `justification_percent` on the owner is asked why,
    from `review_percent` on a review out of cycle is proposed; both are among the shares.
    """

    lines: tuple[tuple[str, Texts], ...]
    forecast_periods: int
    forecast_confidence: Fraction
    notice_percents: tuple[int, ...]
    justification_percent: int
    review_percent: int


@dataclass(frozen=True)
class ProbePolicy:
    """The smaller thresholds of single probes."""

    problem_characters: int
    feedback_count: int
    feedback_days: int
    feedback_answered: Fraction
    operations_days: int
    operations_figures: tuple[str, ...]
    training_reached: Fraction


def read_kpis(section: Section) -> KpiPolicy:
    """The section `kpis`."""
    policy = KpiPolicy(
        counts_at=_read_counts_at(section),
        min_samples=section.integer("min_samples", least=1),
        min_raters=section.integer("min_raters", least=1),
        prototype_sets=section.integer("prototype_sets", least=1),
        pilot_periods=section.integer("pilot_periods", least=1),
        pilot_weeks=section.integer("pilot_weeks", least=1),
        pilot_monthly_periods=section.integer("pilot_monthly_periods", least=1),
        fresh_days=section.integer("fresh_days", least=1),
        pilot_fresh_days=section.integer("pilot_fresh_days", least=1),
        confidence=_read_confidence(section, "confidence"),
        futility_share=section.share("futility_share"),
    )
    section.finish()
    return policy


def _read_counts_at(section: Section) -> tuple[tuple[int, tuple[str, ...]], ...]:
    entry = section.section("counts_at")
    found = tuple((gate, entry.words(f"gate_{gate}", KPI_PURPOSES, "unknown_purpose")) for gate in (1, 2, 3))
    entry.finish()
    return found


def _read_confidence(section: Section, key: str) -> Fraction:
    confidence = section.share(key)
    if not Fraction(1, 2) <= confidence < 1:
        section.problem("share_out_of_range", "A confidence is at least 1/2 and below 1.", key)
    return confidence


def read_costs(section: Section) -> CostPolicy:
    """The section `costs`: every cost line is described."""
    lines = section.section("lines")
    policy = CostPolicy(
        lines=tuple((line, lines.texts(line)) for line in COST_LINES),
        forecast_periods=section.integer("forecast_periods", least=2, most=60),
        forecast_confidence=_read_confidence(section, "forecast_confidence"),
        notice_percents=section.integers("notice_percents", least=1, most=1000),
        justification_percent=section.integer("justification_percent", least=1, most=1000),
        review_percent=section.integer("review_percent", least=1, most=1000),
    )
    for key in ("justification_percent", "review_percent"):
        if getattr(policy, key) not in policy.notice_percents:
            section.problem("not_noticed", "This share of a cap is not among notice_percents.", key)
    lines.finish()
    section.finish()
    return policy


def read_probes(section: Section) -> ProbePolicy:
    """The section `probes`."""
    policy = ProbePolicy(
        problem_characters=section.integer("problem_characters", least=1),
        feedback_count=section.integer("feedback_count", least=1),
        feedback_days=section.integer("feedback_days", least=1),
        feedback_answered=section.share("feedback_answered"),
        operations_days=section.integer("operations_days", least=1),
        operations_figures=section.words("operations_figures", ("throughput", "latency", "error_rate", "availability")),
        training_reached=section.share("training_reached"),
    )
    section.finish()
    return policy
