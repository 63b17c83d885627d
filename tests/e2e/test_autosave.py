"""A registration that saves itself, over a connection that breaks and a session that ends."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from pocgate.identity.models import User
from portfolio.commands.cases import register_draft
from portfolio.models import UseCase
from tests.e2e.conftest import OpenPage
from tests.factories.identity import RoleGrantFactory, UserFactory

PROBLEM = "Letters are sorted by hand into forty kinds, which takes three days."


@pytest.fixture
def owner(live_server: object) -> User:
    """Somebody who may register cases."""
    person: User = UserFactory()
    RoleGrantFactory(user=person, role="product_owner")
    return person


@pytest.fixture
def draft(owner: User) -> UseCase:
    """Their draft, with a title alone."""
    return register_draft(changes={"title": "Sort letters"}, actor=owner, now=timezone.now())


def _write_problem(page: Page) -> None:
    page.get_by_label(re.compile("Which problem")).fill(PROBLEM)


def _failed(page: Page, how: str) -> Locator:
    return page.locator(f"[data-autosave-failed='{how}']")


def _kept(draft: UseCase) -> str:
    return UseCase.objects.values_list("problem_statement", flat=True).get(pk=draft.pk)


def test_autosave_without_connection_says_so_and_is_sent_when_it_is_back(
    open_page: OpenPage, owner: User, draft: UseCase
) -> None:
    page = open_page(owner)
    page.goto(f"/register/{draft.reference}/1/")

    page.context.set_offline(True)
    _write_problem(page)
    expect(_failed(page, "offline")).to_be_visible()
    expect(page.locator("#saved")).to_be_hidden()
    assert _kept(draft) == ""
    page.context.set_offline(False)

    expect(page.locator("#saved")).to_contain_text("Saved")
    expect(_failed(page, "offline")).to_be_hidden()
    assert _kept(draft) == PROBLEM


def test_autosave_after_the_session_ended_keeps_the_page_and_goes_on_after_signing_in_elsewhere(
    open_page: OpenPage, owner: User, draft: UseCase
) -> None:
    page = open_page(owner)
    page.goto(f"/register/{draft.reference}/1/")

    page.context.clear_cookies(name="pocgate_session")
    _write_problem(page)
    expect(_failed(page, "refused")).to_be_visible()
    expect(page.locator("#saved")).not_to_contain_text("Sign in")
    assert _kept(draft) == ""
    other = page.context.new_page()
    other.goto("/sign-in/")
    other.locator(f"button[name=demo][value='{owner.username}']").click()
    other.locator("main").wait_for()

    expect(page.locator("#saved")).to_contain_text("Saved", timeout=15_000)
    assert _kept(draft) == PROBLEM
