"""What a checklist from a spreadsheet is: which column says what, natural order, what is wrong, what changed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pocgate.kernel.errors import FieldProblem

STANDARD_COLUMNS = ("key", "title", "asks", "how", "reference", "must", "validity_days")
LONGEST_NAME = 60
LONGEST_TITLE = 300
LONGEST_TEXT = 20_000
MOST_ITEMS = 1000
SHOWN_PROBLEMS = 50
MOST_DAYS = 3650
SPREADSHEET_HEADER_ROW = 1

# Headers as people write them, folded; the first column of the file that fits a field is taken for it.
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "key": ("key", "id", "item id", "number", "no", "nr", "code", "control id"),
    "title": ("title", "item", "control", "name", "subcategory", "question"),
    "asks": ("asks", "it asks", "description", "requirement", "what is asked", "control text", "text"),
    "how": ("how", "how to show it", "guidance", "section actions", "suggested actions", "actions"),
    "reference": ("reference", "citation", "clause", "article"),
    "must": ("must", "is must", "required", "mandatory", "level"),
    "validity_days": ("validity days", "valid days", "valid for days"),
}
_YES = frozenset({"", "yes", "y", "true", "1", "x", "must", "required", "mandatory"})
_NO = frozenset({"no", "n", "false", "0", "should", "optional"})
_NUMBERED = re.compile(r"\D{0,40}\d+(?:\.\d+)*\b")

T = TypeVar("T")


@dataclass(frozen=True)
class SheetTable:
    """A table as it stands in a file: headers and rows of as many cells.

    `numbers` are the rows of the spreadsheet, `sheet` is the name of the sheet ("" where the file has none).
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()
    sheet: str = ""

    def number(self, index: int) -> int:
        """Where a row stands in the spreadsheet, from 1."""
        return self.numbers[index] if self.numbers else index + 1 + SPREADSHEET_HEADER_ROW


@dataclass(frozen=True)
class ItemDraft:
    """One item as its row says it. `cells` are those of the whole row."""

    key: str
    title: str
    asks: str = ""
    how: str = ""
    reference: str = ""
    is_must: bool = True
    validity_days: int | None = None
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class ItemChange:
    """What became of an item between two versions: `added`, `removed`, or `changed` in these fields.

    `values` are the fields' values before and after.
    """

    key: str
    title: str
    kind: str
    fields: tuple[str, ...] = ()
    values: tuple[tuple[str, str, str], ...] = ()


def recognised(columns: Sequence[str]) -> dict[str, int]:
    """Which column says what: the place of the column by field."""
    folded = [" ".join(re.findall(r"[a-z0-9]+", column.lower())) for column in columns]
    found: dict[str, int] = {}
    for field, headers in _HEADERS.items():
        # The earlier wording weighs more than the earlier column, so that `title` wins over `item`.
        place = next((folded.index(header) for header in headers if header in folded), None)
        if place is not None and place not in found.values():
            found[field] = place
    return found


def natural_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """An order in which 1.10 follows 1.9."""
    # Only ASCII digits: other scripts' digits match \\d, and some of them are no numbers to int().
    parts = re.split(r"([0-9]+)", text.casefold())
    return tuple((0, int(part), "") if part.isdigit() and part.isascii() else (1, 0, part) for part in parts if part)


def in_natural_order(items: Sequence[T], titles: Sequence[str]) -> list[T]:
    """Items by the numbers in their titles where each has one, else as they stand."""
    if not all(_NUMBERED.match(title) for title in titles):
        return list(items)
    order = sorted(range(len(items)), key=lambda index: (natural_key(titles[index]), index))
    return [items[index] for index in order]


def drafts_of(table: SheetTable, template_key: str) -> tuple[tuple[ItemDraft, ...], tuple[FieldProblem, ...]]:
    """The items of a table, and everything that is wrong with it by row, column and reason."""
    fields = recognised(table.columns)
    if "title" not in fields:
        return (), (_no_title(table.columns),)
    if not table.rows:
        return (), (FieldProblem("file", "no_items", "There is no row below the column names. Add one per item."),)
    if len(table.rows) > MOST_ITEMS:
        shown = {"count": len(table.rows), "most": MOST_ITEMS}
        message = "The list has {count} items; a checklist has at most {most}. Split it by gate or topic."
        return (), (FieldProblem("file", "too_many_items", message, shown),)
    problems: list[FieldProblem] = []
    drafts = [
        _draft(cells, fields, template_key, _Row(table.number(index), table, problems))
        for index, cells in enumerate(table.rows)
    ]
    problems += _repeated(drafts, table)
    return tuple(drafts), tuple(problems[:SHOWN_PROBLEMS])


def item_name(template_key: str, item_key: str) -> str:
    """The name under which signatures refer to an item for ever."""
    return f"{template_key}:{item_key}"


def changes_between(before: Iterable[ItemDraft], after: Iterable[ItemDraft]) -> list[ItemChange]:
    """What changed from one version to the next, in the order of the newer one; what was removed comes last."""
    old, new = {item.key: item for item in before}, {item.key: item for item in after}
    changes = [
        _change(old.get(key), item) for key, item in new.items() if key not in old or changed_fields(old[key], item)
    ]
    return changes + [ItemChange(key, item.title, "removed") for key, item in old.items() if key not in new]


def changed_fields(before: ItemDraft | None, after: ItemDraft) -> tuple[str, ...]:
    """Which fields of an item differ; none for a new one."""
    if before is None:
        return ()
    names = ("title", "asks", "how", "reference", "is_must", "validity_days")
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))


def _change(before: ItemDraft | None, after: ItemDraft) -> ItemChange:
    fields = changed_fields(before, after)
    values = tuple((name, _shown(getattr(before, name)), _shown(getattr(after, name))) for name in fields)
    return ItemChange(after.key, after.title, "changed" if before else "added", fields, values)


def _shown(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else "" if value is None else str(value)


@dataclass(frozen=True)
class _Row:
    """Where problems of one row go."""

    number: int
    table: SheetTable
    problems: list[FieldProblem]

    def refuse(self, place: int, code: str, message: str, **params: object) -> None:
        column = self.table.columns[place]
        text = _led(self.table, "row {row}, column “{column}”: ") + message
        shown = {"row": self.number, "column": column, "sheet": self.table.sheet, **params}
        self.problems.append(FieldProblem(f"row {self.number}", code, text, shown))


def _led(table: SheetTable, place: str) -> str:
    """A sentence about a place begins with the sheet where the file has sheets."""
    return "Sheet “{sheet}”, " + place if table.sheet else place[0].upper() + place[1:]


def _draft(cells: Sequence[str], fields: Mapping[str, int], template_key: str, row: _Row) -> ItemDraft:
    def cell(field: str) -> str:
        return cells[fields[field]].strip() if field in fields else ""

    title = cell("title")
    if not title:
        row.refuse(fields["title"], "title_missing", "the item has no title. Name what is checked.")
    for field, longest in (("title", LONGEST_TITLE), ("reference", LONGEST_TITLE), ("asks", LONGEST_TEXT)):
        if len(cell(field)) > longest:
            message = "{length} characters; at most {longest} are kept."
            row.refuse(fields[field], "too_long", message, length=len(cell(field)), longest=longest)
    return ItemDraft(
        key=_key(cell("key") or title, template_key),
        title=title,
        asks=cell("asks"),
        how=cell("how"),
        reference=cell("reference"),
        is_must=_must(cell("must"), fields, row),
        validity_days=_days(cell("validity_days"), fields, row),
        cells=tuple(cells),
    )


def _key(text: str, template_key: str) -> str:
    """Small letters, digits and hyphens; what would be too long is cut and told apart by its hash."""
    room = LONGEST_NAME - len(template_key) - 1
    key = "-".join(re.findall(r"[a-z0-9]+", text.lower()))
    if key and len(key) <= room:
        return key
    mark = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{key[: room - 9].strip('-')}-{mark}".strip("-")


def _must(text: str, fields: Mapping[str, int], row: _Row) -> bool:
    word = text.lower()
    if word not in _YES | _NO:
        row.refuse(fields["must"], "unknown_word", "“{word}” is neither yes nor no.", word=text[:40])
    return word not in _NO


def _days(text: str, fields: Mapping[str, int], row: _Row) -> int | None:
    if not text:
        return None
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(MOST_DAYS))
    if not is_number or not 1 <= int(text) <= MOST_DAYS:
        message = "“{word}” is no number of days from 1 to 3650."
        row.refuse(fields["validity_days"], "not_days", message, word=text[:40])
        return None
    return int(text)


def _repeated(drafts: Sequence[ItemDraft], table: SheetTable) -> list[FieldProblem]:
    first: dict[str, int] = {}
    problems = []
    for index, draft in enumerate(drafts):
        if draft.key in first and draft.title:
            rows = {"row": table.number(index), "other": table.number(first[draft.key])}
            shown = {**rows, "key": draft.key, "sheet": table.sheet}
            message = _led(table, "row {row} has the same key “{key}” as row {other}. ")
            message += "Give each item a key or title of its own."
            problems.append(FieldProblem(f"row {table.number(index)}", "key_repeated", message, shown))
        first.setdefault(draft.key, index)
    return problems


def _no_title(columns: Sequence[str]) -> FieldProblem:
    known = ", ".join(_HEADERS["title"])
    shown = {"known": known, "found": ", ".join(column or "(empty)" for column in columns[:20])}
    message = "No column names the items. Call one of them: {known}. Columns found: {found}."
    return FieldProblem("file", "no_title_column", message, shown)
