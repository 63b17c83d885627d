"""Evidence of a case: listed with its hashes, attached as a file or as a link that is never fetched."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from pocgate.api.answers import JSON, json_answer
from pocgate.api.base import ApiView
from pocgate.api.bodies import Body, read_body
from pocgate.api.cases.access import case_or_404
from pocgate.api.idempotency import idempotent
from pocgate.api.parsers import StrictJSONParser
from pocgate.api.schema import ETAG_HEADERS, IDEMPOTENCY_KEY, REFERENCE, described
from pocgate.api.shapes import COUNT, DAY, INTEGER, STRING, TIME, array, named, or_null, record
from pocgate.identity.enums import Scope
from pocgate.kernel.uploads import was_too_large
from portfolio.commands.evidence import Upload, attach_evidence
from portfolio.models import Evidence, EvidenceRevision, UseCase

TAG = "evidence"
MULTIPART = "multipart/form-data"
REVISION = record(
    id=INTEGER,
    number=INTEGER,
    sha256={"type": "string", "pattern": "^[0-9a-f]{64}$"},
    size=COUNT,
    content_type=or_null(STRING),
    file_name=or_null(STRING),
    link=or_null(STRING),
    uploaded_by=or_null(STRING),
    uploaded_at=TIME,
    valid_until=or_null(DAY),
)
EVIDENCE = named(
    "Evidence", record(id=INTEGER, title=STRING, created_at=TIME, withdrawn_at=or_null(TIME), revisions=array(REVISION))
)


class TooLarge(APIException):
    """The file is larger than this installation takes."""

    status_code = 413
    default_code = "too_large"
    default_detail = "The file is larger than this installation accepts."


class LinkBody(Body):
    """Evidence that lies elsewhere; the link is kept as text."""

    title = serializers.CharField(max_length=300)
    link = serializers.CharField(max_length=2000, required=False)
    valid_until = serializers.DateField(allow_null=True, required=False)


class EvidenceBody(LinkBody):
    """A file of at most 50 MiB of a listed type, or a link."""

    file = serializers.FileField(required=False, allow_empty_file=True, max_length=255)


class EvidenceView(ApiView):
    """Evidence of a case."""

    required_scopes = {"GET": Scope.PORTFOLIO_READ, "POST": Scope.EVIDENCE_WRITE}
    parser_classes = (StrictJSONParser, MultiPartParser)

    @described(
        "list_evidence",
        "List the evidence of a case with its revisions",
        tag=TAG,
        parameters=(REFERENCE, *ETAG_HEADERS),
        answers={200: record(results=array(EVIDENCE)), 304: None},
        errors=(404,),
    )
    def get(self, request: Request, ref: str) -> HttpResponseBase:
        """Withdrawn evidence stays in the list."""
        return json_answer(request, {"results": evidence_of(case_or_404(self, ref))})

    @described(
        "attach_evidence",
        "Attach a file or a link",
        tag=TAG,
        parameters=(REFERENCE, IDEMPOTENCY_KEY),
        request={JSON: LinkBody, MULTIPART: EvidenceBody},
        answers={201: EVIDENCE},
        errors=(400, 404, 409, 413, 415),
    )
    @idempotent
    def post(self, request: Request, ref: str) -> HttpResponse:
        """The answer tells the SHA-256 of what was kept."""
        case = case_or_404(self, ref)
        data = request.data
        if was_too_large(request._request):  # noqa: SLF001 - documented by the framework
            raise TooLarge
        values = read_body(EvidenceBody, data)
        file = values.pop("file", None)
        upload = Upload(file.name or "", file.chunks()) if file is not None else None
        evidence = attach_evidence(case_id=case.pk, actor=self.person, now=self.now, upload=upload, **values)
        return json_answer(request, as_document(evidence, list(evidence.revisions.all())), status=201)


def evidence_of(case: UseCase) -> list[dict[str, Any]]:
    """All evidence, the oldest first; two queries."""
    found = Evidence.objects.filter(case=case).order_by("pk")
    by_evidence: dict[int, list[EvidenceRevision]] = {}
    revisions = EvidenceRevision.objects.filter(evidence__case=case).select_related("uploaded_by")
    for revision in revisions.order_by("evidence", "number"):
        by_evidence.setdefault(revision.evidence_id, []).append(revision)
    return [as_document(evidence, by_evidence.get(evidence.pk, [])) for evidence in found]


def as_document(evidence: Evidence, revisions: list[EvidenceRevision]) -> dict[str, Any]:
    """The evidence with these revisions."""
    return {
        "id": evidence.pk,
        "title": evidence.title,
        "created_at": evidence.created_at,
        "withdrawn_at": evidence.withdrawn_at,
        "revisions": [
            {
                "id": revision.pk,
                "number": revision.number,
                "sha256": revision.sha256,
                "size": revision.size,
                "content_type": revision.content_type or None,
                "file_name": revision.file_name or None,
                "link": revision.link or None,
                "uploaded_by": revision.uploaded_by.username if revision.uploaded_by else None,
                "uploaded_at": revision.uploaded_at,
                "valid_until": revision.valid_until,
            }
            for revision in revisions
        ],
    }
