"""Files that cannot be taken are refused with what, where and how to mend it; nothing else is raised."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from portfolio.importing import delimited as delimited_module
from portfolio.importing import kinds
from portfolio.importing.proposal import propose
from portfolio.importing.reading import read_file
from portfolio.importing.refusal import MESSAGES, Refused
from tests.portfolio.importing.samples import HEADERS, ROWS, SENTENCE, csv_bytes, workbook


def refusal_of(data: bytes) -> Refused:
    with pytest.raises(Refused) as caught:
        propose(read_file(data, "inventory.csv"))
    assert caught.value.message
    return caught.value


@pytest.mark.parametrize("data", [b"", b"   \r\n\r\n ", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_file_empty_is_refused(data):
    assert refusal_of(data).code == "empty_file"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "a PNG picture"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "a PDF document"),
        (b"\x1f\x8b\x08\x00" + b"x" * 100, "a gzip archive"),
        (b"<!DOCTYPE html><html><body>Not found</body></html>", "a web page or XML"),
        (b"SQLite format 3\x00" + b"\x00" * 100, "a database"),
        (bytes(range(256)) * 40, "binary"),
    ],
)
def test_file_of_another_kind_is_refused_whatever_its_name(data, kind):
    found = refusal_of(data)

    assert (found.code, found.params["kind"]) == ("not_text", kind)


def test_archive_without_a_workbook_is_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("inventory.csv", csv_bytes())

    assert refusal_of(stream.getvalue()).code == "not_text"


def test_file_over_the_limit_is_refused_by_size_before_reading(tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)

    with pytest.raises(Refused) as caught:
        read_file(path)

    assert (caught.value.code, caught.value.params) == ("too_large", {"size": 200, "limit": 64})


def test_file_of_exactly_the_limit_is_read(monkeypatch):
    monkeypatch.setattr(kinds, "MAX_BYTES", len(csv_bytes()))

    assert read_file(csv_bytes()).row_count == 3


def test_nul_byte_in_text_is_refused_with_its_line():
    found = refusal_of(csv_bytes().replace(b"Road", b"Ro\x00d"))

    assert (found.code, found.where) == ("nul_bytes", "line 3")
    assert "line 3" in found.message


def test_csv_cut_inside_a_quoted_cell_is_refused():
    data = csv_bytes([(*HEADERS, "Purpose"), *[(*row, f"Long, {SENTENCE}") for row in ROWS * 4]])

    found = refusal_of(data[:-30])

    assert (found.code, found.where) == ("truncated", "line 13")


def test_csv_cut_between_cells_is_refused():
    data = csv_bytes([HEADERS, *ROWS * 5])

    assert refusal_of(data[: data.rindex(b",") - 8]).code == "truncated"


def test_csv_cut_inside_a_character_is_refused():
    data = csv_bytes([HEADERS, ("Tri été", "Santé", "Pilote"), ("Tri", "Santé", "Idé")]).rstrip()

    assert refusal_of(data[:-1]).code == "truncated"


def test_csv_with_a_quote_never_closed_is_refused_before_it_swallows_the_file(monkeypatch):
    monkeypatch.setattr(delimited_module, "MAX_CELL", 2000)
    rows = [HEADERS, *ROWS * 100]
    data = csv_bytes(rows).replace(b"Road crack finder", b'"Road crack finder', 1)

    assert refusal_of(data).code == "cell_too_long"


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.95])
def test_workbook_cut_in_the_middle_is_refused(keep):
    data = workbook(Cases=[HEADERS, *ROWS * 50])

    assert refusal_of(data[: int(len(data) * keep)]).code == "damaged_workbook"


def test_workbook_with_a_damaged_part_is_refused():
    data = bytearray(workbook(Cases=[HEADERS, *ROWS * 500]))
    place = data.index(b"xl/worksheets/sheet1.xml") + 60
    data[place : place + 200] = b"\x55" * 200

    assert refusal_of(bytes(data)).code == "damaged_workbook"


def test_workbook_of_old_form_that_cannot_be_read_is_refused():
    assert refusal_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600).code == "old_workbook"


def test_workbook_that_unpacks_to_a_giant_is_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(600):
                part.write(b" " * (1 << 20))

    assert refusal_of(stream.getvalue()).code == "unpacks_too_large"


def test_workbook_with_a_cell_in_the_last_corner_is_refused():
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADERS)
    sheet.write(1_048_575, 16_383, "x")
    book.close()

    assert refusal_of(stream.getvalue()).code == "sheet_too_large"


def test_workbook_without_cells_is_refused():
    assert refusal_of(workbook(Empty=[])).code == "no_sheet"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (json.dumps([{"name": "A", "stage": "Pilot"}] * 9)[:-20], "truncated"),
        ('[{"name": "A"}, {"name": B}, {"name": "C", "stage": "Pilot"}]', "bad_json"),
        ("{}", "no_records"),
        ("[]", "no_records"),
        ('[1, 2, "three"]', "no_records"),
        ("[" * 100_000, "bad_json"),
        ('{"a": "b"}', "no_records"),
        ('{"name": "A"}\n{"name": "B"}\n{"name": "C"}\n{"name": ', "truncated"),
    ],
)
def test_json_that_cannot_be_read_is_refused(text, code):
    assert refusal_of(text.encode()).code == code


@pytest.mark.parametrize(
    "rows",
    [
        [("Name", "Department", "Salary"), ("Ann", "Post", "100"), ("Bob", "Roads", "200")],
        [("date", "temperature", "station"), ("2024-01-01", "3", "A"), ("2024-01-02", "4", "B")],
        [("SKU", "Product Name", "Description", "Price", "Supplier"), ("1", "Chair", SENTENCE, "10", "ACME")],
        [
            ("type", "title", "description", "Topic"),
            ("Govern", "GOVERN 1", SENTENCE, "Law"),
            ("Map", "MAP 1", SENTENCE, "Law"),
        ],
    ],
)
def test_table_that_is_no_inventory_is_refused_with_the_reason(rows):
    found = refusal_of(csv_bytes(rows))

    assert found.code == "not_inventory"
    assert rows[0][0] in found.message


def test_table_of_numbers_has_no_header():
    assert refusal_of(csv_bytes([("1", "2", "3"), ("4", "5", "6")])).code == "no_header"


def test_table_without_data_is_refused():
    assert refusal_of(csv_bytes([HEADERS])).code == "no_rows"
    assert refusal_of(csv_bytes([HEADERS, ("", " ", "")])).code == "no_rows"


def outcome(data: bytes) -> str:
    """The code of the refusal, or "taken"; anything else that is raised fails the test."""
    try:
        propose(read_file(data))
    except Refused as refusal:
        return refusal.code if refusal.message else ""
    return "taken"


@given(st.binary(max_size=400))
def test_bytes_of_any_kind_raise_nothing_but_a_refusal(data):
    assert outcome(data) in {*MESSAGES, "taken"}


@given(st.integers(0, 2000), st.integers(0, 255))
def test_workbook_with_one_wrong_byte_raises_nothing_but_a_refusal(place, value):
    data = bytearray(workbook(Cases=[HEADERS, *ROWS]))
    data[place % len(data)] = value

    assert outcome(bytes(data)) in {*MESSAGES, "taken"}
