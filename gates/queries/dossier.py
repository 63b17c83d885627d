"""What a dossier holds: everything a vote is cast on, in plain values that are frozen as canonical JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from gates.enums import ReviewState
from gates.models import Decision, Dossier, GateReview, SignOff
from gates.queries.dossier_records import case_records
from gates.queries.evaluation import Evaluation
from gates.rules.digest import Change, difference, plain
from pocgate.identity.models import User
from portfolio.models import UseCase
from scoring.queries.blindness import owes_rating
from scoring.queries.findings import frozen_findings
from scoring.queries.playbooks import PublishedPlaybook
from scoring.rules.costs.records import Cost
from scoring.rules.playbook import MATERIAL
from scoring.rules.probes import KpiEvidence, kpi_evidence
from scoring.rules.probes.outcome import kpis_counting_at
from scoring.rules.probes.records import Kpi
from scoring.rules.readiness import CriterionResult
from scoring.rules.reasons import Reason

# 1: without the records of `case_records`. 2: with them. Old revisions are never written again, only read.
FORMAT = 2
# Before the vote opens and after a withdrawal the case can still be rated.
RATING_STATES = (ReviewState.REQUESTED, ReviewState.IN_PREPARATION, ReviewState.WITHDRAWN)


def dossier_content(
    review: GateReview, version: PublishedPlaybook, found: Evaluation, *, now: datetime
) -> dict[str, Any]:
    """The content of a revision frozen at `now`. Money and shares are text, times ISO 8601 in UTC.

    `material` holds what makes votes on an older revision stale when it changes.
    """
    body = {
        "format": FORMAT,
        "as_of": now,
        "gate": review.gate,
        "kind": review.kind,
        "proposal": review.proposal,
        "convened_reason": review.convened_reason,
        "playbook": {"version": version.version, "digest": version.digest},
        "case": _case(found.case, found),
        "recommended": found.recommended,
        "readiness": _readiness(found),
        "criteria": [_criterion(result) for result in found.readiness.results],
        "scorecard": _scorecard(found),
        "scope": _scope(found),
        "kpis": _kpis(found),
        "costs": _costs(found),
        "sign_offs": _sign_offs(found.case),
        # Only where lists of extra items are asked.
        **({"extras": _extras(found)} if found.extras else {}),
        "closing_plans": review.closing_plans,
        "findings": frozen_findings(found.case),
        **case_records(review, now=now),
        "material": material(found),
    }
    body["changes"] = _changes_since_last_gate(found.case, body)
    content: dict[str, Any] = plain(body)  # type: ignore[assignment]
    return content


def material(found: Evaluation) -> dict[str, Any]:
    """What a vote stands on: recommended outcome, the verdict of each must, caps, tier, scope, sign-offs taken back."""
    plan = found.state.probe_facts.cost_plan if found.state.probe_facts else None
    taken_back = [result.key for result in found.readiness.results if result.reason.code in _TAKEN_BACK]
    content: dict[str, Any] = plain(  # type: ignore[assignment]
        {
            "recommended": found.recommended.outcome,
            "musts": {result.key: result.verdict for result in found.inputs.results if result.level == "must"},
            "caps": {f"{cap.scope} {cap.stage}": cap.amount for cap in plan.caps if cap.agreed_at} if plan else {},
            "tier": found.facts.tier,
            "scope": _scope(found),
            "sign_offs_taken_back": taken_back,
        }
    )
    return content


_TAKEN_BACK = ("sign_off_returned", "sign_off_outdated", "sign_off_expired")


def content_of(dossier: Dossier) -> dict[str, Any]:
    """The frozen content."""
    content: dict[str, Any] = json.loads(dossier.content)
    return content


def material_changes(
    before: Mapping[str, Any], after: Mapping[str, Any], counted: Sequence[str] = MATERIAL
) -> tuple[Change, ...]:
    """What changed of what the playbook counts between two `material` contents; empty when votes still stand."""
    return difference(
        {name: before[name] for name in counted if name in before}, {name: after[name] for name in counted}
    )


def dossiers_of(review: GateReview) -> QuerySet[Dossier]:
    """The revisions, the newest first."""
    return Dossier.objects.filter(review=review).select_related("review").order_by("-revision")


def _case(case: UseCase, found: Evaluation) -> dict[str, Any]:
    return {
        "reference": case.reference,
        "title": case.title,
        "problem": case.problem_statement,
        "process": case.affected_process,
        "users": case.affected_users,
        "benefit": case.expected_benefit,
        "department": str(case.department) if case.department else None,
        "unit": str(case.unit) if case.unit else None,
        "stage": case.stage,
        "iteration": case.iteration,
        "facts": found.facts,
        "vendor": case.vendor,
        "technology": case.technology,
    }


def _readiness(found: Evaluation) -> dict[str, Any]:
    return {
        "overall": found.readiness.overall,
        "bar": found.playbook.gate(found.gate).readiness_bar,
        "dimensions": [
            {"key": part.dimension, "score": part.score, "points": part.points, "possible": part.points_possible}
            for part in found.readiness.dimensions
        ],
    }


def _criterion(result: CriterionResult) -> dict[str, Any]:
    return {
        "key": result.key,
        "dimension": result.dimension,
        "kind": result.kind,
        "level": result.level,
        "verdict": result.verdict,
        "achievement": result.achievement,
        "points": result.points,
        "points_possible": result.points_possible,
        "reason": result.reason,
        "records": result.records,
        "closable": result.closable,
        "standing": result.standing,
        "expires_at": result.expires_at,
    }


def _extras(found: Evaluation) -> list[dict[str, Any]]:
    """Extra items of the checklist, with the words they had then."""
    results = {result.key: result for result in found.inputs.results}
    return [
        {
            **_criterion(results[item.key]),
            "title": item.title,
            "asks": item.asks,
            "reference": item.reference,
            "comment": item.sign_off.comment if item.sign_off else "",
        }
        for item in found.extras
    ]


def _scorecard(found: Evaluation) -> dict[str, Any] | None:
    if found.scorecard is None:
        return None
    card = found.scorecard
    return {
        "quadrant": card.quadrant,
        # Means only: single ratings stay hidden from assessors who have not given their own.
        "axes": [
            {
                "key": axis.axis,
                "score": axis.score,
                "capped_by": axis.capped_by,
                "criteria": [{"key": score.key, "mean": score.mean} for score in axis.criteria],
            }
            for axis in (card.value, card.feasibility)
        ],
        "reasons": card.reasons,
    }


def _scope(found: Evaluation) -> list[dict[str, Any]]:
    items = found.state.probe_facts.scope if found.state.probe_facts else ()
    return [
        {"id": item.record.id, "text": item.record.label, "inside": item.inside, "thin_slice": item.thin_slice}
        for item in items
    ]


def _kpis(found: Evaluation) -> list[dict[str, Any]]:
    if found.state.probe_facts is None:
        return []
    facts, playbook = replace(found.state.probe_facts, gate=found.gate), found.playbook
    counting = kpis_counting_at(facts.kpis, found.gate, playbook)
    judged = {kpi.record.id: kpi_evidence(kpi, facts, playbook.kpis) for kpi in counting}
    return [_kpi(kpi, found.gate, judged.get(kpi.record.id)) for kpi in facts.kpis]


def _kpi(kpi: Kpi, gate: int, judged: KpiEvidence | None) -> dict[str, Any]:
    threshold = kpi.threshold_at(gate)
    return {
        "id": kpi.record.id,
        "name": kpi.record.label,
        "role": kpi.role,
        "unit": kpi.unit,
        "direction": kpi.direction,
        "baseline": kpi.baseline,
        "target": kpi.target,
        "threshold": threshold.value if threshold else None,
        "thresholds": kpi.thresholds,
        "evidence": _evidence(judged) if judged else None,
        "readings": sorted(kpi.readings, key=lambda reading: (reading.observed_to, str(reading.record.id))),
    }


def _evidence(judged: KpiEvidence) -> dict[str, Any]:
    """The verdict with its reason, and the bounds it rests on with their method."""
    known, result = judged.estimate, judged.result
    return {
        "verdict": result.verdict,
        "reason": Reason(result.code, result.params),
        "mean": known.mean if known else None,
        "lower_bound": known.lower if known else None,
        "upper_bound": known.upper if known else None,
        "method": known.method if known else None,
        "futile": judged.futile,
    }


def _costs(found: Evaluation) -> dict[str, Any]:
    facts = found.state.probe_facts
    entries = facts.costs if facts else ()
    stage_entries = [entry for entry in entries if entry.in_stage]
    return {
        "currency": found.case.currency,
        "plan": facts.cost_plan if facts else None,
        "stage_actual": _sum(stage_entries, committed=False),
        "stage_committed": _sum(stage_entries, committed=True),
        "case_actual": _sum(list(entries), committed=False),
        "case_committed": _sum(list(entries), committed=True),
    }


def _sum(entries: list[Cost], *, committed: bool) -> Decimal:
    return sum((entry.amount for entry in entries if entry.committed == committed), Decimal(0))


def _sign_offs(case: UseCase) -> list[dict[str, Any]]:
    signed = SignOff.objects.filter(case=case, iteration=case.iteration, superseded_at__isnull=True)
    return [
        {
            "id": row.pk,
            "key": row.criterion,
            "kind": row.kind,
            "state": row.state,
            "outdated": row.outdated_at is not None,
            "comment": row.comment,
            "signed_by": str(row.signed_by),
            "signed_at": row.signed_at,
            "revisions": [
                {
                    "evidence": bound.revision.evidence_id,
                    "number": bound.revision.number,
                    "sha256": bound.revision.sha256,
                }
                for bound in row.revisions.all()
            ],
        }
        for row in signed.select_related("signed_by")
        .prefetch_related("revisions__revision")
        .order_by("criterion", "pk")
    ]


def last_gate_dossier(review: GateReview) -> Dossier | None:
    """The dossier of the case's last decision before this review; None at the first gate."""
    made = Decision.objects.filter(review__case=review.case_id, decided_at__lte=review.requested_at)
    last = made.select_related("dossier__review").order_by("-decided_at", "-pk").first()
    return last.dossier if last else None


def _changes_since_last_gate(case: UseCase, body: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is different from the dossier of the case's last decision; None when there was none."""
    last = Decision.objects.filter(review__case=case).select_related("dossier").order_by("-decided_at", "-pk").first()
    if last is None:
        return None
    before = content_of(last.dossier)
    old = {entry["key"]: entry["verdict"] for entry in before["criteria"]}
    new = {entry["key"]: entry["verdict"] for entry in body["criteria"]}
    return {
        "since": last.reference,
        "outcome": last.outcome,
        "decided_at": last.decided_at,
        "gate": before["gate"],
        "readiness": [before["readiness"]["overall"], body["readiness"]["overall"]],
        "case_actual": [before["costs"]["case_actual"], body["costs"]["case_actual"]],
        "verdicts": [
            {"key": key, "before": old.get(key), "after": verdict}
            for key, verdict in new.items()
            if old.get(key) != verdict
        ],
    }


def scorecard_waits(review: GateReview, viewer: User, *, now: datetime) -> bool:
    """Whether the dossier's scorecard is to be left out: the viewer may still rate the case, and has not."""
    return review.state in RATING_STATES and owes_rating(viewer, review.case, now=now)
