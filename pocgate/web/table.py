"""The address of the table: filters, order, columns and place, and what each link changes of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.functional import Promise

from pocgate.web.columns import Column
from portfolio.filters import CaseFilter

PLACE = ("cursor", "page")


@dataclass(frozen=True)
class Head:
    """A column's head: where a click leads, and how it is sorted now (`ascending`, `descending` or blank)."""

    column: Column
    url: str
    sorted: str


@dataclass(frozen=True)
class Chip:
    """A filter in force, with the address without it."""

    label: str | Promise
    value: str | Promise
    url: str


@dataclass(frozen=True)
class Box:
    """A filter with its choices, each with its mark."""

    name: str
    label: str | Promise
    choices: Sequence[tuple[str, str | Promise, bool]]

    @property
    def chosen(self) -> int:
        """How many are ticked."""
        return sum(is_chosen for _value, _label, is_chosen in self.choices)


class TableAddress:
    """The present address, and those that differ from it in one thing."""

    def __init__(self, query: QueryDict, path: str, ordering: str) -> None:
        self.query, self.path, self.ordering = query, path, ordering

    def head(self, column: Column) -> Head:
        """The column's head: a click sorts by it, another one the other way round."""
        if not column.sort:
            return Head(column, "", "")
        present = {column.sort: "ascending", f"-{column.sort}": "descending"}.get(self.ordering, "")
        wanted = f"-{column.sort}" if present == "ascending" else column.sort
        return Head(column, self._with(ordering=wanted), present)

    def at(self, cursor: str) -> str:
        """The page at a place; blank where there is none."""
        return self._with(cursor=cursor) if cursor else ""

    @property
    def without_place(self) -> str:
        """Filters, order and columns, for exports."""
        return self._changed({}).urlencode()

    @property
    def kept(self) -> Sequence[tuple[str, str]]:
        """What a form of filters carries along hidden: order and columns."""
        names = ("ordering", "columns")
        return [(name, value) for name in names for value in self.query.getlist(name)]

    @property
    def filters(self) -> Sequence[tuple[str, str]]:
        """What a form of columns carries along hidden: everything but columns and place."""
        return [
            (name, value) for name, values in self.query.lists() if name not in {*PLACE, "columns"} for value in values
        ]

    def chips(self, boxes: Iterable[Box]) -> Sequence[Chip]:
        """The filters of the boxes that are in force."""
        return [
            Chip(box.label, label, self._without(box.name, value))
            for box in boxes
            for value, label, chosen in box.choices
            if chosen
        ]

    def _with(self, **changes: str) -> str:
        return f"{self.path}?{self._changed(changes).urlencode()}"

    def _without(self, name: str, value: str) -> str:
        query = self._changed({})
        query.setlist(name, [given for given in query.getlist(name) if given != value])
        return f"{self.path}?{query.urlencode()}"

    def _changed(self, changes: dict[str, str]) -> QueryDict:
        query = self.query.copy()
        for name in PLACE:
            query.pop(name, None)
        for name, value in changes.items():
            query[name] = value
        return query


def filter_boxes(cases: CaseFilter, names: Iterable[str]) -> list[Box]:
    """Boxes for the named filters, from the filter's own fields."""
    boxes = []
    for name in names:
        field = cases.form.fields[name]
        given = set(cases.form.data.getlist(name)) if isinstance(cases.form.data, QueryDict) else set()
        choices = [(str(value), str(label), str(value) in given) for value, label in field.widget.choices if str(value)]
        boxes.append(Box(name, field.label or name, choices))
    return boxes
