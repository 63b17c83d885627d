"""Lists of extra checklist items over REST: read, brought in, published, retired, thrown away."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from gates.checklist_files.reading import MOST_BYTES, read_table
from gates.checklist_files.writing import csv_of, xlsx_of
from gates.commands.checklists import (
    ListTerms,
    check_checklist,
    discard_checklist,
    draft_checklist,
    publish_checklist,
    retire_checklist,
)
from gates.enums import ChecklistState
from gates.models import ChecklistTemplate, ChecklistTemplateItem
from gates.queries.checklist_templates import (
    asked_at,
    changes_from_published,
    changes_of,
    checklists_visible_to,
    items_of,
    table_of,
)
from gates.rules.checklists import ItemChange, ItemDraft, SheetTable
from pocgate.api import parameters
from pocgate.api.answers import JSON, json_answer
from pocgate.api.base import ApiView
from pocgate.api.bodies import Body, read_body
from pocgate.api.cases.evidence import MULTIPART, TooLarge
from pocgate.api.formats import MEDIA_TYPES
from pocgate.api.idempotency import idempotent
from pocgate.api.parsers import StrictJSONParser
from pocgate.api.problems import MEDIA_TYPE
from pocgate.api.schema import ETAG_HEADERS, IDEMPOTENCY_KEY, described
from pocgate.api.shapes import BOOLEAN, COUNT, INTEGER, STAGE, STRING, TIME, array, named, one_of, or_null, record
from pocgate.identity.enums import Scope
from pocgate.kernel.errors import FieldProblem, Invalid
from pocgate.kernel.uploads import was_too_large
from portfolio.enums import Stage, Tier
from portfolio.importing.refusal import Refused

TAG = "compliance"
TEMPLATE_ID = OpenApiParameter("template_id", int, OpenApiParameter.PATH, description="The version's id.")
WHERE = (
    parameters.integer("gate", "Only lists that are asked at this gate.", lowest=0, highest=3),
    parameters.choice("tier", "Only lists that are asked for this risk tier.", Tier.values),
    parameters.choice("state", "Only versions in this state.", ChecklistState.values),
    parameters.text("key", "Only this list.", longest=40),
)
FILE_FORMATS = ("json", "csv", "xlsx")
FORMAT = (parameters.choice("format", "csv and xlsx can be brought in again without loss.", FILE_FORMATS),)
MEMBERS = {
    "id": INTEGER,
    "key": STRING,
    "version": INTEGER,
    "state": one_of(ChecklistState.values),
    "title": STRING,
    "source": or_null(STRING),
    "gates": array(STAGE),
    "tiers": array(one_of(Tier.values)),
    "item_count": COUNT,
    "created_by": or_null(STRING),
    "created_at": TIME,
    "published_at": or_null(TIME),
    "retired_at": or_null(TIME),
}
ITEM = named(
    "ChecklistTemplateItem",
    record(
        key=STRING,
        title=STRING,
        asks=or_null(STRING),
        how=or_null(STRING),
        reference=or_null(STRING),
        is_must=BOOLEAN,
        validity_days=or_null(INTEGER),
    ),
)
ITEM_CHANGE = named(
    "ChecklistTemplateChange",
    record(
        key=STRING,
        title=STRING,
        kind=one_of(["added", "removed", "changed"]),
        fields=array(record(field=STRING, before=STRING, after=STRING)),
    ),
)
LISTED = named("ChecklistTemplate", record(**MEMBERS))
WHOLE = named(
    "ChecklistTemplateVersion",
    record(**MEMBERS, columns=array(STRING), items=array(ITEM), changes=array(ITEM_CHANGE)),
)
LOOKED_AT = record(columns=array(STRING), items=array(ITEM), changes=array(ITEM_CHANGE))


class ChecklistTermsBody(Body):
    """What a list is called and where it is asked; no gates or tiers mean all. `check` keeps nothing."""

    key = serializers.CharField(max_length=40)
    title = serializers.CharField(max_length=200)
    source = serializers.CharField(max_length=300, required=False, allow_blank=True)  # type: ignore[assignment]
    gates = serializers.ListField(child=serializers.ChoiceField(Stage.choices), required=False, max_length=4)
    tiers = serializers.ListField(child=serializers.CharField(max_length=20), required=False, max_length=5)
    check = serializers.BooleanField(required=False)


class ChecklistTableBody(ChecklistTermsBody):
    """With the table as text: the names of its columns, and its rows of as many cells."""

    columns = serializers.ListField(child=serializers.CharField(allow_blank=True, max_length=200), max_length=100)
    rows = serializers.ListField(
        child=serializers.ListField(
            child=serializers.CharField(allow_blank=True, max_length=32767, trim_whitespace=False), max_length=100
        ),
        max_length=5000,
    )


class ChecklistFileBody(ChecklistTermsBody):
    """With the table as a CSV, XLSX or JSON file of at most 8 MiB."""

    file = serializers.FileField(allow_empty_file=True, max_length=255)


class ChecklistTemplatesView(ApiView):
    """The lists."""

    required_scopes = {"GET": Scope.GATES_READ, "POST": Scope.COMPLIANCE_SIGN}
    query_parameters = {"GET": WHERE}
    parser_classes = (StrictJSONParser, MultiPartParser)

    @described(
        "list_checklist_templates",
        "List the versions of lists of extra checklist items",
        tag=TAG,
        query=WHERE,
        parameters=ETAG_HEADERS,
        answers={200: record(results=array(LISTED)), 304: None},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """By key, the newest version first. Drafts are told to their keepers and to auditors."""
        found = checklists_visible_to(self.person, now=self.now)
        if "key" in self.values:
            found = found.filter(key=self.values["key"])
        asked = asked_at(found, gate=self.values.get("gate"), tier=self.values.get("tier", ""))
        rows = [row for row in asked if self.values.get("state") in (None, row.state)]
        return json_answer(request, {"results": [_listed(row) for row in rows]})

    @described(
        "draft_checklist_template",
        "Bring in a list as the draft of its next version",
        tag=TAG,
        parameters=(IDEMPOTENCY_KEY,),
        request={JSON: ChecklistTableBody, MULTIPART: ChecklistFileBody},
        answers={201: WHOLE, 200: LOOKED_AT},
        errors=(400, 409, 413, 415),
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        """By compliance and administrators. Every row that can not be taken is named; then nothing is kept."""
        if was_too_large(request._request):  # noqa: SLF001 - documented by the framework
            raise TooLarge
        has_file = request.content_type.startswith(MULTIPART)
        values = read_body(ChecklistFileBody if has_file else ChecklistTableBody, request.data)
        table = _table(values)
        terms = ListTerms(**{name: values[name] for name in TERMS if name in values})
        if values.get("check"):
            items = check_checklist(terms=terms, table=table)
            return json_answer(request, _looked_at(table, items, changes_from_published(terms.key, items)))
        template = draft_checklist(terms=terms, table=table, actor=self.person, now=self.now)
        return json_answer(request, _whole(_found(self, template.pk)), status=201)


class ChecklistTemplateView(ApiView):
    """One version."""

    required_scopes = {"GET": Scope.GATES_READ, "DELETE": Scope.COMPLIANCE_SIGN}
    query_parameters = {"GET": FORMAT}
    media_types = (*(MEDIA_TYPES[name] for name in FILE_FORMATS), MEDIA_TYPE)

    @described(
        "read_checklist_template",
        "Read a version with its items and what it changed",
        tag=TAG,
        query=FORMAT,
        parameters=(TEMPLATE_ID, *ETAG_HEADERS),
        answers={200: WHOLE, 304: None},
        media={MEDIA_TYPES["csv"]: STRING, MEDIA_TYPES["xlsx"]: {"type": "string", "format": "binary"}},
        errors=(404,),
    )
    def get(self, request: Request, template_id: int) -> HttpResponseBase:
        """As JSON, or as the spreadsheet it came from."""
        template, kind = _found(self, template_id), self.values.get("format") or _accepted(request)
        if kind == "json":
            return json_answer(request, _whole(template))
        body = (csv_of if kind == "csv" else xlsx_of)(table_of(template))
        name = f"{template.key}-{template.version}.{kind}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
        return HttpResponse(body, content_type=MEDIA_TYPES[kind], headers=headers)

    @described(
        "discard_checklist_template",
        "Throw a draft away",
        tag=TAG,
        parameters=(TEMPLATE_ID,),
        answers={204: None},
        errors=(404, 409),
    )
    def delete(self, request: Request, template_id: int) -> HttpResponse:
        """A version that was published stays."""
        discard_checklist(template_id=_found(self, template_id).pk, actor=self.person, now=self.now)
        return HttpResponse(status=204)


class ChecklistPublicationView(ApiView):
    """Putting a draft in force."""

    required_scopes = {"POST": Scope.COMPLIANCE_SIGN}

    @described(
        "publish_checklist_template",
        "Put a draft in force",
        tag=TAG,
        parameters=(TEMPLATE_ID, IDEMPOTENCY_KEY),
        answers={200: LISTED},
        errors=(404, 409, 415),
    )
    @idempotent
    def post(self, request: Request, template_id: int) -> HttpResponse:
        """The version before is retired; reviews that are open keep the list they began with."""
        publish_checklist(template_id=_found(self, template_id).pk, actor=self.person, now=self.now)
        return json_answer(request, _listed(_found(self, template_id)))


class ChecklistRetirementView(ApiView):
    """Taking a version out of force."""

    required_scopes = {"POST": Scope.COMPLIANCE_SIGN}

    @described(
        "retire_checklist_template",
        "Take a version out of force",
        tag=TAG,
        parameters=(TEMPLATE_ID, IDEMPOTENCY_KEY),
        answers={200: LISTED},
        errors=(404, 409, 415),
    )
    @idempotent
    def post(self, request: Request, template_id: int) -> HttpResponse:
        """For coming reviews; signatures stay on record."""
        retire_checklist(template_id=_found(self, template_id).pk, actor=self.person, now=self.now)
        return json_answer(request, _listed(_found(self, template_id)))


TERMS = ("key", "title", "source", "gates", "tiers")


def _table(values: dict[str, Any]) -> SheetTable:
    """The table of a file or of the body; raises `Invalid`."""
    if "file" in values:
        try:
            return read_table(values["file"].read(MOST_BYTES + 1))
        except Refused as refused:
            message = f"{refused.where}: {gettext(refused.message)}" if refused.where else gettext(refused.message)
            raise Invalid([FieldProblem("file", refused.code, "{said}", {"said": message})]) from refused
    columns = values["columns"]
    uneven = [place for place, row in enumerate(values["rows"]) if len(row) != len(columns)]
    if uneven:
        message = "The row has another number of cells than there are columns, {count}."
        raise Invalid(FieldProblem(f"rows/{place}", "bad_row", message, {"count": len(columns)}) for place in uneven)
    return SheetTable(tuple(columns), tuple(tuple(row) for row in values["rows"]))


def _accepted(request: Request) -> str:
    wanted = request._request.get_preferred_type([MEDIA_TYPES[name] for name in FILE_FORMATS])  # noqa: SLF001
    return next((name for name in FILE_FORMATS if MEDIA_TYPES[name] == wanted), "json")


def _found(view: ApiView, template_id: int) -> ChecklistTemplate:
    return get_object_or_404(checklists_visible_to(view.person, now=view.now), pk=template_id)


def _listed(row: ChecklistTemplate) -> dict[str, Any]:
    return {
        "id": row.pk,
        "key": row.key,
        "version": row.version,
        "state": row.state.value,
        "title": row.title,
        "source": row.source or None,
        "gates": row.gates,
        "tiers": row.tiers,
        "item_count": vars(row)["item_count"],
        "created_by": row.created_by.username if row.created_by else None,
        "created_at": row.created_at,
        "published_at": row.published_at,
        "retired_at": row.retired_at,
    }


def _whole(row: ChecklistTemplate) -> dict[str, Any]:
    table = SheetTable(tuple(row.columns), ())
    return {**_listed(row), **_looked_at(table, items_of(row), changes_of(row))}


def _looked_at(
    table: SheetTable, items: tuple[ItemDraft, ...] | list[ChecklistTemplateItem], changes: list[ItemChange]
) -> dict[str, Any]:
    return {
        "columns": list(table.columns),
        "items": [_item(item) for item in items],
        "changes": [
            {
                "key": change.key,
                "title": change.title,
                "kind": change.kind,
                "fields": [{"field": name, "before": before, "after": after} for name, before, after in change.values],
            }
            for change in changes
        ],
    }


def _item(item: ItemDraft | ChecklistTemplateItem) -> dict[str, Any]:
    return {
        "key": item.key,
        "title": item.title,
        "asks": item.asks or None,
        "how": item.how or None,
        "reference": item.reference or None,
        "is_must": item.is_must,
        "validity_days": item.validity_days,
    }
