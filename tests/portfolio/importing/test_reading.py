"""From bytes to a table: encodings, delimiters, header rows, sheets, records."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.importing.proposal import propose
from portfolio.importing.reading import Choices, read_file
from portfolio.importing.refusal import Refused
from tests.portfolio.importing.samples import HEADERS, ROWS, SENTENCE, csv_bytes, delimited, table, workbook


def test_csv_plain_is_read_with_row_numbers_of_the_file():
    found = read_file(csv_bytes(), "inventory.csv")

    assert (found.encoding, found.delimiter, found.header_row, found.row_count) == ("utf-8", ",", 1, 3)
    assert [column.header for column in found.columns] == list(HEADERS)
    assert list(found.rows()) == [(2, ROWS[0]), (3, ROWS[1]), (4, ROWS[2])]
    assert list(found.rows()) == list(found.rows())


@pytest.mark.parametrize(
    ("codec", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_encoding_unicode_with_and_without_mark_is_sure(codec, named):
    rows = [("Nom du système", "Ministère", "Statut"), ("Tri des lettres – été", "Santé", "Pilote")]

    found = read_file(delimited(rows).encode(codec))

    assert found.encoding == named
    assert [column.header for column in found.columns] == list(rows[0])
    assert list(found.rows()) == [(2, rows[1])]


def test_encoding_western_code_page_is_proposed_with_alternatives():
    text = [HEADERS, ("Citizens’ letters – sorted", "Département", "Pilot"), ("Größe", "Büro", "Pilot")]

    found = read_file(csv_bytes(text, "cp1252"))

    assert (found.encoding, found.encoding_confidence) == ("cp1252", 0.8)
    assert "cp1250" in found.alternatives
    assert [notice.code for notice in found.notices] == ["encoding_proposed"]
    assert next(found.rows())[1][0] == "Citizens’ letters – sorted"


def test_encoding_polish_code_page_is_told_from_western():
    text = [
        HEADERS,
        ("Sortowanie listów wpływających", "Urząd Miasta Łódź", "Pilot"),
        ("Żółw, wóz, łąka, mgła", "Gmina Ząbki", "Pilot"),
    ]

    found = read_file(csv_bytes(text, "cp1250"))

    assert found.encoding == "cp1250"
    assert list(found.rows())[1][1][1] == "Gmina Ząbki"


def test_encoding_chosen_by_a_person_is_used():
    data = csv_bytes([HEADERS, ("Ça", "Où", "Pilot")], "cp1252")

    assert read_file(data, choices=Choices(encoding="cp1250")).encoding == "cp1250"
    with pytest.raises(Refused) as refusal:
        read_file(data, choices=Choices(encoding="utf-8"))
    assert refusal.value.code == "wrong_encoding"
    with pytest.raises(Refused) as refusal:
        read_file(data, choices=Choices(encoding="klingon"))
    assert refusal.value.code == "unknown_encoding"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found_among_commas_and_line_ends_in_cells(delimiter):
    rows = [HEADERS, *[(f"Case {n}, the {n}th; or so", f"Office\nof {n}", "Pilot") for n in range(20)]]

    found = read_file(csv_bytes(rows, delimiter=delimiter))

    assert found.delimiter == delimiter
    assert found.row_count == 20
    assert list(found.rows())[4] == (6, rows[5])


def test_delimiter_hint_of_excel_is_followed():
    found = read_file(("sep=;\r\n" + delimited([HEADERS, *ROWS], ";")).encode())

    assert (found.delimiter, found.header_row, found.row_count) == (";", 2, 3)


def test_delimiter_chosen_and_unusable_is_refused():
    assert table([HEADERS, *ROWS], delimiter=",").delimiter == ","
    with pytest.raises(Refused) as refusal:
        table([HEADERS, *ROWS], delimiter="ab")
    assert refusal.value.code == "bad_delimiter"


def test_header_row_below_banner_and_empty_rows_is_found():
    rows = [("Inventory of AI use cases 2025",), (), ("Published by the Office of Lists", "", ""), (), HEADERS, *ROWS]

    found = table(rows)

    assert found.header_row == 5
    assert [number for number, _ in found.rows()] == [6, 7, 8]
    assert "header_row" in [notice.code for notice in found.notices]


def test_header_row_below_a_row_of_section_names_is_found():
    section = (
        "SECTION {}: Complete this section for the use cases that are Retired, Pilot and Deployed, as far as known."
    )
    rows = [
        (section.format(1), "", "", section.format(2), "", ""),
        ("Use Case ID", *HEADERS, "Vendor(s) Name", "Justification"),
    ]
    rows += [(f"A-{n}", *row, "ACME", "Because") for n, row in enumerate(ROWS)]

    assert table(rows).header_row == 2


def test_header_row_chosen_is_used_and_an_empty_one_refused():
    rows = [("x", "y", "z"), HEADERS, *ROWS]

    assert table(rows, header_row=2).header_row == 2
    with pytest.raises(Refused) as refusal:
        table(rows, header_row=99)
    assert refusal.value.code == "bad_header_row"


def test_rows_blank_ones_are_passed_over_and_repeated_headers_too():
    found = table([HEADERS, ROWS[0], ("", "", ""), (" ", "", ""), HEADERS, ROWS[1], ("", "", "")])

    assert [number for number, _ in found.rows()] == [2, 6]


def test_columns_repeated_headers_keep_their_position():
    headers = (*HEADERS, "If other, explain", "Vendor", "If other, explain")

    found = table([headers, (*ROWS[0], "first", "ACME", "second")])

    assert [column.key for column in found.columns][3:] == ["If other, explain [4]", "Vendor", "If other, explain [6]"]


def test_columns_without_a_name_are_kept_inside_the_table():
    found = table([("Use Case Name", "", "Stage", ""), ("A", "kept", "Pilot", "")])

    assert [column.key for column in found.columns] == ["Use Case Name", "[2]", "Stage"]


def test_workbook_takes_the_shown_filled_sheet_and_lists_all():
    data = workbook(
        Empty=[], Secret_hidden=[HEADERS, *ROWS, *ROWS], Notes=[("Read me",), ("Nothing here",)], Cases=[HEADERS, *ROWS]
    )

    found = read_file(data, "book.xlsx")

    assert (found.format, found.sheet, found.row_count) == ("xlsx", "Cases", 3)
    assert [(sheet.name, sheet.hidden, sheet.empty) for sheet in found.sheets] == [
        ("Empty", False, True),
        ("Secret_hidden", True, False),
        ("Notes", False, False),
        ("Cases", False, False),
    ]
    assert "other_sheets" in [notice.code for notice in found.notices]


def test_workbook_sheet_chosen_is_read_even_when_hidden():
    data = workbook(Cases=[HEADERS, *ROWS], Secret_hidden=[HEADERS, ROWS[0]])

    assert read_file(data, choices=Choices(sheet="secret_HIDDEN")).row_count == 1
    with pytest.raises(Refused) as refusal:
        read_file(data, choices=Choices(sheet="Other"))
    assert refusal.value.code == "unknown_sheet"
    assert "Cases, Secret_hidden" in refusal.value.message


def test_workbook_banner_rows_keep_the_numbers_of_the_spreadsheet():
    found = read_file(workbook(Cases=[("Inventory 2025",), (), HEADERS, *ROWS]))

    assert found.header_row == 3
    assert next(found.rows()) == (4, ROWS[0])


def test_workbook_values_become_text_dates_in_iso_form():
    row = ("Case", date(2024, 3, 1), datetime(2024, 3, 1, 12, 30), 7, 7.5, True)  # noqa: DTZ001

    found = read_file(workbook(Cases=[("Use Case Name", "Date Initiated", "Stage", "Use Case ID", "Cost", "PII"), row]))

    assert next(found.rows())[1] == ("Case", "2024-03-01", "2024-03-01 12:30:00", "7", "7.5", "true")


RECORDS = [dict(zip(HEADERS, row, strict=True)) for row in ROWS]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(RECORDS),
        json.dumps({"generated": "2025-01-01", "data": RECORDS, "licence": {"name": "open", "id": 4}}),
        json.dumps({"success": True, "result": {"total": 3, "records": RECORDS, "fields": [{"id": "a"}]}}),
        "\n".join(json.dumps(record) for record in RECORDS),
        json.dumps({"columns": list(HEADERS), "data": [list(row) for row in ROWS]}),
        json.dumps([list(HEADERS), *[list(row) for row in ROWS]]),
        json.dumps({"fields": [{"id": name} for name in HEADERS], "records": [list(row) for row in ROWS]}),
    ],
)
def test_json_records_are_found_wherever_they_lie(text):
    found = read_file(text.encode(), "x.json")

    assert found.format == "json"
    assert [column.header for column in found.columns] == list(HEADERS)
    assert [cells for _, cells in found.rows()] == list(ROWS)


def test_json_nested_objects_and_lists_become_columns():
    records = [
        {
            "name": {"en": "Letter sorting", "fr": "Tri"},
            "tags": ["text", "post"],
            "active": True,
            "owner": None,
            "n": 2.0,
        },
        {"name": {"en": "Road cracks"}, "links": [{"href": "x"}]},
    ]

    found = read_file(json.dumps(records).encode())

    assert [column.header for column in found.columns] == [
        "name.en",
        "name.fr",
        "tags",
        "active",
        "owner",
        "n",
        "links",
    ]
    assert next(found.rows()) == (1, ("Letter sorting", "Tri", "text; post", "true", "", "2", ""))


def test_json_records_keyed_by_identifier_keep_it():
    text = json.dumps({"UC-1": {"title": "A", "status": "Pilot"}, "UC-2": {"title": "B", "status": "Idea"}})

    found = read_file(text.encode())

    assert [cells for _, cells in found.rows()] == [("UC-1", "A", "Pilot"), ("UC-2", "B", "Idea")]


cells = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00\r\n", exclude_categories=["Cs", "Cc"]), max_size=30
)


@given(
    st.lists(st.tuples(cells.filter(str.strip), cells, cells), min_size=1, max_size=20),
    st.sampled_from([",", ";", "\t"]),
)
def test_csv_cells_come_back_as_written(rows, delimiter):
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    data = csv_bytes([HEADERS, *rows], delimiter=delimiter)

    found = read_file(data, choices=Choices(delimiter=delimiter, header_row=1))

    assert [cells for _, cells in found.rows()] == filled


def test_text_in_a_long_cell_is_kept_whole():
    found = table([(*HEADERS, "Purpose"), (*ROWS[0], SENTENCE * 500)])

    assert next(found.rows())[1][3] == SENTENCE * 500


def test_header_in_two_languages_on_two_lines_is_understood():
    rows = [
        ("Name\nNom", "Department\nMinistère", "Status\nStatut"),
        *[(*row[:2], "In production\nEn production") for row in ROWS],
    ]

    found = propose(table(rows))

    assert [column.field for column in found.columns] == ["title", "department", "stage"]
    assert [column.column.header for column in found.columns] == ["Name Nom", "Department Ministère", "Status Statut"]


def test_csv_with_few_wrong_bytes_in_utf8_is_read_and_says_so():
    data = delimited([HEADERS, ("Tri été à ç ü ö", "Santé", "Pilote")]).encode() + b"Bad \x92,Office,Pilot\r\n"

    found = read_file(data)

    assert (found.encoding, found.encoding_confidence) == ("utf-8", 0.6)
    assert [notice.code for notice in found.notices] == ["wrong_bytes"]
    assert "line 3" in found.notices[0].message


def test_csv_of_mac_quotes_is_told_from_western():
    data = csv_bytes(
        [(*HEADERS, "Purpose"), *[(*row, "The agency’s letters for people’s use") for row in ROWS]], "mac_roman"
    )

    assert read_file(data).encoding == "mac_roman"


def test_text_table_with_a_rule_below_its_header_is_read():
    found = read_file(b"| Use Case Name | Agency | Stage |\n|---|---|---|\n| A | B | Pilot |\n| C | D | Idea |\n")

    assert [cells[1].strip() for _, cells in found.rows()] == ["A", "C"]
