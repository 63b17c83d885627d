"""Tables as people lay them out: merged cells, headings explained in a second row, totals below."""

from __future__ import annotations

import io

import pytest
import xlsxwriter

from portfolio.importing.proposal import propose
from portfolio.importing.reading import read_file
from portfolio.importing.refusal import Refused
from portfolio.importing.rows import read_rows
from tests.portfolio.importing.samples import HEADERS, ROWS, csv_bytes, table, workbook


def test_workbook_cell_merged_over_rows_stands_for_each_of_them():
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet("Cases")
    sheet.merge_range(0, 0, 0, 2, "All our cases")
    sheet.write_row(1, 0, ["Department", "Use Case Name", "Stage"])
    sheet.merge_range(2, 0, 3, 0, "Claims")
    sheet.write_row(2, 1, ["Letters", "Pilot"])
    sheet.write_row(3, 1, ["Roads", "Idea"])
    book.close()

    read = read_file(stream.getvalue(), "cases.xlsx")

    assert [cells for _, cells in read.rows()] == [("Claims", "Letters", "Pilot"), ("Claims", "Roads", "Idea")]


@pytest.mark.parametrize(
    "second",
    [
        ("Nom du système", "Ministère", "Stade"),
        ("(at most 150 characters)", "(select from the list)", "select: Pilot, Retired"),
    ],
)
def test_row_that_explains_the_header_is_passed_over_and_told(second):
    read = read_file(workbook(Cases=(HEADERS, second, *ROWS)), "cases.xlsx")

    assert read.row_count == len(ROWS)
    assert [notice.code for notice in read.notices] == ["header_explained"]


def test_header_alone_with_its_explanation_holds_no_rows():
    with pytest.raises(Refused) as refusal:
        read_file(csv_bytes((HEADERS, ("(free text)", "(list)", "(list)"))), "cases.csv")

    assert refusal.value.code == "no_rows"


def test_table_cut_in_its_last_record_is_told_below_a_banner_too():
    whole = b"Our inventory of use cases\r\n\r\n" + csv_bytes()

    assert read_file(whole, "cases.csv").row_count == len(ROWS)
    with pytest.raises(Refused) as refusal:
        read_file(whole + b"Letter weig", "cases.csv")

    assert refusal.value.code == "truncated"


def test_total_below_the_table_is_no_case():
    rows = [("No", "Project", "Stage", "Budget"), ("1", "Letters", "Pilot", "10"), ("2", "Roads", "Idea", "12.50")]
    read = table([*rows, ("", "Total", "", "22.50")])

    mapped = list(read_rows(read, propose(read).mapping).rows())

    assert [row.refused for row in mapped] == [False, False, True]
    assert [problem.code for problem in mapped[2].problems] == ["no_case"]


@pytest.mark.parametrize(("delimiter", "value"), [(";", "2021-10-01"), (",", "2021-01-10")])
def test_date_of_open_order_is_day_first_where_semicolons_part_the_columns(delimiter, value):
    rows = [("Use Case Name", "Stage", "Date Implemented"), ("Letters", "Pilot", "01/10/2021")]
    read = read_file(csv_bytes(rows, delimiter=delimiter), "cases.csv")

    mapped = next(read_rows(read, propose(read).mapping).rows())

    assert mapped.values["date_implemented"] == value
