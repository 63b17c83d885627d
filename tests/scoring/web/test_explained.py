"""The explaining half of the readiness tab: what it takes, what is coming, what changed, any other day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pocgate.identity.models import User
from portfolio.models import UseCase
from scoring.commands.readiness import recompute_cases
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import UseCaseFactory
from tests.factories.scoring import full_case
from tests.factories.stage_set import a_case

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def case() -> UseCase:
    made = full_case(timezone.now(), stage=2)
    recompute_cases([made.pk], now=timezone.now())
    return made


@pytest.fixture
def auditor() -> Client:
    return _client(RoleGrantFactory(role="auditor").user)


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _at(case: UseCase, rest: str = "") -> str:
    return f"/cases/{case.reference}/readiness/{rest}"


def _day(offset: int) -> date:
    return timezone.localdate() + offset * DAY


def test_page_says_what_it_would_take_with_who_and_by_when(case: UseCase, auditor: Client) -> None:
    page = auditor.get(_at(case)).content.decode()

    assert 'id="what-it-takes"' in page
    assert "days side by side" in page
    assert "the team, then data owner" in page
    assert "May stay open, each with an owner and a date" in page


def test_page_shows_what_fails_next_with_its_day_and_records(auditor: Client) -> None:
    now = timezone.now()
    case, _owner = a_case(now)
    recompute_cases([case.pk], now=now)

    page = auditor.get(_at(case))

    ahead = page.context["ahead"]
    text = page.content.decode()
    assert [loss.key for loss in ahead.renewals][:2] == ["business_case", "sources_mapped"]
    assert ahead.first_must_fails.step.at == ahead.renewals[0].by
    assert ahead.falls_under_bar is not None
    assert 'id="readiness-ahead"' in text
    assert "The business case is older than 180 days." in text


def test_changes_since_a_day_add_up_on_the_page(auditor: Client) -> None:
    now = timezone.now()
    case, _owner = a_case(now)
    recompute_cases([case.pk], now=now)

    page = auditor.get(_at(case, f"explained/?since={_day(-7)}"))

    changes = page.context["changes"]
    assert changes.start + sum(move.points for move in changes.moves) == changes.end
    assert {move.cause for move in changes.moves} == {"facts", "records"}
    assert page.context["since"] == _day(-7)
    assert 'id="readiness-waterfall"' in page.content.decode()


def test_past_day_is_shown_as_it_stood_and_takes_no_answers() -> None:
    now = timezone.now()
    case, owner = a_case(now)
    recompute_cases([case.pk], now=now)

    page = _client(owner).get(_at(case, f"?at={_day(-7)}"))

    text = page.content.decode()
    assert page.context["found"].overall < 100
    assert "As it stood at the end of" in text
    assert "/answer/" not in text
    assert "Must-meets that do not pass" in text


def test_day_to_come_is_shown_as_if_nothing_is_renewed(auditor: Client) -> None:
    now = timezone.now()
    case, _owner = a_case(now)
    recompute_cases([case.pk], now=now)

    page = auditor.get(_at(case, f"?at={_day(200)}"))

    verdicts = {part.key: part.verdict for part in page.context["found"].parts}
    assert (verdicts["business_case"], verdicts["sources_mapped"]) == ("stale", "pass")
    assert "if nothing is renewed" in page.content.decode()


@pytest.mark.parametrize("query", ["at=", "at=nonsense", "at=2026-13-99", "at=1999-01-01", "at=9999-12-31", "since=x"])
def test_day_that_can_not_be_shown_is_today(query: str, case: UseCase, auditor: Client) -> None:
    page = auditor.get(_at(case, f"?{query}"))

    assert page.status_code == 200
    assert b'id="readiness-live"' in page.content


def test_day_before_the_case_had_a_gate_says_so(auditor: Client) -> None:
    case = UseCaseFactory(status="stopped")

    page = auditor.get(_at(case, f"?at={_day(-1)}"))

    assert b"No readiness on that day" in page.content


@pytest.mark.parametrize("made", [{"status": "draft", "stage": None}, {"status": "stopped"}])
def test_case_without_a_gate_has_nothing_to_explain(made: dict[str, Any], auditor: Client) -> None:
    page = auditor.get(_at(UseCaseFactory(**made), "explained/"))

    assert (page.status_code, page.content.strip()) == (200, b"")


def test_explained_part_of_an_invisible_case_is_not_found(case: UseCase) -> None:
    assert _client(UserFactory()).get(_at(case, "explained/")).status_code == 404


def test_poll_wakes_the_explained_part_only_when_the_score_was_computed_again(case: UseCase, auditor: Client) -> None:
    page = auditor.get(_at(case))
    seen, parts = page.context["seen"], page.context["parts_digest"]

    same = auditor.get(_at(case, f"live/?parts={parts}&seen={seen}"))
    recompute_cases([case.pk], now=timezone.now() + DAY)
    later = auditor.get(_at(case, f"live/?parts={parts}&seen={seen}"))

    assert same.headers.get("HX-Trigger") is None
    assert later.headers["HX-Trigger"] == "readiness-changed"


def test_queries_of_the_explained_part_do_not_grow_with_the_steps_ahead(
    auditor: Client, django_assert_max_num_queries: Any
) -> None:
    now = timezone.now()
    few, many = full_case(now), a_case(now)[0]
    recompute_cases([few.pk, many.pk], now=now)
    auditor.get(_at(few, "explained/"))

    for case in (few, many):
        with django_assert_max_num_queries(56):
            auditor.get(_at(case, "explained/"))
