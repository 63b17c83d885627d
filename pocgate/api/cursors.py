"""Keyset paging: a cursor names the last row seen, is signed, and belongs to one question."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_datetime

from pocgate.api.parameters import Parameter, Refused, choice, integer
from pocgate.kernel.errors import FieldProblem, Invalid

M = TypeVar("M", bound=Model)

SALT = "pocgate.api.cursor"
LONGEST_CURSOR = 2000
DEFAULT_LIMIT = 50
HIGHEST_LIMIT = 1000


@dataclass(frozen=True)
class Key:
    """An ordering: a column, whether it descends, and the unique column that breaks ties, always ascending."""

    column: str
    descending: bool
    tie: str

    def order(self) -> list[str]:
        """For `order_by`."""
        first = f"-{self.column}" if self.descending else self.column
        return [first] if self.column == self.tie else [first, self.tie]

    def after(self, value: object, tie: object) -> Q:
        """Rows that come later than the one with these values."""
        step = "lt" if self.descending else "gt"
        if self.column == self.tie:
            return Q(**{f"{self.column}__{step}": value})
        # The outer bound lets both databases begin in the index instead of filtering from its start.
        bound = Q(**{f"{self.column}__{step}e": value})
        return bound & (Q(**{f"{self.column}__{step}": value}) | Q(**{f"{self.tie}__gt": tie}))


def limit_parameter() -> Parameter:
    """How many rows a page holds."""
    return integer("limit", f"Rows per page, {DEFAULT_LIMIT} by default.", lowest=1, highest=HIGHEST_LIMIT)


def cursor_parameter() -> Parameter:
    """Where the page before ended."""

    def read(value: str) -> str:
        if not value or len(value) > LONGEST_CURSOR:
            raise Refused("bad_cursor", "This is not a cursor of ours; begin again without one.")
        return value

    return Parameter(
        "cursor", "`next_cursor` of the page before, with the same filters and ordering.", read, {"type": "string"}
    )


def ordering_parameter(names: Mapping[str, Key]) -> Parameter:
    """The orderings a list offers; the first is the default."""
    return choice("ordering", f"Default {next(iter(names))}; ties are broken by the record's number.", names)


def question_of(values: Mapping[str, Any]) -> str:
    """A digest of the filters and the ordering that a cursor belongs to."""
    asked = {name: value for name, value in values.items() if name not in {"cursor", "limit", "fields", "format"}}
    return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()[:16]


def write_cursor(question: str, value: object, tie: object) -> str:
    """A cursor after the row with these values of the ordering's two columns."""
    return signing.dumps([question, _written(value), tie], salt=SALT)


def read_cursor(cursor: str, question: str) -> tuple[object, object]:
    """The two values; raises `Invalid` for a cursor that was changed or belongs to another question."""
    try:
        asked, value, tie = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise _bad("bad_cursor", "This is not a cursor of ours; begin again without one.") from error
    if asked != question:
        raise _bad(
            "other_question", "The cursor belongs to other filters or another ordering; begin again without one."
        )
    return _read(value), tie


def page_of(rows: QuerySet[M], key: Key, cursor: str | None, question: str) -> QuerySet[M]:
    """The rows after the cursor, in order."""
    if cursor is not None:
        rows = rows.filter(key.after(*read_cursor(cursor, question)))
    return rows.order_by(*key.order())


def _written(value: object) -> object:
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    return value


def _read(value: object) -> object:
    if isinstance(value, dict):
        return parse_datetime(value["at"]) if "at" in value else Decimal(value["decimal"])
    return value


def _bad(code: str, message: str) -> Invalid:
    return Invalid([FieldProblem("?cursor", code, message)])
