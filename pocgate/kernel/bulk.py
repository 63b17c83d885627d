"""Many rows at once, past the models: COPY on PostgreSQL, one prepared statement on SQLite.

For generators that write millions of rows. Constraints and triggers hold; nothing else of a model is run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

from django.db import connection
from django.db.models import Field, JSONField, Model

Row = Mapping[str, Any]


def write_rows(model: type[Model], rows: Sequence[Row]) -> Sequence[int]:
    """Write rows of values by attribute name (`case_id`, `amount`); fields left out get their default.

    Returns the primary keys, in the order of the rows. Raises KeyError for a name the model does not have.
    """
    if not rows:
        return ()
    fields = [field for field in _options(model).concrete_fields if not field.primary_key]
    _refuse_unknown(model, fields, rows[0])
    keys = _reserved_keys(model, len(rows))
    if connection.vendor == "postgresql":
        _copy(model, fields, keys, rows)
    else:
        _insert(model, fields, keys, rows)
    return keys


def _refuse_unknown(model: type[Model], fields: Sequence[Field[Any, Any]], row: Row) -> None:
    unknown = set(row) - {field.attname for field in fields}
    if unknown:
        raise KeyError(f"{_options(model).label} has no {', '.join(sorted(unknown))}")


def _reserved_keys(model: type[Model], count: int) -> Sequence[int]:
    """Keys that nobody else gets; on SQLite the caller's transaction already keeps every other writer out."""
    table, column = _options(model).db_table, _key_of(model)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [table, column, count]
            )
            return [key for (key,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
    first = found[0] + 1 if found else 1
    return range(first, first + count)


def _options(model: type[Model]) -> Any:
    return model._meta  # noqa: SLF001 - Django documents it


def _key_of(model: type[Model]) -> str:
    return str(_options(model).pk.column)


def _columns(model: type[Model], fields: Sequence[Field[Any, Any]]) -> str:
    names = [_key_of(model), *(str(field.column) for field in fields)]
    return ", ".join(connection.ops.quote_name(name) for name in names)


def _copy(model: type[Model], fields: Sequence[Field[Any, Any]], keys: Sequence[int], rows: Sequence[Row]) -> None:
    statement = f"COPY {connection.ops.quote_name(_options(model).db_table)} ({_columns(model, fields)}) FROM STDIN"
    # Django wraps the errors of execute, not those of COPY.
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for values in _values(fields, keys, rows):
            copy.write_row(values)


def _values(fields: Sequence[Field[Any, Any]], keys: Sequence[int], rows: Sequence[Row]) -> Iterator[list[Any]]:
    """The row's values in the order of the columns; JSON as text."""
    plan = [(field.attname, isinstance(field, JSONField), _default(field)) for field in fields]
    for key, row in zip(keys, rows, strict=True):
        values: list[Any] = [key]
        for name, is_json, default in plan:
            value = row.get(name, default)
            values.append(json.dumps(value) if is_json and value is not None else value)
        yield values


def _default(field: Field[Any, Any]) -> Any:
    default = field.get_default()
    return default.value if isinstance(default, Enum) else default


def _insert(model: type[Model], fields: Sequence[Field[Any, Any]], keys: Sequence[int], rows: Sequence[Row]) -> None:
    places = ", ".join(["%s"] * (len(fields) + 1))
    table = connection.ops.quote_name(_options(model).db_table)
    statement = f"INSERT INTO {table} ({_columns(model, fields)}) VALUES ({places})"  # noqa: S608 - names of our own
    defaults = [_default(field) for field in fields]
    prepared = [
        [
            key,
            *(
                field.get_db_prep_save(row.get(field.attname, default), connection)
                for field, default in zip(fields, defaults, strict=True)
            ),
        ]
        for key, row in zip(keys, rows, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(statement, prepared)
