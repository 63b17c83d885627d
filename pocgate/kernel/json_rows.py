"""Rows as JSON text made by the database itself, where it can: no value passes through Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, TextField
from django.db.models.expressions import BaseExpression
from django.db.models.sql.compiler import SQLCompiler

# PostgreSQL takes at most 100 arguments, two for each member.
MOST_MEMBERS = 50


def makes_json(using: str) -> bool:
    """Whether the database writes times, numbers and arrays as our JSON has them; SQLite knows no such types."""
    return connections[using].vendor == "postgresql"


class JsonText(Func):
    """An object with these members, as text. The names stand in the statement and have to be identifiers."""

    output_field = TextField()

    def __init__(self, members: Mapping[str, BaseExpression | F]) -> None:
        if len(members) > MOST_MEMBERS or not all(name.isidentifier() for name in members):
            raise ValueError(f"{len(members)} members: at most {MOST_MEMBERS}, each named by an identifier")
        self.names = tuple(members)
        super().__init__(*members.values())

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> tuple[str, tuple[Any, ...]]:
        """`json_build_object(…)::text`, which keeps the order of the members."""
        parts: list[str] = []
        params: list[Any] = []
        for name, expression in zip(self.names, self.get_source_expressions(), strict=True):
            sql, values = compiler.compile(expression)
            parts.append(f"'{name}', {sql}")
            params += list(values)
        return f"json_build_object({', '.join(parts)})::text", tuple(params)
