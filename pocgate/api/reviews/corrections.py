"""Correcting a decision and clearing its conditions, over REST."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from gates.commands.corrections import CORRECTED, FREED, correct_decision, open_terms
from gates.commands.decisions import Ruling, clear_condition
from gates.models import Decision
from gates.queries.reviews import conditions_visible_to
from pocgate.api.answers import json_answer
from pocgate.api.base import ApiView
from pocgate.api.bodies import Body, read_body
from pocgate.api.idempotency import idempotent
from pocgate.api.reviews.bodies import LONG, ConditionBody, as_ruling
from pocgate.api.reviews.documents import condition_document, decision_document
from pocgate.api.reviews.records import NUMBER_PARAMETER, TAG, decision_or_404
from pocgate.api.reviews.shapes import CONDITION, DECISION
from pocgate.api.schema import IDEMPOTENCY_KEY, described
from pocgate.identity.enums import Scope
from pocgate.identity.queries import sign_in_of
from portfolio.enums import ReasonCode

CONDITION_ID = OpenApiParameter("condition_id", int, OpenApiParameter.PATH)


class CorrectionBody(Body):
    """How the decision should read; members left out stay as they are. `conditions` replace those still open."""

    note = serializers.CharField(max_length=LONG, help_text="Why it is corrected.")
    reason = serializers.CharField(max_length=LONG, allow_blank=True, required=False)
    reason_code = serializers.ChoiceField(ReasonCode.choices, required=False)
    learning = serializers.CharField(max_length=LONG, allow_blank=True, required=False)
    funding_amount = serializers.DecimalField(max_digits=16, decimal_places=2, allow_null=True, required=False)
    funding_until = serializers.DateField(allow_null=True, required=False)
    funding_people = serializers.DecimalField(max_digits=7, decimal_places=2, allow_null=True, required=False)
    freed_amount = serializers.DecimalField(max_digits=16, decimal_places=2, allow_null=True, required=False)
    freed_people = serializers.DecimalField(max_digits=7, decimal_places=2, allow_null=True, required=False)
    release = serializers.CharField(max_length=100, allow_blank=True, required=False)
    conditions = ConditionBody(many=True, required=False)


class ClearingBody(Body):
    """What shows that the condition is met; `evidence` is the id of a revision of the case's evidence."""

    note = serializers.CharField(max_length=4000)
    evidence = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)


def as_corrected(decision: Decision, values: Mapping[str, Any]) -> Ruling:
    """The decision with what the caller sets right; raises `Invalid` for unknown people."""
    stated = {name: getattr(decision, name) for name in (*CORRECTED, *FREED)}
    stated["release"] = decision.release.label if decision.release else ""
    given = {name: value for name, value in values.items() if name not in ("note", "conditions")}
    conditions = as_ruling({"outcome": decision.outcome, "conditions": values.get("conditions", [])}).conditions
    kept = conditions if "conditions" in values else open_terms(decision)
    return Ruling(outcome=decision.outcome, conditions=kept, **{**stated, **given})


class CorrectionView(ApiView):
    """Correcting a decision."""

    required_scopes = {"POST": Scope.GATES_DECIDE}

    @described(
        "correct_decision",
        "Correct a decision by a later one",
        tag=TAG,
        parameters=(NUMBER_PARAMETER, IDEMPOTENCY_KEY),
        request=CorrectionBody,
        answers={201: DECISION},
        errors=(400, 404, 409, 415),
    )
    @idempotent
    def post(self, request: Request, number: str) -> HttpResponse:
        """By chair or deputy. Outcome, stage and vote stay; the earlier decision stays as it was written."""
        decision, values = decision_or_404(self, number), read_body(CorrectionBody, request.data)
        made = correct_decision(
            decision_id=decision.pk,
            note=values["note"],
            ruling=as_corrected(decision, values),
            actor=self.person,
            sign_in=sign_in_of(request),
            now=self.now,
        )
        return json_answer(request, decision_document(decision_or_404(self, made.reference)), status=201)


class ClearingView(ApiView):
    """Clearing a condition."""

    required_scopes = {"POST": Scope.CASES_WRITE}

    @described(
        "clear_condition",
        "Clear a condition of a conditional go",
        tag=TAG,
        parameters=(CONDITION_ID, IDEMPOTENCY_KEY),
        request=ClearingBody,
        answers={200: CONDITION},
        errors=(400, 404, 409, 415),
    )
    @idempotent
    def post(self, request: Request, condition_id: int) -> HttpResponse:
        """By its owner, the product owner of the case, or the chair; with what shows that it is met."""
        found = conditions_visible_to(self.person, now=self.now).filter(pk=condition_id).first()
        if found is None:
            raise Http404
        values = read_body(ClearingBody, request.data)
        cleared = clear_condition(
            condition_id=found.pk,
            note=values["note"],
            revision_id=values.get("evidence"),
            actor=self.person,
            now=self.now,
        )
        return json_answer(request, condition_document(cleared))
