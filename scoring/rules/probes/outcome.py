"""Probes of the dimension business outcome, KPI readings apart."""

from __future__ import annotations

from datetime import timedelta

from scoring.rules.playbook.whole import Playbook
from scoring.rules.probes.records import HIGHER, BusinessCase, Kpi, ProbeFacts, TeamMember
from scoring.rules.probes.results import failed, missing, outdated, passed
from scoring.rules.readiness.answers import ProbeResult
from scoring.rules.vocabulary import LAST_GATE


def problem_stated(facts: ProbeFacts, playbook: Playbook) -> ProbeResult:
    """The problem has substance, and the process and its users are named."""
    text = facts.text
    characters = len(" ".join(text.problem.split()))
    needed = playbook.probes.problem_characters
    if characters < needed:
        return missing("problem_too_short", {"characters": characters, "needed": needed}, records=[text.record])
    if not text.process.strip() or not text.users.strip():
        return missing("process_or_users_missing", records=[text.record])
    return passed("problem_stated", records=[text.record])


def scope_bounded(facts: ProbeFacts, playbook: Playbook) -> ProbeResult:
    """Something is in scope, something out, and a thin slice inside is marked."""
    shown = {
        "in_scope": any(item.inside for item in facts.scope),
        "out_of_scope": any(not item.inside for item in facts.scope),
        "thin_slice": any(item.inside and item.thin_slice for item in facts.scope),
    }
    records = [item.record for item in facts.scope]
    lacking = [name for name, there in shown.items() if not there]
    if lacking:
        return missing("scope_incomplete", {"missing": lacking}, records=records)
    return passed("scope_bounded", records=records)


def business_owner(facts: ProbeFacts, playbook: Playbook) -> ProbeResult:
    """An active business owner confirmed in the system."""
    owners = _active(facts, "business_owner")
    records = [owner.record for owner in owners]
    if not owners:
        return missing("business_owner_missing")
    confirmed = [owner for owner in owners if owner.confirmed_at is not None]
    if not confirmed:
        return missing("business_owner_unconfirmed", records=records)
    ends = [owner.until for owner in confirmed]
    known_ends = [end for end in ends if end is not None]
    changes_at = max(known_ends) if len(known_ends) == len(ends) else None
    return passed("business_owner_confirmed", records=records, changes_at=changes_at)


def sponsor_confirmed(facts: ProbeFacts, playbook: Playbook) -> ProbeResult:
    """Sponsor and budget holder are active and confirmed within the validity of the criterion."""
    members = {role: _active(facts, role) for role in ("sponsor", "budget_holder")}
    records = [member.record for of_role in members.values() for member in of_role]
    confirmations = {
        role: max((member.confirmed_at for member in of_role if member.confirmed_at), default=None)
        for role, of_role in members.items()
    }
    lacking = [role for role, confirmed_at in confirmations.items() if confirmed_at is None]
    if lacking:
        return missing("sponsors_missing", {"missing": lacking}, records=records)
    days = playbook.criteria_by_key["sponsor_confirmed"].valid_days
    ends = {role: at + timedelta(days=days) for role, at in confirmations.items() if at and days}
    old = [role for role, end in ends.items() if end <= facts.now]
    if old:
        return outdated("sponsors_outdated", {"days": days, "missing": old}, records=records)
    leaving = [member.until for of_role in members.values() for member in of_role if member.until]
    changes_at = min([*ends.values(), *leaving], default=None)
    return passed("sponsors_confirmed", records=records, changes_at=changes_at)


def _active(facts: ProbeFacts, role: str) -> list[TeamMember]:
    return [member for member in facts.team if member.role == role and member.is_active(facts.now)]


def business_case(facts: ProbeFacts, playbook: Playbook) -> ProbeResult:
    """The whole range of yearly benefit lies above the cost at scale, a budget line is named, and it is recent."""
    case = facts.business_case
    if case is None:
        return missing("business_case_missing")
    low, cost, lacking = case.benefit_low, case.cost_at_scale, _lacking(case)
    if lacking or low is None or cost is None:
        return missing("business_case_incomplete", {"missing": lacking}, records=[case.record])
    days = playbook.criteria_by_key["business_case"].valid_days
    expires_at = case.recorded_at + timedelta(days=days) if days else None
    if expires_at is not None and expires_at <= facts.now:
        return outdated("business_case_outdated", {"days": days}, records=[case.record])
    if low <= cost:
        amounts = {"benefit": low, "cost": cost}
        return failed("benefit_below_cost", amounts, records=[case.record], changes_at=expires_at)
    return passed("business_case_holds", records=[case.record], changes_at=expires_at)


def _lacking(case: BusinessCase) -> list[str]:
    given = {
        "benefit_low": case.benefit_low is not None,
        "benefit_likely": case.benefit_likely is not None,
        "benefit_high": case.benefit_high is not None,
        "cost_at_scale": case.cost_at_scale is not None,
        "budget_line": bool(case.budget_line.strip()),
    }
    return [name for name, there in given.items() if not there]


def kpi_baseline_target(facts: ProbeFacts, playbook: Playbook) -> ProbeResult:
    """One primary KPI with a target better than its baseline; guardrails may stay at theirs."""
    primaries = [kpi for kpi in facts.kpis if kpi.role == "primary"]
    if not primaries:
        return missing("primary_kpi_missing")
    if len(primaries) > 1:
        records = [kpi.record for kpi in primaries]
        return failed("primary_kpi_not_unique", {"count": len(primaries)}, records=records)
    promised = [*primaries, *(kpi for kpi in facts.kpis if kpi.role == "guardrail")]
    for kpi in promised:
        fault = _promise_fault(kpi)
        if fault is not None:
            return fault
    return passed("primary_kpi_complete", records=[kpi.record for kpi in promised])


def _promise_fault(kpi: Kpi) -> ProbeResult | None:
    given = {
        "unit": bool(kpi.unit.strip()),
        "direction": bool(kpi.direction),
        "baseline": kpi.baseline is not None,
        "target": kpi.target is not None,
    }
    lacking = [name for name, there in given.items() if not there]
    if lacking or kpi.baseline is None or kpi.target is None:
        return missing("kpi_incomplete", {"kpi": kpi.record.label, "missing": lacking}, records=[kpi.record])
    gain = kpi.target - kpi.baseline if kpi.direction == HIGHER else kpi.baseline - kpi.target
    if kpi.role == "guardrail":
        return failed("guardrail_worse", {"kpi": kpi.record.label}, records=[kpi.record]) if gain < 0 else None
    return failed("target_not_better", {"kpi": kpi.record.label}, records=[kpi.record]) if gain <= 0 else None


def thresholds_preregistered(facts: ProbeFacts, playbook: Playbook) -> ProbeResult:
    """Every KPI that counts at the next gate has its threshold; the decision of this gate confirms them."""
    gate = min(facts.gate + 1, LAST_GATE)
    kpis = kpis_counting_at(facts.kpis, gate, playbook)
    if not kpis:
        return missing("no_kpi_for_gate", {"gate": gate})
    thresholds = {kpi.record.label: kpi.threshold_at(gate) for kpi in kpis}
    lacking = [label for label, threshold in thresholds.items() if threshold is None]
    marked = [each for each in thresholds.values() if each is not None and (each.eased or each.late)]
    records = [*(kpi.record for kpi in kpis), *(each.record for each in marked if each.record)]
    if lacking:
        return missing("thresholds_missing", {"gate": gate, "missing": lacking}, records=records)
    if marked:
        return passed("thresholds_set_late", {"gate": gate, "count": len(marked)}, records=records)
    return passed("thresholds_set", {"gate": gate}, records=records)


def kpis_counting_at(kpis: tuple[Kpi, ...], gate: int, playbook: Playbook) -> tuple[Kpi, ...]:
    """The KPIs that count at a gate: by their own list of gates, else by what the playbook says of their purpose."""
    purposes = set(playbook.kpis.purposes_at(gate))
    return tuple(kpi for kpi in kpis if (gate in kpi.gates if kpi.gates else purposes & _purposes(kpi)))


def _purposes(kpi: Kpi) -> set[str]:
    objective = {"slo"} if kpi.slo_of and kpi.slo_of != "none" else set()
    return {kpi.role, kpi.kind} | objective
