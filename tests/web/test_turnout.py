"""Who has voted is known to the committee alone while a vote runs, on the pages that list activity as well."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gates.models import GateReview
from pocgate.identity.models import User
from pocgate.web.queries.changes import changes_since
from tests.factories.stage_set import a_stage_set

pytestmark = pytest.mark.django_db

VOTED = "voted"


def _tells(user: User, review: GateReview) -> tuple[bool, bool]:
    """Whether the case's activity and the changes on the home page tell this person that somebody voted."""
    now, client = timezone.now(), Client()
    client.force_login(user)
    page = client.get(f"/cases/{review.case.reference}/activity/")
    on_the_case = any(str(event.wording.text) == VOTED for event in page.context["page"].events)
    changes = changes_since(user, now - timedelta(days=300), now=now, limit=500)
    return on_the_case, any(str(event.wording.text) == VOTED for event in changes)


def test_running_vote_tells_the_committee_and_nobody_else_who_has_voted() -> None:
    now = timezone.now()
    stage = a_stage_set(now - timedelta(hours=2))
    review = stage.voting(now - timedelta(hours=1))
    stage.vote(review, stage.members[0], "go", now - timedelta(minutes=30))

    assert _tells(stage.chair, review) == (True, True)
    assert _tells(stage.owner, review) == (False, False)
