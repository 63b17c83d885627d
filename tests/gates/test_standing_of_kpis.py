"""A KPI and the approval: what the next gate asks of it lapses nothing, what the same gate asks does."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from gates.commands.standing import check_standing
from gates.models import GateStanding
from scoring.models import CriterionResult
from tests.factories.prototype_set import a_prototype_set

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("kind", "state"), [("scheduled", "valid"), ("out_of_cycle", "lapsed")])
def test_kpi_that_does_not_pass_lapses_the_go_only_at_the_gate_that_gave_it(
    now: datetime, kind: str, state: str
) -> None:
    stage = a_prototype_set(now)
    review = stage.request(now, kind=kind)
    stage.decide(stage.closed_of(review, now), "go", now)
    stage.case.refresh_from_db()
    kept = {"dimension": "outcome", "position": 1, "level": "must", "weight": 300, "achieved": 0}
    CriterionResult.objects.update_or_create(
        case=stage.case,
        criterion="kpi_meets_threshold",
        defaults={**kept, "gate": stage.case.stage, "verdict": "not_enough_evidence", "reason": "kpi_too_few_samples"},
    )

    check_standing(case_id=stage.case.pk, now=now + timedelta(days=1))

    row = GateStanding.objects.get(case=stage.case)
    assert (row.state, stage.case.stage) == (state, 2 if kind == "scheduled" else 1)
