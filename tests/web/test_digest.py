"""What a digest says, and that it is silent about votes."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from gates.models import GateReview
from pocgate.identity.models import User
from pocgate.inbox.commands.preferences import Choices, set_choices
from pocgate.inbox.models import Digest, Notification
from pocgate.inbox.tasks import send_mail
from pocgate.web.queries.digest import digest_content
from pocgate.web.tasks import write_digests
from tests.factories.identity import UserFactory
from tests.factories.stage_set import StageSet, a_stage_set

pytestmark = pytest.mark.django_db

MARK = "plum-coloured zeppelin"


@pytest.fixture
def story() -> tuple[StageSet, GateReview, datetime]:
    """A running vote with one ballot."""
    now = timezone.now()
    stage = a_stage_set(now)
    review = stage.voting(now, days=5)
    stage.vote(review, stage.members[0], "pivot", now, rationale=MARK, confidence=37)
    return stage, review, now


def digest_of(person: User, now: datetime) -> Digest:
    return Digest(user=person, local_date=now.date(), cadence="daily", since=now - timedelta(days=1), until=now)


def test_digest_tells_what_waits_what_changed_and_the_portfolio(
    story: tuple[StageSet, GateReview, datetime],
) -> None:
    stage, review, now = story

    content = digest_content(digest_of(stage.members[1], now + timedelta(hours=1)), language="en")

    assert [entry.url for entry in content.waiting if "Vote at Gate" in entry.text] == [f"/reviews/{review.pk}/"]
    assert any(stage.case.reference in entry.text for entry in content.changes)
    assert len(content.portfolio) == 3
    assert content.portfolio[0].startswith("1 open case: ")
    assert content.portfolio[2] == "No decision since the last digest"


def test_digest_of_anybody_says_nothing_of_a_vote(story: tuple[StageSet, GateReview, datetime]) -> None:
    stage, _review, now = story

    for person in (*stage.members, stage.chair, stage.owner, stage.officer):
        told = str(digest_content(digest_of(person, now + timedelta(hours=1)), language="en"))
        assert not [word for word in (MARK, "pivot", "37 %", "37%", "confidence", "voted", "rationale") if word in told]


def test_digest_of_a_stranger_names_no_case_they_may_not_see(story: tuple[StageSet, GateReview, datetime]) -> None:
    stage, _review, now = story

    content = digest_content(digest_of(UserFactory(), now), language="en")

    assert stage.case.title not in str(content)
    assert not content.says_something


def test_digest_task_run_three_times_sends_one_mail_with_the_held_notices(
    story: tuple[StageSet, GateReview, datetime],
) -> None:
    stage, _review, now = story
    member = stage.members[1]
    set_choices(user=member, choices=Choices({"duties": "daily"}, digest_at=time(0)), now=now - timedelta(days=40))
    # Midnight of a zone where it is afternoon or evening lies hours back on the same day, whenever this runs.
    User.objects.filter(pk=member.pk).update(time_zone="Pacific/Kiritimati" if now.hour < 10 else "UTC")
    Notification.objects.filter(user=member).update(mail_state="held", cadence="daily", created_at=now)

    written = [write_digests() for _ in range(3)]
    sent = [send_mail() for _ in range(2)]

    assert written == [1, 0, 0]
    assert sent[1] == 0
    digests = [message for message in mail.outbox if message.to == [member.email]]
    assert len(digests) == 1
    assert "Told since the last digest" in digests[0].body
    assert MARK not in digests[0].body


def test_digest_leaves_out_reminders_of_what_was_done_meanwhile(story: tuple[StageSet, GateReview, datetime]) -> None:
    stage, _review, now = story
    Notification.objects.update(mail_state="held", cadence="daily", created_at=now)

    told = [
        [entry.text for entry in digest_content(digest_of(member, now), language="en").notifications]
        for member in stage.members[:2]
    ]

    assert told == [[], [f"Your vote is asked for at gate 0: {stage.case.reference} {stage.case.title}"]]
