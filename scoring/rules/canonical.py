"""One canonical form of domain values (RFC 8785), its SHA-256, and the difference between two of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

import rfc8785

Json: TypeAlias = "list[Json] | dict[str, Json] | bool | int | float | str | None"

ADDED, REMOVED, CHANGED, REORDERED = "added", "removed", "changed", "reordered"
MATCHED_BY = ("key", "id", "rule", "gate")


@dataclass(frozen=True)
class Change:
    """One place where two values differ. `path` reads like `criteria[ci_cd].weight`; a missing side is None."""

    path: str
    kind: str
    before: Json
    after: Json


def canonical_json(value: object) -> bytes:
    """The value as canonical JSON (RFC 8785, UTF-8): equal values give equal bytes, whatever the order of keys.

    Raises ValueError for NaN, infinity and naive times, TypeError for a type that has no JSON form.
    """
    return rfc8785.dumps(plain(value))


def sha256_of(value: object) -> str:
    """SHA-256 of the canonical JSON, 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def plain(value: object) -> Json:
    """The value in JSON types: decimals and fractions as text, times as ISO 8601 in UTC, records as objects."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Decimal):
        return _decimal_text(value)
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, datetime):
        return _utc_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return _plain_container(value)


def _plain_container(value: object) -> Json:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, AbstractSet):
        return sorted((plain(item) for item in value), key=rfc8785.dumps)
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _decimal_text(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError(f"{value} is not a finite number")
    # A database may hand back 10, 10.0 or 1E+1 for the same amount; equal amounts must give equal bytes.
    return "0" if value == 0 else format(value.normalize(), "f")


def _utc_text(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError(f"{value.isoformat()} has no time zone")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def difference(before: object, after: object) -> tuple[Change, ...]:
    """What changed from one value to the other, in path order.

    Lists of records are matched by their `key` (else `id`, `rule`, `gate`); other lists differ as a whole.
    """
    return tuple(_changes("", plain(before), plain(after)))


def _changes(path: str, before: Json, after: Json) -> Iterator[Change]:
    if isinstance(before, list) and isinstance(after, list):
        yield from _list_changes(path, before, after)
    elif isinstance(before, dict) and isinstance(after, dict):
        yield from _member_changes(path, before, after, "{}.{}")
    elif rfc8785.dumps(before) != rfc8785.dumps(after):
        yield Change(path, CHANGED, before, after)


def _list_changes(path: str, before: list[Json], after: list[Json]) -> Iterator[Change]:
    old, new = _by_key(before), _by_key(after)
    if old is None or new is None:
        # Python calls True and 1 equal; their canonical forms differ.
        if rfc8785.dumps(before) != rfc8785.dumps(after):
            yield Change(path, CHANGED, before, after)
        return
    yield from _member_changes(path, old, new, "{}[{}]")
    old_order = [key for key in old if key in new]
    new_order = [key for key in new if key in old]
    if old_order != new_order:
        yield Change(path, REORDERED, list(old_order), list(new_order))


def _member_changes(path: str, before: dict[str, Json], after: dict[str, Json], pattern: str) -> Iterator[Change]:
    for name in sorted(before.keys() | after.keys()):
        place = pattern.format(path, name).lstrip(".")
        if name not in after:
            yield Change(place, REMOVED, before[name], None)
        elif name not in before:
            yield Change(place, ADDED, None, after[name])
        else:
            yield from _changes(place, before[name], after[name])


def _by_key(items: list[Json]) -> dict[str, Json] | None:
    """The records by the first of `MATCHED_BY` that all of them have and none shares; None when there is none."""
    for name in MATCHED_BY:
        keyed: dict[str, Json] = {str(item[name]): item for item in items if isinstance(item, dict) and name in item}
        if len(keyed) == len(items):
            return keyed
    return None
