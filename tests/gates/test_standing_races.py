"""Several sweeps at once note, propose and open once. On PostgreSQL only."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection

from gates.commands.proposals import open_reviews_by_themselves, propose_reviews_due
from gates.commands.standing import check_standings
from gates.models import GateReview, GateStanding, ReviewProposal, StandingChange
from portfolio.models import StageSpell, UseCase
from tests.factories.portfolio import IncidentFactory, UseCaseFactory
from tests.factories.stage_set import a_stage_set
from tests.gates.test_races import at_once, refusals

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


def test_sweeps_at_once_note_a_lapse_and_propose_once(now: datetime) -> None:
    stage = a_stage_set(now)
    stage.decide(stage.closed(now), "go", now)
    at = now + timedelta(days=1)
    results = at_once(*[lambda: check_standings(now=now)] * 4)
    IncidentFactory(case=stage.case, recorded_at=at)
    results += at_once(*[lambda: check_standings(now=at)] * 4)

    assert refusals(results) == []
    assert GateStanding.objects.get().state == "lapsed"
    assert list(StandingChange.objects.order_by("pk").values_list("state", flat=True)) == ["valid", "lapsed"]
    assert ReviewProposal.objects.count() == 1


def test_sweeps_at_once_open_one_review(now: datetime) -> None:
    stage = a_stage_set(now, ready=False)
    StageSpell.objects.update(time_box_ends_at=now - timedelta(days=100))

    results = at_once(*[lambda: open_reviews_by_themselves(now=now)] * 4)

    assert (refusals(results), sum(int(str(result)) for result in results)) == ([], 1)
    assert GateReview.objects.count() == ReviewProposal.objects.count() == 1
    assert UseCase.objects.get(pk=stage.case.pk).status == "in_review"


def test_sweeps_at_once_plan_and_propose_the_first_reviews_of_imported_cases_once(now: datetime) -> None:
    for _ in range(5):
        UseCaseFactory(stage=3, origin="imported", created_at=now - timedelta(days=400))

    results = at_once(*[lambda: propose_reviews_due(now=now)] * 4)

    assert (refusals(results), sum(int(str(result)) for result in results)) == ([], 5)
    assert (GateStanding.objects.count(), ReviewProposal.objects.count()) == (5, 5)
