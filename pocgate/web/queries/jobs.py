"""The job ledger and the schedule as the administration shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from pocgate.identity.models import User
from pocgate.kernel.enums import JobState
from pocgate.kernel.models import Job
from pocgate.kernel.schedule import ScheduledWork, scheduled_work

JOBS_SHOWN = 50

# What each task of the schedule and each kind of job does, for people.
PURPOSES = {
    "kernel.beat_heartbeat": _("Show that worker and beat are alive"),
    "kernel.sweep_jobs": _("Wake jobs that are due and undone"),
    "kernel.forget_done_jobs": _("Remove rows of jobs done long ago"),
    "kernel.forget_expired_sessions": _("Remove expired sign-ins"),
    "scoring.sweep_readiness": _("Recompute the readiness of changed cases"),
    "scoring.sweep_findings": _("Let the detectors look at changed cases"),
    "scoring.sweep_costs": _("Watch costs against their caps"),
    "scoring.sweep_waivers": _("End waivers whose last day is over"),
    "scoring.recompute_all": _("Recompute the whole portfolio"),
    "scoring.place_all": _("Place every rated case in the matrix"),
    "gates.sweep": _("Close votes, check standings, open reviews that are due"),
    "gates.send_reminders": _("Remind of what is outstanding and of delegations about to end"),
    "inbox.send_mail": _("Send mail that is due"),
    "inbox.send_posts": _("Post to chat rooms and other services"),
    "web.write_digests": _("Write digests at each person's hour"),
    "scoring.archive_untouched_drafts": _("Put old drafts away"),
    "ledger.dispatch_events": _("Place events in the feed and hand them to webhooks"),
    "ledger.forget_deliveries": _("Remove old rows of the delivery log"),
    "web.forget_calendar_entries": _("Forget events that calendars tell no more"),
    "ledger.make_checkpoint": _("Seal the activity so far"),
    "inbox.tell_webhook_disabled": _("Tell of a disabled webhook"),
    "inbox.tell_webhook_given_up": _("Tell of events that a webhook did not take"),
    "portfolio.apply_import": _("Apply an import"),
    "portfolio.check_import": _("Check an import"),
    "scoring.place_case": _("Place a case in the matrix"),
    "scoring.playbook_effect": _("Work out the effect of a playbook"),
    "scoring.refresh_all_findings": _("Let the detectors look at every case"),
    "scoring.take_over_imported_answers": _("Take over the answers of an import"),
}


def purpose_of(task: str) -> str:
    """What the task is for; one without words is shown by its name."""
    return str(PURPOSES.get(task, task))


@dataclass(frozen=True)
class ScheduleRow:
    """One line of the schedule. `job` is the newest of its kind, for work that takes long and is handed on to a job."""

    work: ScheduledWork
    purpose: str
    job: Job | None

    @property
    def state(self) -> str:
        """`failed`, `late`, `waiting`, `running`, `never` or `done`; of work handed on to a job, how the job stands."""
        run = self.work.run
        if run is not None and run.failures:
            return "failed"
        if self.own_job is not None and self.own_job.state != JobState.DONE:
            return self.own_job.state
        if self.work.is_late:
            return "late"
        if self.own_job is not None:
            return self.own_job.state
        if run is None or run.started_at is None:
            return "never"
        return "running" if run.is_unfinished else "done"

    @property
    def own_job(self) -> Job | None:
        """The job that the last run left or found at work, or that somebody asked for since."""
        began_at = self.work.run.started_at if self.work.run is not None else None
        if self.job is None or self.job.finished_at is None or began_at is None:
            return self.job
        return self.job if self.job.finished_at >= began_at else None

    @property
    def last_at(self) -> datetime | None:
        """When it last began, by the clock or because somebody asked for it."""
        asked_for = self.job.started_at if self.job is not None else None
        by_clock = self.work.run.started_at if self.work.run is not None else None
        return max((at for at in (asked_for, by_clock) if at is not None), default=None)

    @property
    def duration(self) -> str:
        """Of the last run that ended, or of its job once that has ended: `12 ms`, `3.4 s`, `2 min 10 s`."""
        run, job = self.work.run, self.own_job
        if job is not None:
            if job.started_at is None or job.finished_at is None:
                return ""
            return duration_words((job.finished_at - job.started_at) / timedelta(milliseconds=1))
        return duration_words(run.duration_ms) if run is not None and run.duration_ms is not None else ""


def duration_words(milliseconds: float) -> str:
    """A duration in the unit that shows two or three digits."""
    seconds = milliseconds / 1000
    if seconds < 1:
        return f"{milliseconds:.0f} ms"
    if seconds < 60:  # noqa: PLR2004
        return f"{seconds:.1f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def schedule_rows(*, now: datetime) -> Sequence[ScheduleRow]:
    """The schedule with purposes; work that its run handed on to a job is shown with that job."""
    works = scheduled_work(now=now)
    long_work = Job.objects.filter(kind__in=[work.task for work in works if work.seconds is None])
    newest = {job.kind: job for job in long_work.order_by("pk")}
    return [ScheduleRow(work, purpose_of(work.task), newest.get(work.task)) for work in works]


def job_counts(kind: str = "") -> Mapping[str, int]:
    """Jobs by state."""
    jobs = Job.objects.filter(kind=kind) if kind else Job.objects.all()
    counts = dict(jobs.values_list("state").annotate(Count("pk")).order_by())
    return {state: counts.get(state, 0) for state in JobState.values}


def job_kinds() -> Sequence[tuple[str, str]]:
    """Every kind of which there is a job, with its purpose."""
    kinds = Job.objects.order_by("kind").values_list("kind", flat=True).distinct()
    return [(kind, purpose_of(kind)) for kind in kinds]


def jobs_shown(state: str = "", kind: str = "", before: int | None = None) -> Sequence[Job]:
    """A page of jobs, newest first, and one more that tells whether there is a next page."""
    wanted = Q()
    if state in JobState.values:
        wanted &= Q(state=state)
    if kind:
        wanted &= Q(kind=kind)
    if before is not None:
        wanted &= Q(pk__lt=before)
    return list(Job.objects.filter(wanted).order_by("-pk")[: JOBS_SHOWN + 1])


def people_who_asked(jobs: Sequence[Job]) -> Mapping[int, User]:
    """Who asked for these jobs, by id."""
    return User.objects.in_bulk({job.requested_by_id for job in jobs if job.requested_by_id})
