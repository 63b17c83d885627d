"""Mappings: what fits, what their words mean, and faults by line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.importing.fields import FIELDS
from portfolio.importing.mapping import Mapping, Source, best_fitting, with_words
from portfolio.importing.mapping_yaml import InvalidMapping, dump_mapping, load_mapping, shipped_mappings
from portfolio.importing.table import named_columns

TEXT = """\
name: our-register
header_row: 3
columns:
  title: [Use Case Name, use_case_name]
  stage: {header: Phase, position: 4}
  department: Agency
stages:
  Green light: 2
  Shelved: closed
  Maybe: unknown
tiers:
  Red: high
personal_data:
  No: "no"
departments:
  Office of Post: Postal Office
defaults:
  unit: Head office
"""


def test_mapping_is_read_from_yaml_and_written_back_equal():
    mapping = load_mapping(TEXT)

    assert mapping.columns["title"] == Source(("Use Case Name", "use_case_name"))
    assert mapping.columns["stage"] == Source(("Phase",), 4)
    assert mapping.header_row == 3
    assert load_mapping(dump_mapping(mapping)) == mapping


def test_mapping_words_are_compared_without_case_accents_and_white_space():
    mapping = load_mapping(TEXT)

    assert [mapping.stage(word).target for word in ("green  LIGHT ", "Shelved", "Maybe", "Pilot")] == [
        "2",
        "closed",
        None,
        "2",
    ]
    assert mapping.stage(" ").target is None
    assert mapping.tier("red\n").target == "high"
    assert mapping.answer("NO").target == "no"


def test_mapping_department_is_trimmed_and_aliased():
    mapping = load_mapping(TEXT)

    assert mapping.department("\ufeff office of\xa0post \u200b") == "Postal Office"
    assert mapping.department(" Office  of Roads ") == "Office of Roads"
    assert mapping.department("N/A") == ""
    assert Mapping("", defaults={"department": "Ours"}).department("") == "Ours"


def test_mapping_unconfirmed_words_stay_guesses():
    open_mapping = Mapping("", stages={"Green light": "2"}, confirmed=False)

    assert open_mapping.stage("Green light").imputed
    assert not Mapping("", stages={"Green light": "2"}).stage("Green light").imputed


def test_mapping_words_decided_by_a_person_replace_the_former():
    mapping = with_words(load_mapping(TEXT), stages={"GREEN LIGHT": "3", "New": "0"})

    assert (mapping.stage("Green light").target, mapping.stage("new").target, mapping.stage("Shelved").target) == (
        "3",
        "0",
        "closed",
    )


def test_mapping_repeated_header_is_told_apart_by_position():
    columns = named_columns(["Use Case Name", "Phase", "Agency", "Phase"])

    assert load_mapping(TEXT).positions(columns) == {"title": 1, "stage": 4, "department": 3}
    assert load_mapping(TEXT).positions(named_columns(["Phase", "use_case_name"])) == {"title": 2, "stage": 1}


def test_mapping_fits_by_the_share_of_its_columns():
    mapping = load_mapping(TEXT)

    assert mapping.fits(named_columns(["use_case_NAME", "Phase", " Agency "])) == 1.0
    assert mapping.fits(named_columns(["Use Case Name", "Phase"])) == pytest.approx(2 / 3)
    assert mapping.fits(named_columns(["Phase", "Agency"])) == 0.0
    assert mapping.missing(named_columns(["Use Case Name"])) == ["stage", "department"]


def test_mapping_that_fits_best_is_picked_or_none():
    wide, narrow = load_mapping(TEXT), Mapping("narrow", {"title": Source(("Use Case Name",))})
    columns = named_columns(["Use Case Name", "Phase", "Agency"])

    assert best_fitting([narrow, wide], columns) == wide
    assert best_fitting([wide], named_columns(["Use Case Name"])) is None
    assert best_fitting([], columns) is None


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("name: x\ncolumns:\n  title: A\n  colour: B\n", 4, "unknown field colour"),
        ("name: x\ncolumns:\n  title: A\nstages:\n  Pilot: 7\n", 5, "7 is not one of"),
        ("name: x\ncolumns:\n  title: A\ntiers:\n  Red: scarlet\n", 5, "scarlet is not one of"),
        ("name: x\ncolumns:\n  stage: A\n", 1, "no column is named for title"),
        ("columns:\n  title: A\n", 1, "needs a name"),
        ("name: x\nshape: round\ncolumns:\n  title: A\n", 2, "unknown key shape"),
        ("name: x\ncolumns:\n  title: {position: zero}\n", 3, "whole number"),
        ("name: x\ncolumns:\n  title: A\n  title: B\n", 4, "there twice"),
        ("name: x\ncolumns:\n  title: [\n", 4, "not YAML"),
        ("- a\n- b\n", 1, "keys and values"),
        ("name: x\ncolumns: everything\n", 2, "keys and values"),
        ("name: x\ncolumns:\n  title: {}\n", 3, "header or a position"),
        ("name: x\ndate_order: ymd\ncolumns:\n  title: A\n", 2, "mdy or dmy"),
        ("", 1, "keys and values"),
    ],
)
def test_mapping_fault_is_told_with_its_line(text, line, part):
    with pytest.raises(InvalidMapping) as caught:
        load_mapping(text)

    assert [fault.line for fault in caught.value.faults if part in fault.message] == [line]


def test_mapping_faults_are_told_all_at_once():
    with pytest.raises(InvalidMapping) as caught:
        load_mapping("name: x\nshape: round\ncolumns:\n  colour: B\n")

    assert len(caught.value.faults) == 3


def test_mapping_shipped_are_valid_named_and_confirmed():
    mappings = shipped_mappings()

    assert [mapping.name for mapping in mappings] == ["us-federal-2024"]
    assert all(mapping.confirmed for mapping in mappings)
    assert all(load_mapping(dump_mapping(mapping)) == mapping for mapping in mappings)


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)


@given(
    st.dictionaries(st.sampled_from(FIELDS), words.filter(str.strip), max_size=5),
    st.dictionaries(words, st.sampled_from(["0", "3", "retired", None]), max_size=5),
)
def test_mapping_of_any_words_is_written_back_equal(columns, stages):
    sources = {field: Source((header,)) for field, header in {"title": "T", **columns}.items()}
    mapping = Mapping("any", sources, stages=stages)

    assert load_mapping(dump_mapping(mapping)) == mapping


@given(st.text(max_size=200))
def test_mapping_of_any_text_raises_nothing_but_its_faults(text):
    try:
        found = load_mapping(text).name
    except InvalidMapping as invalid:
        found = str(len(invalid.faults))
    assert found
