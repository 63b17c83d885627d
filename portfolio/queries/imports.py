"""What a file would do to the portfolio: how it is read, which mapping serves, what each row would change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from portfolio.enums import FactKey, Status
from portfolio.importing.fields import flat_answers
from portfolio.importing.identity import Known, Plan, plan_import
from portfolio.importing.layout import layout_from_json, layout_to_json
from portfolio.importing.mapping import Mapping, best_fitting
from portfolio.importing.mapping_yaml import InvalidMapping, load_mapping, shipped_mappings
from portfolio.importing.proposal import ColumnProposal, propose, propose_columns
from portfolio.importing.reading import Choices, read_file
from portfolio.importing.refusal import Refused
from portfolio.importing.rows import MappedRow, Reading, read_rows
from portfolio.importing.summary import Summary, WordCount
from portfolio.importing.table import Table
from portfolio.importing.text import identity_key, squeeze
from portfolio.models import CaseFact, CaseOrigin, ImportMapping, ImportRun, UseCase

MAX_PROBLEMS = 20_000
COPIED_FIELDS = (
    "title",
    "problem_statement",
    "expected_benefit",
    "affected_process",
    "affected_users",
    "category",
    "vendor",
)


@dataclass(frozen=True)
class Understood:
    """A file under a mapping. `source`: `given`, `saved`, `fitting` or `vocabulary`; only the last needs consent."""

    table: Table
    mapping: Mapping
    source: str
    columns: tuple[ColumnProposal, ...]


@dataclass(frozen=True)
class DryRun:
    """What applying would do, and the JSON that the command line prints."""

    plan: Plan
    reading: Reading
    summary: dict[str, Any]
    imputed: tuple[WordCount, ...]


def runs() -> QuerySet[ImportRun]:
    """All runs with who started them, newest first."""
    return ImportRun.objects.select_related("created_by").order_by("-pk")


def saved_mappings() -> list[Mapping]:
    """Saved mappings, then the shipped ones whose name was not taken by a saved one."""
    saved = [replace(load_mapping(row.text), name=row.name) for row in ImportMapping.objects.order_by("name")]
    names = {mapping.name.casefold() for mapping in saved}
    return saved + [mapping for mapping in shipped_mappings() if mapping.name.casefold() not in names]


def mapping_named(name: str) -> Mapping:
    """The saved or shipped mapping of that name; `Refused` lists those that exist."""
    mappings = saved_mappings()
    for mapping in mappings:
        if mapping.name.casefold() == name.strip().casefold():
            return mapping
    choices = ", ".join(mapping.name for mapping in mappings) or "none"
    raise Refused("unknown_mapping", {"name": name, "choices": choices})


def understand(
    source: Path | bytes,
    *,
    name: str = "",
    choices: Choices | None = None,
    mapping_name: str = "",
    mapping_text: str = "",
    must_look_like_inventory: bool = True,
) -> Understood:
    """Read a file and find its mapping: the text given, else the one named, else a saved one that fits, else guessed.

    Raises `Refused` for what can not be taken, `InvalidMapping` for a mapping text with faults.
    """
    given = choices or Choices()
    chosen, origin = None, "vocabulary"
    if mapping_text:
        chosen, origin = load_mapping(mapping_text), "given"
    elif mapping_name:
        chosen, origin = mapping_named(mapping_name), "saved"
    table = read_file(source, name, _with_hints(given, chosen))
    if chosen is None:
        chosen = best_fitting(saved_mappings(), table.columns)
        if chosen is not None:
            origin = "fitting"
            table = read_file(source, name, _with_hints(given, chosen))
    if chosen is None:
        proposal = propose(table) if must_look_like_inventory else propose_columns(table)
        return Understood(table, proposal.mapping, origin, proposal.columns)
    return Understood(table, chosen, origin, _columns_of(table, chosen))


def _with_hints(given: Choices, mapping: Mapping | None) -> Choices:
    if mapping is None:
        return given
    return Choices(
        encoding=given.encoding or mapping.encoding,
        delimiter=given.delimiter or mapping.delimiter,
        sheet=given.sheet or mapping.sheet,
        header_row=given.header_row or mapping.header_row,
    )


def _columns_of(table: Table, mapping: Mapping) -> tuple[ColumnProposal, ...]:
    fields = {position: field for field, position in mapping.positions(table.columns).items()}
    return tuple(
        ColumnProposal(column, fields.get(column.position), 1.0 if column.position in fields else 0.0)
        for column in table.columns
    )


def dry_run(understood: Understood, *, known: Iterable[Known] | None = None) -> DryRun:
    """Pair every row with the cases imported before and count; nothing is written."""
    reading = read_rows(understood.table, understood.mapping)
    rows = list(reading.rows())
    plan = plan_import(known_cases() if known is None else known, rows, reading.layout)
    counts = Summary()
    for row in rows:
        counts.add(row)
    imputed = tuple(counts.imputed_words())
    return DryRun(plan, reading, _as_json(understood, plan, counts, imputed, rows), imputed)


def _as_json(
    understood: Understood, plan: Plan, counts: Summary, imputed: tuple[WordCount, ...], rows: list[MappedRow]
) -> dict[str, Any]:
    table = understood.table
    problems = [problem.as_json() for row in rows for problem in row.problems]
    return {
        "file": table.file,
        "format": table.format,
        "encoding": table.encoding,
        "delimiter": table.delimiter,
        "sheet": table.sheet,
        "header_row": table.header_row,
        "mapping_name": understood.mapping.name,
        "mapping_source": understood.source,
        "rows": len(rows),
        **{action: plan.counts[action] for action in ("create", "update", "unchanged", "conflict", "refused")},
        "changed_cells": sum(len(match.changes) for match in plan.matches),
        "missing": len(plan.missing),
        "warnings": [*_notices(table), *_word_warnings(imputed), *_suspicions(counts)],
        **counts.as_json(),
        "mapping": [_column_json(column) for column in understood.columns],
        "words": [_word_json("stage", word) for word in counts.stage_words.values()]
        + [_word_json("tier", word) for word in counts.tier_words.values()],
        "problems": problems[:MAX_PROBLEMS],
        "problems_total": len(problems),
    }


def _notices(table: Table) -> list[dict[str, Any]]:
    return [{"code": notice.code, "message": notice.message} for notice in table.notices]


def _word_warnings(imputed: tuple[WordCount, ...]) -> list[dict[str, Any]]:
    return [
        {
            "code": "imputed_word",
            "word": word.word,
            "target": word.target,
            "confidence": round(word.confidence, 2),
            "count": word.count,
            "message": f"“{word.word}” was read as {word.target or 'unknown'}; this is a guess, please confirm.",
        }
        for word in imputed
    ]


def _suspicions(counts: Summary) -> list[dict[str, Any]]:
    return [
        {"code": f"date_{code}", "count": count, "message": f"{count} date cells: {code.replace('_', ' ')}."}
        for code, count in sorted(counts.suspicions.items())
    ]


def _word_json(kind: str, word: WordCount) -> dict[str, Any]:
    return {
        "kind": kind,
        "word": word.word,
        "target": word.target,
        "confidence": round(word.confidence, 2),
        "imputed": word.imputed,
        "count": word.count,
    }


def _column_json(proposal: ColumnProposal) -> dict[str, Any]:
    return {
        "column": proposal.column.header,
        "position": proposal.column.position,
        "field": proposal.field,
        "confidence": round(proposal.confidence, 2),
    }


def known_cases(case_ids: Iterable[int] | None = None) -> list[Known]:
    """Every case that was imported, as it was imported last, with the fields edited here since."""
    origins = CaseOrigin.objects.select_related("case", "case__department", "case__unit").order_by("case_id")
    if case_ids is not None:
        origins = origins.filter(case__in=list(case_ids))
    layouts: dict[int, Any] = {}
    personal = dict(
        CaseFact.objects.filter(
            key=FactKey.PERSONAL_DATA, valid_until__isnull=True, case__imported_from__isnull=False
        ).values_list("case_id", "value")
    )
    known = []
    for origin in origins.iterator(chunk_size=2000):
        if origin.run_id not in layouts:
            layouts[origin.run_id] = layout_of_run(origin.run_id)
        known.append(
            Known(
                key=origin.case_id,
                values=flat_answers(origin.values),
                raw=origin.raw,
                layout=layouts[origin.run_id],
                digest=origin.digest,
                edited=_edited(origin, personal.get(origin.case_id, "")),
                governed=origin.case.governed_at is not None,
            )
        )
    return known


def layout_of_run(run_id: int) -> tuple[Any, ...]:
    """The columns of a run's file, as remembered."""
    reading = ImportRun.objects.values_list("reading", flat=True).get(pk=run_id)
    return layout_from_json(reading.get("layout", []))


def layout_json(reading: Reading) -> list[dict[str, object]]:
    """The columns of a file under its mapping, to be remembered with the run."""
    return layout_to_json(reading.layout)


def _edited(origin: CaseOrigin, personal_data: str) -> frozenset[str]:
    case, values = origin.case, origin.values
    edited = {
        field for field in COPIED_FIELDS if field in values and squeeze(getattr(case, field)) != squeeze(values[field])
    }
    for field, place in (("department", case.department), ("unit", case.unit)):
        if identity_key(place.name if place else "") != identity_key(values.get(field, "")):
            edited.add(field)
    if case.tier != values.get("tier", "unassessed"):
        edited.add("tier")
    if personal_data != values.get("personal_data", ""):
        edited.add("personal_data")
    if technology_tags(values.get("technology", "")) != case.technology:
        edited.add("technology")
    if placement(values.get("stage", "")) != (case.stage, case.status):
        edited.add("stage")
    return frozenset(edited)


def placement(word: str) -> tuple[int | None, str]:
    """Stage and status of an imported stage value: `0`–`3`, `retired`, `closed` or blank."""
    if word == "retired":
        return None, Status.RETIRED
    if word == "closed":
        return None, Status.STOPPED
    return (int(word) if word else None), Status.ACTIVE


def technology_tags(text: str) -> list[str]:
    """Tags from a cell that separates them by semicolons, commas or bars; at most 20 of 80 characters."""
    parts = text.replace(";", "|").replace(",", "|").split("|")
    return list(dict.fromkeys(part.strip()[:80] for part in parts if part.strip()))[:20]


def cases_missing(plan: Plan) -> list[str]:
    """References of imported cases that the file no longer lists."""
    numbers = UseCase.objects.filter(pk__in=list(plan.missing)).order_by("number").values_list("number", flat=True)
    return [f"UC-{number:04d}" for number in numbers]


__all__ = [
    "DryRun",
    "InvalidMapping",
    "Understood",
    "cases_missing",
    "dry_run",
    "known_cases",
    "layout_json",
    "mapping_named",
    "placement",
    "runs",
    "saved_mappings",
    "technology_tags",
    "understand",
]
