"""Job rows, scheduled runs, turns, heartbeats, gapless counters, and the installation's own name."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from pocgate.kernel.enums import JobState


class Job(models.Model):
    """Work that is due. `kind` is the name of the Celery task that does it with `job_id`.

    The subject is named by type and id, without a foreign key, so that the kernel points at no app. `claims` counts
    for ever and so tells one holder from another; `attempts` begin anew with a retry, and `losses` are those of them
    whose worker died or lost its lease.
    """

    kind = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    parameters = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.WAITING)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    claims = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    losses = models.PositiveIntegerField(default=0)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    result = models.JSONField(default=dict)
    requested_by_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    woken_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="kernel_job_state_known"),
            models.CheckConstraint(
                condition=~Q(state=JobState.RUNNING) | Q(lease_until__isnull=False), name="kernel_job_running_has_lease"
            ),
            models.CheckConstraint(
                condition=~Q(state=JobState.DONE) | Q(finished_at__isnull=False), name="kernel_job_done_has_finish"
            ),
            models.CheckConstraint(
                condition=Q(progress_done__lte=F("progress_total")) | Q(progress_total=0),
                name="kernel_job_progress_within_total",
            ),
            models.CheckConstraint(condition=Q(losses__lte=F("attempts")), name="kernel_job_losses_within_attempts"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=[JobState.WAITING, JobState.RUNNING]),
                name="kernel_job_open",
            ),
            models.Index(fields=["subject_type", "subject_id"], name="kernel_job_subject"),
            models.Index(fields=["kind", "state"], name="kernel_job_kind"),
            models.Index(fields=["finished_at"], name="kernel_job_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_type} {self.subject_id}".strip()

    @property
    def errors(self) -> int:
        """Attempts that were not lost: while a job runs, this one counts as if it failed."""
        return self.attempts - self.losses

    @property
    def progress_percent(self) -> int:
        """Whole per cent done, 0 while the total is unknown."""
        return 100 * self.progress_done // self.progress_total if self.progress_total else 0


class Heartbeat(models.Model):
    """When a background process was last seen working: `worker`, `beat`."""

    name = models.CharField(max_length=40, primary_key=True)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="kernel_heartbeat_named")]

    def __str__(self) -> str:
        return self.name


class ScheduledRun(models.Model):
    """The last run of a task that beat calls: begun, ended, how long, and how it ended.

    `since` is when the schedule was first seen here; a task that never ran is late from then on. `sent_at` is when it
    was sent because it had been missed.
    """

    task = models.CharField(max_length=80, primary_key=True)
    since = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    duration_ms = models.PositiveIntegerField(null=True)
    failures = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    result = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(started_at__isnull=False),
                name="kernel_scheduledrun_finished_was_started",
            ),
            models.CheckConstraint(
                condition=Q(failures=0) | ~Q(last_error=""), name="kernel_scheduledrun_failure_has_error"
            ),
        ]

    def __str__(self) -> str:
        return self.task

    @property
    def is_unfinished(self) -> bool:
        """Whether it began and has not ended: it runs, or it was killed."""
        return self.started_at is not None and (self.finished_at is None or self.finished_at < self.started_at)


class Turn(models.Model):
    """Work of which one run at a time is at it, on whatever worker: held until then, so that a killed one lets go."""

    name = models.CharField(max_length=80, primary_key=True)
    held_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="kernel_turn_named")]

    def __str__(self) -> str:
        return self.name


class Counter(models.Model):
    """The last number given out under a name, such as use cases or the decisions of a year."""

    name = models.CharField(max_length=60, primary_key=True)
    value = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"


class Installation(models.Model):
    """The one row that names this installation among all others, written once and kept for ever."""

    number = models.PositiveSmallIntegerField(primary_key=True, default=1)
    uid = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(number=1), name="kernel_installation_one")]

    def __str__(self) -> str:
        return self.uid.hex
