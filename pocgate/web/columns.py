"""The columns of the table of cases: how each is headed, sorted, drawn and exported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.humanize.templatetags.humanize import intcomma
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from pocgate.web import badges
from portfolio.enums import Origin, Stage
from portfolio.queries.rows import CaseRow

Value = str | int | float | date | None


@dataclass(frozen=True)
class Column:
    """`sort` names an order of the table, blank where it has none; `value` is what an export writes."""

    key: str
    label: str | Promise
    draw: Callable[[CaseRow], SafeString | str]
    value: Callable[[CaseRow], Value]
    sort: str = ""
    is_number: bool = False


def _title(row: CaseRow) -> SafeString:
    case = row.case
    return format_html(
        '<a class="quiet row-title" href="{}" title="{}">{}</a>',
        reverse("case", args=[case.reference]),
        case.title,
        case.title,
    )


def _reference(row: CaseRow) -> SafeString:
    return format_html('<span class="ref">{}</span>', row.case.reference)


def _readiness(row: CaseRow) -> SafeString | str:
    if row.readiness is None:
        return _blank()
    points = round(row.readiness)
    return format_html(
        '<span class="mini"><svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="b-track" width="100" height="8"/><rect class="b-fill" width="{}" height="8"/></svg>'
        "<span>{}</span></span>",
        points,
        points,
    )


def _age(row: CaseRow) -> SafeString | str:
    use = row.time_box
    if use.days_used is None:
        return _blank()
    limit = f" / {use.days_allowed}" if use.days_allowed else ""
    return format_html(
        '<span class="age age-{}">{}<span class="faint">{}</span></span>', use.level, intcomma(use.days_used), limit
    )


def _date(at: datetime | date | None) -> SafeString | str:
    if at is None:
        return _blank()
    day = timezone.localtime(at).date() if isinstance(at, datetime) else at
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), formats.date_format(day, "j M Y"))


def _blank() -> SafeString:
    return SafeString('<span class="faint">–</span>')


def _stage_name(row: CaseRow) -> str:
    return "" if row.case.stage is None else str(Stage(row.case.stage).label)


def _department(row: CaseRow) -> str:
    return row.case.department.name if row.case.department else ""


def _unit(row: CaseRow) -> str:
    return row.case.unit.name if row.case.unit else ""


def _day(at: datetime | None) -> date | None:
    return timezone.localtime(at).date() if at else None


COLUMNS = (
    Column("reference", _("Reference"), _reference, lambda row: row.case.reference, sort="number"),
    Column("title", _("Title"), _title, lambda row: row.case.title, sort="title"),
    Column("stage", _("Stage"), lambda row: badges.stage_tag(row.case.stage), _stage_name),
    Column(
        "status",
        _("Status"),
        lambda row: badges.badge("status", row.case.status),
        lambda row: str(row.case.get_status_display()),
    ),
    Column("readiness", _("Readiness"), _readiness, lambda row: row.readiness, sort="readiness", is_number=True),
    Column(
        "musts_open",
        _("Musts open"),
        lambda row: _blank() if row.musts_open is None else str(row.musts_open),
        lambda row: row.musts_open,
        is_number=True,
    ),
    Column("age", _("Days in stage"), _age, lambda row: row.time_box.days_used, sort="age", is_number=True),
    Column(
        "tier",
        _("Risk tier"),
        lambda row: badges.badge("tier", row.case.tier),
        lambda row: str(badges.look_of("tier", row.case.tier).word),
    ),
    Column(
        "standing",
        _("Approval"),
        lambda row: badges.badge("standing", row.standing) if row.standing else _blank(),
        lambda row: str(badges.look_of("standing", row.standing).word) if row.standing else "",
    ),
    Column("department", _("Department"), _department, _department, sort="department"),
    Column("unit", _("Unit"), _unit, _unit),
    Column("owner", _("Product owner"), lambda row: row.owner_name or _blank(), lambda row: row.owner_name),
    Column(
        "gate_date",
        _("Next gate meant for"),
        lambda row: _date(row.case.target_gate_date),
        lambda row: row.case.target_gate_date,
    ),
    Column("entered", _("Entered stage"), lambda row: _date(row.entered_at), lambda row: _day(row.entered_at)),
    Column(
        "updated",
        _("Last changed"),
        lambda row: _date(row.case.updated_at),
        lambda row: _day(row.case.updated_at),
        sort="updated",
    ),
    Column("category", _("Category"), lambda row: row.case.category, lambda row: row.case.category),
    Column("vendor", _("Vendor"), lambda row: row.case.vendor, lambda row: row.case.vendor),
    Column(
        "origin",
        _("Origin"),
        lambda row: str(Origin(row.case.origin).label),
        lambda row: str(Origin(row.case.origin).label),
    ),
)
BY_KEY = {column.key: column for column in COLUMNS}
USUAL = ("reference", "title", "stage", "status", "readiness", "age", "tier", "department", "owner")


def chosen_columns(keys: Iterable[str]) -> Sequence[Column]:
    """The columns asked for, in the table's own order; the usual ones when none is known. The title is always there."""
    wanted = {key for key in keys if key in BY_KEY} or set(USUAL)
    return [column for column in COLUMNS if column.key in wanted or column.key == "title"]
