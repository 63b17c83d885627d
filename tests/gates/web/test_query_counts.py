"""Lists take the same queries for one row and for three."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pocgate.identity.models import User
from scoring.models import CriterionAnswer
from tests.factories.stage_set import SIGNED_AT_GATE_0, StageSet, a_case, a_stage_set

pytestmark = pytest.mark.django_db

SignedIn = Callable[[User], Client]


def cases_of(stage: StageSet, count: int, now: datetime) -> None:
    """Further cases before the same committee, all of them in review and unsigned."""
    for number in range(count):
        if number:
            stage.case, stage.owner = a_case(now)
        CriterionAnswer.objects.filter(case=stage.case, criterion__in=SIGNED_AT_GATE_0).update(superseded_at=now)
        stage.request(now)


@pytest.mark.parametrize("count", [1, 3])
def test_register_takes_the_same_queries(count: int, signed_in: SignedIn, django_assert_num_queries: Any) -> None:
    now = timezone.now()
    stage = a_stage_set(now)
    for number in range(count):
        if number:
            stage.case, stage.owner = a_case(now)
        stage.decide(stage.closed(now), "go", now)
    client = signed_in(stage.chair)
    client.get("/decisions/")

    with django_assert_num_queries(6):
        page = client.get("/decisions/").content.decode()

    assert page.count("/decisions/GD-") == count


@pytest.mark.parametrize("count", [1, 3])
def test_desk_takes_the_same_queries(count: int, signed_in: SignedIn, django_assert_num_queries: Any) -> None:
    now = timezone.now()
    stage = a_stage_set(now)
    cases_of(stage, count, now)
    client = signed_in(stage.officer)
    client.get("/compliance/")

    with django_assert_num_queries(23):
        page = client.get("/compliance/").content.decode()

    assert page.count('href="/compliance/UC-') == count
