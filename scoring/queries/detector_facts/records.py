"""The records of cases that detectors read beside those of the probes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from portfolio.models import Feedback, KpiThreshold, ScopeItem, TrainingSession
from scoring.queries.probe_facts.periods import in_force, known_by, uncorrected
from scoring.rules.detectors import FeedbackGiven, ScopeChange
from scoring.rules.reasons import Record


def scope_changes_of(case_ids: Collection[int], *, now: datetime) -> dict[int, list[ScopeChange]]:
    """What stands in the scope, with when it came in."""
    rows = ScopeItem.objects.filter(in_force(now, start="added_at", end="removed_at"), case__in=case_ids)
    found: dict[int, list[ScopeChange]] = {}
    for case_id, pk, text, added_at in rows.order_by("pk").values_list("case", "pk", "text", "added_at"):
        found.setdefault(case_id, []).append(ScopeChange(Record("scope_item", pk, text), added_at))
    return found


def eased_thresholds_of(case_ids: Collection[int], *, now: datetime) -> dict[int, list[Record]]:
    """Thresholds in force that bear the mark of having been eased after a reading; the mark never goes."""
    rows = KpiThreshold.objects.filter(
        in_force(now, start="set_at", end="superseded_at"), kpi__case__in=case_ids, eased=True, late=True
    )
    found: dict[int, list[Record]] = {}
    for case_id, pk, name, gate in rows.order_by("pk").values_list("kpi__case", "pk", "kpi__name", "gate"):
        found.setdefault(case_id, []).append(Record("kpi_threshold", pk, f"{name}, gate {gate}"))
    return found


def feedback_of(case_ids: Collection[int], *, now: datetime) -> dict[int, list[FeedbackGiven]]:
    """What users said, with when they were answered."""
    rows = Feedback.objects.filter(uncorrected(now), case__in=case_ids, received_at__lte=now).order_by("pk")
    found: dict[int, list[FeedbackGiven]] = {}
    for case_id, pk, who, at, answered_at in rows.values_list("case", "pk", "given_by", "received_at", "answered_at"):
        given = FeedbackGiven(Record("feedback", pk, who), at, known_by(answered_at, now))
        found.setdefault(case_id, []).append(given)
    return found


def training_of(case_ids: Collection[int], *, now: datetime) -> dict[int, list[Record]]:
    """Sessions planned or held."""
    rows = TrainingSession.objects.filter(uncorrected(now), case__in=case_ids).order_by("pk")
    found: dict[int, list[Record]] = {}
    for case_id, pk, audience in rows.values_list("case", "pk", "audience"):
        found.setdefault(case_id, []).append(Record("training_session", pk, audience))
    return found
