"""Dates with their precision, and what a spreadsheet made of them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.importing.dates import SUSPICIONS, date_order, read_date


@pytest.mark.parametrize(
    ("raw", "text", "precision"),
    [
        ("2024-03-01", "2024-03-01", "day"),
        ("2024-03-01T00:00:00Z", "2024-03-01", "day"),
        ("01/19/2024 00:00:00", "2024-01-19", "day"),
        ("07/25/2024 12:00:00 AM", "2024-07-25", "day"),
        ("31.12.2023", "2023-12-31", "day"),
        ("31-12-2023", "2023-12-31", "day"),
        ("20240301", "2024-03-01", "day"),
        ("14 March 2022", "2022-03-14", "day"),
        ("March 14, 2022", "2022-03-14", "day"),
        ("1er mars 2022", "2022-03-01", "day"),
        ("3. Oktober 2023", "2023-10-03", "day"),
        ("14 de marzo de 2022", "2022-03-14", "day"),
        ("10/2023", "2023-10", "month"),
        ("2023-10", "2023-10", "month"),
        ("March 2022", "2022-03", "month"),
        ("Sept. 2021", "2021-09", "month"),
        ("décembre 2021", "2021-12", "month"),
        ("März 2022", "2022-03", "month"),
        ("maart 2022", "2022-03", "month"),
        ("enero de 2022", "2022-01", "month"),
        ("Q3 2023", "2023-Q3", "quarter"),
        ("2023 Q3", "2023-Q3", "quarter"),
        ("2023-Q1", "2023-Q1", "quarter"),
        ("2. Quartal 2023", "2023-Q2", "quarter"),
        ("T3 2023", "2023-Q3", "quarter"),
        ("3e kwartaal 2023", "2023-Q3", "quarter"),
        ("2021", "2021", "year"),
        (" 2021 ", "2021", "year"),
    ],
)
def test_date_plain_keeps_its_precision_and_no_suspicion(raw, text, precision):
    found = read_date(raw)

    assert (found.raw, found.text, found.precision, found.suspicion) == (raw, text, precision, None)


@pytest.mark.parametrize(
    ("raw", "text", "precision", "suspicion"),
    [
        ("7/15/1905", "2023", "year", "serial_year"),
        ("1905-07-11", "2019", "year", "serial_year"),
        ("11/07/1905", "2019", "year", "serial_year"),
        ("24-Nov", "2024-11", "month", "day_month"),
        ("18-févr.", "2018-02", "month", "day_month"),
        ("Nov-24", "2024-11", "month", "two_digit_year"),
        ("43831", "2020-01-01", "day", "serial_day"),
        ("FY23", "2023", "year", "fiscal_year"),
        ("Q4FY25", "2025", "year", "fiscal_year"),
        ("2022-08 (estimated)", "2022-08", "month", "text_around"),
        ("2022-11-16 (first formal action)", "2022-11-16", "day", "text_around"),
        ("3/4/2023", "2023-03-04", "day", "ambiguous_order"),
        ("1/1/0001", "0001-01-01", "day", "implausible_year"),
        ("Pre-2021", "", None, "not_a_date"),
        ("2015-2022", "", None, "not_a_date"),
        ("10/12023", "", None, "not_a_date"),
        ("31/31/2023", "", None, "not_a_date"),
        ("soon", "", None, "not_a_date"),
    ],
)
def test_date_suspect_says_what_it_looks_like(raw, text, precision, suspicion):
    found = read_date(raw)

    assert (found.text, found.precision, found.suspicion) == (text, precision, suspicion)
    assert found.message


@pytest.mark.parametrize(
    "raw",
    ["", " ", "N/A", "NA", "N/A - never begun", "TBD", "unknown", "-", "n.v.t.", "keine Angabe", "[blank]", "Ongoing"],
)
def test_date_absent_is_no_suspicion(raw):
    found = read_date(raw)

    assert (found.value, found.precision, found.suspicion, found.message) == (None, None, None, "")


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["3/4/2023", "3/14/2023"], "mdy"),
        (["3/4/2023", "14/3/2023", ""], "dmy"),
        (["3/14/2023", "14/3/2023"], "mixed"),
        (["3/4/2023", "x"], None),
    ],
)
def test_date_order_is_told_by_the_unmistakable_dates_of_a_column(values, order):
    assert date_order(values) == order


def test_date_order_known_settles_day_and_month():
    assert (read_date("3/4/2023", "mdy").text, read_date("3/4/2023", "dmy").text) == ("2023-03-04", "2023-04-03")
    assert read_date("3/4/2023", "dmy").suspicion is None
    assert read_date("3/4/2023", "mixed").suspicion == "ambiguous_order"


@given(st.integers(1990, 2040))
def test_date_year_taken_for_a_serial_number_is_recovered(year):
    shown = date(1899, 12, 30) + timedelta(days=year)

    for raw in (shown.isoformat(), f"{shown.month}/{shown.day}/{shown.year}"):
        assert (read_date(raw, "mdy").text, read_date(raw, "mdy").suspicion) == (str(year), "serial_year")


@given(st.dates(date(1950, 1, 1), date(2099, 12, 31)))
def test_date_iso_comes_back_as_written(day):
    assert read_date(day.isoformat()).value == day


@given(st.text(max_size=60))
def test_date_of_any_text_never_fails(raw):
    found = read_date(raw)

    assert found.raw == raw
    assert found.suspicion is None or found.suspicion in SUSPICIONS
    assert (found.value is None) == (found.precision is None)
