"""As many queries for three rows as for one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from pocgate.inbox.models import Notification
from pocgate.kernel import jobs
from pocgate.ledger.commands import Act, record
from portfolio.models import UseCase
from scoring.commands.playbooks import ensure_default_playbook
from tests.factories.findings import FindingFactory, SwampSignalFactory
from tests.factories.identity import LONG_AGO, UserFactory
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory
from tests.factories.readiness import ReadinessScoreFactory
from tests.web.conftest import Visitor

pytestmark = pytest.mark.django_db

# Session, person, standing; then what the page itself reads.
FRAME = 3


def case(person: object) -> UseCase:
    """A case of the person with everything that lists show of it."""
    made: UseCase = UseCaseFactory(with_spell=True)
    TeamMemberFactory(case=made, user=person)
    ReadinessScoreFactory(case=made)
    act = Act("case.edited", "use_case", made.pk, made.pk, {"title": "a"}, {"title": "b"})
    record(act, actor=UserFactory(), now=timezone.now())
    FindingFactory(case=made)
    SwampSignalFactory(case=made, kind="idle")
    return made


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("address", "queries"),
    [
        # visible to whom (2), departments to filter by, count, rows
        ("/portfolio/", FRAME + 5),
        ("/portfolio/?ordering=-readiness&stage=0&status=active", FRAME + 5),
        ("/portfolio/board/", FRAME + 12),
        # visible to whom (2), departments, signals (2), detectors with the playbook (2), swamp with its signals (2)
        ("/portfolio/findings/", FRAME + 10),
        ("/", FRAME + 22),
        ("/search/?q=case", FRAME + 7),
    ],
)
def test_page_with_one_or_three_rows_asks_the_same(
    rows: int, address: str, queries: int, visitor: Visitor, django_assert_num_queries: Any
) -> None:
    ensure_default_playbook(now=LONG_AGO)
    client = visitor("auditor")
    for _ in range(rows):
        case(client.person)  # type: ignore[attr-defined]
    client.get(address)

    with django_assert_num_queries(queries):
        response = client.get(address)

    assert response.status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_activity_with_one_or_three_rows_asks_the_same(
    rows: int, visitor: Visitor, django_assert_num_queries: Any
) -> None:
    ensure_default_playbook(now=LONG_AGO)
    client = visitor("auditor")
    one = case(client.person)  # type: ignore[attr-defined]
    for _ in range(rows):
        record(Act("case.edited", "use_case", one.pk, one.pk), actor=UserFactory(), now=timezone.now())
    client.get(f"/cases/{one.reference}/activity/")

    with django_assert_num_queries(FRAME + 14):
        client.get(f"/cases/{one.reference}/activity/")


@pytest.mark.parametrize("rows", [1, 3])
def test_notifications_with_one_or_three_rows_ask_the_same(
    rows: int, visitor: Visitor, django_assert_num_queries: Any
) -> None:
    client = visitor()
    now = timezone.now()
    for number in range(rows):
        Notification.objects.create(
            user=client.person,  # type: ignore[attr-defined]
            kind="decision_made",
            subject_type="decision",
            subject_id=str(number),
            occasion="made",
            title="Decided",
            reason="You own the case.",
            url="/",
            created_at=now - timedelta(minutes=number),
        )

    with django_assert_num_queries(FRAME + 4):
        response = client.get("/notifications/")

    assert response.context["unread"] == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_administration_with_one_or_three_people_asks_the_same(
    rows: int, visitor: Visitor, django_assert_num_queries: Any
) -> None:
    client = visitor("admin")
    UserFactory.create_batch(rows)

    with django_assert_num_queries(FRAME + 8):
        client.get("/administration/")


@pytest.mark.parametrize("rows", [1, 3])
def test_jobs_page_with_one_or_three_jobs_asks_the_same(
    rows: int, visitor: Visitor, django_assert_num_queries: Any
) -> None:
    client = visitor("admin")
    now = timezone.now()
    for _ in range(rows):
        jobs.enqueue("kernel.sweep_jobs", now=now, requested_by_id=UserFactory().pk)

    with django_assert_num_queries(FRAME + 13):
        response = client.get("/administration/jobs/")

    assert len(response.context["jobs"]) == rows
