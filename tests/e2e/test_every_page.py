"""Main pages are accessible and fit, light and dark, on the desk and on the phone."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from pocgate.identity.models import User
from pocgate.ledger.commands import Act, record
from portfolio.models import UseCase
from tests.e2e.conftest import DESKTOP, PHONE, OpenPage
from tests.e2e.looking import problems_of
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import StageSpellFactory, TeamMemberFactory, UseCaseFactory
from tests.factories.readiness import ReadinessScoreFactory
from tests.factories.scoring import AssessmentFactory, ScorecardPositionFactory

ADDRESSES = (
    "/",
    "/portfolio/",
    "/portfolio/board/",
    "/portfolio/matrix/",
    "/portfolio/matrix/assessors/",
    "/cases/UC-0001/",
    "/cases/UC-0001/scorecard/",
    "/cases/UC-0005/scorecard/",
    "/cases/UC-0001/activity/",
    "/search/?q=case",
    "/notifications/",
    "/preferences/",
    "/tokens/",
    "/administration/",
    "/mail/",
)


@pytest.fixture
def administrator(live_server: object) -> User:
    """Somebody who sees every page, with a few cases in different states."""
    now = timezone.now()
    user: User = UserFactory(full_name="Ada Example", job_title="Administrator")
    for role in ("admin", "compliance"):
        RoleGrantFactory(user=user, role=role)
    for number, (stage, status, days) in enumerate(
        [(0, "active", 10), (0, "active", 60), (1, "in_review", 20), (2, "paused", 5), (3, "active", 400)], start=1
    ):
        case: UseCase = UseCaseFactory(number=number, stage=stage, status=status, tier="high")
        box_ends = now + timedelta(days=28 - days)
        StageSpellFactory(
            case=case, stage=stage, entered_at=now - timedelta(days=days), time_box_days=28, time_box_ends_at=box_ends
        )
        TeamMemberFactory(case=case, user=user)
        ReadinessScoreFactory(case=case, gate=stage, overall=20 * number)
        record(Act("case.edited", "use_case", case.pk, case.pk, {"title": "a"}, {"title": "b"}), actor=None, now=now)
    _rate(case, now=now)
    return user


def _rate(case: UseCase, *, now: datetime) -> None:
    """Two assessors far apart, on a case that a decision has moved on since: its ratings are open to everybody."""
    StageSpellFactory(case=case, stage=2, left_at=now, exit_reason="promoted")
    ScorecardPositionFactory(case=case, disagreements=["team"], value_low=60, value_high=80)
    for rating, low in ((2, 1), (5, 4)):
        AssessmentFactory(case=case, criterion="team", rating=rating, low=low, high=5, rationale="Seen before.")


@pytest.mark.looks
@pytest.mark.parametrize(("width", "theme"), [(DESKTOP, "light"), (PHONE, "dark")])
def test_main_pages_have_no_violation_and_no_sideways_scroll(
    width: int, theme: str, open_page: OpenPage, administrator: User
) -> None:
    page = open_page(administrator, width=width, theme=theme)

    found = [problem for address in ADDRESSES for problem in problems_of(page, address)]

    assert found == []


def test_search_opens_with_a_slash_and_leads_to_a_case(open_page: OpenPage, administrator: User) -> None:
    page = open_page(administrator)

    page.keyboard.press("/")
    page.locator("#palette input").press_sequentially("uc-2")
    expect(page.locator("#palette-results a.hit .ref").first).to_have_text("UC-0002")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.locator("h1")).to_have_text(UseCase.objects.get(number=2).title)


def test_card_that_is_dragged_stays_and_says_how_it_moves(open_page: OpenPage, administrator: User) -> None:
    page = open_page(administrator)
    page.goto("/portfolio/board/")
    card = page.locator("[data-card]").first
    expect(card.locator(".move-text")).to_be_hidden()

    card.locator("a.card-title").drag_to(page.locator(".lane-cell").nth(2))

    expect(card.locator(".move-text")).to_contain_text("Cards are not moved by hand")
    assert UseCase.objects.get(number=1).stage == 0


def test_theme_toggle_changes_at_once_and_stays(open_page: OpenPage, administrator: User) -> None:
    page = open_page(administrator)
    root = page.locator("html")

    page.locator(".sidebar [data-theme-form] button").click()
    page.locator(".sidebar [data-theme-form] button").click()
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.reload()

    expect(root).to_have_attribute("data-bs-theme", "dark")


def test_readiness_in_the_head_follows_without_a_reload(open_page: OpenPage, administrator: User) -> None:
    page = open_page(administrator)
    page.goto("/cases/UC-0001/")
    expect(page.locator(".case-sentence")).to_have_attribute("data-readiness", "20")

    case = UseCase.objects.get(number=1)
    case.readiness.__class__.objects.filter(case=case).update(overall=83)

    expect(page.locator(".case-sentence")).to_have_attribute("data-readiness", "83", timeout=8000)
