"""Pages of gates, of compliance and of administration are accessible and fit, in the states that fill them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from gates.models import Decision, GateReview, Meeting
from pocgate.identity.models import User
from pocgate.inbox.models import Channel
from pocgate.kernel.models import Job
from pocgate.ledger.models import WebhookDelivery
from portfolio.models import UseCase
from tests.e2e.conftest import DESKTOP, PHONE, OpenPage
from tests.e2e.looking import problems_of
from tests.factories.identity import RoleGrantFactory
from tests.factories.ledger import WebhookDeliveryFactory
from tests.factories.review_states import a_meeting, in_state
from tests.gates.test_checklist_templates import published

pytestmark = [pytest.mark.looks, pytest.mark.django_db(transaction=True)]


def of_the_review(state: str) -> tuple[User, list[str]]:
    """The chair before a review in this state, and its pages."""
    stage = in_state(state, timezone.now())
    review = GateReview.objects.get()
    meeting = a_meeting(stage, review)
    reference = UseCase.objects.get().reference
    addresses = [f"/reviews/{review.pk}/"]
    if state == "decided":
        decision = f"/decisions/{Decision.objects.get().reference}/"
        addresses += [f"/cases/{reference}/reviews/", f"/meetings/{meeting.pk}/", f"/reviews/{review.pk}/dossiers/1/"]
        addresses += [decision, f"{decision}correct/"]
    return stage.chair, addresses


def in_a_meeting() -> tuple[User, list[str]]:
    """The chair who presents a case, and the lists of what there is."""
    stage = in_state("voting", timezone.now())
    meeting = a_meeting(stage, GateReview.objects.get())
    now = timezone.now()
    Meeting.objects.filter(pk=meeting.pk).update(state="running", started_at=now - timedelta(minutes=5))
    lists = [
        "/meetings/",
        "/calendars/",
        "/committees/",
        "/delegations/",
        "/decisions/",
        "/overrides/",
        "/gates/health/",
    ]
    return stage.chair, [
        f"/meetings/{meeting.pk}/present/1/",
        f"/reviews/{meeting.items.get().review_id}/difference/",
        *lists,
    ]


def at_the_desk() -> tuple[User, list[str]]:
    """Compliance with a list of extra items."""
    stage = in_state("requested", timezone.now())
    made = published(timezone.now(), ("1", "House rule", "Be kind", ""))
    case = stage.case.reference
    lists = ["/compliance/", "/compliance/calendar/", "/compliance/answers/", "/compliance/templates/"]
    lists += ["/compliance/templates/new/", f"/compliance/templates/{made.pk}/"]
    return stage.officer, [f"/compliance/{case}/", f"/cases/{case}/tier/", *lists]


def of_administration() -> tuple[User, list[str]]:
    """An administrator with failed jobs, channels and webhooks."""
    now = timezone.now()
    admin = RoleGrantFactory(role="admin").user
    job = Job.objects.create(
        kind="kernel.sweep_jobs", due_at=now, created_at=now, state="failed", finished_at=now, last_error="No reply."
    )
    room = {"name": "Room", "kind": "slack", "url": "https://chat.example.org/x", "topics": ["work"], "created_at": now}
    Channel.objects.create(**room, user=admin)
    delivery: WebhookDelivery = WebhookDeliveryFactory()
    hook = f"/administration/webhooks/{delivery.endpoint_id}/"
    return admin, [
        "/administration/jobs/",
        f"/administration/jobs/{job.pk}/",
        "/administration/channels/",
        "/administration/mail-texts/",
        "/administration/mail-texts/digest/",
        "/administration/webhooks/",
        "/administration/webhooks/new/",
        hook,
        f"{hook}edit/",
        f"{hook}deliveries/{delivery.pk}/",
        "/notifications/preferences/",
        "/notifications/channels/",
    ]


SCENES: dict[str, Callable[[], tuple[User, list[str]]]] = {
    **{
        state: partial(of_the_review, state)
        for state in ("asked", "voted", "appealed", "overridden", "decided", "stopped")
    },
    "meeting": in_a_meeting,
    "desk": at_the_desk,
    "administration": of_administration,
}


@pytest.mark.parametrize("scene", SCENES)
def test_pages_have_no_violation_and_no_sideways_scroll(scene: str, open_page: OpenPage) -> None:
    person, addresses = SCENES[scene]()

    found = []
    for width, theme in ((DESKTOP, "light"), (PHONE, "dark")):
        page = open_page(person, width=width, theme=theme)
        for address in addresses:
            found += [f"{width} {theme} {problem}" for problem in problems_of(page, address)]
        # A room that is left open asks for news while the next look signs in.
        page.goto("about:blank")

    assert found == []
