"""Doctor tells of mails that were given up."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils.timezone import localtime

from pocgate.identity.models import User
from pocgate.inbox.models import Digest, Notification
from pocgate.kernel.diagnosis import Finding, findings
from tests.factories.identity import UserFactory

pytestmark = pytest.mark.django_db


def mails(now: datetime) -> Finding:
    """What doctor says of them."""
    (finding,) = findings(now=now, component="mails")
    return finding


def a_mail(user: User, occasion: str, *, at: datetime, state: str = "failed", error: str = "") -> None:
    Notification.objects.create(
        user=user,
        kind="gate_date",
        subject_type="user",
        subject_id=str(user.pk),
        occasion=occasion,
        title="A date",
        created_at=at,
        mail_state=state,
        mailed_at=at,
        mail_error=error,
    )


def test_doctor_counts_failed_mails_and_digests_and_names_the_newest_error(now: datetime) -> None:
    person = UserFactory()
    a_mail(person, "1", at=now - timedelta(days=2), error="connection refused")
    a_mail(person, "2", at=now - timedelta(days=1), state="due", error="greylisted")
    Digest.objects.create(
        user=person,
        local_date=now.date(),
        cadence="daily",
        since=now - timedelta(days=1),
        until=now,
        mail_state="failed",
        mailed_at=now,
        mail_error="550 no such user",
    )

    found = mails(now)

    at = f"{localtime(now):%Y-%m-%d at %H:%M}"
    assert (found.state, found.seen) == ("warning", f"2 failed for good, the last on {at}: 550 no such user")
    assert "POCGATE_MAIL_" in found.mend


def test_mails_that_failed_long_ago_are_told_but_no_warning(now: datetime) -> None:
    a_mail(UserFactory(), "1", at=now - timedelta(days=8), error="connection refused")

    found = mails(now)

    assert (found.state, found.seen.startswith("1 failed for good")) == ("ok", True)


def test_doctor_finds_nothing_wrong_where_every_mail_went_out(now: datetime) -> None:
    a_mail(UserFactory(), "1", at=now, state="sent")

    assert (mails(now).state, mails(now).seen) == ("ok", "none failed")
