"""Rows under a mapping: cleaned values, raw cells, problems with row, column and value."""

from __future__ import annotations

import pytest

from portfolio.importing.mapping import Mapping, Source
from portfolio.importing.refusal import Refused
from portfolio.importing.rows import MappedRow, read_rows
from portfolio.importing.summary import summarise
from tests.portfolio.importing.samples import table

HEADERS = ("Name", "Agency", "Bureau", "Stage", "Status", "Risk", "PII", "Start", "Note", "Note", "Purpose")
MAPPING = Mapping(
    "test",
    {
        field: Source((header,))
        for field, header in {
            "title": "Name",
            "department": "Agency",
            "unit": "Bureau",
            "stage": "Stage",
            "status": "Status",
            "tier": "Risk",
            "personal_data": "PII",
            "date_started": "Start",
            "problem_statement": "Purpose",
        }.items()
    },
    departments={"Post Office": "Office of Post"},
)


def rows_of(*rows: tuple[str, ...], mapping: Mapping = MAPPING) -> list[MappedRow]:
    return list(read_rows(table([HEADERS, *rows]), mapping).rows())


def row(**cells: str) -> tuple[str, ...]:
    full = {"Name": "Letters", "Agency": "Post Office", "Stage": "Pilot", **cells}
    return tuple(full.get(name, "") for name in HEADERS)


def test_row_values_are_cleaned_and_words_resolved():
    found = rows_of(
        (
            " Letter\xa0 sorting\n",
            "\ufeffPost  Office ",
            " Mail ",
            "Pilot",
            "",
            "Both",
            "Yes",
            "24-Nov",
            "a",
            "b",
            "One.\r\n\r\n Two  three. ",
        )
    )[0]

    assert found.number == 2
    assert found.values == {
        "title": "Letter sorting",
        "department": "Office of Post",
        "unit": "Mail",
        "stage": "2",
        "status": "",
        "tier": "high",
        "personal_data": "yes",
        "date_started": "2024-11",
        "problem_statement": "One.\nTwo three.",
    }
    assert found.bucket == "2"
    assert found.dates["date_started"].suspicion == "day_month"


def test_row_raw_cells_keep_unmapped_and_repeated_columns():
    found = rows_of(row(Note="x"))[0]

    assert found.raw["Note [9]"] == "x"
    assert found.raw["Note [10]"] == "x"
    assert found.raw["Agency"] == "Post Office"
    assert "Bureau" not in found.raw


def test_row_without_a_title_is_refused_with_row_column_and_reason():
    found = rows_of(row(Name="  "))[0]

    assert found.refused
    assert found.problems[0].as_json() == {
        "row": 2,
        "column": "Name",
        "value": "",
        "code": "no_title",
        "message": "There is no title. Fill it in or leave the row out.",
    }


@pytest.mark.parametrize("remark", ["Source: Office of Lists", "Total: 3", "* withheld", "Stand: 1. März", "Total 12"])
def test_row_remark_below_the_table_is_refused(remark):
    alone = rows_of((remark, *[""] * 10))[0]
    filled = rows_of((remark, "Post", *[""] * 9))[0]

    assert (alone.refused, [problem.code for problem in alone.problems]) == (True, ["no_case"])
    assert not filled.refused


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"Agency": ""}, "no_department", "Agency"),
        ({"Stage": ""}, "stage_blank", "Stage"),
        ({"Stage": "Blue"}, "stage_unknown", "Stage"),
        ({"Stage": "not yet in production"}, "stage_negated", "Stage"),
        ({"Stage": "On hold"}, "status_paused", "Stage"),
        ({"Status": "On hold"}, "status_paused", "Status"),
        ({"Start": "7/15/1905"}, "date_suspect", "Start"),
        ({"Name": "x" * 500}, "too_long", "Name"),
        ({"Purpose": "bell \x07"}, "control_characters", ""),
    ],
)
def test_row_problem_names_its_column_and_does_not_refuse(cells, code, column):
    found = rows_of(row(**cells))[0]

    assert not found.refused
    assert [(problem.code, problem.column) for problem in found.problems] == [(code, column)]
    assert found.problems[0].message


def test_row_title_too_long_is_cut_and_kept_whole_among_the_raw_cells():
    found = rows_of(row(Name="x" * 500))[0]

    assert (len(found.values["title"]), len(found.raw["Name"])) == (400, 500)


def test_row_longer_than_the_header_says_so():
    assert [problem.code for problem in rows_of((*row(), "more", "", "cells"))[0].problems] == ["extra_cells"]


@pytest.mark.parametrize(
    ("stage", "status", "bucket"),
    [
        ("Pilot", "Retired", "retired"),
        ("In production", "Closed", "closed"),
        ("Retired", "Active", "retired"),
        ("", "Retired", "retired"),
        ("", "In production", "unknown"),
        ("Pilot", "Active", "2"),
    ],
)
def test_row_status_may_end_a_case_but_never_gives_a_stage(stage, status, bucket):
    assert rows_of(row(Stage=stage, Status=status))[0].bucket == bucket


def test_row_digest_ignores_white_space_and_headers_but_no_content():
    same = rows_of(row(Purpose="a  b"), row(Purpose=" a b\n"), row(Purpose="a c"))
    other = list(
        read_rows(table([("T", *HEADERS[1:]), row(Purpose="a b")]), Mapping("", {"title": Source(("T",))})).rows()
    )

    assert same[0].digest == same[1].digest == other[0].digest
    assert same[0].digest != same[2].digest


def test_rows_without_the_column_of_the_title_are_refused():
    with pytest.raises(Refused) as caught:
        read_rows(table([HEADERS, row()]), Mapping("", {"title": Source(("Title",))}))
    assert caught.value.code == "missing_columns"
    with pytest.raises(Refused) as caught:
        read_rows(table([HEADERS, row()]), Mapping(""))
    assert caught.value.code == "unmapped_title"


def test_rows_take_defaults_of_the_mapping():
    mapping = Mapping("", {"title": Source(("Name",))}, defaults={"department": "Ours", "unit": "Here"})

    found = rows_of(row(), mapping=mapping)[0]

    assert (found.values["department"], found.values["unit"], found.problems) == ("Ours", "Here", ())


def test_summary_counts_exclusively_and_sums_to_rows_less_refused():
    rows = rows_of(
        row(),
        row(Stage="Idea", Risk="Both"),
        row(Stage="Retired"),
        row(Stage="Closed"),
        row(Stage=""),
        row(Name=""),
        row(Stage="Testing", Agency="Roads"),
    )

    found = summarise(rows)

    printed = found.as_json()
    assert printed["stages"] == {"0": 1, "1": 0, "2": 2, "3": 0, "retired": 1, "closed": 1, "unknown": 1}
    assert (found.rows, found.refused, sum(found.stages.values())) == (7, 1, 6)
    assert printed["departments"] == [
        {"name": "Office of Post", "total": 5, "high": 1},
        {"name": "Roads", "total": 1, "high": 0},
    ]
    assert printed["tiers"] == {"unassessed": 5, "minimal": 0, "limited": 0, "high": 1, "prohibited": 0}
    assert [(word.word, word.target, word.count) for word in found.imputed_words()] == [("Testing", "2", 1)]
