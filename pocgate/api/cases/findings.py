"""What the detectors find of a case, and what its owner answers."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from pocgate.api.answers import json_answer
from pocgate.api.base import ApiView
from pocgate.api.bodies import Body, read_body
from pocgate.api.cases.access import case_or_404
from pocgate.api.cases.columns import reference
from pocgate.api.idempotency import idempotent
from pocgate.api.schema import ETAG_HEADERS, IDEMPOTENCY_KEY, REFERENCE, described
from pocgate.api.shapes import (
    ANY_OBJECT,
    BOOLEAN,
    COUNT,
    DAY,
    INTEGER,
    STRING,
    TIME,
    array,
    named,
    one_of,
    or_null,
    record,
)
from pocgate.api.shapes import REFERENCE as REFERENCE_SHAPE
from pocgate.identity.enums import Scope
from portfolio.models import UseCase
from scoring.commands.findings import answer_finding
from scoring.enums import Detector, FindingReply, FindingState, Severity, SwampKind
from scoring.models import SwampSignal
from scoring.queries.finding_words import signal_text, swamp_text
from scoring.queries.findings import ShownAnswer, ShownFinding, ShownSignal, findings_of, swamp_of
from scoring.rules.detectors.answers import LONGEST_REASON

TAG = "use cases"
DETECTOR = OpenApiParameter("detector", str, OpenApiParameter.PATH, enum=Detector.values, description="The detector.")
RECORD = record(type=STRING, id={"type": ["integer", "string"]}, label=STRING)
ANSWER = record(
    reply=one_of(FindingReply.values),
    reason=STRING,
    mend_by=or_null(DAY),
    author=STRING,
    answered_at=TIME,
    stands={**BOOLEAN, "description": "Given to the present finding, and the latest."},
    broken={**BOOLEAN, "description": "The day has passed, and the detector still fires."},
)
FINDING = record(
    detector=one_of(Detector.values),
    title=STRING,
    version=INTEGER,
    state=one_of(FindingState.values),
    severity=or_null(one_of(Severity.values)),
    first_seen_at=or_null(TIME),
    cleared_at=or_null(TIME),
    changed_at=TIME,
    how=STRING,
    signals=array(
        record(
            code=STRING,
            strong=BOOLEAN,
            state=one_of(FindingState.values),
            detail=STRING,
            params=ANY_OBJECT,
            records=array(RECORD),
        )
    ),
    answers=array(ANSWER),
)
FINDINGS = named(
    "Findings",
    record(
        reference=REFERENCE_SHAPE,
        is_current={**BOOLEAN, "description": "False while a change waits for the detectors to look."},
        fired=COUNT,
        findings=array(FINDING),
        swamp=array(
            record(
                kind=one_of(SwampKind.values),
                detail=STRING,
                since=or_null(TIME),
                first_seen_at=TIME,
                params=ANY_OBJECT,
                records=array(RECORD),
            )
        ),
    ),
)


class AnswerBody(Body):
    """An owner's answer to a finding that fired."""

    reply = serializers.ChoiceField(FindingReply.choices)
    reason = serializers.CharField(max_length=LONGEST_REASON, allow_blank=True, required=False)
    mend_by = serializers.DateField(required=False, allow_null=True)


class FindingsView(ApiView):
    """A case's findings."""

    required_scopes = {"GET": Scope.PORTFOLIO_READ}

    @described(
        "read_findings",
        "Read what the detectors find of a case",
        tag=TAG,
        parameters=(REFERENCE, *ETAG_HEADERS),
        answers={200: FINDINGS, 304: None},
        errors=(404,),
    )
    def get(self, request: Request, ref: str) -> HttpResponseBase:
        """Each detector with its signals, numbers and records. Drafts and ended cases have no findings."""
        return json_answer(request, case_findings(self, case_or_404(self, ref)))


class FindingAnswersView(ApiView):
    """Answering a finding."""

    required_scopes = {"POST": Scope.CASES_WRITE}

    @described(
        "answer_finding",
        "Agree with a finding, promise to mend it, or dispute it",
        tag=TAG,
        parameters=(REFERENCE, DETECTOR, IDEMPOTENCY_KEY),
        request=AnswerBody,
        answers={200: FINDINGS},
        errors=(400, 404, 409, 415),
    )
    @idempotent
    def post(self, request: Request, ref: str, detector: str) -> HttpResponse:
        """By the product owner. Every answer stays; the latest counts while the detector fires."""
        case = case_or_404(self, ref)
        if detector not in Detector.values:
            raise Http404
        values = read_body(AnswerBody, request.data)
        answer_finding(case_id=case.pk, detector=detector, actor=self.person, now=self.now, **values)
        return json_answer(request, case_findings(self, case))


def case_findings(view: ApiView, case: UseCase) -> dict[str, Any]:
    """The findings with their sentences in English."""
    with translation.override("en"):
        found = findings_of(case, now=view.now)
        return {
            "reference": reference(case.number),
            "is_current": case.findings_version >= case.requested_version,
            "fired": sum(finding.fired for finding in found),
            "findings": [_finding(finding) for finding in found],
            "swamp": [_sign(signal) for signal in swamp_of(case)],
        }


def _finding(shown: ShownFinding) -> dict[str, Any]:
    row = shown.finding
    return {
        "detector": row.detector,
        "title": shown.title,
        "version": row.version,
        "state": row.state,
        "severity": row.severity or None,
        "first_seen_at": row.first_seen_at,
        "cleared_at": row.cleared_at,
        "changed_at": row.changed_at,
        "how": shown.how,
        "signals": [_signal(signal) for signal in shown.signals],
        "answers": [_answer(answer) for answer in shown.answers],
    }


def _signal(signal: ShownSignal) -> dict[str, Any]:
    return {
        "code": signal.code,
        "strong": signal.strong,
        "state": signal.state,
        "detail": signal_text(signal.code, signal.state, signal.params),
        "params": signal.params,
        "records": [vars(behind) for behind in signal.records],
    }


def _answer(shown: ShownAnswer) -> dict[str, Any]:
    given = shown.answer
    return {
        "reply": given.reply,
        "reason": given.reason,
        "mend_by": given.mend_by,
        "author": given.author.username,
        "answered_at": given.answered_at,
        "stands": shown.stands,
        "broken": shown.broken,
    }


def _sign(signal: SwampSignal) -> dict[str, Any]:
    return {
        "kind": signal.kind,
        "detail": swamp_text(signal.kind, signal.since, signal.params),
        "since": signal.since,
        "first_seen_at": signal.first_seen_at,
        "params": signal.params,
        "records": signal.records,
    }
