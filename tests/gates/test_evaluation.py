"""How a case stands before a gate: what it waits for outside the team recommends a pause."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from gates.queries.evaluation import evaluate
from portfolio.queries.dependencies import blocking_dependencies
from scoring.queries.playbooks import current_playbook
from scoring.rules.reasons import Record
from tests.factories.identity import UserFactory
from tests.factories.portfolio import DependencyFactory, UseCaseFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_blocking_dependency_outside_the_team_recommends_a_pause_and_is_named(now: datetime) -> None:
    case = UseCaseFactory(stage=2)
    row = DependencyFactory(case=case)

    found = evaluate(case, gate=2, playbook=current_playbook(), now=now)

    assert (found.recommended.outcome, found.recommended.rule) == ("pause", "blocked_outside_team")
    assert found.recommended.records == (Record("dependency", row.pk, row.text),)


@pytest.mark.parametrize(
    "changes",
    [
        {"is_outside_team": False},
        {"blocked_date": None},
        {"blocked_date": datetime(2026, 11, 24).date()},  # noqa: DTZ001 - a day
    ],
)
def test_dependency_that_does_not_block_changes_no_recommendation(changes: dict[str, object], now: datetime) -> None:
    case = UseCaseFactory(stage=2)
    DependencyFactory(case=case, **changes)

    assert evaluate(case, gate=2, playbook=current_playbook(), now=now).recommended.outcome == "not_ready"


def test_dependency_blocks_from_its_record_until_it_is_resolved_or_corrected(now: datetime) -> None:
    case = UseCaseFactory()
    resolved = DependencyFactory(
        case=case, recorded_at=now - DAY, resolved_at=now, resolved_by=UserFactory(), resolution="Delivered"
    )
    newer = DependencyFactory(case=case, recorded_at=now, is_outside_team=False)
    corrected = DependencyFactory(case=case, recorded_at=now - DAY, superseded_by=newer)

    seen = [set(blocking_dependencies(case.pk, now=moment)) for moment in (now - 2 * DAY, now - DAY, now)]

    assert seen == [set(), {resolved, corrected}, set()]
