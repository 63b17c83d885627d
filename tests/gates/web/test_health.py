"""Gate health as page and API: the same figures, of the decisions one may see, for the same queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gates.models import Decision, Dossier, DossierOpening, VoteChange
from gates.queries.health import Period, health_of
from gates.rules.health import Share
from pocgate.identity.models import User
from tests.factories.identity import UserFactory
from tests.factories.stage_set import StageSet, a_case, a_stage_set

pytestmark = pytest.mark.django_db

SignedIn = Callable[[User], Client]


def decided(stage: StageSet, count: int, now: datetime) -> None:
    for number in range(count):
        if number:
            stage.case, stage.owner = a_case(now)
        stage.decide(stage.closed(now), "go", now)


def a_year_to(now: datetime) -> Period:
    return Period(now.date() - timedelta(days=365), now.date())


def test_decision_counts_the_musts_that_stood_open_or_waived(now: datetime) -> None:
    stage = a_stage_set(now)

    decided(stage, 1, now)

    assert Decision.objects.values_list("musts_open", "musts_waived").get() == (0, 0)


def test_reading_time_is_of_the_revision_that_was_voted_on(now: datetime) -> None:
    stage = a_stage_set(now)
    decided(stage, 1, now)
    newest = Dossier.objects.order_by("-revision")[0]
    change = VoteChange.objects.filter(dossier=newest).order_by("pk")[0]
    DossierOpening.objects.filter(dossier=newest).delete()
    DossierOpening.objects.create(dossier=newest, user=change.cast_by, opened_at=change.cast_at - timedelta(minutes=7))

    found = health_of(stage.chair, a_year_to(now), now=now).whole

    assert (found.reading_minutes, found.never_opened) == (7.0, Share(2, 3))


def test_health_is_of_the_decisions_one_may_see(now: datetime) -> None:
    stage = a_stage_set(now)
    decided(stage, 1, now)

    assert health_of(stage.chair, a_year_to(now), now=now).whole.decisions == 1
    assert health_of(UserFactory(), a_year_to(now), now=now).whole.decisions == 0


def test_health_leaves_out_what_was_decided_outside_the_period(now: datetime) -> None:
    stage = a_stage_set(now)
    decided(stage, 1, now)
    day = timezone.localdate(now)

    before, on = Period(day - timedelta(days=9), day - timedelta(days=1)), Period(day, day)

    assert health_of(stage.chair, before, now=now).whole.decisions == 0
    assert health_of(stage.chair, on, now=now).whole.decisions == 1


@pytest.mark.parametrize("count", [1, 3])
def test_health_page_takes_the_same_queries(count: int, signed_in: SignedIn, django_assert_num_queries: Any) -> None:
    now = timezone.now()
    stage = a_stage_set(now)
    decided(stage, count, now)
    client = signed_in(stage.chair)
    client.get("/gates/health/")

    with django_assert_num_queries(11):
        page = client.get("/gates/health/").content.decode()

    assert f"0 of {count}" in page


def test_period_that_ends_before_it_begins_is_refused_with_the_field(signed_in: SignedIn) -> None:
    stage = a_stage_set(timezone.now())

    answer = signed_in(stage.chair).get("/gates/health/?since=2026-05-02&until=2026-05-01")

    assert answer.status_code == 422
    assert "The period begins after it ends." in answer.content.decode()


def test_api_tells_the_figures_of_the_page(signed_in: SignedIn) -> None:
    now = timezone.now()
    stage = a_stage_set(now)
    decided(stage, 1, now)

    found = signed_in(stage.chair).get("/api/v1/gates/health").json()

    assert found["all"]["decisions"] == 1
    assert found["all"]["outcomes"]["go"] == 1
    assert found["all"]["killed"] == {"part": 0, "whole": 1, "percent": 0}
    assert [gate["gate"] for gate in found["gates"]] == [0]
    refused = signed_in(stage.chair).get("/api/v1/gates/health?since=2026-05-02&until=2026-05-01")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "?since")
