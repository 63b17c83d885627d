"""Headers of other years, countries and languages find their fields without a prepared mapping."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from portfolio.importing.fields import FIELDS
from portfolio.importing.lexicon import field_terms
from portfolio.importing.proposal import propose, propose_columns
from portfolio.importing.refusal import Refused
from portfolio.importing.vocabulary import header_scores, organisation_level
from tests.portfolio.importing.samples import SENTENCE, fields_of, table

LISTED = yaml.safe_load((Path(__file__).parent / "header_words.yaml").read_text(encoding="utf-8"))
NAMED = [(field, header) for field, headers in LISTED.items() if field != "none" for header in headers]


def best(header: str) -> str | None:
    scores = header_scores(header)
    return max(scores, key=lambda field: scores[field], default=None)


@pytest.mark.parametrize(("field", "header"), NAMED)
def test_header_names_its_field(field, header):
    assert best(header) == field


@pytest.mark.parametrize("header", LISTED["none"])
def test_header_of_another_matter_names_no_field(header):
    assert all(score < 0.5 for score in header_scores(header).values())
    assert organisation_level(header) is None


def test_header_system_name_yields_to_use_case_name():
    rows = [(f"Case {n}", f"System {n}", "Office", "Pilot") for n in range(4)]

    assert fields_of(("Use Case Name", "System Name", "Agency", "Stage"), rows)["title"] == "Use Case Name"
    assert fields_of(("System Name", "Agency", "Stage"), [row[1:] for row in rows])["title"] == "System Name"


@pytest.mark.parametrize(
    ("headers", "department", "unit"),
    [
        (("Name", "Agency", "Bureau", "Stage"), "Agency", "Bureau"),
        (("Name", "Department", "Agency", "Stage", "Office"), "Department", "Agency"),
        (("name", "organization", "department", "status"), "organization", "department"),
        (("Bezeichnung", "Ressort", "Behörde", "Entwicklungsstand"), "Ressort", "Behörde"),
        (("Nom", "Ministère", "Direction", "Stade"), "Ministère", "Direction"),
        (("Naam", "Organisatie", "Afdeling", "Status"), "Organisatie", "Afdeling"),
        (("Nombre", "Organismo", "Unidad responsable", "Estado"), "Organismo", "Unidad responsable"),
        (("Name", "2.1.1 - Organisation or department", "Team", "Phase"), "2.1.1 - Organisation or department", "Team"),
        (("Name", "Bureau/Component", "Stage"), "Bureau/Component", None),
        (("name", "dept", "stage"), "dept", None),
        (("Title", "Org", "Unit", "Phase"), "Org", "Unit"),
        (("Use case name", "Which department owns it?", "Status"), "Which department owns it?", None),
        (("Hoe heet de toepassing?", "Welke afdeling?", "Status"), "Welke afdeling?", None),
    ],
)
def test_organisations_are_ranked_department_above_unit(headers, department, unit):
    stage = next(
        place
        for place, name in enumerate(headers)
        if name.lower() in ("stage", "status", "phase", "stade", "estado", "entwicklungsstand")
    )
    rows = [tuple("Pilot" if place == stage else f"{name} {n}" for place, name in enumerate(headers)) for n in range(3)]

    found = fields_of(headers, rows)

    assert (found["department"], found.get("unit")) == (department, unit)


def test_organisation_spelt_out_goes_before_its_abbreviation():
    rows = [(code, name, "Sorting", "Pilot") for code, name in (("OP", "Office of Post"), ("OR", "Office of Roads"))]

    found = fields_of(("agency", "agency_name", "use_case_name", "stage"), rows)

    assert (found["department"], found["department_abbreviation"]) == ("agency_name", "agency")


@pytest.mark.parametrize("words", [("Active", "Retired", "Active"), ("active", "inactive", "active")])
def test_table_whose_status_says_only_alive_or_ended_is_no_inventory(words):
    rows = [(f"Ann {n}", "Claims", word) for n, word in enumerate(words)]

    with pytest.raises(Refused) as refusal:
        fields_of(("Name", "Department", "Status"), rows)

    assert refusal.value.code == "not_inventory"


def test_status_column_is_the_stage_where_its_words_are_stages():
    rows = [("Letters", "Post", word) for word in ("In gebruik", "In ontwikkeling", "Buiten gebruik")]

    assert fields_of(("Naam", "Organisatie", "Status"), rows)["stage"] == "Status"


def test_status_beside_a_stage_stays_status():
    rows = [("Letters", "Post", "Pilot", "On hold"), ("Roads", "Roads", "Idea", "Active")]

    found = fields_of(("Name", "Department", "Stage", "Status"), rows)

    assert (found["stage"], found["status"]) == ("Stage", "Status")


def test_cells_that_do_not_fit_lower_the_confidence():
    good = propose_columns(table([("Use Case Name", "Stage"), ("A", "Pilot"), ("B", "Idea"), ("C", "Pilot")]))
    bad = propose_columns(table([("Use Case Name", "Stage"), ("A", "10 m"), ("B", "12 m"), ("C", "Main")]))

    assert good.columns[1].confidence > 0.9
    assert bad.columns[1].field is None or bad.columns[1].confidence < 0.5


def test_cells_alone_tell_a_stage_under_a_header_that_says_nothing():
    rows = [(f"Case {n}", word) for n, word in enumerate(["Pilot", "Idea", "In production", "Retired"] * 3)]

    assert fields_of(("Use Case Name", "Column B"), rows)["stage"] == "Column B"


def test_proposal_gives_each_field_one_column_and_each_column_one_field():
    headers = (
        "Name",
        "Title",
        "Use Case Name",
        "Stage",
        "Phase",
        "Status",
        "Description",
        "Summary",
        "Other, explain",
        "Other, explain",
        "Other, explain",
    )
    rows = [(f"n{n}", f"t{n}", f"u{n}", "Pilot", "Pilot", "Pilot", SENTENCE, SENTENCE, "x", "y", "z") for n in range(5)]

    proposal = propose(table([headers, *rows]))

    fields = [column.field for column in proposal.columns if column.field]
    assert len(fields) == len(set(fields))
    assert [column.field for column in proposal.columns][-3:] == [None, None, None]
    assert all(0 <= column.confidence <= 1 for column in proposal.columns)


def test_word_lists_name_known_fields_only():
    assert set(field_terms()) | {"department", "unit"} == set(FIELDS)
