"""A mapping proposed for a table that nobody prepared: headers first, cells as evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from .dates import date_order
from .evidence import SAMPLE_ROWS, Evidence, column_evidence
from .fields import DATE_FIELDS
from .lexicon import load_words
from .mapping import Mapping, Source, best_fitting
from .refusal import Refused
from .table import Column, Table
from .text import header_segments
from .vocabulary import header_scores, organisation_level

FLOOR = 0.4
# Mean length of cells that abbreviate an organisation rather than name it.
_CODE_LENGTH = 6
# What each field tells of being an inventory of use cases rather than any other table; see not_an_inventory.
_WEIGHTS = {
    **dict.fromkeys(("title", "stage"), 2.0),
    **dict.fromkeys(("tier", "problem_statement"), 1.5),
    **dict.fromkeys(("expected_benefit", "outputs", "personal_data"), 1.0),
    **dict.fromkeys(("department", "affected_users"), 0.75),
    **dict.fromkeys(("technology", "unit", "vendor", "owner"), 0.5),
    **dict.fromkeys(("category", "status", "external_id"), 0.25),
}
_ENOUGH = 2.4
_LIFE_ONLY = 0.7
# One of these must be there, or a title that speaks of use cases: other tables have names and departments too.
_CORE = frozenset(
    {"stage", "tier", "expected_benefit", "outputs", "personal_data", "affected_users", "affected_process"}
)


@dataclass(frozen=True)
class ColumnProposal:
    """What one column seems to be. ``field`` None: unmapped, kept as a raw cell. ``confidence`` 0–1."""

    column: Column
    field: str | None
    confidence: float


@dataclass(frozen=True)
class Proposal:
    """A proposed mapping with its confidence per column, in the order of the file."""

    mapping: Mapping
    columns: tuple[ColumnProposal, ...]

    def as_json(self) -> list[dict[str, object]]:
        """``[{column, position, field, confidence}]`` for every column of the file."""
        return [
            {"column": p.column.header, "position": p.column.position, "field": p.field, "confidence": p.confidence}
            for p in self.columns
        ]


def choose_mapping(table: Table, saved: Sequence[Mapping]) -> Proposal:
    """The saved mapping that fits best, else what the vocabulary proposes. Refused when it is no inventory."""
    fitting = best_fitting(saved, table.columns)
    return propose(table) if fitting is None else apply_mapping(table, fitting)


def apply_mapping(table: Table, mapping: Mapping) -> Proposal:
    """A given mapping seen from the columns of a table: what it maps is certain."""
    fields = {position: field for field, position in mapping.positions(table.columns).items()}
    columns = tuple(
        ColumnProposal(column, fields.get(column.position), 1.0 if column.position in fields else 0.0)
        for column in table.columns
    )
    return Proposal(mapping, columns)


def propose(table: Table) -> Proposal:
    """Propose a mapping for a table by the general vocabulary. Refused when it is no inventory."""
    proposal = propose_columns(table)
    reason = not_an_inventory(proposal)
    if reason:
        names = ", ".join(column.header[:40] or f"[{column.position}]" for column in table.columns[:12])
        raise Refused("not_inventory", {"detail": reason, "columns": names}, f"row {table.header_row}")
    return proposal


def propose_columns(table: Table) -> Proposal:
    """As ``propose``, for any table: a person may name the columns of one that does not look like an inventory."""
    rows = [cells for _, cells in islice(table.rows(), SAMPLE_ROWS)]
    found = [column_evidence([row[column.position - 1] for row in rows], column.header) for column in table.columns]
    fields = assign(table.columns, found)
    columns = tuple(ColumnProposal(column, *fields.get(column.position, (None, 0.0))) for column in table.columns)
    sources = {p.field: Source((p.column.header,), p.column.position) for p in columns if p.field}
    dates = [row[p.column.position - 1] for p in columns if p.field in DATE_FIELDS for row in rows]
    return Proposal(Mapping("", sources, confirmed=False, date_order=date_order(dates)), columns)


def assign(columns: Sequence[Column], evidence: Sequence[Evidence]) -> dict[int, tuple[str, float]]:
    """Field and confidence by position: the best pairs first, each field and each column once."""
    repeated = Counter(column.header for column in columns)
    pairs: list[tuple[float, int, str]] = []
    for column, found in zip(columns, evidence, strict=True):
        for field, score in {**header_scores(column.wording or column.header), **_by_cells(column, found)}.items():
            # A header that stands many times ("If other, please explain") names nothing by itself.
            scaled = score * found.factor(field) * (0.3 if repeated[column.header] > 2 else 1.0)
            if scaled >= FLOOR:
                pairs.append((min(scaled, 0.99), column.position, field))
    pairs.extend(_organisations(columns, evidence))
    taken: dict[int, tuple[str, float]] = {}
    for score, position, field in sorted(pairs, key=lambda pair: (-pair[0], pair[1])):
        if position not in taken and all(field != other for other, _ in taken.values()):
            taken[position] = (field, round(score, 2))
    return _status_as_stage(taken, columns, evidence)


def not_an_inventory(proposal: Proposal) -> str:
    """Why a table does not look like an inventory of use cases; "" when it does."""
    fields = {p.field: p for p in proposal.columns if p.field}
    title = fields.get("title")
    if title is None:
        return "no column is a name or title of a use case"
    weight, core = 0.0, _names_use_cases(title.column.wording)
    for field, found in fields.items():
        generic = _is_generic(found.column.wording)
        share = _WEIGHTS.get(field or "", 0.5 if field in DATE_FIELDS else 0.0)
        weight += (min(share, 1.0) if generic else share) * found.confidence
        telling = field in _CORE and (
            field != "stage" or found.confidence >= _LIFE_ONLY or "problem_statement" in fields
        )
        core = core or telling or (field == "problem_statement" and not generic)
    return "" if core and weight >= _ENOUGH else "beside a name, too little in it describes use cases"


def _is_generic(header: str) -> bool:
    """Whether any table might call a column so."""
    return all(segment in load_words("inventory")["generic"] for segment in header_segments(header)[-2:])


def _names_use_cases(header: str) -> bool:
    words = {word for segment in header_segments(header) for word in segment.split()}
    pairs = ({"use", "case"}, {"cas", "usage"}, {"caso", "uso"})
    return not words.isdisjoint(load_words("inventory")["subjects"]) or any(pair <= words for pair in pairs)


def _by_cells(column: Column, found: Evidence) -> dict[str, float]:
    """A header that says nothing above cells that are all words of stages."""
    telling = found.filled >= 4 and found.stages >= 0.9 and found.distinct <= 0.5 and found.answers < 0.3
    if telling and not any(score >= 0.5 for score in header_scores(column.wording or column.header).values()):
        return {"stage": 0.55}
    return {}


def _organisations(columns: Sequence[Column], evidence: Sequence[Evidence]) -> list[tuple[float, int, str]]:
    """The highest organisation in the file is the department, the next one below it the unit."""
    levels: dict[int, list[tuple[float, int]]] = {}
    for column, cells in zip(columns, evidence, strict=True):
        level = organisation_level(column.wording or column.header)
        if level is not None and (cells.filled or len(evidence) < 2):
            score = level[1] * cells.factor("department")
            if score >= FLOOR:
                levels.setdefault(level[0], []).append((score, column.position))
    ranked = [_names_first(levels[number], evidence) for number in sorted(levels)]
    if not ranked:
        return []
    best = ranked[0][0]
    # A bureau or an office alone stands for the department, less surely.
    pairs = [(best[0] if min(levels) < 3 else best[0] * 0.7, best[1], "department")]
    pairs += [
        (0.6, position, "department_abbreviation") for _, position in ranked[0][1:] if _are_codes(evidence, position)
    ]
    if len(ranked) > 1:
        pairs.append((ranked[1][0][0] * 0.98, ranked[1][0][1], "unit"))
    return pairs


def _names_first(found: list[tuple[float, int]], evidence: Sequence[Evidence]) -> list[tuple[float, int]]:
    """Columns of one level, the likeliest first: a column of names goes before an equal one of abbreviations."""
    spelt_out = any(not _are_codes(evidence, position) for _, position in found)
    return sorted(found, key=lambda pair: (spelt_out and _are_codes(evidence, pair[1]), -pair[0], pair[1]))


def _are_codes(evidence: Sequence[Evidence], position: int) -> bool:
    return 0 < evidence[position - 1].length <= _CODE_LENGTH


def _status_as_stage(
    taken: dict[int, tuple[str, float]], columns: Sequence[Column], evidence: Sequence[Evidence]
) -> dict[int, tuple[str, float]]:
    if any(field == "stage" for field, _ in taken.values()):
        return taken
    for position, (field, score) in taken.items():
        cells = evidence[position - 1]
        if field == "status" and (cells.stages >= 0.3 or cells.filled < 2):
            # "Active" and "retired" are said of people and cars as well.
            sure = 1.0 if cells.steps or cells.filled < 2 else _LIFE_ONLY
            return {**taken, position: ("stage", round(min(0.95, score * sure * (0.75 + cells.stages / 4)), 2))}
    return taken
