"""What the readings of each KPI of a case show at the gate at which it counts next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from portfolio.models import UseCase
from scoring.queries.playbooks import published_playbook
from scoring.queries.probe_facts import case_state
from scoring.queries.wording import reason_text
from scoring.rules.estimates import Sample, estimate
from scoring.rules.playbook import Playbook
from scoring.rules.probes import Kpi, KpiEvidence, ProbeFacts, Reading, kpi_evidence
from scoring.rules.probes.outcome import kpis_counting_at
from scoring.rules.vocabulary import LAST_GATE

COUNTS = "counts"


@dataclass(frozen=True)
class ReadingState:
    """Whether a reading counts (`counts`) or why not, and the one-sided bounds of it alone where they are known."""

    state: str
    lower: Decimal | None = None
    upper: Decimal | None = None


@dataclass(frozen=True)
class ShownEvidence:
    """The evidence of one KPI. `counts_now` is False when it counts at a later gate than the next, or at none.

    `counts_ahead` is False when no gate ahead asks for it, so that its verdict says nothing.
    """

    evidence: KpiEvidence
    counts_now: bool
    counts_ahead: bool
    readings: Mapping[int | str, ReadingState] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """`pass`, `fail`, `stale` or `not_enough_evidence`."""
        return self.evidence.result.verdict

    @property
    def text(self) -> str:
        """The verdict as a sentence, in the reader's language."""
        return reason_text(self.evidence.result.code, self.evidence.result.params)


def evidence_of_case(case: UseCase, *, now: datetime) -> dict[int, ShownEvidence]:
    """The evidence by KPI; empty while the case has no next gate. As many queries for one KPI as for many."""
    facts = case_state(case.pk, now=now).probe_facts
    if facts is None:
        return {}
    playbook = published_playbook().rules
    return {int(kpi.record.id): _shown(kpi, facts, playbook) for kpi in facts.kpis}


def _shown(kpi: Kpi, facts: ProbeFacts, playbook: Playbook) -> ShownEvidence:
    first = max(facts.gate, 1)
    gates = [gate for gate in range(first, LAST_GATE + 1) if kpis_counting_at((kpi,), gate, playbook)]
    at = gates[0] if gates else first
    found = kpi_evidence(kpi, replace(facts, gate=at), playbook.kpis)
    counted = {reading.record.id for reading in found.counting.readings}
    states = {
        reading.record.id: _reading(
            reading,
            kpi,
            playbook,
            COUNTS if reading.record.id in counted else found.counting.excluded[reading.record.id],
        )
        for reading in kpi.readings
    }
    return ShownEvidence(found, bool(gates) and at == facts.gate, bool(gates), states)


def _reading(reading: Reading, kpi: Kpi, playbook: Playbook, state: str) -> ReadingState:
    if reading.sample_size <= 0:
        return ReadingState(state)
    sample = Sample(reading.value, reading.sample_size, reading.error)
    alone = estimate([sample], kpi.statistic, kpi.whole, playbook.kpis.confidence)
    return ReadingState(state, alone.lower, alone.upper)


def evidence_as_values(shown: ShownEvidence) -> dict[str, Any]:
    """The judged evidence as plain values, for programs."""
    found = shown.evidence
    known, more = found.estimate, found.more
    return {
        "gate": found.gate,
        "counts_now": shown.counts_now,
        "counts_ahead": shown.counts_ahead,
        "verdict": shown.verdict,
        "code": found.result.code,
        "reason": shown.text,
        "threshold": found.threshold.value if found.threshold else None,
        "mean": known.mean if known else None,
        "lower_bound": known.lower if known else None,
        "upper_bound": known.upper if known else None,
        "confidence": float(known.confidence) if known else None,
        "method": known.method if known else None,
        "samples": known.samples if known else 0,
        "sets": known.sets if known else 0,
        "more_samples": more.samples if more else None,
        "more_sets": more.sets if more else None,
        "futile": found.futile,
        "stale_at": found.stale_at,
        "counting": sorted(int(reading.record.id) for reading in found.counting.readings),
        "not_counting": [
            {"id": int(pk), "reason": why}
            for pk, why in sorted(found.counting.excluded.items(), key=lambda pair: int(pair[0]))
        ],
    }
