"""The probes of KPI readings: which count, what they show, and the objectives, adoption and unit cost they prove."""

from scoring.rules.probes.kpis.counting import Counting, counting_readings
from scoring.rules.probes.kpis.evidence import KpiEvidence, futile_kpis, judge_kpi, kpi_evidence, kpi_meets_threshold
from scoring.rules.probes.kpis.objectives import adoption, slo_defined, slo_met, unit_cost_known

__all__ = [
    "Counting",
    "KpiEvidence",
    "adoption",
    "counting_readings",
    "futile_kpis",
    "judge_kpi",
    "kpi_evidence",
    "kpi_meets_threshold",
    "slo_defined",
    "slo_met",
    "unit_cost_known",
]
