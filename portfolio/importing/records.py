"""JSON: a list of objects wherever it lies in the document, NDJSON, and tables of columns and rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .refusal import Refused
from .table import Sheet

MAX_DEPTH = 5
MAX_COLUMNS = 2000
_LISTED_COLUMNS = ("columns", "fields", "headers", "header", "schema")


@dataclass(frozen=True)
class Records:
    """One list of records: where it lies, its column names in order of appearance, its rows as text."""

    path: str
    headers: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    @property
    def sheet(self) -> Sheet:
        return Sheet(self.path, len(self.rows), len(self.headers))


def read_records(text: str) -> tuple[Records, ...]:
    """Every list of records in a JSON text, the largest first. Refused when it cannot be read or holds none."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        found = _ndjson(text)
        if found is None:
            raise _unreadable(text, error) from error
        return (found,)
    except RecursionError as error:
        raise Refused("bad_json", {"detail": "too deeply nested", "line": 1, "column": 1}) from error
    lists = [records for records in _walk(document, "$", 0, {}) if records.rows and records.headers]
    if not lists:
        raise Refused("no_records")
    return tuple(sorted(lists, key=lambda records: -len(records.rows) * len(records.headers)))


def _unreadable(text: str, error: json.JSONDecodeError) -> Refused:
    where = f"line {error.lineno}, column {error.colno}"
    rest = text[error.pos :].strip()
    if not rest or "Unterminated" in error.msg or error.pos >= len(text.rstrip()) - 8:
        return Refused("truncated", {"what": f"the JSON, {where}"}, where)
    return Refused("bad_json", {"detail": error.msg, "line": error.lineno, "column": error.colno}, where)


def _ndjson(text: str) -> Records | None:
    """One object per line. None when the text is not of that form at all."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    objects: list[tuple[int, Mapping[str, object]]] = []
    for place, (number, line) in enumerate(lines):
        try:
            value = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            if place < 2:
                return None
            what = f"the record on line {number}"
            code = "truncated" if place == len(lines) - 1 else "bad_json"
            params = {"what": what, "detail": f"{what} is no JSON object", "line": number, "column": 1}
            raise Refused(code, params, f"line {number}") from error
        if not isinstance(value, dict):
            return None
        objects.append((number, value))
    return _of_objects("$", objects) if len(objects) > 1 else None


def _walk(value: object, path: str, depth: int, parent: Mapping[str, object]) -> Iterator[Records]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        yield from _of_list(value, path, parent)
    elif isinstance(value, dict):
        if _is_keyed(value):
            yield _of_objects(path, [(i, {"id": key, **item}) for i, (key, item) in enumerate(value.items(), start=1)])
            return
        for key, item in value.items():
            yield from _walk(item, f"{path}.{key}", depth + 1, value)


def _of_list(value: list[object], path: str, parent: Mapping[str, object]) -> Iterator[Records]:
    objects = [(i, item) for i, item in enumerate(value, start=1) if isinstance(item, dict)]
    if objects and len(objects) * 2 >= len(value):
        yield _of_objects(path, objects)
        return
    lists = [(i, item) for i, item in enumerate(value, start=1) if isinstance(item, list)]
    if lists and len(lists) == len(value):
        names = _listed_columns(parent)
        if names is None:
            names, lists = [as_text(name) for name in lists[0][1]], lists[1:]
        width = len(names)
        rows = tuple(
            (i, tuple(as_text(cell) for cell in item)[:width] + ("",) * (width - len(item))) for i, item in lists
        )
        yield Records(path, tuple(names), rows)


def _is_keyed(value: Mapping[str, object]) -> bool:
    """An object whose members are all alike objects: records under their own identifiers."""
    items = list(value.values())
    if len(items) < 2 or not all(isinstance(item, dict) and len(item) > 1 for item in items):
        return False
    keys = [set(item) for item in items if isinstance(item, dict)]
    common = set.intersection(*keys)
    return len(common) * 2 >= max(len(names) for names in keys)


def _listed_columns(parent: Mapping[str, object]) -> list[str] | None:
    for key in _LISTED_COLUMNS:
        listed = parent.get(key)
        if isinstance(listed, list) and listed:
            return [
                as_text(item.get("name", item.get("id", "")) if isinstance(item, dict) else item) for item in listed
            ]
    return None


def _of_objects(path: str, objects: Sequence[tuple[int, Mapping[str, object]]]) -> Records:
    flat = [(number, dict(_flatten(item, "", 0))) for number, item in objects]
    headers = tuple(dict.fromkeys(key for _, item in flat for key in item))
    if len(headers) > MAX_COLUMNS:
        raise Refused("too_many_columns", {"columns": len(headers), "limit": MAX_COLUMNS})
    return Records(path, headers, tuple((number, tuple(item.get(key, "") for key in headers)) for number, item in flat))


def _flatten(item: Mapping[str, object], prefix: str, depth: int) -> Iterator[tuple[str, str]]:
    for key, value in item.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and value and depth < MAX_DEPTH:
            yield from _flatten(value, f"{name}.", depth + 1)
        else:
            yield name, as_text(value)


def as_text(value: object) -> str:
    """A JSON value as a cell: lists joined by semicolons, null empty, anything deeper as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, list) and not any(isinstance(part, (dict, list)) for part in value):
        return "; ".join(as_text(part) for part in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)
