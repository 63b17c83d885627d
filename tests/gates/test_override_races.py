"""Overrides and corrections at the same moment, each from a connection of its own. On PostgreSQL only."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection

from gates.commands.corrections import correct_decision
from gates.commands.decisions import Ruling
from gates.commands.overrides import refuse_override, request_override, sign_override
from gates.models import Decision, GateReview, OverrideRequest
from portfolio.models import UseCase
from tests.factories.gates import SeatFactory
from tests.factories.stage_set import FUNDING, TOKEN, a_stage_set
from tests.gates.test_races import at_once, refusals

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]
ROUNDS = 2


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_signatures_under_one_override_decide_once(now: datetime, _round: int) -> None:
    stage = a_stage_set(now)
    other = SeatFactory(committee=stage.committee, role="security", discipline="security").user
    review = stage.closed(now, "conditional_go")
    ruling = Ruling("go", reason="To learn.", **FUNDING)
    override = request_override(review_id=review.pk, ruling=ruling, actor=stage.chair, sign_in=TOKEN, now=now)

    results = at_once(
        *(
            lambda who=who: sign_override(override_id=override.pk, actor=who, sign_in=TOKEN, now=now)
            for who in (stage.members[2], other)
        )
    )

    assert len(refusals(results)) == 1
    assert [each.reference for each in Decision.objects.all()] == ["GD-2026-001"]
    assert UseCase.objects.get().stage == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_signature_against_refusal_of_an_override_leaves_one_of_them(now: datetime, _round: int) -> None:
    stage = a_stage_set(now)
    review = stage.closed(now, "conditional_go")
    ruling = Ruling("go", reason="To learn.", **FUNDING)
    override = request_override(review_id=review.pk, ruling=ruling, actor=stage.chair, sign_in=TOKEN, now=now)
    signer = stage.members[2]

    results = at_once(
        lambda: sign_override(override_id=override.pk, actor=signer, sign_in=TOKEN, now=now),
        lambda: refuse_override(override_id=override.pk, note="Rate it again.", actor=signer, now=now),
    )

    assert len(refusals(results)) == 1
    state = OverrideRequest.objects.get().state
    assert (state, Decision.objects.count()) in {("signed", 1), ("refused", 0)}
    assert GateReview.objects.get().state == ("decided" if state == "signed" else "closed")


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_corrections_of_one_decision_at_once_make_one(now: datetime, _round: int) -> None:
    stage = a_stage_set(now)
    decision = stage.decide(stage.closed(now), "go", now, reason="It pays.")
    later = now + timedelta(days=1)

    results = at_once(
        *(
            lambda who=who: correct_decision(
                decision_id=decision.pk,
                note="A word was lost.",
                ruling=Ruling("go", reason="It pays well.", **FUNDING),
                actor=who,
                sign_in=TOKEN,
                now=later,
            )
            for who in (stage.chair, stage.deputy)
        )
    )

    assert len(refusals(results)) == 1
    assert sorted(each.reference for each in Decision.objects.all()) == ["GD-2026-001", "GD-2026-002"]
    assert Decision.objects.filter(corrects=decision).count() == 1
