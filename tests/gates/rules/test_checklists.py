"""Rules of checklists: columns, natural order, problems by row, changes between versions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.rules.checklists import (
    ItemChange,
    ItemDraft,
    SheetTable,
    changes_between,
    drafts_of,
    in_natural_order,
    item_name,
    natural_key,
    recognised,
)


def table(*rows: tuple[str, ...], columns: tuple[str, ...] = ("Key", "Title", "Must", "Validity days")) -> SheetTable:
    return SheetTable(columns, rows)


def test_columns_are_recognised_by_their_headers_and_each_is_taken_once() -> None:
    columns = ["Item", "Title", "Description", "section_actions", "Level", "Notes"]

    assert recognised(columns) == {"title": 1, "asks": 2, "how": 3, "must": 4}


def test_row_becomes_an_item_and_keeps_its_cells() -> None:
    drafts, problems = drafts_of(table(("07", " Log kept ", "should", "90")), "own")

    assert problems == ()
    assert drafts == (
        ItemDraft("07", "Log kept", is_must=False, validity_days=90, cells=("07", " Log kept ", "should", "90")),
    )


@pytest.mark.parametrize(
    ("row", "code", "text"),
    [
        (("1", " ", "", ""), "title_missing", "Row 2, column “Title”: the item has no title. Name what is checked."),
        (("1", "A", "perhaps", ""), "unknown_word", "Row 2, column “Must”: “perhaps” is neither yes nor no."),
        (
            *(("1", "A", "", "0"), "not_days"),
            "Row 2, column “Validity days”: “0” is no number of days from 1 to 3650.",
        ),
        (
            *(("1", "A" * 301, "", ""), "too_long"),
            "Row 2, column “Title”: 301 characters; at most 300 are kept.",
        ),
    ],
)
def test_cell_that_can_not_be_taken_is_named_by_row_and_column(row: tuple[str, ...], code: str, text: str) -> None:
    _drafts, problems = drafts_of(table(row), "own")

    assert [(problem.code, problem.text) for problem in problems] == [(code, text)]


def test_items_with_the_same_key_are_refused_with_both_rows() -> None:
    _drafts, problems = drafts_of(table(("a b", "One", "", ""), ("A-B", "Two", "", "")), "own")

    assert [problem.code for problem in problems] == ["key_repeated"]
    assert "Row 3" in problems[0].text
    assert "row 2" in problems[0].text


def test_table_without_titles_or_rows_or_with_too_many_is_refused() -> None:
    found = [
        drafts_of(given, "own")[1][0].code
        for given in (
            table(("x",), columns=("Colour",)),
            table(),
            SheetTable(("Title",), tuple((f"Item {number}",) for number in range(1001))),
        )
    ]

    assert found == ["no_title_column", "no_items", "too_many_items"]


@given(
    title=st.text(min_size=1, max_size=300).filter(str.strip), template=st.from_regex(r"[a-z]{1,40}", fullmatch=True)
)
def test_names_of_items_always_fit_the_signature(title: str, template: str) -> None:
    drafts, _problems = drafts_of(SheetTable(("Title",), ((title,),)), template)

    name = item_name(template, drafts[0].key)
    assert len(name) <= 60
    assert not name.endswith((":", "-"))


@given(numbers=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), unique=True, max_size=20))
def test_natural_order_is_that_of_the_numbers(numbers: list[tuple[int, int]]) -> None:
    titles = [f"GOVERN {major}.{minor}" for major, minor in numbers]

    assert in_natural_order(titles, titles) == [f"GOVERN {major}.{minor}" for major, minor in sorted(numbers)]


def test_natural_order_leaves_items_without_numbers_as_they_stand() -> None:
    titles = ["Zebra", "Item 2", "Item 1"]

    assert in_natural_order(titles, titles) == titles
    assert natural_key("1.9") < natural_key("1.10")


def test_changes_between_versions_name_what_was_added_changed_and_removed() -> None:
    before = [ItemDraft("a", "A"), ItemDraft("b", "B"), ItemDraft("c", "C")]
    after = [ItemDraft("d", "D"), ItemDraft("a", "A", asks="More", validity_days=9), ItemDraft("b", "B", cells=("x",))]

    assert changes_between(before, after) == [
        ItemChange("d", "D", "added"),
        ItemChange("a", "A", "changed", ("asks", "validity_days"), (("asks", "", "More"), ("validity_days", "", "9"))),
        ItemChange("c", "C", "removed"),
    ]
