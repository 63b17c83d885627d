"""The use-case list: one query for a page or for the whole portfolio, rows built without model instances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import QuerySet

from pocgate.api.answers import encode
from pocgate.api.cases.columns import Column, chosen, lookups, members, row_maker
from pocgate.api.cases.filters import ORDERINGS, READINESS, TIE, filtered, ordered_by_readiness
from pocgate.api.cursors import DEFAULT_LIMIT, page_of, question_of, write_cursor
from pocgate.kernel.json_rows import JsonText, makes_json
from portfolio.models import UseCase, UseCaseQuerySet

ROWS_PER_FETCH = 2000

R = TypeVar("R")


@dataclass(frozen=True)
class Page:
    """Rows of a page, and the cursor of the next one, if there is one."""

    rows: list[dict[str, Any]]
    next_cursor: str | None


def case_page(cases: UseCaseQuerySet, values: Mapping[str, Any]) -> Page:
    """One page in one query. Raises `Invalid` for a cursor of another question."""
    columns = chosen(values.get("fields"))
    key = ORDERINGS[values.get("ordering", TIE)]
    question, limit = question_of(values), int(values.get("limit", DEFAULT_LIMIT))
    rows = page_of(_wanted(cases, values), key, values.get("cursor"), question)
    found = list(rows.values_list(*lookups(columns), key.column, TIE)[: limit + 1])
    make = row_maker(columns)
    more = len(found) > limit
    cursor = write_cursor(question, found[limit - 1][-2], found[limit - 1][-1]) if more else None
    return Page([make(values) for values in found[:limit]], cursor)


def case_rows(cases: UseCaseQuerySet, values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every row that the filters leave, one query, in constant memory; with `limit` or `cursor` a part of them."""
    columns = chosen(values.get("fields"))
    make = row_maker(columns)
    return map(make, _values(cases, values, columns))


def case_lines(cases: UseCaseQuerySet, values: Mapping[str, Any]) -> Iterator[str]:
    """Every row as one line of JSON; on PostgreSQL made by the database, several times faster than here."""
    if not makes_json(cases.db):
        return map(encode, case_rows(cases, values))
    text = JsonText(members(chosen(values.get("fields"))))
    return _cut(_in_order(cases, values).values_list(text, flat=True), values)


def case_header(values: Mapping[str, Any]) -> list[str]:
    """The names of the columns, for formats that begin with them."""
    return [column.name for column in chosen(values.get("fields"))]


def _values(cases: UseCaseQuerySet, values: Mapping[str, Any], columns: Sequence[Column]) -> Iterator[tuple[Any, ...]]:
    return _cut(_in_order(cases, values).values_list(*lookups(columns)), values)


def _in_order(cases: UseCaseQuerySet, values: Mapping[str, Any]) -> QuerySet[UseCase]:
    key = ORDERINGS[values.get("ordering", TIE)]
    return page_of(_wanted(cases, values), key, values.get("cursor"), question_of(values))


def _cut(selected: QuerySet[UseCase, R], values: Mapping[str, Any]) -> Iterator[R]:
    if "limit" in values:
        selected = selected[: values["limit"]]
    return selected.iterator(chunk_size=ROWS_PER_FETCH)


def _wanted(cases: UseCaseQuerySet, values: Mapping[str, Any]) -> UseCaseQuerySet:
    wanted = filtered(cases, values)
    by_readiness = ORDERINGS[values.get("ordering", TIE)].column == READINESS
    return ordered_by_readiness(wanted) if by_readiness else wanted
