"""Charts in a real browser, under the strict policy: drawn, redrawn, saved, and replaced by their figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from pocgate.identity.models import User
from scoring.models import ReadinessPoint, ReadinessScore
from tests.e2e.conftest import PHONE, OpenPage
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import UseCaseFactory
from tests.factories.readiness import ReadinessScoreFactory

ADDRESS = "/cases/UC-0001/readiness/"

pytestmark = pytest.mark.looks


@pytest.fixture
def auditor(live_server: object) -> User:
    """Somebody who sees a case whose readiness rose twice."""
    now = timezone.now()
    user: User = UserFactory(full_name="Ada Example")
    RoleGrantFactory(user=user, role="auditor")
    case = UseCaseFactory(number=1, stage=0, status="active")
    ReadinessScoreFactory(case=case, gate=0, overall=61)
    for days, overall in ((40, 10), (20, 35), (3, 61)):
        at = now - timedelta(days=days)
        ReadinessPoint.objects.create(case=case, gate=0, overall=overall, musts_open=days, changes=[], at=at)
    return user


def _chart(page: Page) -> Locator:
    return page.locator("#readiness-history")


def _ink(page: Page) -> str:
    colour: str = _chart(page).locator("svg text").first.get_attribute("fill") or ""
    return colour


@pytest.mark.parametrize("width", [1440, PHONE])
def test_chart_is_drawn_as_wide_as_its_place(width: int, open_page: OpenPage, auditor: User) -> None:
    page = open_page(auditor, width=width)

    page.goto(ADDRESS)

    expect(_chart(page).locator("svg")).to_have_count(1)
    expect(_chart(page).locator("figcaption")).to_have_text("Readiness 61.0, 9.0 under the bar of 70")
    box, canvas = (_chart(page).locator(part).bounding_box() for part in ("svg", "[data-chart-canvas]"))
    assert box is not None
    assert canvas is not None
    assert abs(box["width"] - canvas["width"]) < 2
    assert Axe().run(page, context="#readiness-history").response["violations"] == []


def test_chart_says_on_pointing_what_changed(open_page: OpenPage, auditor: User) -> None:
    page = open_page(auditor)
    page.goto(ADDRESS)

    _chart(page).locator("svg .mark-symbol path").last.hover(force=True)

    expect(page.locator("#vg-tooltip-element")).to_contain_text("Must-meets open")


def test_chart_follows_the_theme_at_once(open_page: OpenPage, auditor: User) -> None:
    page = open_page(auditor)
    page.goto(ADDRESS)
    expect(_chart(page)).to_have_attribute("data-drawn", "auto")
    on_light = _ink(page)

    for _press in range(2):
        page.locator(".sidebar [data-theme-form] button").click()
    expect(_chart(page)).to_have_attribute("data-drawn", "dark")

    assert (on_light, _ink(page)) == ("rgb(81, 78, 71)", "rgb(185, 182, 174)")
    expect(_chart(page).locator("svg")).to_have_count(1)


def test_chart_that_is_swapped_in_is_drawn(open_page: OpenPage, auditor: User) -> None:
    page = open_page(auditor)
    page.goto(ADDRESS)
    expect(_chart(page).locator("svg")).to_have_count(1)

    ReadinessPoint.objects.filter(musts_open=3).update(overall=66)
    ReadinessScore.objects.update(overall=66, computed_at=timezone.now())

    expect(_chart(page).locator("figcaption")).to_contain_text("66.0", timeout=8000)
    expect(_chart(page).locator("svg")).to_have_count(1)


def test_chart_and_its_figures_are_saved(open_page: OpenPage, auditor: User, tmp_path: Path) -> None:
    page = open_page(auditor)
    page.goto(ADDRESS)
    expect(_chart(page).locator("svg")).to_have_count(1)

    png, svg, csv = (_saved(page, kind, tmp_path).read_bytes() for kind in ("png", "svg", "csv"))

    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert svg.startswith(b"<svg")
    lines = csv.decode("utf-8-sig").splitlines()
    assert lines[0] == '"When","Gate","Readiness","Bar","Must-meets open"'
    assert [line.split(",")[2] for line in lines[1:]] == ['"10"', '"35"', '"61"']


def test_figures_open_where_the_library_does_not_load(open_page: OpenPage, auditor: User) -> None:
    page = open_page(auditor)
    page.route("**/vendor/vega*", lambda route: route.fulfill(status=404))

    page.goto(ADDRESS)

    expect(_chart(page).locator("[data-chart-figures] tbody tr")).to_have_count(3)
    expect(_chart(page).locator("[data-chart-figures] table")).to_be_visible()
    expect(_chart(page).locator(".chart-failed")).to_be_visible()
    expect(_chart(page).locator("[data-chart-canvas]")).to_be_hidden()


def _saved(page: Page, kind: str, folder: Path) -> Path:
    press: Callable[[], None] = page.locator(f"[data-chart-save={kind}]").click
    with page.expect_download() as download:
        press()
    path = folder / f"chart.{kind}"
    download.value.save_as(path)
    return path
