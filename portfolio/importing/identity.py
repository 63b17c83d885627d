"""Which row of a new file is which case imported before, and what a row would change.

Identical content pairs first, counted by occurrence. What is left pairs within the same department, unit and title by
the fewest differing cells, and never across a tie: two equally near candidates stay apart.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from .fields import ANSWER
from .layout import LayoutColumn, align, type_layout
from .nearest import pair_nearest
from .rows import MappedRow
from .text import identity_key, squeeze

# Beyond this many pairs in one group of equal titles, comparing each with each costs more than it tells.
MAX_PAIRS = 250_000
_KEY_FIELDS = ("department", "unit", "title")
# Fields whose meaning a mapping decides: they can change although their cell did not.
_DECIDED = ("stage", "tier", "personal_data", "department")


class Action(StrEnum):
    """What applying a row would do."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    REFUSED = "refused"


@dataclass(frozen=True)
class Known:
    """A case as it was imported last.

    ``values`` and ``raw`` are those of its MappedRow then, ``layout`` that of its file; never the present fields of the
    case, so that a title edited here still finds its row. ``digest`` is the row's, where it was kept.
    ``edited``: fields changed here since. ``governed``: a first review was held here, so its stage may no longer be
    moved by an import.
    """

    key: Hashable
    values: Mapping[str, str]
    raw: Mapping[str, str]
    layout: type_layout = ()
    digest: str = ""
    edited: frozenset[str] = frozenset()
    governed: bool = False


@dataclass(frozen=True)
class Change:
    """One cell that differs from the last import. ``field`` None: an unmapped column, kept as a raw cell only.

    ``conflict``: "" when it can be applied, ``edited_here`` or ``stage_conflict`` when the case keeps its own value.
    """

    column: str
    field: str | None
    before: str
    after: str
    conflict: str = ""


@dataclass(frozen=True)
class Match:
    """What happens to one row. ``tied``: it was as near to several cases and is therefore taken as new."""

    row: MappedRow
    action: Action
    key: Hashable | None = None
    changes: tuple[Change, ...] = ()
    tied: bool = False


@dataclass(frozen=True)
class Plan:
    """All rows in the order of the file, and the cases that the file no longer lists (they are never deleted)."""

    matches: tuple[Match, ...]
    missing: tuple[Hashable, ...]
    counts: Mapping[str, int] = field(default_factory=dict)


type_key = tuple[str, str, str]


def plan_import(known: Iterable[Known], rows: Iterable[MappedRow], layout: type_layout) -> Plan:
    """Pair rows with cases imported before. ``layout`` is that of the new file. Near-linear in the number of rows."""
    cases = list(known)
    listed = list(rows)
    comparer = _Comparer(layout)
    pairing = _Pairing(cases, [row for row in listed if not row.refused], comparer)
    pairing.identical()
    pairing.nearest(_case_key, _row_key)
    # An alias changed between the imports: the departments differ by our names but not by theirs.
    pairing.nearest(comparer.raw_case_key, comparer.raw_row_key)
    matches = tuple(_match(row, pairing, comparer) for row in listed)
    missing = tuple(case.key for case in cases if id(case) not in pairing.paired_cases)
    counts = {action.value: sum(match.action is action for match in matches) for action in Action}
    return Plan(matches, missing, counts)


def _match(row: MappedRow, pairing: _Pairing, comparer: _Comparer) -> Match:
    if row.refused:
        return Match(row, Action.REFUSED)
    case = pairing.case_of.get(id(row))
    if case is None:
        return Match(row, Action.CREATE, tied=id(row) in pairing.tied)
    changes = comparer.changes(case, row, identical=id(row) in pairing.exact)
    if not changes:
        return Match(row, Action.UNCHANGED, case.key)
    action = Action.CONFLICT if any(change.conflict for change in changes) else Action.UPDATE
    return Match(row, action, case.key, changes)


class _Comparer:
    """Compares cells of an earlier file with those of this one, column for column whatever their headers."""

    def __init__(self, layout: type_layout) -> None:
        self.layout = layout
        self.aligned = lru_cache(maxsize=256)(self._aligned)

    def _aligned(self, old: type_layout) -> tuple[tuple[LayoutColumn, str | None], ...]:
        """Each column of the new file with the key of its counterpart in the old one."""
        former = old or tuple(LayoutColumn(0, column.key, column.header, column.field) for column in self.layout)
        pairs = align(former, self.layout)
        return tuple((column, pairs.get(column.key)) for column in self.layout)

    def is_straight(self, old: type_layout) -> bool:
        """Whether both files have the same columns in the same places, so that digests of whole rows compare."""
        places = {column.key: column.position for column in old}
        pairs = self.aligned(old)
        return len(old) == len(pairs) and all(key and places[key] == column.position for column, key in pairs)

    def row_cells(self, row: MappedRow, old: type_layout) -> tuple[str, ...]:
        """The cells of a row in the columns that the old file has as well."""
        return tuple(squeeze(row.raw.get(column.key, "")) for column, key in self.aligned(old) if key is not None)

    def case_cells(self, case: Known) -> tuple[str, ...]:
        """The cells of a case in the same columns and order."""
        return tuple(squeeze(case.raw.get(key, "")) for _, key in self.aligned(case.layout) if key is not None)

    def raw_case_key(self, case: Known) -> type_key:
        """Department, unit and title as the cells of the earlier file say them."""
        keys = {column.field: key for column, key in self.aligned(case.layout) if key is not None}
        return _key(*(case.raw.get(keys.get(name, ""), "") for name in _KEY_FIELDS))

    def raw_row_key(self, row: MappedRow) -> type_key:
        """Department, unit and title as the cells of the row say them."""
        keys = {column.field: column.key for column in self.layout}
        return _key(*(row.raw.get(keys.get(name, ""), "") for name in _KEY_FIELDS))

    def changes(self, case: Known, row: MappedRow, *, identical: bool = False) -> tuple[Change, ...]:
        """Cells that differ, and fields that the mapping reads differently from the same cell.

        ``identical``: the shared columns are known to be equal and are not compared again.
        """
        found = []
        touched = set()
        for column, key in self.aligned(case.layout):
            if identical and key is not None:
                continue
            before = squeeze(case.raw.get(key, "")) if key is not None else ""
            after = squeeze(row.raw.get(column.key, ""))
            if before != after:
                touched.add(column.field)
                found.append(self._change(case, column, before, after))
        if row.values == case.values:
            return tuple(found)
        for name in sorted((row.values.keys() | case.values.keys()) - touched):
            before, after = case.values.get(name, ""), row.values.get(name, "")
            if squeeze(before) != squeeze(after) and (_is_decided(name) or self._is_remapped(case, name)):
                found.append(self._change(case, self._column(name), before, after))
        return tuple(found)

    def _is_remapped(self, case: Known, name: str) -> bool:
        """Whether another column fills the field now, which is the only way its value changes by itself."""
        old = next((column.key for column in case.layout if column.field == name), None)
        new = next((key for column, key in self.aligned(case.layout) if column.field == name), None)
        return new is not None and old != new

    def _column(self, name: str) -> LayoutColumn:
        return next((c for c in self.layout if c.field == name), LayoutColumn(0, "", "", name))

    @staticmethod
    def _change(case: Known, column: LayoutColumn, before: str, after: str) -> Change:
        conflict = ""
        if column.field == "stage" and case.governed:
            conflict = "stage_conflict"
        elif column.field is not None and column.field in case.edited:
            conflict = "edited_here"
        return Change(column.key, column.field, before, after, conflict)


class _Pairing:
    """Cases and rows found to be the same, in two passes."""

    def __init__(self, cases: Sequence[Known], rows: Sequence[MappedRow], comparer: _Comparer) -> None:
        self.cases = cases
        self.rows = rows
        self.comparer = comparer
        self.case_of: dict[int, Known] = {}
        self.paired_cases: set[int] = set()
        self.tied: set[int] = set()
        self.exact: set[int] = set()

    def pair(self, case: Known, row: MappedRow) -> None:
        self.case_of[id(row)] = case
        self.paired_cases.add(id(case))

    def identical(self) -> None:
        """Rows whose cells are those of a case, each case once and in order; one pass per earlier layout."""
        by_layout: dict[type_layout, list[Known]] = defaultdict(list)
        for case in self.cases:
            by_layout[case.layout].append(case)
        for layout, cases in by_layout.items():
            straight = self.comparer.is_straight(layout) and all(case.digest for case in cases)
            waiting: dict[Hashable, deque[Known]] = defaultdict(deque)
            for case in cases:
                waiting[case.digest if straight else self._case_mark(case)].append(case)
            for row in self.rows:
                if id(row) not in self.case_of:
                    queue = waiting.get(row.digest if straight else self._row_mark(row, layout))
                    if queue:
                        self.pair(queue.popleft(), row)
                        self.exact.add(id(row))

    def _case_mark(self, case: Known) -> Hashable:
        return self._same(_case_key(case), self.comparer.case_cells(case))

    def _row_mark(self, row: MappedRow, layout: type_layout) -> Hashable:
        return self._same(_row_key(row), self.comparer.row_cells(row, layout))

    def _same(self, key: type_key, cells: tuple[str, ...]) -> Hashable:
        # Cells hold the title; where the files share no column for it, the key has to.
        return cells if len(cells) > len(self.comparer.layout) // 2 else (key, cells)

    def nearest(self, case_key: Callable[[Known], type_key], row_key: Callable[[MappedRow], type_key]) -> None:
        """Among equal department, unit and title: the fewest differing cells."""
        cases: dict[type_key, list[Known]] = defaultdict(list)
        rows: dict[type_key, list[MappedRow]] = defaultdict(list)
        for case in self.cases:
            if id(case) not in self.paired_cases:
                cases[case_key(case)].append(case)
        for row in self.rows:
            if id(row) not in self.case_of and id(row) not in self.tied and (key := row_key(row)) in cases:
                rows[key].append(row)
        for key, group in rows.items():
            self._pair_group(cases[key], group)

    def _pair_group(self, cases: list[Known], rows: list[MappedRow]) -> None:
        if len(cases) == len(rows) == 1:
            self.pair(cases[0], rows[0])
            return
        if len(cases) * len(rows) > MAX_PAIRS:
            self.tied.update(id(row) for row in rows)
            return
        for case_place, row_place in pair_nearest(self._distances(cases, rows), self._note_tie(rows)):
            self.pair(cases[case_place], rows[row_place])

    def _distances(self, cases: list[Known], rows: list[MappedRow]) -> dict[tuple[int, int], int]:
        distances = {}
        for case_place, case in enumerate(cases):
            before = self.comparer.case_cells(case)
            for row_place, row in enumerate(rows):
                after = self.comparer.row_cells(row, case.layout)
                distances[case_place, row_place] = sum(a != b for a, b in zip(before, after, strict=True))
        return distances

    def _note_tie(self, rows: list[MappedRow]) -> Callable[[int], None]:
        return lambda place: self.tied.add(id(rows[place]))


def _is_decided(name: str) -> bool:
    return name in _DECIDED or name.startswith(ANSWER)


def _key(department: str, unit: str, title: str) -> type_key:
    return identity_key(department), identity_key(unit), identity_key(title)


def _case_key(case: Known) -> type_key:
    return _key(*(case.values.get(name, "") for name in _KEY_FIELDS))


def _row_key(row: MappedRow) -> type_key:
    return _key(*(row.values.get(name, "") for name in _KEY_FIELDS))
