"""Administrators see what runs, what failed, and when reminders stand still."""

from __future__ import annotations

from datetime import timedelta
from inspect import signature

import pytest
from celery import current_app
from django.conf import settings
from django.utils import timezone

from pocgate.inbox.commands import notify
from pocgate.inbox.models import Notification
from pocgate.kernel import jobs, schedule
from pocgate.kernel.models import Job, ScheduledRun
from pocgate.ledger.models import Activity
from pocgate.web.queries.jobs import purpose_of
from tests.factories.identity import UserFactory
from tests.inbox.test_notifications import a_notice
from tests.web.conftest import Visitor

pytestmark = pytest.mark.django_db

STANDING_STILL = "Reminders have not run for more than five minutes."


def _failed(kind: str = "portfolio.apply_import") -> Job:
    now = timezone.now()
    return Job.objects.create(
        kind=kind, due_at=now, created_at=now, state="failed", attempts=5, finished_at=now, last_error="No room."
    )


def _reminders_ran(minutes_ago: int) -> None:
    at = timezone.now() - timedelta(minutes=minutes_ago)
    ScheduledRun.objects.create(task="gates.send_reminders", since=at, started_at=at, finished_at=at, succeeded_at=at)


def test_jobs_page_shows_purpose_and_last_error_of_scheduled_work(visitor: Visitor) -> None:
    now = timezone.now()
    ScheduledRun.objects.create(
        task="inbox.send_mail", since=now, started_at=now, failures=3, last_error="ConnectionRefusedError: 25"
    )

    page = visitor("admin").get("/administration/jobs/").content.decode()

    assert "Send mail that is due" in page
    assert "3 times in a row: ConnectionRefusedError: 25" in page
    assert "daily at 02:10" in page


def test_failed_job_is_put_back_to_work_and_who_did_it_is_kept(visitor: Visitor) -> None:
    client, job = visitor("admin"), _failed()

    client.post(f"/administration/jobs/{job.pk}/retry/")

    job.refresh_from_db()
    act = Activity.objects.get(verb="job.retried")
    assert (job.state, job.attempts, act.subject_id) == ("waiting", 0, str(job.pk))


def test_all_failed_jobs_of_the_kind_shown_are_put_back_to_work(visitor: Visitor) -> None:
    for kind in ("portfolio.apply_import", "portfolio.apply_import", "gates.sweep"):
        _failed(kind)

    visitor("admin").post("/administration/jobs/retry-failed/", {"kind": "portfolio.apply_import"})

    assert sorted(Job.objects.values_list("kind", "state")) == [
        ("gates.sweep", "failed"),
        ("portfolio.apply_import", "waiting"),
        ("portfolio.apply_import", "waiting"),
    ]


def test_failed_mails_are_counted_with_the_last_error_and_sent_again(visitor: Visitor) -> None:
    client, now = visitor("admin"), timezone.now()
    assert "Failed mails" not in client.get("/administration/jobs/").content.decode()
    notify(a_notice(), user_ids=[UserFactory().pk, UserFactory().pk], now=now)
    Notification.objects.update(mail_state="failed", mail_attempts=8, mail_error="554 No <thanks>", mailed_at=now)

    page = client.get("/administration/jobs/").content.decode()
    client.post("/administration/jobs/retry-failed-mail/")

    assert "2 mails were given up after all their attempts." in page
    assert "554 No &lt;thanks&gt;" in page
    assert "Send them again" in page
    assert set(Notification.objects.values_list("mail_state", "mail_attempts")) == {("due", 0)}
    assert Activity.objects.get(verb="inbox.mail_retried").after == {"mails": 2}


def test_jobs_are_paged_by_where_the_last_page_ended(visitor: Visitor) -> None:
    client, now = visitor("admin"), timezone.now()
    made = [jobs.enqueue("gates.sweep", now=now).pk for _ in range(53)]

    first = client.get("/administration/jobs/?kind=gates.sweep")
    second = client.get("/administration/jobs/" + first.context["next_url"])

    shown = [job.pk for page in (first, second) for job, _person in page.context["jobs"]]
    assert shown == made[::-1]
    assert second.context["next_url"] == ""


@pytest.mark.parametrize("query", ["before=x", "before=99999999999999999999", "state=none", "kind=%00"])
def test_jobs_page_with_nonsense_in_its_address_is_still_a_page(visitor: Visitor, query: str) -> None:
    assert visitor("admin").get(f"/administration/jobs/?{query}").status_code == 200


def test_page_of_a_job_shows_its_error_and_offers_to_retry(visitor: Visitor) -> None:
    job = _failed()

    page = visitor("admin").get(f"/administration/jobs/{job.pk}/").content.decode()

    assert "No room." in page
    assert f"/administration/jobs/{job.pk}/retry/" in page


def test_banner_tells_administrators_alone_that_reminders_stand_still(visitor: Visitor) -> None:
    _reminders_ran(6)

    pages = {role: visitor(role).get("/").content.decode() for role in ("admin", "chair")}

    assert {role: STANDING_STILL in page for role, page in pages.items()} == {"admin": True, "chair": False}


def test_banner_tells_that_reminders_have_never_run(visitor: Visitor) -> None:
    schedule.begin(now=timezone.now() - timedelta(minutes=6))

    assert STANDING_STILL in visitor("admin").get("/").content.decode()


def test_banner_is_absent_while_reminders_run(visitor: Visitor) -> None:
    _reminders_ran(4)

    assert STANDING_STILL not in visitor("admin").get("/").content.decode()


def test_every_kind_of_work_says_what_it_is_for() -> None:
    current_app.loader.import_default_modules()
    kinds = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} | {
        name for name, task in current_app.tasks.items() if "job_id" in signature(task.run).parameters
    }

    assert len(kinds) > len(settings.CELERY_BEAT_SCHEDULE)
    assert {kind for kind in kinds if purpose_of(kind) == kind} == set()
