"""What is written as CSV or XLSX reads back cell for cell, whatever stands in it."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gates.checklist_files.reading import read_table
from gates.checklist_files.writing import csv_of, xlsx_of
from gates.rules.checklists import SheetTable, drafts_of, in_natural_order
from portfolio.importing.refusal import Refused

RMF = Path(__file__).parents[4] / "shared" / "data" / "nist-ai-rmf" / "nist_ai_rmf_playbook.json"
needs_rmf = pytest.mark.skipif(not RMF.is_file(), reason="the NIST AI RMF playbook is not here")

cells = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\r\t,;|\"'=+-@%0_x"), max_size=20
) | st.sampled_from(["=1+1", "'=1", "''+x", "007", "a\r\nb", " lead", "_x000D_", "1e5", "TRUE", "\ufeff", "'", "@x"])
titles = cells.map(lambda text: f"Item {text}")


@st.composite
def tables(draw: st.DrawFn) -> SheetTable:
    others = draw(st.lists(cells, max_size=4))
    columns = ("Title", *others, "last")
    rows = st.tuples(titles, *[cells] * (len(columns) - 1))
    return SheetTable(columns, tuple(draw(st.lists(rows, min_size=1, max_size=5))))


@given(table=tables())
@settings(max_examples=300, deadline=None)
def test_csv_reads_back_cell_for_cell(table: SheetTable) -> None:
    found = read_table(csv_of(table))

    assert (found.columns, found.rows) == (table.columns, table.rows)


@given(table=tables())
@settings(max_examples=100, deadline=None)
def test_xlsx_reads_back_cell_for_cell(table: SheetTable) -> None:
    found = read_table(xlsx_of(table))

    assert (found.columns, found.rows) == (table.columns, table.rows)


@given(table=tables())
@settings(max_examples=100, deadline=None)
def test_csv_holds_no_cell_that_starts_a_formula(table: SheetTable) -> None:
    text = csv_of(table).decode("utf-8-sig")

    written = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert [cell for cell in written if cell[:1] and cell[0] in "=+-@\t\r\n|%"] == []


@needs_rmf
def test_nist_playbook_becomes_72_items_in_natural_order() -> None:
    table = read_table(RMF.read_bytes())
    drafts, problems = drafts_of(table, "nist-ai-rmf")

    ordered = in_natural_order(drafts, [draft.title for draft in drafts])

    assert problems == ()
    assert len({draft.key for draft in drafts}) == 72
    functions = [re.split(r" ", draft.title)[0] for draft in ordered]
    assert list(dict.fromkeys(functions)) == ["GOVERN", "MANAGE", "MAP", "MEASURE"]
    measured = [draft.title for draft in ordered if draft.title.startswith("MEASURE 2.")]
    assert measured == [f"MEASURE 2.{number}" for number in range(1, 14)]
    assert ordered[0].asks.startswith("Legal and regulatory requirements involving AI")


@needs_rmf
@pytest.mark.parametrize("write", [csv_of, xlsx_of])
def test_nist_playbook_shuffled_keeps_its_rows_and_shows_them_in_natural_order(write: object) -> None:
    entries = json.loads(RMF.read_text())
    random.Random(4).shuffle(entries)
    table = read_table(json.dumps(entries).encode())

    again = read_table(write(table))  # type: ignore[operator]
    titles = [draft.title for draft in drafts_of(again, "rmf")[0]]

    assert (again.columns, again.rows) == (table.columns, table.rows)
    assert titles == [entry["title"] for entry in entries]
    assert in_natural_order(titles, titles)[:2] == ["GOVERN 1.1", "GOVERN 1.2"]
    place = in_natural_order(titles, titles).index
    assert place("MEASURE 2.9") + 1 == place("MEASURE 2.10")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_other_delimiters_and_encodings_are_read(delimiter: str) -> None:
    text = delimiter.join(["Title", "Description"]) + "\r\n" + delimiter.join(["Prüfung", '"a,b;c"']) + "\r\n"

    found = [read_table(text.encode(encoding)).rows for encoding in ("utf-8", "utf-16", "cp1252")]

    assert found == [(("Prüfung", "a,b;c"),)] * 3


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"\n \n", "empty_file"),
        (b"%PDF-1.7 x", "not_text"),
        (b"PK\x03\x04 nonsense", "damaged_workbook"),
        (b'{"a": 1}', "no_records"),
        (b"[{", "bad_json"),
        (b"Title,Asks\nA,b,c\n", "bad_table"),
        (b"Title,Asks\nA,b\x01\n", "bad_table"),
        (b'Title,Asks\nA,"b\n', "truncated"),
        (b"Title\n" + b"A" * 40_000 + b"\n", "cell_too_long"),
        (b"Title\nA\x00\n", "not_text"),
    ],
)
def test_file_that_can_not_be_taken_is_refused_with_its_reason(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_table(data)

    assert refused.value.code == code
    assert str(refused.value)
