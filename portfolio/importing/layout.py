"""The columns of an import as remembered, and which column of a newer file each of them is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .table import Column
from .text import identity_key


@dataclass(frozen=True)
class LayoutColumn:
    """One column: where it stood, the key of its raw cell, its header and the field it filled."""

    position: int
    key: str
    header: str
    field: str | None = None


type_layout = tuple[LayoutColumn, ...]


def layout_of(columns: Sequence[Column], positions: Mapping[str, int]) -> type_layout:
    """The layout of a table under a mapping; ``positions`` is Mapping.positions of its columns."""
    fields = {position: field for field, position in positions.items()}
    return tuple(LayoutColumn(c.position, c.key, c.header, fields.get(c.position)) for c in columns)


def layout_to_json(layout: type_layout) -> list[dict[str, object]]:
    """The layout as plain lists and dicts, for keeping beside the import."""
    return [{"position": c.position, "key": c.key, "header": c.header, "field": c.field} for c in layout]


def layout_from_json(items: Iterable[Mapping[str, object]]) -> type_layout:
    """What layout_to_json wrote."""
    return tuple(
        LayoutColumn(
            int(str(item["position"])),
            str(item["key"]),
            str(item["header"]),
            str(item["field"]) if item["field"] else None,
        )
        for item in items
    )


def align(old: type_layout, new: type_layout) -> dict[str, str]:
    """Key of the old column for the key of each new column that is the same one.

    The same header in the same surroundings, else the same field, else, where both files have as many columns,
    the same position: headers are not content, so a file with renamed columns is still compared cell by cell.
    """
    pairs: dict[str, str] = {}
    taken: set[str] = set()
    for ways in (_by_header, _by_field):
        known = {mark: column.key for mark, column in reversed(ways(old)) if column.key not in taken}
        for mark, column in ways(new):
            key = known.get(mark)
            if key is not None and column.key not in pairs and key not in taken:
                pairs[column.key] = key
                taken.add(key)
    if len(old) == len(new):
        by_position = {column.position: column.key for column in old if column.key not in taken}
        for column in new:
            if column.key not in pairs and column.position in by_position:
                pairs[column.key] = by_position[column.position]
    return pairs


type_marks = list[tuple[tuple[str, ...], LayoutColumn]]


def _by_header(layout: type_layout) -> type_marks:
    """Repeated headers are told apart by the last header before them that stands only once."""
    counts = Counter(identity_key(column.header) for column in layout)
    marks: type_marks = []
    before = ""
    seen: Counter[tuple[str, str]] = Counter()
    for column in sorted(layout, key=lambda column: column.position):
        name = identity_key(column.header)
        if not name:
            continue
        if counts[name] == 1:
            before = name
            marks.append(((name,), column))
        else:
            seen[name, before] += 1
            marks.append(((name, before, str(seen[name, before])), column))
    return marks


def _by_field(layout: type_layout) -> type_marks:
    return [((column.field,), column) for column in layout if column.field]
