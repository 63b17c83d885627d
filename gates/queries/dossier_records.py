"""Records of a case that a dossier freezes beside its criteria: way so far, risks, needs, use, waivers, questions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q

from gates.models import Decision, GateReview, Question
from portfolio.models import ChangeRequest, CostPlan, Dependency, Incident, Release, Risk, StageSpell, UseCase
from scoring.models import Waiver

# What a case has in use goes back as far as somebody who votes looks back.
MOST_RELEASES = 20


def case_records(review: GateReview, *, now: datetime) -> dict[str, Any]:
    """The records by the name of their part, each list in the order in which it was written down."""
    case = review.case
    return {
        "track": _track(case, now=now),
        "consent": _consent(case),
        "waivers": _waivers(case),
        "risks": _risks(case),
        "dependencies": _dependencies(case),
        "releases": _releases(case),
        "incidents": _incidents(case),
        "change_requests": _change_requests(case),
        "questions": _questions(review),
    }


def _track(case: UseCase, *, now: datetime) -> dict[str, Any]:
    """The gates that were decided, the latest decision of each, and the time-box of the present stage."""
    made = (
        Decision.objects.filter(review__case=case, corrected_by__isnull=True)
        .select_related("review")
        .only("year", "number", "outcome", "decided_at", "review__gate", "review__iteration")
        .order_by("decided_at", "pk")
    )
    latest = {decision.review.gate: decision for decision in made}
    spell = StageSpell.objects.filter(case=case, exit_reason="").first()
    return {
        "gates": [
            {
                "gate": gate,
                "outcome": decision.outcome,
                "decision": decision.reference,
                "iteration": decision.review.iteration,
                "decided_at": decision.decided_at,
            }
            for gate, decision in sorted(latest.items())
        ],
        "entered_at": spell.entered_at if spell else None,
        "time_box_days": spell.time_box_days + spell.extension_days if spell and spell.time_box_days else None,
        "time_box_ends_at": spell.time_box_ends_at if spell else None,
    }


def _consent(case: UseCase) -> dict[str, Any] | None:
    """Who agreed to the plan in force for the money, and when; None while nobody has."""
    plan = (
        CostPlan.objects.filter(case=case, agreed_at__isnull=False, superseded_at__isnull=True)
        .select_related("agreed_by")
        .first()
    )
    if plan is None:
        return None
    return {"version": plan.version, "agreed_by": str(plan.agreed_by), "agreed_at": plan.agreed_at}


def _waivers(case: UseCase) -> list[dict[str, Any]]:
    found = Waiver.objects.filter(case=case, iteration=case.iteration, state="granted")
    return [
        {
            "id": row.pk,
            "criterion": row.criterion,
            "reason": row.reason,
            "compensation": row.compensation,
            "expires_on": row.expires_on,
            "granted_by": [str(person) for person in (row.first_by, row.second_by) if person is not None],
            "is_renewal": row.renews_id is not None,
        }
        for row in found.select_related("first_by", "second_by").order_by("pk")
    ]


def _risks(case: UseCase) -> list[dict[str, Any]]:
    found = Risk.objects.filter(case=case, superseded_by__isnull=True, closed_at__isnull=True)
    return [
        {
            "id": row.pk,
            "text": row.text,
            "likelihood": row.likelihood,
            "impact": row.impact,
            "mitigation": row.mitigation,
            "owner": str(row.owner),
            "residual_accepted_by": str(row.residual_accepted_by) if row.residual_accepted_by else None,
        }
        for row in found.select_related("owner", "residual_accepted_by").order_by("pk")
    ]


def _dependencies(case: UseCase) -> list[dict[str, Any]]:
    found = Dependency.objects.filter(case=case, superseded_by__isnull=True, resolved_at__isnull=True)
    return [
        {
            "id": row.pk,
            "on": row.on,
            "text": row.text,
            "case": row.on_case.reference if row.on_case else None,
            "outside_team": row.is_outside_team,
            "blocked_since": row.blocked_date,
        }
        for row in found.select_related("on_case").order_by("pk")
    ]


def _releases(case: UseCase) -> list[dict[str, Any]]:
    found = Release.objects.filter(case=case).order_by("-pk")[:MOST_RELEASES]
    return [
        {
            "id": row.pk,
            "label": row.label,
            "kind": row.kind,
            "parts": row.parts,
            "digest": row.digest,
            "note": row.note,
            "recorded_at": row.recorded_at,
        }
        for row in reversed(found)
    ]


def _incidents(case: UseCase) -> list[dict[str, Any]]:
    found = Incident.objects.filter(case=case, iteration=case.iteration, superseded_by__isnull=True)
    return [
        {
            "id": row.pk,
            "severity": row.severity,
            "text": row.text,
            "detected_at": row.detected_at,
            "contained_at": row.contained_at,
            "containment": row.containment,
            "reported_at": row.reported_at,
        }
        for row in found.order_by("pk")
    ]


def _change_requests(case: UseCase) -> list[dict[str, Any]]:
    found = ChangeRequest.objects.filter(case=case, iteration=case.iteration, superseded_by__isnull=True)
    return [
        {
            "id": row.pk,
            "kind": row.kind,
            "text": row.text,
            "release": row.release.label if row.release else None,
            "state": row.state,
        }
        for row in found.exclude(state="withdrawn").select_related("release").order_by("pk")
    ]


def _questions(review: GateReview) -> list[dict[str, Any]]:
    """What was asked under earlier reviews of this iteration is part of the record as well."""
    same = Q(review__case=review.case_id, review__iteration=review.iteration)
    found = Question.objects.filter(same).select_related("asked_by", "answered_by").order_by("pk")
    return [_question(row) for row in found]


def _question(row: Question) -> dict[str, Any]:
    return {
        "id": row.pk,
        "text": row.text,
        "asked_by": str(row.asked_by),
        "asked_at": row.asked_at,
        "answer": row.answer,
        "answered_by": str(row.answered_by) if row.answered_by else None,
        "answered_at": row.answered_at,
    }
