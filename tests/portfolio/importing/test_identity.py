"""Pairing a new file with cases imported before: identical first, then nearest, never across a tie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.importing import identity
from portfolio.importing.identity import Action, Known, Plan, plan_import
from portfolio.importing.layout import layout_from_json, layout_to_json
from portfolio.importing.mapping import Mapping, Source
from portfolio.importing.nearest import pair_nearest
from portfolio.importing.rows import Reading, read_rows
from tests.portfolio.importing.samples import table

HEADERS = ("Name", "Agency", "Bureau", "Stage", "Note")
A = ("Letters", "Post", "Mail", "Pilot", "first")
B = ("Roads", "Roads", "", "Idea", "second")
TWIN_1 = ("Chatbot", "Post", "Mail", "Pilot", "one")
TWIN_2 = ("Chatbot", "Post", "Mail", "Idea", "two")


def mapping_of(headers: Sequence[str] = HEADERS, **changes: object) -> Mapping:
    fields = dict(zip(("title", "department", "unit", "stage"), headers, strict=False))
    return Mapping("m", {field: Source((header,)) for field, header in fields.items()}, **changes)  # type: ignore[arg-type]


def reading_of(
    rows: Sequence[Sequence[str]], headers: Sequence[str] = HEADERS, mapping: Mapping | None = None
) -> Reading:
    return read_rows(table([headers, *rows], header_row=1, delimiter=","), mapping or mapping_of(headers))


def imported(reading: Reading, **changes: object) -> list[Known]:
    """What an import of these rows leaves behind; the key is the row number."""
    layout = layout_from_json(layout_to_json(reading.layout))
    return [Known(r.number, r.values, r.raw, layout, r.digest, **changes) for r in reading.rows()]  # type: ignore[arg-type]


def plan(old: Sequence[Sequence[str]], new: Sequence[Sequence[str]], **changes: object) -> Plan:
    reading = reading_of(new)
    return plan_import(imported(reading_of(old), **changes), reading.rows(), reading.layout)


def actions(found: Plan) -> list[str]:
    return [match.action.value for match in found.matches]


def keys(found: Plan) -> list[object]:
    return [match.key for match in found.matches]


def test_plan_same_file_again_changes_nothing():
    found = plan([A, B, TWIN_1, TWIN_2], [A, B, TWIN_1, TWIN_2])

    assert actions(found) == ["unchanged"] * 4
    assert (keys(found), found.missing) == ([2, 3, 4, 5], ())


def test_plan_rows_in_another_order_and_white_space_change_nothing():
    found = plan([A, B], [("  Roads", "Roads ", "", " Idea", "second\n"), A])

    assert (actions(found), keys(found)) == (["unchanged", "unchanged"], [3, 2])


def test_plan_changed_cell_updates_and_says_before_and_after():
    found = plan([A, B], [(*A[:3], "In production", "first"), B])

    assert actions(found) == ["update", "unchanged"]
    change = found.matches[0].changes[0]
    assert (change.column, change.field, change.before, change.after, change.conflict) == (
        "Stage",
        "stage",
        "Pilot",
        "In production",
        "",
    )


def test_plan_changed_raw_cell_updates_too():
    found = plan([A], [(*A[:4], "changed")])

    assert [(change.column, change.field) for change in found.matches[0].changes] == [("Note", None)]


def test_plan_new_rows_are_created_and_missing_ones_listed():
    found = plan([A, B], [A, TWIN_1])

    assert (actions(found), found.missing) == (["unchanged", "create"], (3,))
    assert found.counts == {"create": 1, "update": 0, "unchanged": 1, "conflict": 0, "refused": 0}


def test_plan_identical_rows_pair_by_occurrence():
    found = plan([A, A, A], [A, A])

    assert (actions(found), keys(found), found.missing) == (["unchanged", "unchanged"], [2, 3], (4,))
    assert actions(plan([A], [A, A, A])) == ["unchanged", "create", "create"]


def test_plan_rows_that_share_a_title_stay_apart():
    found = plan([TWIN_1, TWIN_2], [TWIN_2, TWIN_1, ("Chatbot", "Post", "Mail", "Retired", "three")])

    assert (actions(found), keys(found)) == (["unchanged", "unchanged", "create"], [3, 2, None])


def test_plan_title_in_another_department_or_unit_is_another_case():
    found = plan([A], [("Letters", "Roads", "Mail", "Pilot", "first"), ("Letters", "Post", "Desk", "Pilot", "first")])

    assert (actions(found), found.missing) == (["create", "create"], (2,))


def test_plan_nearest_of_several_is_taken():
    found = plan([TWIN_1, TWIN_2], [(*TWIN_2[:4], "two, changed"), (*TWIN_1[:4], "one, changed")])

    assert (actions(found), keys(found)) == (["update", "update"], [3, 2])


def test_plan_tie_is_never_decided():
    found = plan([TWIN_1, TWIN_2], [("Chatbot", "Post", "Mail", "Retired", "three")])

    assert (actions(found), found.missing) == (["create"], (2, 3))
    assert found.matches[0].tied


def test_plan_field_edited_here_is_a_conflict_only_where_the_file_changed_it():
    changed = (*A[:3], "In production", "changed")

    untouched = plan([A], [A], edited=frozenset({"stage", "title"}))
    found = plan([A], [changed], edited=frozenset({"stage", "title"}))

    assert actions(untouched) == ["unchanged"]
    assert actions(found) == ["conflict"]
    assert [(change.column, change.conflict) for change in found.matches[0].changes] == [
        ("Stage", "edited_here"),
        ("Note", ""),
    ]


def test_plan_stage_of_a_case_reviewed_here_is_a_stage_conflict():
    found = plan([A], [(*A[:3], "In production", "first")], governed=True)

    assert found.matches[0].changes[0].conflict == "stage_conflict"
    assert actions(plan([A], [(*A[:4], "changed")], governed=True)) == ["update"]


def test_plan_refused_row_pairs_with_nothing():
    found = plan([A], [("", "Post", "Mail", "Pilot", "first")])

    assert (actions(found), found.missing) == (["refused"], (2,))


def test_plan_headers_are_not_content():
    old = reading_of([A, B])
    headers = ("1_title", "2_agency", "3_bureau", "4_phase", "5_remark")
    new = reading_of([(*A[:4], "changed"), B], headers)

    found = plan_import(imported(old), new.rows(), new.layout)

    assert actions(found) == ["update", "unchanged"]
    assert [change.column for change in found.matches[0].changes] == ["5_remark"]


def test_plan_columns_in_another_order_change_nothing():
    new = reading_of([A[::-1], B[::-1]], HEADERS[::-1], mapping_of())

    found = plan_import(imported(reading_of([A, B])), new.rows(), new.layout)

    assert actions(found) == ["unchanged", "unchanged"]


def test_plan_column_added_changes_only_the_rows_that_fill_it():
    new = reading_of(
        [(*A[:2], "new", *A[2:]), (*B[:2], "", *B[2:])],
        ("Name", "Agency", "Added", "Bureau", "Stage", "Note"),
        mapping_of(),
    )

    found = plan_import(imported(reading_of([A, B])), new.rows(), new.layout)

    assert actions(found) == ["update", "unchanged"]
    assert [change.column for change in found.matches[0].changes] == ["Added"]


def test_plan_mapping_that_reads_a_word_differently_updates():
    old, new = reading_of([A, B]), reading_of([A, B], mapping=mapping_of(stages={"Pilot": "3"}))

    found = plan_import(imported(old), new.rows(), new.layout)

    assert actions(found) == ["update", "unchanged"]
    assert [(c.field, c.before, c.after) for c in found.matches[0].changes] == [("stage", "2", "3")]


def test_plan_alias_added_later_updates_the_department_and_pairs_changed_rows():
    old = reading_of([A, B])
    new = reading_of([(*A[:4], "changed"), B], mapping=mapping_of(departments={"Post": "Postal Office"}))

    found = plan_import(imported(old), new.rows(), new.layout)

    assert (actions(found), found.missing) == (["update", "unchanged"], ())
    assert ("department", "Post", "Postal Office") in [(c.field, c.before, c.after) for c in found.matches[0].changes]


def test_plan_column_mapped_later_updates_the_field():
    narrow = Mapping("m", {"title": Source(("Name",)), "department": Source(("Agency",)), "unit": Source(("Bureau",))})
    old, new = reading_of([A], mapping=narrow), reading_of([A])

    found = plan_import(imported(old), new.rows(), new.layout)

    assert [(c.field, c.after) for c in found.matches[0].changes] == [("stage", "2")]


cells = st.sampled_from(["a", "b", "c", ""])
lines = st.tuples(st.sampled_from(["T", "U"]), st.sampled_from(["D", "E"]), cells, cells, cells)


@given(st.lists(lines, min_size=1, max_size=12), st.lists(lines, min_size=1, max_size=12))
def test_plan_pairs_each_case_and_row_at_most_once(old, new):
    found = plan(old, new)

    paired = [key for key in keys(found) if key is not None]
    assert len(paired) == len(set(paired))
    assert len(paired) + len(found.missing) == len(old)
    assert sum(found.counts.values()) == len(new)
    assert found.counts["unchanged"] == (Counter(old) & Counter(new)).total()


@given(st.lists(lines, min_size=1, max_size=10), st.randoms(use_true_random=False))
def test_plan_of_the_same_rows_shuffled_changes_nothing(rows, random):
    shuffled = rows[:]
    random.shuffle(shuffled)

    assert set(actions(plan(rows, shuffled))) == {"unchanged"}


@pytest.mark.parametrize(
    ("distances", "pairs", "tied"),
    [
        ({(0, 0): 1, (0, 1): 2, (1, 0): 2, (1, 1): 1}, [(0, 0), (1, 1)], set()),
        ({(0, 0): 1, (0, 1): 1}, [], {0, 1}),
        ({(0, 0): 1, (1, 0): 1}, [], {0}),
        ({(0, 0): 3, (0, 1): 1, (1, 0): 2, (1, 1): 4}, [(0, 1), (1, 0)], set()),
        ({}, [], set()),
    ],
)
def test_pair_nearest_takes_ascending_distances_and_leaves_ties(distances, pairs, tied):
    found: set[int] = set()

    assert (pair_nearest(distances, found.add), found) == (pairs, tied)


@pytest.fixture
def rows_read(monkeypatch) -> Callable[[], int]:
    """How many whole rows were read for comparison since the last call."""
    read = 0

    def counted(method):
        def reading(*args, **kwargs):
            nonlocal read
            read += 1
            return method(*args, **kwargs)

        return reading

    for name in ("row_cells", "case_cells", "changes"):
        monkeypatch.setattr(identity._Comparer, name, counted(getattr(identity._Comparer, name)))

    def since() -> int:
        nonlocal read
        count, read = read, 0
        return count

    return since


def test_plan_reads_rows_in_proportion_to_their_number(rows_read):
    def reads(count: int) -> int:
        rows = [(f"Case {n}", f"Office {n % 40}", "", "Pilot", str(n)) for n in range(count)]
        changed = [(*row[:4], row[4] + "x") for row in rows]
        assert plan(rows, changed).counts[Action.UPDATE] == count
        return rows_read()

    assert reads(1_600) == 8 * reads(200) > 0


def test_plan_of_very_many_equal_titles_does_not_compare_all_pairs(rows_read):
    old = [("Chatbot", "Post", "", "Pilot", str(n)) for n in range(700)]
    new = [("Chatbot", "Post", "", "Idea", str(n)) for n in range(700)]

    assert plan(old, new).counts["create"] == 700
    # Comparing each with each would read 490,000.
    assert rows_read() <= 4 * 700


@given(st.lists(lines, min_size=1, max_size=12), st.lists(lines, min_size=1, max_size=12))
def test_plan_by_kept_digests_is_the_plan_by_cells(old, new):
    reading = reading_of(new)
    known = imported(reading_of(old))
    without = [replace(case, digest="") for case in known]

    by_digest = plan_import(known, reading.rows(), reading.layout)

    assert (actions(by_digest), keys(by_digest)) == (
        actions(found := plan_import(without, reading.rows(), reading.layout)),
        keys(found),
    )
