"""The approval on the reviews tab of a case, and dismissing what is proposed there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from gates.commands.standing import check_standings
from gates.models import ReviewProposal
from pocgate.identity.models import User
from tests.factories.gates import CommitteeFactory, SeatFactory
from tests.factories.portfolio import IncidentFactory
from tests.factories.stage_set import a_stage_set

pytestmark = pytest.mark.django_db


def test_chair_sees_why_the_approval_lapsed_and_dismisses_the_proposal(signed_in: Callable[[User], Client]) -> None:
    now = datetime.now(UTC)
    stage = a_stage_set(now - timedelta(days=1))
    stage.decide(stage.closed(now - timedelta(days=1)), "go", now - timedelta(days=1))
    SeatFactory(committee=CommitteeFactory(gate=1), role="chair", user=stage.chair)
    check_standings(now=now - timedelta(days=1))
    IncidentFactory(case=stage.case, text="It leaked", recorded_at=now)
    check_standings(now=now)
    proposal = ReviewProposal.objects.get()
    page = reverse("gates:case_reviews", args=[stage.case.reference])
    dismissing = reverse("gates:dismiss_proposal", args=[stage.case.reference, proposal.pk])

    shown = signed_in(stage.chair).get(page).content.decode()
    owner = signed_in(stage.owner)
    read = owner.get(page).content.decode()

    assert "It leaked" in shown
    assert dismissing in shown
    assert dismissing not in read
    assert "It leaked" in owner.get(reverse("home")).content.decode()
    assert "approval lapsed" in owner.get(reverse("board")).content.decode()
    assert "approval lapsed" in owner.get(reverse("table") + "?standing=lapsed&columns=standing").content.decode()
    assert owner.post(dismissing, {"reason": "Seen."}).status_code == 403
    assert signed_in(stage.chair).post(dismissing, {"reason": "Nobody was harmed."}).status_code == 302
    proposal.refresh_from_db()
    assert proposal.dismissal == "Nobody was harmed."
