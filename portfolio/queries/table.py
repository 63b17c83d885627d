"""The table: one page of cases after or before a place in the order, however many there are."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from django.db.models import DateTimeField, DecimalField, F, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from pocgate.kernel.errors import FieldProblem, Invalid
from portfolio.models import UseCase, UseCaseQuerySet
from portfolio.queries.rows import CaseRow, as_rows, row_of, with_open_spell

PAGE = 50
COUNTED = 10_000
LARGEST_NUMBER = 2**31
NO_READINESS = Value(Decimal(-1), output_field=DecimalField(max_digits=5, decimal_places=2))
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Sort:
    """An order: the value it goes by, and how that value is read back from a cursor. The number breaks ties."""

    value: Combinable | F
    read: Callable[[str], object]


SORTS: dict[str, Sort] = {
    "number": Sort(F("number"), int),
    "title": Sort(F("title"), str),
    "readiness": Sort(Coalesce("readiness__overall", NO_READINESS), Decimal),
    "updated": Sort(F("updated_at"), datetime.fromisoformat),
    "department": Sort(Coalesce("department__name", Value("")), str),
    "age": Sort(Coalesce("entered_at", Value(NEVER, output_field=DateTimeField())), datetime.fromisoformat),
}
ORDERINGS = frozenset(f"{sign}{name}" for name in SORTS for sign in ("", "-"))


@dataclass(frozen=True)
class Cursor:
    """A place in the order: the value and number of a row, and whether the page comes before or after it."""

    value: str
    number: int
    backwards: bool = False

    def __str__(self) -> str:
        raw = json.dumps([self.value, self.number, int(self.backwards)], ensure_ascii=False).encode()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass(frozen=True)
class TablePage:
    """Rows in order, cursors to the neighbouring pages (empty at the ends), and the count up to 10,000."""

    rows: tuple[CaseRow, ...]
    ordering: str
    next_cursor: str
    previous_cursor: str
    total: int
    total_is_exact: bool


def cursor_of(text: str, ordering: str) -> Cursor | None:
    """Read a cursor; empty is the first page. Raises `Invalid` for anything that is none of this order."""
    if not text:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        value, number, backwards = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        SORTS[ordering.lstrip("-")].read(value)
    except (ValueError, TypeError, KeyError, InvalidOperation, RecursionError) as error:
        raise _bad_cursor() from error
    if not isinstance(value, str) or not isinstance(number, int) or not 0 <= number < LARGEST_NUMBER or "\x00" in value:
        raise _bad_cursor()
    return Cursor(value, number, bool(backwards))


def _bad_cursor() -> Invalid:
    message = "This cursor belongs to no list in this order; begin with the first page."
    return Invalid([FieldProblem("cursor", "bad_cursor", message)])


def table_page(
    cases: UseCaseQuerySet,
    *,
    ordering: str = "number",
    cursor: str = "",
    limit: int = PAGE,
    now: datetime,
    counted: bool = True,
) -> TablePage:
    """A page of the (visible, filtered) cases in one query, and their count in another.

    `ordering` is one of `ORDERINGS`; both directions work from any page without OFFSET.
    """
    if ordering not in ORDERINGS:
        known = ", ".join(sorted(ORDERINGS))
        raise Invalid([FieldProblem("ordering", "unknown_ordering", "Give one of: {known}.", {"known": known})])
    place = cursor_of(cursor, ordering)
    found = list(_ordered(cases, ordering, place, limit + 1))
    more, shown = len(found) > limit, found[:limit]
    backwards = place is not None and place.backwards
    if backwards:
        shown.reverse()
    total = cases.order_by()[: COUNTED + 1].count() if counted else 0
    return TablePage(
        rows=tuple(row_of(case, now=now) for case in shown),
        ordering=ordering,
        next_cursor=_cursor_at(shown, -1, backwards=False) if backwards or more else "",
        previous_cursor=_cursor_at(shown, 0, backwards=True) if (more if backwards else place is not None) else "",
        total=min(total, COUNTED),
        total_is_exact=total <= COUNTED,
    )


def _ordered(cases: UseCaseQuerySet, ordering: str, place: Cursor | None, limit: int) -> UseCaseQuerySet:
    """The rows from a place on. Bare ids are sorted and cut off first: long rows would make a long sort."""
    sort, descending = SORTS[ordering.lstrip("-")], ordering.startswith("-")
    if place is not None:
        descending ^= place.backwards
    keys = _valued(cases, sort)
    if place is not None:
        value, side = sort.read(place.value), "lt" if descending else "gt"
        beyond = Q(**{f"sort_value__{side}": value}) | Q(**{"sort_value": value, f"number__{side}": place.number})
        keys = keys.filter(beyond)
    order = [f"{'-' if descending else ''}{name}" for name in ("sort_value", "number")]
    shown = UseCase.objects.filter(pk__in=keys.order_by(*order).values("pk")[:limit])
    return _valued(as_rows(shown), sort).order_by(*order)


def _valued(cases: UseCaseQuerySet, sort: Sort) -> UseCaseQuerySet:
    joined = cases if "entered_at" in cases.query.annotations else with_open_spell(cases)
    return joined.annotate(sort_value=sort.value)


def _cursor_at(cases: list[UseCase], index: int, *, backwards: bool) -> str:
    if not cases:
        return ""
    known = cases[index].__dict__
    value = known["sort_value"]
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return str(Cursor(text, known["number"], backwards))
