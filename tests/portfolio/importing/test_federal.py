"""The published federal inventories of 2024, with the shipped mapping and by the vocabulary alone."""

from __future__ import annotations

import json
from functools import lru_cache

import pytest

from portfolio.importing.fields import DATE_FIELDS
from portfolio.importing.identity import Known, plan_import
from portfolio.importing.mapping import Mapping, best_fitting
from portfolio.importing.mapping_yaml import shipped_mappings
from portfolio.importing.proposal import choose_mapping, propose
from portfolio.importing.reading import read_file
from portfolio.importing.refusal import Refused
from portfolio.importing.rows import MappedRow, Reading, read_rows
from portfolio.importing.summary import summarise
from portfolio.importing.table import Table
from tests.portfolio.importing.samples import FEDERAL, needs_federal

pytestmark = needs_federal

STAGES = {"0": 399, "1": 404, "2": 287, "3": 892, "retired": 142, "closed": 5, "unknown": 4}
TIERS = {"unassessed": 60, "minimal": 1722, "limited": 0, "high": 351, "prohibited": 0}


@lru_cache
def inventory(version: str) -> Table:
    return read_file(FEDERAL / f"inventory-2024-{version}.csv")


def shipped(version: str) -> Mapping:
    mapping = best_fitting(shipped_mappings(), inventory(version).columns)
    assert mapping is not None
    return mapping


@lru_cache
def reading(version: str, prepared: bool) -> tuple[Reading, tuple[MappedRow, ...]]:
    table = inventory(version)
    found = read_rows(table, shipped(version) if prepared else propose(table).mapping)
    return found, tuple(found.rows())


def test_shipped_mapping_is_chosen_for_both_publications():
    for version in ("v1", "v2"):
        chosen = choose_mapping(inventory(version), shipped_mappings())

        assert chosen.mapping.name == "us-federal-2024"
        assert sum(column.confidence == 1.0 for column in chosen.columns) == 14
        assert chosen.as_json()[0]["field"] == "title"


def test_second_publication_is_read_as_what_it_is():
    table = inventory("v2")

    assert (table.encoding, table.delimiter, table.header_row, table.row_count, len(table.columns)) == (
        "cp1252",
        ",",
        1,
        2133,
        62,
    )
    assert sum(column.header == "If Other, please explain." for column in table.columns) == 9
    assert table.column(26).key == "If Other, please explain. [26]"
    assert inventory("v1").encoding == "utf-8"


@pytest.mark.parametrize("prepared", [True, False])
def test_stages_and_tiers_are_those_published(prepared):
    found = summarise(reading("v2", prepared)[1])

    assert found.as_json()["stages"] == STAGES
    assert found.as_json()["tiers"] == TIERS
    assert (found.refused, len(found.departments)) == (0, 41)


def test_department_totals_equal_the_published_table():
    published = json.loads((FEDERAL / "expected-totals.json").read_text())["published_agency_table"]

    def equal(prepared: bool) -> int:
        found = summarise(reading("v2", prepared)[1])
        return sum(
            (found.departments[name], found.high[name]) == (row["total"], row["impacting"])
            for name, row in published.items()
        )

    assert (equal(True), equal(False)) == (41, 40)


@pytest.mark.parametrize("prepared", [True, False])
def test_dates_misread_by_a_spreadsheet_are_recognised(prepared):
    rows = reading("v2", prepared)[1]

    found = {name: {"serial_year": 0, "day_month": 0} for name in DATE_FIELDS}
    for row in rows:
        for name, cell in row.dates.items():
            if cell.suspicion in found[name]:
                found[name][cell.suspicion] += 1

    assert found == {
        "date_started": {"serial_year": 48, "day_month": 28},
        "date_development": {"serial_year": 38, "day_month": 20},
        "date_implemented": {"serial_year": 31, "day_month": 17},
        "date_retired": {"serial_year": 17, "day_month": 0},
    }
    assert sum(counts["serial_year"] for counts in found.values()) == 134
    assert sum(counts["day_month"] for counts in found.values()) == 65


def test_words_are_confirmed_with_the_mapping_and_partly_guessed_without():
    assert summarise(reading("v2", True)[1]).imputed_words() == []
    assert [word.word for word in summarise(reading("v2", False)[1]).imputed_words()] == [
        "Operation and Maintenance",
        "Acquisition and/or Development",
        "Implementation and Assessment",
        "Research or Administrative Action Complete",
    ]


@pytest.mark.parametrize("prepared", [True, False])
def test_first_then_second_creates_376_changes_22_cells_and_leaves_1735_alone(prepared):
    before, old_rows = reading("v1", prepared)
    after, new_rows = reading("v2", prepared)
    known = [Known(row.number, row.values, row.raw, before.layout) for row in old_rows]

    plan = plan_import(known, new_rows, after.layout)

    assert plan.counts == {"create": 376, "update": 22, "unchanged": 1735, "conflict": 0, "refused": 0}
    assert sum(len(match.changes) for match in plan.matches) == 22
    assert plan.missing == ()


def test_second_again_changes_nothing():
    after, rows = reading("v2", True)

    plan = plan_import([Known(row.number, row.values, row.raw, after.layout) for row in rows], rows, after.layout)

    assert plan.counts == {"create": 0, "update": 0, "unchanged": 2133, "conflict": 0, "refused": 0}


@pytest.mark.parametrize("part", [0.2, 0.5, 0.8])
def test_second_cut_in_the_middle_is_refused_or_says_so(part):
    data = (FEDERAL / "inventory-2024-v2.csv").read_bytes()

    with pytest.raises(Refused) as caught:
        read_file(data[: int(len(data) * part)])

    assert (caught.value.code, bool(caught.value.where)) == ("truncated", True)
