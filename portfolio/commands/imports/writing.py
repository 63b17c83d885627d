"""Imported rows become cases, spells, facts and origins, or change them; set-based, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pocgate.identity.models import User
from pocgate.kernel.counters import next_numbers
from pocgate.ledger.commands import Act, record_many
from portfolio.commands.cases import NUMBERS
from portfolio.commands.departments import PlaceIds, ensure_departments
from portfolio.commands.imports.placing import place_cases
from portfolio.enums import FactKey, Origin, Section, Tier, YesNoUnknown
from portfolio.importing.fields import DATE_FIELDS, nested_answers
from portfolio.importing.identity import Known
from portfolio.models import CaseFact, CaseOrigin, ImportRow, ImportRun, UseCase
from portfolio.queries.imports import COPIED_FIELDS, known_cases, placement, technology_tags

BATCH = 500
# A change of any of these rewrites the spells that the import wrote, while it still places the case.
PLACING_FIELDS = frozenset({"stage", *DATE_FIELDS})
type_places = dict[tuple[str, str | None], PlaceIds]


def create_cases(run: ImportRun, rows: Sequence[ImportRow], *, actor: User | None, now: datetime) -> list[UseCase]:
    """A new case for each row, in the order of the file."""
    if not rows:
        return []
    places = _places(rows, actor=actor, now=now)
    numbers = next_numbers(NUMBERS, len(rows))
    cases = [
        UseCase(
            number=number,
            origin=Origin.IMPORTED,
            created_by=actor,
            created_at=now,
            updated_at=now,
            **_fields(row.values, places),
            **dict(zip(("stage", "status"), placement(row.values.get("stage", "")), strict=True)),
        )
        for number, row in zip(numbers, rows, strict=True)
    ]
    UseCase.objects.bulk_create(cases, batch_size=BATCH)
    pairs = list(zip(cases, (row.values for row in rows), strict=True))
    place_cases(pairs)
    _open_facts(pairs, actor=actor, now=now)
    CaseOrigin.objects.bulk_create(
        [_origin(case, run, row) for case, row in zip(cases, rows, strict=True)], batch_size=BATCH
    )
    acts = [
        Act("case.imported", "use_case", case.pk, case.pk, {}, {"run": run.pk, "row": row.row, "stage": case.stage})
        for case, row in zip(cases, rows, strict=True)
    ]
    record_many(acts, actor=actor, now=now)
    return cases


@dataclass
class Updated:
    """What a row changed in its case, and what was kept because it was edited or governed here."""

    case: UseCase
    row: ImportRow
    is_placed_by_import: bool
    applied: list[dict[str, Any]] = field(default_factory=list)
    kept: list[dict[str, Any]] = field(default_factory=list)

    @property
    def fields(self) -> set[str]:
        """The mapped fields that changed."""
        return {change["field"] for change in self.applied if change["field"]}


def update_cases(run: ImportRun, rows: Sequence[ImportRow], *, actor: User | None, now: datetime) -> list[Updated]:
    """Apply each row's changes; what was edited here meanwhile is kept, whatever the dry run said."""
    if not rows:
        return []
    ids = [row.case_id for row in rows if row.case_id is not None]
    cases = {case.pk: case for case in UseCase.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    known = {one.key: one for one in known_cases(ids)}
    places = _places(rows, actor=actor, now=now)
    results = [_decide(cases[row.case_id], row, known[row.case_id]) for row in rows if row.case_id in cases]
    for result in results:
        _set_fields(result, places, now)
    changed = [result for result in results if result.fields]
    UseCase.objects.bulk_update([result.case for result in changed], _UPDATED, batch_size=BATCH)
    moved = [result for result in changed if result.fields & PLACING_FIELDS and result.is_placed_by_import]
    place_cases([(result.case, result.row.values) for result in moved], replacing=True)
    _replace_facts(changed, actor=actor, now=now)
    _renew_origins(run, results)
    record_many([_act(run, result) for result in results], actor=actor, now=now)
    return results


_UPDATED = [*COPIED_FIELDS, "technology", "department", "unit", "tier", "stage", "status", "updated_at", "version"]
_UPDATED += ["requested_version", "changed_sections"]


def _decide(case: UseCase, row: ImportRow, known: Known) -> Updated:
    """Sort the staged changes by what is edited or governed now."""
    is_placed_here = known.governed or "stage" in known.edited
    result = Updated(case, row, is_placed_by_import=not is_placed_here)
    for change in row.changes:
        name = change["field"]
        is_kept = (name == "stage" and known.governed) or (name is not None and name in known.edited)
        (result.kept if is_kept else result.applied).append(change)
    return result


def _set_fields(result: Updated, places: type_places, now: datetime) -> None:
    case, changed = result.case, result.fields
    if not changed:
        return
    values = _fields(result.row.values, places)
    for name in changed & {*COPIED_FIELDS, "technology", "tier"}:
        setattr(case, name, values[name])
    if changed & {"department", "unit"}:
        case.department_id, case.unit_id = values["department_id"], values["unit_id"]
    if "stage" in changed:
        case.stage, case.status = placement(result.row.values.get("stage", ""))
    case.updated_at = now
    case.version += 1
    case.requested_version += 1
    case.changed_sections = Section.EVERYTHING.value


def _places(rows: Iterable[ImportRow], *, actor: User | None, now: datetime) -> type_places:
    wanted = {
        (name, row.values.get("department_abbreviation") or None, row.values.get("unit") or None): None
        for row in rows
        if (name := row.values.get("department", ""))
    }
    return ensure_departments(wanted, actor=actor, now=now)


def _fields(values: dict[str, str], places: type_places) -> dict[str, Any]:
    name, unit = values.get("department", ""), values.get("unit") or None
    department_id, unit_id = places[name, unit] if name else (None, None)
    return {
        **{key: values.get(key, "") for key in COPIED_FIELDS},
        "technology": technology_tags(values.get("technology", "")),
        "department_id": department_id,
        "unit_id": unit_id,
        "tier": values.get("tier") or Tier.UNASSESSED,
    }


def _facts(values: dict[str, str]) -> dict[str, str]:
    facts = {FactKey.TIER.value: values.get("tier", ""), FactKey.PERSONAL_DATA.value: values.get("personal_data", "")}
    return {key: value for key, value in facts.items() if value and value != Tier.UNASSESSED}


def _open_facts(pairs: Iterable[tuple[UseCase, dict[str, str]]], *, actor: User | None, now: datetime) -> None:
    CaseFact.objects.bulk_create(
        [
            CaseFact(case=case, key=key, value=value, valid_from=now, recorded_by=actor, reason="imported")
            for case, values in pairs
            for key, value in _facts(values).items()
            if key != FactKey.PERSONAL_DATA or value in YesNoUnknown.values
        ],
        batch_size=BATCH,
    )


def _replace_facts(results: Iterable[Updated], *, actor: User | None, now: datetime) -> None:
    keys = (FactKey.TIER.value, FactKey.PERSONAL_DATA.value)
    for key in keys:
        touched = [result for result in results if key in result.fields]
        old = CaseFact.objects.filter(
            case__in=[result.case.pk for result in touched], key=key, valid_until__isnull=True
        )
        old.update(valid_until=now)
        _open_facts([(result.case, {key: result.row.values.get(key, "")}) for result in touched], actor=actor, now=now)


def _origin(case: UseCase, run: ImportRun, row: ImportRow) -> CaseOrigin:
    values = nested_answers(row.values)
    return CaseOrigin(case=case, run=run, row=row.row, values=values, raw=row.raw, digest=row.digest)


def _renew_origins(run: ImportRun, results: Iterable[Updated]) -> None:
    """Also for what was kept: the same file imported again then changes nothing and reports nothing new."""
    by_case = {result.case.pk: result.row for result in results}
    origins = list(CaseOrigin.objects.filter(case__in=list(by_case)))
    for origin in origins:
        row = by_case[origin.case_id]
        origin.run, origin.row, origin.raw, origin.digest = run, row.row, row.raw, row.digest
        origin.values = nested_answers(row.values)
    CaseOrigin.objects.bulk_update(origins, ["run", "row", "values", "raw", "digest"], batch_size=BATCH)


def _act(run: ImportRun, result: Updated) -> Act:
    before = {change["field"] or change["column"]: change["before"] for change in result.applied}
    after = {change["field"] or change["column"]: change["after"] for change in result.applied}
    kept = {change["field"]: change["after"] for change in result.kept}
    after_all: dict[str, Any] = {"run": run.pk, "row": result.row.row, **after, **({"kept": kept} if kept else {})}
    return Act("case.import_updated", "use_case", result.case.pk, result.case.pk, before, after_all)
