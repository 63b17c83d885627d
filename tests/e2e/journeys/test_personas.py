"""Each persona of the demonstration on their main pages: no error in the console, no breach of the security policy."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.journeys.conftest import SignIn
from tests.e2e.journeys.deciding import choose
from tests.e2e.journeys.visitor import PHONE, Visitor

# One installation for all of them: they stay together on one test process.
pytestmark = [pytest.mark.xdist_group("journey_personas"), pytest.mark.looks]

OWNER, VOTER, CHAIR = "maren.oldekop", "tomas.birkeland", "ingrid.saltveit"
OFFICER, SPONSOR, AUDITOR, ADMINISTRATOR = "noor.halvari", "edgar.wynholt", "ruth.ackervale", "piet.lomberg"


@pytest.mark.parametrize("name", [OWNER, CHAIR, OFFICER, SPONSOR, AUDITOR, ADMINISTRATOR])
def test_persona_opens_every_page_of_the_navigation_and_a_case(name: str, personas: SignIn) -> None:
    visitor = personas(name)

    for path in (*_navigation(visitor.page), "/notifications/", "/preferences/", *_a_case(visitor)):
        page = visitor.visit(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        _fits(page, path)


def test_sponsor_reads_along_and_can_not_act(personas: SignIn) -> None:
    page = personas(SPONSOR).visit("/compliance/")

    expect(page.get_by_role("main")).to_contain_text("compliance officers sign")


def test_auditor_finds_a_decision_with_its_dossier_and_digest(personas: SignIn) -> None:
    page = personas(AUDITOR).visit("/decisions/")

    page.get_by_role("link", name=re.compile(r"^GD-\d{4}-\d{3}$")).first.click()
    expect(page.get_by_role("main")).to_contain_text(re.compile("SHA-256 [0-9a-f]{64}"))
    page.get_by_role("link", name=re.compile(r"^Revision \d")).click()

    expect(page.get_by_role("main")).to_contain_text(re.compile("[0-9a-f]{12}"))


def test_member_votes_on_a_phone_from_what_waits_for_them(personas: SignIn) -> None:
    visitor = personas(VOTER, size=PHONE)
    for path in ("/", "/portfolio/", "/portfolio/board/", *_a_case(visitor)):
        _fits(visitor.visit(path), path)

    page = visitor.visit("/")
    page.locator("a[href^='/reviews/']").first.click()
    _fits(page, "the gate room")
    choose(page.locator(".vote-form"), "go")
    page.get_by_role("button", name="Cast my vote").click()

    expect(page.get_by_role("status").filter(has_text="Your vote counts")).to_be_visible()
    expect(page.get_by_role("button", name="Change my vote")).to_be_visible()


def test_officer_signs_from_the_keyboard(personas: SignIn) -> None:
    page = personas(OFFICER).visit("/compliance/")
    page.locator("a[href^='/compliance/UC-']").first.click()
    items = page.locator("[data-item]")
    expect(items.first).to_be_visible()

    page.keyboard.press("j")
    expect(items.first).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(items.first).to_be_focused()
    page.keyboard.press("r")
    expect(items.first.get_by_label("Comment")).to_be_focused()
    page.keyboard.type("ja")  # letters in a text are only letters
    expect(items.first.get_by_label("Comment")).to_have_value("ja")
    items.first.focus()
    page.keyboard.press("a")

    expect(page.get_by_role("status")).to_contain_text("is accepted")


def test_keyboard_skips_to_the_content_and_opens_the_search(personas: SignIn) -> None:
    page = personas(AUDITOR).visit("/")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    page.keyboard.press("/")
    field = page.get_by_role("searchbox", name="Search cases")
    expect(field).to_be_focused()
    page.keyboard.type("UC-0001")
    expect(page.locator("#palette-results a.hit").first).to_contain_text("UC-0001")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile("/cases/UC-0001/$"))


def _navigation(page: Page) -> list[str]:
    links = page.locator(".sidebar a.nav-item, .sidebar nav a").all()
    return list(dict.fromkeys(link.get_attribute("href") or "/" for link in links))


def _a_case(visitor: Visitor) -> list[str]:
    """A case that this person finds in the table, and its tabs."""
    page = visitor.visit("/portfolio/?stage=1")
    page.locator(".case-table a[href^='/cases/']").first.click()
    expect(page.locator(".case-head")).to_be_visible()
    tabs = page.get_by_role("navigation", name="Parts of this case").get_by_role("link").all()
    return [tab.get_attribute("href") or "" for tab in tabs]


def _fits(page: Page, path: str) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 1, f"{path} is {wide} px wider than the screen"
