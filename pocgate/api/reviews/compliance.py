"""Compliance over REST: attesting again, verifying answers, the risk-tier questionnaire, what ends when."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from gates.commands.sign_offs import attest_again
from gates.queries.checklists import checklist_of
from gates.queries.expiries import EVIDENCE, SIGN_OFF, WAIVER, expiries
from pocgate.api import parameters
from pocgate.api.answers import json_answer
from pocgate.api.base import ApiView
from pocgate.api.bodies import Body, read_body
from pocgate.api.cases.access import case_or_404
from pocgate.api.idempotency import idempotent
from pocgate.api.reviews.documents import checklist_document
from pocgate.api.reviews.shapes import CHECKLIST
from pocgate.api.schema import ETAG_HEADERS, IDEMPOTENCY_KEY, REFERENCE, described
from pocgate.api.shapes import ANY_OBJECT, BOOLEAN, DAY, INTEGER, STRING, TIME, array, named, one_of, or_null, record
from pocgate.api.shapes import REFERENCE as REFERENCE_SHAPE
from pocgate.identity.enums import Scope
from pocgate.identity.queries import sign_in_of
from portfolio.commands.tiering import assess_tier, rule_tier
from portfolio.models import TierAssessment
from portfolio.queries.tiering import assessments_of, tier_standing
from portfolio.rules.tiering import DETAILS, DUTIES, QUESTIONNAIRE, VERSION, Question
from scoring.commands.answers import verify_answer

TAG = "compliance"
CRITERION = OpenApiParameter("criterion", str, OpenApiParameter.PATH, description="The criterion's key.")
PERIOD = (
    parameters.day("since", "From this day on; a month back by default."),
    parameters.day("until", "Up to this day; a year ahead by default."),
)
EXPIRY = named(
    "Expiry",
    record(
        kind=one_of([EVIDENCE, SIGN_OFF, WAIVER]),
        day=DAY,
        is_over=BOOLEAN,
        reference=REFERENCE_SHAPE,
        what=STRING,
        who=or_null(STRING),
    ),
)
ASSESSMENT = named(
    "TierAssessment",
    record(
        id=INTEGER,
        questionnaire=INTEGER,
        answers=ANY_OBJECT,
        proposed_tier=STRING,
        proposed_role=or_null(STRING),
        obligations=array(STRING),
        answered_by=or_null(STRING),
        answered_at=TIME,
    ),
)
QUESTION = named(
    "TierQuestion",
    record(
        key=STRING,
        text=STRING,
        help=or_null(STRING),
        options=array(record(value=STRING, text=STRING)),
        several=BOOLEAN,
        needed=BOOLEAN,
        details_of=or_null(STRING),
    ),
)
DUTY = named("TierDuty", record(key=STRING, text=STRING, source=STRING))
TIER_RULED = record(tier=STRING, proposed_tier=or_null(STRING), in_force=BOOLEAN)
VERIFIED = record(criterion=STRING, answer=STRING, verified_by=or_null(STRING), verified_at=or_null(TIME))


class AttestationBody(Body):
    """Items to accept once more, all or none."""

    criteria = serializers.ListField(child=serializers.CharField(max_length=60), min_length=1, max_length=200)


class VerificationBody(Body):
    """The answer that was looked at, by its id; refused when another one took its place."""

    answer = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)


class AssessmentBody(Body):
    """Answers to the questionnaire, by question."""

    answers = serializers.DictField(child=serializers.JSONField(), allow_empty=False)


class TierRulingBody(Body):
    """The tier, and why."""

    tier = serializers.CharField(max_length=20)
    reason = serializers.CharField(max_length=2000)


class AttestationView(ApiView):
    """Attesting again in bulk."""

    required_scopes = {"POST": Scope.COMPLIANCE_SIGN}

    @described(
        "attest_again",
        "Accept items once more of which nothing changed",
        tag=TAG,
        parameters=(REFERENCE, IDEMPOTENCY_KEY),
        request=AttestationBody,
        answers={200: CHECKLIST},
        errors=(400, 404, 409, 415),
    )
    @idempotent
    def post(self, request: Request, ref: str) -> HttpResponse:
        """All or none: 409 names what changed of each item since it was accepted."""
        case, values = case_or_404(self, ref), read_body(AttestationBody, request.data)
        sign_in = sign_in_of(request)
        attest_again(case_id=case.pk, criteria=values["criteria"], actor=self.person, sign_in=sign_in, now=self.now)
        checklist = checklist_of(case, now=self.now)
        if checklist is None:
            raise Http404
        return json_answer(request, checklist_document(checklist))


class VerificationView(ApiView):
    """Verifying a claimed answer."""

    required_scopes = {"POST": Scope.COMPLIANCE_SIGN}

    @described(
        "verify_answer",
        "Confirm another person's answer to a criterion",
        tag=TAG,
        parameters=(REFERENCE, CRITERION, IDEMPOTENCY_KEY),
        request=VerificationBody,
        answers={200: VERIFIED},
        errors=(400, 404, 409, 412, 415),
    )
    @idempotent
    def post(self, request: Request, ref: str, criterion: str) -> HttpResponse:
        """By compliance or the role that the playbook names, never by its author."""
        case, values = case_or_404(self, ref), read_body(VerificationBody, request.data)
        seen = values.get("answer")
        given = verify_answer(case_id=case.pk, criterion=criterion, actor=self.person, now=self.now, answer_id=seen)
        payload = {
            "criterion": given.criterion,
            "answer": given.answer,
            "verified_by": given.verified_by.username if given.verified_by else None,
            "verified_at": given.verified_at,
        }
        return json_answer(request, payload)


class TierAssessmentsView(ApiView):
    """The risk-tier questionnaire of a case."""

    required_scopes = {"GET": Scope.PORTFOLIO_READ, "POST": Scope.CASES_WRITE}

    @described(
        "list_tier_assessments",
        "List answers to the risk-tier questionnaire, the newest first",
        tag=TAG,
        parameters=(REFERENCE, *ETAG_HEADERS),
        answers={200: record(results=array(ASSESSMENT)), 304: None},
        errors=(404,),
    )
    def get(self, request: Request, ref: str) -> HttpResponseBase:
        """Each with the tier, role and obligations that followed."""
        rows = assessments_of(case_or_404(self, ref))
        return json_answer(request, {"results": [_assessment(row) for row in rows]})

    @described(
        "assess_tier",
        "Answer the risk-tier questionnaire",
        tag=TAG,
        parameters=(REFERENCE, IDEMPOTENCY_KEY),
        request=AssessmentBody,
        answers={201: ASSESSMENT},
        errors=(400, 404, 409, 415),
    )
    @idempotent
    def post(self, request: Request, ref: str) -> HttpResponse:
        """It may raise the tier at once; compliance confirms or lowers it."""
        case, values = case_or_404(self, ref), read_body(AssessmentBody, request.data)
        found = assess_tier(case_id=case.pk, answers=values["answers"], actor=self.person, now=self.now)
        return json_answer(request, _assessment(found), status=201)


class TierQuestionnaireView(ApiView):
    """The questionnaire itself."""

    required_scopes = {"GET": Scope.PORTFOLIO_READ}

    @described(
        "read_tier_questionnaire",
        "Read the questions behind the risk tier",
        tag=TAG,
        parameters=ETAG_HEADERS,
        answers={200: record(version=INTEGER, questions=array(QUESTION), duties=array(DUTY)), 304: None},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Needed questions have to be answered; a detailed one belongs to `details_of`. Duties are named by key."""
        owners = {detail: question for question, detail in DETAILS.items()}
        questions = [_question(question, owners.get(question.key)) for question in QUESTIONNAIRE]
        duties = [{"key": duty.key, "text": duty.text, "source": duty.source} for duty in DUTIES.values()]
        return json_answer(request, {"version": VERSION, "questions": questions, "duties": duties})


class TierRulingView(ApiView):
    """The tier in force."""

    required_scopes = {"POST": Scope.COMPLIANCE_SIGN}

    @described(
        "rule_tier",
        "Set the risk tier of a case",
        tag=TAG,
        parameters=(REFERENCE, IDEMPOTENCY_KEY),
        request=TierRulingBody,
        answers={200: TIER_RULED},
        errors=(400, 404, 409, 415),
    )
    @idempotent
    def post(self, request: Request, ref: str) -> HttpResponse:
        """By compliance. Leaving `prohibited` takes two persons: the first one proposes, and `in_force` is false."""
        case, values = case_or_404(self, ref), read_body(TierRulingBody, request.data)
        in_force = rule_tier(case_id=case.pk, actor=self.person, now=self.now, **values)
        standing = tier_standing(case)
        payload = {"tier": standing.tier, "proposed_tier": standing.proposed or None, "in_force": in_force}
        return json_answer(request, payload)


class ExpiriesView(ApiView):
    """The expiry calendar."""

    required_scopes = {"GET": Scope.GATES_READ}
    query_parameters = {"GET": PERIOD}

    @described(
        "list_expiries",
        "List evidence, signatures and waivers that end, by day",
        tag=TAG,
        query=PERIOD,
        parameters=ETAG_HEADERS,
        answers={200: record(results=array(EXPIRY)), 304: None},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Of the cases that the caller sees, with who renews each."""
        found = expiries(self.person, now=self.now, since=self.values.get("since"), until=self.values.get("until"))
        results = [
            {
                "kind": one.kind,
                "day": one.day,
                "is_over": one.is_over,
                "reference": one.case.reference,
                "what": one.what,
                "who": one.who or None,
            }
            for one in found
        ]
        return json_answer(request, {"results": results})


def _question(question: Question, details_of: str | None) -> dict[str, Any]:
    return {
        "key": question.key,
        "text": question.text,
        "help": question.help or None,
        "options": [{"value": value, "text": text} for value, text in question.options],
        "several": question.several,
        "needed": question.needed,
        "details_of": details_of,
    }


def _assessment(row: TierAssessment) -> dict[str, Any]:
    return {
        "id": row.pk,
        "questionnaire": row.questionnaire,
        "answers": row.answers,
        "proposed_tier": row.proposed_tier,
        "proposed_role": row.proposed_role or None,
        "obligations": row.obligations,
        "answered_by": row.answered_by.username if row.answered_by else None,
        "answered_at": row.answered_at,
    }
