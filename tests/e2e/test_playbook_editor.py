"""The editor of a playbook draft in a real browser: checked while one writes, beside the line, and nothing is lost."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from pocgate.identity.models import User
from scoring.commands.playbooks import begin_draft, ensure_default_playbook
from scoring.models import Playbook
from scoring.queries.playbooks import default_playbook_text
from tests.e2e.conftest import PHONE, OpenPage
from tests.factories.identity import RoleGrantFactory, UserFactory

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def officer(live_server: object) -> User:
    """Compliance, with a draft begun."""
    user: User = UserFactory(full_name="Olga Example")
    RoleGrantFactory(user=user, role="compliance")
    ensure_default_playbook(now=timezone.now())
    begin_draft(name="Lower bar", actor=user, now=timezone.now())
    return user


def _address(page: str = "") -> str:
    return f"/playbook/drafts/{Playbook.objects.get(version=None).pk}/{page}"


def _write(page: Page, text: str) -> None:
    page.locator("#id_text").fill(text)


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (PHONE, "dark")])
def test_pages_of_a_draft_have_no_violation_and_no_sideways_scroll(
    width: int, theme: str, open_page: OpenPage, officer: User
) -> None:
    page = open_page(officer, width=width, theme=theme)

    for part in ("", "difference/", "effect/"):
        page.goto(_address(part))
        page.locator("main").wait_for()
        found = Axe().run(page, options={"runOnly": RULES}).response["violations"]

        assert [(part, violation["id"], [node["target"] for node in violation["nodes"]]) for violation in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1")


def test_fault_appears_beside_its_line_while_one_writes(open_page: OpenPage, officer: User) -> None:
    page = open_page(officer)
    page.goto(_address())
    expect(page.locator("#problems")).to_have_attribute("data-problems", "0")

    _write(page, default_playbook_text().replace("    weight: 2\n", "    weight: 0\n", 1))

    expect(page.locator("#problems")).to_have_attribute("data-problems", "1")
    expect(page.locator(".line-mark")).to_have_text("194")
    expect(page.locator(".line-note")).to_have_text("A weight is above 0 and at most 1,000.")
    page.locator("[data-goto]").click()
    place = "t => t.value.slice(t.selectionStart, t.selectionEnd)"
    assert page.locator("#id_text").evaluate(place).strip() == "weight: 0"


def test_mended_fault_goes_and_the_draft_is_saved(open_page: OpenPage, officer: User) -> None:
    page = open_page(officer)
    page.goto(_address())
    _write(page, "a: [")
    expect(page.locator(".line-mark")).to_have_count(1)
    _write(page, default_playbook_text().replace("readiness_bar: 70", "readiness_bar: 60"))
    expect(page.locator(".line-mark")).to_have_count(0)

    page.get_by_role("button", name="Save the draft").click()
    expect(page.locator(".page-header")).to_contain_text("save 2 by Olga Example")
    page.get_by_role("link", name="Difference").click()

    expect(page.locator(".difference-table")).to_contain_text("readiness asked for")
