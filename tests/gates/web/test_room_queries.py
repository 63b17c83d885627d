"""The gate room of a full review takes few queries: 60 criteria, 15 members, 300 readings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pocgate.identity.models import User
from portfolio.models import Kpi, KpiReading
from scoring.queries.playbooks import current_playbook
from tests.factories.gates import SeatFactory
from tests.factories.identity import RoleGrantFactory
from tests.factories.stage_set import a_stage_set

pytestmark = pytest.mark.django_db
MOST = 25
CRITERIA = 55


def test_room_with_60_criteria_15_members_and_300_readings_takes_at_most_25_queries(
    signed_in: Callable[[User], Client],
) -> None:
    now = timezone.now()
    stage = a_stage_set(now)
    voters = [*stage.members, *(SeatFactory(committee=stage.committee).user for _ in range(10))]
    for voter in voters[3:]:
        RoleGrantFactory(user=voter, role="committee")
    kpi = Kpi.objects.filter(case=stage.case).earliest("pk")
    KpiReading.objects.bulk_create(
        KpiReading(
            kpi=kpi,
            observed_from=now - timedelta(days=400 - day),
            observed_to=now - timedelta(days=399 - day),
            value=Decimal(80),
            sample_size=100,
            recorded_at=now - timedelta(days=399 - day),
        )
        for day in range(300)
    )
    review = stage.voting(now)
    for voter in voters[:-1]:
        stage.vote(review, voter, "go", now)
    client = signed_in(voters[-1])
    client.get(f"/reviews/{review.pk}/")

    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = client.get(f"/reviews/{review.pk}/").content.decode()

    assert len(current_playbook().criteria) >= CRITERIA
    assert page.count('class="avatar') >= 15
    assert len(queries) <= MOST, "\n".join(query["sql"][:160] for query in queries)
