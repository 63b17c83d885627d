"""Query parameters: declared once, for reading them, for refusing others, and for the schema."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.http import QueryDict
from django.utils.dateparse import parse_date, parse_datetime

from pocgate.kernel.errors import FieldProblem, Invalid

SHOWN_OF_A_NAME = 60
EARLIEST_YEAR, LATEST_YEAR = 1900, 2999


class Refused(ValueError):
    """A value that a parameter does not take: a stable code, and a sentence with the way to mend it."""

    def __init__(self, code: str, message: str, **params: object) -> None:
        self.code, self.message, self.params = code, message, params
        super().__init__(message)


@dataclass(frozen=True)
class Parameter:
    """A query parameter. `read` turns its text into a value or raises `Refused`; `schema` is OpenAPI's."""

    name: str
    description: str
    read: Callable[[str], Any]
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})


def read_query(query: QueryDict, parameters: Iterable[Parameter]) -> dict[str, Any]:
    """The values of those parameters that were given. Raises `Invalid` for unknown, repeated and refused ones."""
    known = {parameter.name: parameter for parameter in parameters}
    values: dict[str, Any] = {}
    problems: list[FieldProblem] = []
    for name in query:
        parameter = known.get(name)
        if parameter is None:
            problems.append(_unknown(name, known))
            continue
        try:
            values[name] = parameter.read(_text(query.getlist(name)))
        except Refused as refused:
            problems.append(FieldProblem(f"?{name}", refused.code, refused.message, refused.params))
    if problems:
        raise Invalid(problems)
    return values


def _text(given: list[str]) -> str:
    if len(given) > 1:
        raise Refused("given_twice", "Give this parameter once; several values are separated by commas.")
    if "\x00" in given[0]:
        raise Refused("nul_character", "The value holds a NUL character.")
    return given[0]


def _unknown(name: str, known: Mapping[str, Parameter]) -> FieldProblem:
    shown = name[:SHOWN_OF_A_NAME]
    return FieldProblem(
        f"?{shown}",
        "unknown_parameter",
        "There is no parameter “{name}” here. Known: {known}.",
        {"name": shown, "known": ", ".join(sorted(known)) or "none"},
    )


def text(name: str, description: str, *, longest: int = 200) -> Parameter:
    """Free text up to `longest` characters, stripped."""

    def read(value: str) -> str:
        if len(value) > longest:
            raise Refused("too_long", "At most {longest} characters.", longest=longest)
        return value.strip()

    return Parameter(name, description, read, {"type": "string", "maxLength": longest})


def integer(name: str, description: str, *, lowest: int, highest: int) -> Parameter:
    """A whole number between two bounds."""

    def read(value: str) -> int:
        if not (value.isascii() and value.isdecimal() and len(value) <= len(str(highest))):
            raise Refused("not_a_number", "Give a whole number from {low} to {high}.", low=lowest, high=highest)
        number = int(value)
        if not lowest <= number <= highest:
            raise Refused("out_of_range", "Give a whole number from {low} to {high}.", low=lowest, high=highest)
        return number

    return Parameter(name, description, read, {"type": "integer", "minimum": lowest, "maximum": highest})


def choice(name: str, description: str, choices: Iterable[str]) -> Parameter:
    """One of several words."""
    words = tuple(choices)

    def read(value: str) -> str:
        return _chosen(value, words)

    return Parameter(name, description, read, {"type": "string", "enum": list(words)})


def several(name: str, description: str, choices: Iterable[str]) -> Parameter:
    """Some of several words, separated by commas, each once and in their own order."""
    words = tuple(choices)

    def read(value: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_chosen(word.strip(), words) for word in value.split(",")))

    return Parameter(
        name,
        f"{description} Several are separated by commas.",
        read,
        {"type": "array", "items": {"type": "string", "enum": list(words)}},
    )


def moment(name: str, description: str) -> Parameter:
    """A point in time with its zone, or a day, which begins at midnight UTC."""
    return Parameter(name, description, _moment, {"type": "string", "format": "date-time"})


def day(name: str, description: str) -> Parameter:
    """A day such as 2026-11-23."""
    return Parameter(name, description, _day, {"type": "string", "format": "date"})


def _chosen(value: str, words: tuple[str, ...]) -> str:
    if value not in words:
        raise Refused("unknown_value", "Choose from: {choices}.", choices=", ".join(words))
    return value


def _day(value: str) -> date:
    try:
        found = parse_date(value)
    except ValueError:
        found = None
    if found is None or not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
        raise Refused("not_a_date", "Give a day such as 2026-11-23.")
    return found


def _moment(value: str) -> datetime:
    given = _day_or_none(value)
    if given is not None:
        return datetime(given.year, given.month, given.day, tzinfo=UTC)
    try:
        found = parse_datetime(value)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
        raise Refused("not_a_time", "Give a time with its zone such as 2026-11-23T09:00:00Z (a + is written %2B).")
    return found.astimezone(UTC)


def _day_or_none(value: str) -> date | None:
    try:
        return _day(value)
    except Refused:
        return None
