"""Scoring's background work. The versions on each case are the record; a message is only a wake-up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime

from celery import shared_task
from django.conf import settings
from django.utils import timezone, translation

from pocgate.kernel import jobs
from pocgate.kernel.enums import JobState
from pocgate.kernel.models import Job
from portfolio.commands.cases import archive_untouched_drafts as put_away
from portfolio.commands.recompute import PLACE_TASK
from portfolio.models import UseCase
from scoring.commands.costs import watch_costs
from scoring.commands.findings import Refreshed, refresh_findings
from scoring.commands.imports import take_over_answers
from scoring.commands.playbooks import EFFECT_TASK, PLACE_ALL_TASK, RECOMPUTE_ALL_TASK, compute_effect
from scoring.commands.positions import place_cases
from scoring.commands.readiness import Recomputed, catch_up, recompute_cases, recompute_due, renew_cases
from scoring.commands.waivers import expire_waivers
from scoring.queries import findings_due
from scoring.queries.costs import costs_due
from scoring.queries.imports import cases_with_imported_answers
from scoring.queries.playbooks import current_playbook
from scoring.queries.ratings import rated_batches
from scoring.queries.recompute import IS_CHANGED, all_batches, chunks, due_batches, is_due, with_others

# Beat sends the next sweep after 15 s; this one ends before that and leaves the rest to it.
SWEEP_SECONDS = 12.0
FINDINGS_TASK = "scoring.refresh_findings"
ALL_FINDINGS_TASK = "scoring.refresh_all_findings"
COSTS_TASK = "scoring.watch_costs"


@shared_task(name="scoring.archive_untouched_drafts")
def archive_untouched_drafts(**_: object) -> int:
    """Put away the drafts that nobody changed for as long as the playbook says; it says so here, above the cases."""
    days = current_playbook().pace.draft_archived_after_days
    return put_away(days=days, now=timezone.now())


@shared_task(name="scoring.recompute_case")
def recompute_case(case_id: int, **_: object) -> bool:
    """Recompute one case, and others that wait; False when an earlier message, or the sweep, has done it already."""
    now = timezone.now()
    case_ids = with_others([case_id], is_due(now), IS_CHANGED)
    if not case_ids or recompute_due(case_ids, now=now).cases == 0:
        return False
    # Behind the readiness of other cases, for which somebody may be waiting.
    for task in (FINDINGS_TASK, COSTS_TASK):
        jobs.send_behind(task, case_ids=case_ids)
    return True


@shared_task(name="scoring.sweep_readiness")
def sweep_readiness(**_: object) -> int:
    """Recompute the cases that are due, a batch at a time, for at most `SWEEP_SECONDS`; how many."""
    ends_at = time.monotonic() + SWEEP_SECONDS
    done = 0
    for case_ids in due_batches(now=timezone.now()):
        done += len(case_ids)
        catch_up(case_ids, now=timezone.now())
        if time.monotonic() > ends_at:
            break
    return done


@shared_task(name="scoring.sweep_waivers")
def sweep_waivers(**_: object) -> int:
    """End the waivers whose last day is over; how many."""
    return expire_waivers(now=timezone.now())


@shared_task(name=RECOMPUTE_ALL_TASK)
def recompute_all(job_id: int | None = None, **_: object) -> None:
    """Bring every case up to date; after a playbook was published, compute it afresh.

    Without a job, as beat calls it at night, the job's row is written first.
    """
    now = timezone.now()
    if job_id is None:
        _enqueue_once(RECOMPUTE_ALL_TASK, now=now)
        return
    job = jobs.claim(job_id, now=now)
    if job is not None:
        with jobs.failing_noted(job, now=now):
            _recompute_all(job, now=now)


def _recompute_all(job: Job, *, now: datetime) -> None:
    total, seen, done = UseCase.objects.count(), 0, Recomputed()
    for count, recomputed in _afresh() if job.subject_type == "playbook" else _renewed():
        seen, done = seen + count, done + recomputed
        if not jobs.keep_alive(job, now=timezone.now(), done=min(seen, total), total=total):
            return
    result = {"cases": seen, "changed": done.changed, "failed": list(done.failed)}
    jobs.finish(job, now=timezone.now(), result=result)
    if job.subject_type == "playbook":
        # It has new numbers for the detectors as well; at night they look by themselves.
        _enqueue_once(ALL_FINDINGS_TASK, now=timezone.now())


def _afresh() -> Iterator[tuple[int, Recomputed]]:
    for case_ids in all_batches():
        yield len(case_ids), recompute_cases(case_ids, now=timezone.now())


def _renewed() -> Iterator[tuple[int, Recomputed]]:
    for first, last, count in chunks():
        yield count, renew_cases(first, last, now=timezone.now())


@shared_task(name=FINDINGS_TASK)
def refresh_findings_of(case_ids: list[int], **_: object) -> bool:
    """Have the detectors look at cases, and others that wait; False when it is done already."""
    now = timezone.now()
    due = with_others(case_ids, findings_due.is_due(now), findings_due.IS_CHANGED)
    if due:
        refresh_findings(due, now=now)
    return bool(due)


@shared_task(name="scoring.sweep_findings")
def sweep_findings(**_: object) -> int:
    """Have the detectors look at cases that are due, a batch at a time, for at most `SWEEP_SECONDS`; how many."""
    ends_at = time.monotonic() + SWEEP_SECONDS
    done = 0
    for case_ids in findings_due.due_batches(now=timezone.now()):
        done += refresh_findings(case_ids, now=timezone.now()).cases
        if time.monotonic() > ends_at:
            break
    return done


@shared_task(name=ALL_FINDINGS_TASK)
def refresh_all_findings(job_id: int | None = None, **_: object) -> None:
    """Have the detectors look at every case, as after a playbook was published.

    Without a job, as beat calls it at night, the job's row is written first.
    """
    now = timezone.now()
    if job_id is None:
        _enqueue_once(ALL_FINDINGS_TASK, now=now)
        return
    job = jobs.claim(job_id, now=now)
    if job is None:
        return
    with jobs.failing_noted(job, now=now):
        total = UseCase.objects.count()
        done = Refreshed()
        for case_ids in all_batches():
            done += refresh_findings(case_ids, now=timezone.now())
            if not jobs.keep_alive(job, now=timezone.now(), done=min(done.cases, total), total=total):
                return
        jobs.finish(job, now=timezone.now(), result={"cases": done.cases, "changed": done.changed})


def _enqueue_once(kind: str, *, now: datetime) -> None:
    """Write the job's row unless one waits or runs already."""
    if not Job.objects.filter(kind=kind, state__in=[JobState.WAITING, JobState.RUNNING]).exists():
        jobs.enqueue(kind, now=now)


@shared_task(name=PLACE_TASK)
def place_case(job_id: int, **_: object) -> None:
    """Work out where the job's case stands in value × feasibility."""
    now = timezone.now()
    job = jobs.claim(job_id, now=now)
    if job is not None:
        with jobs.failing_noted(job, now=now):
            changed = place_cases([int(job.subject_id)], now=timezone.now())
            jobs.finish(job, now=timezone.now(), result={"changed": changed})


@shared_task(name=PLACE_ALL_TASK)
def place_all(job_id: int | None = None, **_: object) -> None:
    """Work out where every rated case stands, as after a new playbook; at night a net under lost wake-ups."""
    now = timezone.now()
    if job_id is None:
        jobs.enqueue_once(PLACE_ALL_TASK, now=now, subject_type="portfolio", subject_id="")
        return
    job = jobs.claim(job_id, now=now)
    if job is None:
        return
    with jobs.failing_noted(job, now=now):
        changed = 0
        for case_ids in rated_batches():
            changed += place_cases(case_ids, now=timezone.now())
            if not jobs.keep_alive(job, now=timezone.now()):
                return
        jobs.finish(job, now=timezone.now(), result={"changed": changed})


@shared_task(name="scoring.take_over_imported_answers")
def take_over_imported_answers(job_id: int, **_: object) -> None:
    """Write down the answers that an import left with its cases. The job's subject may name the run."""
    now = timezone.now()
    job = jobs.claim(job_id, now=now)
    if job is None:
        return
    with jobs.failing_noted(job, now=now):
        run_id = int(job.subject_id) if job.subject_id else None
        taken = 0
        for origins in cases_with_imported_answers(run_id):
            taken += take_over_answers(origins, now=timezone.now())
            if not jobs.keep_alive(job, now=timezone.now()):
                return
        jobs.finish(job, now=timezone.now(), result={"answers": taken})


@shared_task(name=EFFECT_TASK)
def playbook_effect(job_id: int, **_: object) -> None:
    """Compute what a draft of the playbook would do to every case."""
    job = jobs.claim(job_id, now=timezone.now())
    if job is None:
        return

    def progress(done: int, total: int) -> bool:
        return jobs.keep_alive(job, now=timezone.now(), done=done, total=total)

    with jobs.failing_noted(job, now=timezone.now()):
        totals = compute_effect(effect_id=int(job.subject_id), progress=progress, clock=timezone.now)
        jobs.finish(job, now=timezone.now(), result={"changed": totals.changed} if totals else {"outdated": True})


@shared_task(name=COSTS_TASK)
def watch_costs_of(case_ids: list[int], **_: object) -> int:
    """Bring the outlook of cases up to date; the number of notices written."""
    with translation.override(settings.LANGUAGE_CODE):
        return watch_costs(case_ids, now=timezone.now()).notices


@shared_task(name="scoring.sweep_costs")
def sweep_costs(**_: object) -> int:
    """Watch the cost of the cases that are due, a batch at a time, for at most `SWEEP_SECONDS`; how many."""
    ends_at = time.monotonic() + SWEEP_SECONDS
    done = 0
    with translation.override(settings.LANGUAGE_CODE):
        for case_ids in costs_due(now=timezone.now()):
            done += watch_costs(case_ids, now=timezone.now()).cases
            if time.monotonic() > ends_at:
                break
    return done
