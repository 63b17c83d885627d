"""Job rows: woken once, claimed once, kept alive, retried and forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from pocgate.kernel import jobs
from pocgate.kernel.enums import JobState
from pocgate.kernel.models import Job

KIND = "kernel.sweep_jobs"
AHEAD = timedelta(hours=2)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Ids of the jobs woken."""
    woken: list[int] = []
    monkeypatch.setattr(jobs, "send", lambda task, **values: woken.append(values["job_id"]))
    return woken


def _overdue(count: int, now: datetime) -> list[int]:
    rows = [Job(kind=KIND, due_at=now - timedelta(minutes=5), created_at=now) for _ in range(count)]
    return [job.pk for job in Job.objects.bulk_create(rows)]


@pytest.mark.django_db
def test_sweep_wakes_what_is_due_once_a_minute_only(now: datetime, sent: list[int]) -> None:
    due = _overdue(3, now)
    jobs.enqueue(KIND, now=now, due_at=now + timedelta(hours=1))

    counts = [jobs.sweep(now=now + timedelta(seconds=age)) for age in (0, 15, 59, 61)]

    assert counts == [3, 0, 0, 3]
    assert sent == [*due, *due]


@pytest.mark.django_db
def test_sweep_wakes_a_job_whose_worker_died(now: datetime, sent: list[int]) -> None:
    (pk,) = _overdue(1, now)
    jobs.claim(pk, now=now)

    counts = [jobs.sweep(now=now + timedelta(seconds=age)) for age in (29, 62)]

    assert (counts, sent) == ([0, 1], [pk])


@pytest.mark.django_db
def test_job_that_failed_is_woken_when_its_pause_is_over(now: datetime, sent: list[int]) -> None:
    (pk,) = _overdue(1, now)
    jobs.sweep(now=now)
    job = jobs.claim(pk, now=now)
    assert job is not None
    jobs.fail(job, ValueError("no"), now=now)

    counts = [jobs.sweep(now=now + timedelta(seconds=age)) for age in (29, 31)]

    assert (counts, sent) == ([0, 1], [pk, pk])


def _lose(pk: int, times: int, now: datetime) -> datetime:
    """Let so many workers die of the job, one after another; a moment after the last lease."""
    for _ in range(times):
        assert jobs.claim(pk, now=now) is not None
        now += timedelta(seconds=31)
    return now


@pytest.mark.django_db
def test_job_that_kills_its_worker_each_time_is_given_up_and_says_so(now: datetime, sent: list[int]) -> None:
    (pk,) = _overdue(1, now)
    later = _lose(pk, jobs.MAX_LOSSES, now)

    taken = jobs.claim(pk, now=later)
    woken = jobs.sweep(now=later)

    job = Job.objects.get(pk=pk)
    assert (taken, woken, sent) == (None, 0, [])
    assert (job.state, job.attempts, job.losses, job.finished_at) == ("failed", 10, 10, later)
    assert job.last_error.startswith("The worker died or lost the job 10 times.")


@pytest.mark.django_db
def test_job_given_up_is_put_back_to_work_as_any_other(now: datetime) -> None:
    (pk,) = _overdue(1, now)
    later = _lose(pk, jobs.MAX_LOSSES, now)
    jobs.sweep(now=later)

    assert jobs.retry(pk, now=later)

    job = jobs.claim(pk, now=later)
    assert job is not None
    assert (job.attempts, job.losses) == (1, 0)


@pytest.mark.django_db
def test_job_lost_to_killed_workers_still_has_all_its_errors(now: datetime) -> None:
    (pk,) = _overdue(1, now)
    later = _lose(pk, jobs.MAX_LOSSES - 1, now)

    states = []
    for _ in range(jobs.MAX_ATTEMPTS):
        job = jobs.claim(pk, now=later)
        assert job is not None
        jobs.fail(job, ValueError("no"), now=later)
        states.append(Job.objects.get(pk=pk).state)
        later += jobs.LONGEST_PAUSE

    assert states == ["waiting"] * 4 + ["failed"]


@pytest.mark.django_db
def test_worker_that_lost_a_job_before_its_retry_can_not_touch_it_any_more(now: datetime) -> None:
    (pk,) = _overdue(1, now)
    stale = jobs.claim(pk, now=now)
    Job.objects.filter(pk=pk).update(state=JobState.FAILED, lease_until=None)
    jobs.retry(pk, now=now)
    held = jobs.claim(pk, now=now)
    assert stale is not None
    assert held is not None
    before = Job.objects.values().get(pk=pk)

    touched = [jobs.keep_alive(stale, now=now + timedelta(seconds=5), done=1, total=2), jobs.finish(stale, now=now)]
    jobs.fail(stale, ValueError("no"), now=now)

    assert touched == [False, False]
    assert Job.objects.values().get(pk=pk) == before
    assert jobs.finish(held, now=now)


@pytest.mark.django_db
def test_losses_beyond_the_attempts_are_refused_by_the_database(now: datetime) -> None:
    with pytest.raises(IntegrityError, match="kernel_job_losses_within_attempts"):
        Job.objects.create(kind=KIND, due_at=now, created_at=now, attempts=1, losses=2)


@pytest.mark.django_db
def test_job_written_by_a_clock_that_ran_ahead_is_due_once_it_is_set_back(now: datetime, sent: list[int]) -> None:
    job = jobs.enqueue(KIND, now=now + AHEAD)

    woken = jobs.sweep(now=now)

    assert (woken, sent) == (1, [job.pk])
    assert jobs.claim(job.pk, now=now) is not None


@pytest.mark.django_db
def test_job_written_for_later_stays_due_later_when_the_clock_is_set_back(now: datetime, sent: list[int]) -> None:
    in_time = jobs.enqueue(KIND, now=now - timedelta(days=1), due_at=now + timedelta(hours=1))
    ahead = jobs.enqueue(KIND, now=now + AHEAD, due_at=now + timedelta(days=1))

    jobs.sweep(now=now)

    assert sent == []
    assert list(Job.objects.order_by("pk").values_list("due_at", flat=True)) == [in_time.due_at, ahead.due_at]


@pytest.mark.django_db
def test_lease_of_a_clock_that_ran_ahead_ends_once_it_is_set_back(now: datetime, sent: list[int]) -> None:
    (pk,) = _overdue(1, now)
    jobs.claim(pk, now=now + AHEAD)

    counts = [jobs.sweep(now=now + timedelta(seconds=age)) for age in (0, 15, 31)]

    assert (counts, sent) == ([0, 0, 1], [pk])


@pytest.mark.django_db
def test_job_that_was_written_and_begun_by_a_clock_that_ran_ahead_is_taken_over_once_it_is_set_back(
    now: datetime, sent: list[int]
) -> None:
    job = jobs.enqueue(KIND, now=now + AHEAD)
    jobs.claim(job.pk, now=now + AHEAD)

    counts = [jobs.sweep(now=now + timedelta(seconds=age)) for age in (0, 31)]

    assert (counts, sent) == ([0, 1], [job.pk])
    assert jobs.claim(job.pk, now=now + timedelta(seconds=31)) is not None


@pytest.mark.django_db
@pytest.mark.parametrize("put_back", ["fail", "retry", "retry_all_failed"])
def test_job_put_back_to_work_by_a_clock_that_ran_ahead_is_due_once_it_is_set_back(
    now: datetime, sent: list[int], put_back: str
) -> None:
    (pk,) = _overdue(1, now)
    job = jobs.claim(pk, now=now)
    assert job is not None
    if put_back == "fail":
        jobs.fail(job, ValueError("no"), now=now + AHEAD)
    else:
        Job.objects.filter(pk=pk).update(state=JobState.FAILED)
        jobs.retry(pk, now=now + AHEAD) if put_back == "retry" else jobs.retry_all_failed(now=now + AHEAD)

    assert jobs.sweep(now=now) == 1


@pytest.mark.django_db
def test_job_woken_by_a_clock_that_ran_ahead_is_woken_again(now: datetime, sent: list[int]) -> None:
    (pk,) = _overdue(1, now)
    jobs.sweep(now=now + AHEAD)

    counts = [jobs.sweep(now=now + timedelta(seconds=age)) for age in (0, 15, 61)]

    assert (counts, sent) == ([1, 0, 1], [pk] * 3)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_wake_each_job_once(sent: list[int]) -> None:
    now = timezone.now()
    due = _overdue(60, now)
    together = Barrier(2)

    def sweep() -> None:
        together.wait()
        try:
            jobs.sweep(now=now)
        finally:
            connection.close()

    threads = [Thread(target=sweep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(sent) == due


@pytest.mark.django_db(transaction=True)
def test_lease_is_kept_alive_while_the_body_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "HEARTBEAT_SECONDS", 0.05)
    now = timezone.now()
    (pk,) = _overdue(1, now)
    job = jobs.claim(pk, now=now - timedelta(seconds=29))
    assert job is not None

    with jobs.failing_noted(job, now=now):
        while (Job.objects.get(pk=pk).lease_until or now) < now + timedelta(seconds=20):
            pass

    assert jobs.claim(pk, now=now + timedelta(seconds=10)) is None


@pytest.mark.django_db
def test_failed_jobs_of_a_kind_are_all_put_back_to_work(now: datetime) -> None:
    for kind in (KIND, KIND, "gates.sweep"):
        Job.objects.create(kind=kind, due_at=now, created_at=now, state=JobState.FAILED, attempts=5, finished_at=now)

    count = jobs.retry_all_failed(now=now, kind=KIND)

    assert count == 2
    assert list(Job.objects.order_by("pk").values_list("state", "attempts")) == [
        ("waiting", 0),
        ("waiting", 0),
        ("failed", 5),
    ]


@pytest.mark.django_db
def test_jobs_done_long_ago_are_forgotten_and_failed_ones_stay(now: datetime) -> None:
    old, young = now - timedelta(days=31), now - timedelta(days=29)
    for state, at in ((JobState.DONE, old), (JobState.DONE, young), (JobState.FAILED, old)):
        Job.objects.create(kind=KIND, due_at=at, created_at=at, state=state, finished_at=at)

    removed = jobs.forget_done(now=now, days=30)

    assert (removed, list(Job.objects.order_by("pk").values_list("state", flat=True))) == (1, ["done", "failed"])
