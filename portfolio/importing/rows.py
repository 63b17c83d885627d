"""A row under a mapping: cleaned values, proposals for its words, raw cells, and what is wrong with it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field

from .dates import DateCell, date_order, read_date, type_order
from .fields import ANSWER, DATE_FIELDS, TEXT_FIELDS
from .layout import layout_of, type_layout
from .mapping import Mapping
from .refusal import Refused
from .stages import StageProposal, is_blank
from .table import Table
from .text import clean_cell, has_control, squeeze
from .tiers import AnswerProposal, TierProposal, is_paused

# English templates by code. Codes in REFUSING keep a row out, the others inform. Guessed words are counted once
# per word in the summary, not once per row here.
PROBLEMS: dict[str, str] = {
    "no_title": "There is no title. Fill it in or leave the row out.",
    "no_case": "The row holds only a remark below the table, no use case.",
    "no_department": "No department is named. Choose a default department or fill the cell in.",
    "too_long": "Shortened to {limit} characters; the whole text is kept with the raw cells.",
    "control_characters": "Characters that cannot be kept were replaced.",
    "extra_cells": "The row has {count} more filled cells than there are columns; they are not read.",
    "stage_unknown": "{value} is not a known stage. Say what it means in the mapping.",
    "stage_blank": "The stage is blank; it is asked for later and never guessed.",
    "stage_negated": "{value} says only what the stage is not.",
    "status_paused": "{value} says that it rests; a pause needs a known stage and is not imported.",
    "date_suspect": "{detail}",
}
REFUSING = frozenset({"no_title", "no_case"})
_REMARK = re.compile(
    r"(?:\*|\(?\d\)|(?:notes?|sources?|totals?|sum|last updated|updated|as of|generated|exported|end of|disclaimer"
    r"|quelle|stand|hinweis|gesamt|summe|anmerkung|remarques?|mise a jour"
    r"|bron|opmerking|totaal|fuente|nota|actualizad[oa])"
    r"(?:\s*[:.]|\s+\d|\s+(?:of|des|de|am|at|on|le)\b|$))",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"(?:totals?|sum|gesamt|summe|totaal)\s*[:.]?", re.IGNORECASE)
_NUMBER = re.compile(r"[\d\s.,%€$£()-]+")
_LIMITS = {
    "title": 400,
    "department": 200,
    "unit": 200,
    "category": 200,
    "vendor": 300,
    "department_abbreviation": 40,
    "external_id": 200,
    "contact": 500,
    "owner": 300,
    "status": 200,
    "technology": 1000,
}


@dataclass(frozen=True)
class Problem:
    """What is wrong with one cell: ``row`` and ``column`` as the file shows them, ``code`` a key of PROBLEMS."""

    row: int
    column: str
    value: str
    code: str
    params: MappingOf[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The English sentence."""
        return PROBLEMS[self.code].format(**{"value": self.value, **self.params})

    @property
    def refuses(self) -> bool:
        """Whether the row cannot be imported because of it."""
        return self.code in REFUSING

    def as_json(self) -> dict[str, object]:
        """``{row, column, value, code, message}``."""
        return {
            "row": self.row,
            "column": self.column,
            "value": self.value[:200],
            "code": self.code,
            "message": self.message,
        }


@dataclass(frozen=True)
class MappedRow:
    """One row, ready to be staged.

    ``values``: text per mapped field, cleaned (stage as "0"–"3", "retired", "closed" or ""; tier and personal data in
    our words; dates at their precision, as DateCell.text). ``raw``: every filled cell under its column's key.
    ``digest``: SHA-256 over the content, white space normalised, headers left out.
    """

    number: int
    values: MappingOf[str, str]
    raw: MappingOf[str, str]
    stage: StageProposal
    tier: TierProposal
    personal_data: AnswerProposal
    dates: MappingOf[str, DateCell]
    problems: tuple[Problem, ...]
    digest: str

    @property
    def refused(self) -> bool:
        return any(problem.refuses for problem in self.problems)

    @property
    def bucket(self) -> str:
        """Where the dry run counts the row: "0"–"3", "retired", "closed" or "unknown"."""
        return self.values["stage"] or "unknown"


@dataclass(frozen=True)
class Reading:
    """A table under a mapping: fixed positions, order of day and month, and the layout to remember."""

    table: Table
    mapping: Mapping
    positions: MappingOf[str, int]
    order: type_order | None
    layout: type_layout

    def rows(self) -> Iterator[MappedRow]:
        """Every data row, mapped; refused rows included."""
        reader = _RowReader(self)
        return (reader.read(number, cells) for number, cells in self.table.rows())


def read_rows(table: Table, mapping: Mapping) -> Reading:
    """Bind a mapping to a table. Refused when the column of the title is not there."""
    positions = mapping.positions(table.columns)
    if "title" not in mapping.columns:
        raise Refused("unmapped_title")
    if "title" not in positions:
        raise Refused("missing_columns", {"columns": ", ".join(mapping.missing(table.columns))})
    order: type_order | None = mapping.date_order  # type: ignore[assignment]
    if order not in ("mdy", "dmy"):
        places = [positions[name] - 1 for name in DATE_FIELDS if name in positions]
        order = date_order(cells[place] for _, cells in table.rows() for place in places) if places else None
        if order is None and table.delimiter == ";":
            # Where the comma is a decimal sign the semicolon parts the columns, and the day comes first.
            order = "dmy"
    return Reading(table, mapping, positions, order, layout_of(table.columns, positions))


class _RowReader:
    """Reads row after row with everything looked up beforehand."""

    def __init__(self, reading: Reading) -> None:
        self.mapping = reading.mapping
        self.columns = reading.table.columns
        self.places = {name: position - 1 for name, position in reading.positions.items()}
        self.order = reading.order
        self.question = self.header("tier")

    def header(self, name: str) -> str:
        return self.columns[self.places[name]].header if name in self.places else ""

    def read(self, number: int, cells: tuple[str, ...]) -> MappedRow:
        problems = _Problems(number, self)
        word = self.cell(cells, "stage")
        stage = self.mapping.stage(word)
        status = self.mapping.stage(self.cell(cells, "status"))
        tier = self.mapping.tier(self.cell(cells, "tier"), self.question)
        answer = self.mapping.answer(self.cell(cells, "personal_data"))
        dates = {
            name: read_date(self.cell(cells, name).strip(), self.order) for name in DATE_FIELDS if name in self.places
        }
        values = self.texts(cells, problems)
        values["stage"] = _stage_value(stage, status)
        values["tier"] = tier.target
        if "personal_data" in self.places:
            values["personal_data"] = answer.target or ""
        values |= {name: cell.text for name, cell in dates.items()}
        values |= {
            name: said
            for name in self.places
            if name.startswith(ANSWER) and (said := self.mapping.criterion(self.cell(cells, name)))
        }
        self.judge(cells, values, stage, dates, problems)
        raw = {
            c.key: clean_cell(cell) for c, cell in zip(self.columns, cells, strict=False) if cell and not cell.isspace()
        }
        return MappedRow(number, values, raw, stage, tier, answer, dates, tuple(problems.found), content_digest(cells))

    def cell(self, cells: tuple[str, ...], name: str) -> str:
        place = self.places.get(name)
        return clean_cell(cells[place]) if place is not None else ""

    def texts(self, cells: tuple[str, ...], problems: _Problems) -> dict[str, str]:
        values = {}
        for name in self.places:
            if name in ("stage", "tier", "personal_data", "department", *DATE_FIELDS) or name.startswith(ANSWER):
                continue
            text = self.cell(cells, name)
            # Paragraphs of prose are kept; names and titles are one line.
            text = _paragraphs(text) if name in TEXT_FIELDS else squeeze(text)
            values[name] = problems.shortened(name, text) or self.mapping.defaults.get(name, "")
        values["department"] = problems.shortened("department", self.mapping.department(self.cell(cells, "department")))
        for name, default in self.mapping.defaults.items():
            values.setdefault(name, default)
        return values

    def judge(
        self,
        cells: tuple[str, ...],
        values: dict[str, str],
        stage: StageProposal,
        dates: dict[str, DateCell],
        problems: _Problems,
    ) -> None:
        if not values["title"]:
            problems.add("no_title", "title", "")
        elif _is_remark(cells, values["title"]):
            problems.add("no_case", "title", values["title"])
            return
        if not values["department"]:
            problems.add("no_department", "department", "")
        self.judge_stage(values, stage, cells, problems)
        for name, date_cell in dates.items():
            if date_cell.suspicion:
                problems.add(
                    "date_suspect", name, date_cell.raw, detail=date_cell.message, suspicion=date_cell.suspicion
                )
        extra = sum(1 for cell in cells[len(self.columns) :] if cell.strip())
        if extra:
            problems.add("extra_cells", "", "", count=extra)
        if any(has_control(cell) for cell in cells):
            problems.add("control_characters", "", "")

    def judge_stage(
        self, values: dict[str, str], stage: StageProposal, cells: tuple[str, ...], problems: _Problems
    ) -> None:
        word = squeeze(stage.word)
        if stage.reason == "blank" and "stage" in self.places:
            problems.add("stage_blank", "stage", word)
        elif stage.reason == "negated":
            problems.add("stage_negated", "stage", word)
        elif stage.reason == "unknown_word":
            problems.add("stage_unknown", "stage", word)
        status = self.cell(cells, "status")
        if stage.reason == "paused" or is_paused(status):
            problems.add("status_paused", "stage" if stage.reason == "paused" else "status", word or squeeze(status))


class _Problems:
    """Collects the problems of one row."""

    def __init__(self, row: int, reader: _RowReader) -> None:
        self.row = row
        self.reader = reader
        self.found: list[Problem] = []

    def add(self, code: str, name: str, value: str, **params: object) -> None:
        self.found.append(Problem(self.row, self.reader.header(name), value, code, params))

    def shortened(self, name: str, text: str) -> str:
        limit = _LIMITS.get(name)
        if limit is None or len(text) <= limit:
            return text
        self.add("too_long", name, text[:80], limit=limit)
        return text[:limit].rstrip()


def _is_remark(cells: tuple[str, ...], title: str) -> bool:
    """A source or a total below the table: one cell that begins like one, alone or beside numbers only."""
    if _REMARK.match(title) is None or len(cells) <= 2:
        return False
    others = [cell for cell in cells if cell.strip() and squeeze(cell) != title]
    return not others or (_TOTAL.fullmatch(title) is not None and all(_NUMBER.fullmatch(cell) for cell in others))


def _stage_value(stage: StageProposal, status: StageProposal) -> str:
    """A status of retired or closed ends a case whatever its stage; a status never gives a stage."""
    if status.target in ("retired", "closed") and stage.target not in ("retired", "closed"):
        return status.target
    return stage.target or ""


def _paragraphs(text: str) -> str:
    if is_blank(text) and len(text) < 20:
        return squeeze(text)
    return "\n".join(line for line in (" ".join(part.split()) for part in text.split("\n")) if line)


def content_digest(cells: tuple[str, ...]) -> str:
    """SHA-256 over the cells in their order, white space normalised; headers are not content."""
    text = json.dumps([squeeze(cell) for cell in cells], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
