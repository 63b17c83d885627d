"""The head, overview and activity of a case."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from pocgate.ledger.commands import Act, record
from pocgate.web.drawing import LARGE, SMALL, drawn
from pocgate.web.queries.case_head import case_head
from pocgate.web.queries.track import track_of
from portfolio.models import CaseOrigin, ImportRun, UseCase
from tests.factories.portfolio import StageSpellFactory, UseCaseFactory
from tests.factories.readiness import CriterionResultFactory, ReadinessScoreFactory
from tests.web.conftest import Visitor

pytestmark = pytest.mark.django_db


def scored(case: UseCase, **fields: object) -> None:
    ReadinessScoreFactory(case=case, **fields)


def test_track_of_a_prototype_fills_the_way_to_its_gate(now: datetime) -> None:
    case = UseCaseFactory(stage=1)
    entered = now - timedelta(days=21)
    StageSpellFactory(
        case=case, stage=1, entered_at=entered, time_box_days=42, time_box_ends_at=entered + timedelta(42)
    )
    scored(case, gate=1, overall=57)

    track = track_of(case, now=now)

    assert [node.state for node in track.nodes] == ["done", "current", "ahead", "ahead"]
    assert [gate.state for gate in track.gates] == ["passed", "next", "ahead", "ahead"]
    assert (track.readiness, track.bar, track.box.percent, track.reaches_bar) == (57, 85, 50, False)


def test_track_of_an_imported_case_leaves_earlier_gates_open(now: datetime) -> None:
    case = UseCaseFactory(stage=3, origin="imported")

    track = track_of(case, now=now)

    assert [gate.state for gate in track.gates] == ["elsewhere", "elsewhere", "elsewhere", "next"]
    assert track.readiness is None


@pytest.mark.parametrize("stage", [None, 0, 1, 2, 3])
@pytest.mark.parametrize("scale", [SMALL, LARGE])
def test_drawing_keeps_every_part_inside_and_in_order(stage: int | None, scale: object, now: datetime) -> None:
    drawing = drawn(track_of(UseCaseFactory(stage=stage), now=now), scale)  # type: ignore[arg-type]

    xs = [x for pair in zip(drawing.stages, drawing.gates, strict=True) for x in (pair[0].x, pair[1].x)]
    assert xs == sorted(xs)
    assert xs[0] == drawing.scale.margin
    assert round(xs[-1]) == drawing.scale.width - drawing.scale.margin


def test_head_names_the_cheapest_open_must_first(now: datetime) -> None:
    case = UseCaseFactory(stage=0)
    scored(case)
    CriterionResultFactory(case=case, criterion="business_case", verdict="fail")
    CriterionResultFactory(case=case, criterion="problem_stated", verdict="not_enough_evidence")
    CriterionResultFactory(case=case, criterion="scope_bounded", verdict="waived")

    head = case_head(case, now=now)

    assert {must.key for must in head.open_musts} == {"business_case", "problem_stated"}
    assert [must.effort for must in head.open_musts] == sorted(
        (must.effort for must in head.open_musts), key="SML".index
    )
    assert head.cheapest == head.open_musts[0]


def test_live_part_unchanged_is_304_and_changed_is_new(visitor: Visitor) -> None:
    case = UseCaseFactory(with_spell=True)
    client = visitor("auditor")
    first = client.get(f"/cases/{case.reference}/live/")

    again = client.get(f"/cases/{case.reference}/live/", headers={"if-none-match": first["ETag"]})
    scored(case, overall=91)
    changed = client.get(f"/cases/{case.reference}/live/", headers={"if-none-match": first["ETag"]})

    assert (first.status_code, again.status_code, changed.status_code) == (200, 304, 200)
    assert 'data-readiness="91"' in changed.content.decode()


def test_overview_of_an_imported_case_says_where_it_came_from(visitor: Visitor) -> None:
    case = UseCaseFactory(stage=2, origin="imported", problem_statement="")
    run = ImportRun.objects.create(file_name="inventory.csv", sha256="a" * 64, size=1, created_at=timezone.now())
    raw = {"Use Case Name": "<b>Forecast</b>", "Empty": ""}
    CaseOrigin.objects.create(case=case, run=run, row=12, values={}, raw=raw, digest="d")

    page = visitor("auditor").get(f"/cases/{case.reference}/").content.decode()

    assert "inventory.csv" in page
    assert "row 12" in page
    assert "1 cell as it stood in the file" in page
    assert "&lt;b&gt;Forecast&lt;/b&gt;" in page
    assert "earlier gates were not held here" in page


def test_activity_shows_before_and_after_and_pages_by_keyset(visitor: Visitor) -> None:
    case = UseCaseFactory()
    client = visitor("auditor")
    for number in range(51):
        act = Act("case.edited", "use_case", case.pk, case.pk, {"title": f"old {number}"}, {"title": f"new {number}"})
        record(act, actor=client.person, now=timezone.now())  # type: ignore[attr-defined]

    first = client.get(f"/cases/{case.reference}/activity/")
    page = first.context["page"]
    older = client.get(f"/cases/{case.reference}/activity/?before={page.next_before}").context["page"]

    assert "<del>old 50</del>" in first.content.decode()
    assert (len(page.events), len(older.events), older.next_before) == (50, 1, None)


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "٣"])
def test_activity_with_nonsense_for_a_place_is_the_first_page(before: str, visitor: Visitor) -> None:
    case = UseCaseFactory()

    assert visitor("auditor").get(f"/cases/{case.reference}/activity/", {"before": before}).status_code == 200


@pytest.mark.parametrize("reference", ["UC-0", "UC-99999999999", "nonsense", "UC-0042"])
def test_case_unknown_is_404_with_our_page(reference: str, visitor: Visitor) -> None:
    response = visitor("auditor").get(f"/cases/{reference}/")

    assert response.status_code == 404
    assert "Nothing here" in response.content.decode()


@pytest.mark.parametrize(("role", "link"), [("admin", "/edit/"), ("compliance", "/edit/#facts"), ("auditor", None)])
def test_overview_leads_whoever_may_to_the_edit_page(role: str, link: str | None, visitor: Visitor) -> None:
    case = UseCaseFactory(with_spell=True)

    page = visitor(role).get(f"/cases/{case.reference}/").content.decode()

    assert [f'"/cases/{case.reference}{end}"' in page for end in ("/edit/", "/edit/#facts")] == [
        role == "admin",
        link is not None,
    ]
