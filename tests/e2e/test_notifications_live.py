"""The list of notifications follows what comes while it is open."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from pocgate.identity.models import User
from pocgate.inbox.commands import Notice, notify
from tests.e2e.conftest import OpenPage
from tests.factories.identity import UserFactory


@pytest.fixture
def person(live_server: object) -> User:
    """Somebody who is told something."""
    made: User = UserFactory()
    return made


def _tell(person: User, title: str) -> None:
    notice = Notice(
        kind="decision_made",
        subject_type="review",
        subject_id=title,
        occasion="made",
        title=title,
        reason="You get this because you own the case.",
        url="/",
    )
    notify(notice, user_ids=[person.pk], now=timezone.now())


def test_what_comes_while_the_list_is_open_is_put_on_it(open_page: OpenPage, person: User) -> None:
    _tell(person, "Gate 0 was decided")
    page = open_page(person)
    page.goto("/notifications/")
    expect(page.locator("#inbox")).to_contain_text("Gate 0 was decided")

    _tell(person, "Gate 1 was decided")

    expect(page.locator("#inbox")).to_contain_text("Gate 1 was decided", timeout=40_000)
    expect(page.locator("#inbox .page-header")).to_have_count(0)
