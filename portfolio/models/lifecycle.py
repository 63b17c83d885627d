"""Stays in stages, and holds. Board, ageing and every duration come from these rows."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from portfolio.enums import ExitReason, Precision, ReasonCode, Stage
from portfolio.models.cases import UseCase


class StagePace(models.Model):
    """The time-box of a stage in days, none when null: written by whoever publishes the policy, read here."""

    stage = models.PositiveSmallIntegerField(choices=Stage.choices, unique=True)
    time_box_days = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="portfolio_stagepace_stage_known"),
            models.CheckConstraint(
                condition=Q(time_box_days__isnull=True) | Q(time_box_days__gte=1),
                name="portfolio_stagepace_a_day_or_none",
            ),
        ]

    def __str__(self) -> str:
        return f"stage {self.stage}: {self.time_box_days} days"


class StageSpell(models.Model):
    """One stay in a stage; open while `exit_reason` is blank. Unknown times are null with precision `unknown`.

    `time_box_ends_at` already leaves out the days on hold and in review; `clock_stopped_at` says since when the
    present hold or review stops the clock.
    """

    case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="spells")
    stage = models.PositiveSmallIntegerField(choices=Stage.choices)
    iteration = models.PositiveSmallIntegerField(default=1)
    entered_at = models.DateTimeField(null=True)
    entered_precision = models.CharField(max_length=8, choices=Precision.choices, default=Precision.EXACT)
    left_at = models.DateTimeField(null=True)
    left_precision = models.CharField(max_length=8, choices=Precision.choices, default=Precision.EXACT)
    exit_reason = models.CharField(max_length=10, choices=ExitReason.choices, blank=True)
    imported = models.BooleanField(default=False)
    time_box_days = models.PositiveIntegerField(null=True)
    extension_days = models.PositiveIntegerField(default=0)
    time_box_ends_at = models.DateTimeField(null=True)
    clock_stopped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="portfolio_stagespell_stage_known"),
            models.CheckConstraint(
                condition=Q(exit_reason__in=["", *ExitReason.values]), name="portfolio_stagespell_exit_known"
            ),
            models.CheckConstraint(
                condition=Q(exit_reason="", left_at__isnull=True)
                | (~Q(exit_reason="") & (Q(left_at__isnull=False) | Q(left_precision=Precision.UNKNOWN))),
                name="portfolio_stagespell_open_has_not_left",
            ),
            models.CheckConstraint(
                condition=Q(entered_at__isnull=False) | Q(entered_precision=Precision.UNKNOWN),
                name="portfolio_stagespell_entered_or_unknown",
            ),
            models.CheckConstraint(
                condition=Q(entered_at__isnull=True) | Q(left_at__isnull=True) | Q(left_at__gte=F("entered_at")),
                name="portfolio_stagespell_leaves_after_entry",
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(exit_reason=""), name="portfolio_stagespell_open_once"
            ),
        ]
        indexes = [
            models.Index(fields=["stage", "entered_at"], name="portfolio_stagespell_stage"),
            models.Index(
                fields=["time_box_ends_at"], condition=Q(exit_reason=""), name="portfolio_stagespell_box_ends"
            ),
        ]

    def __str__(self) -> str:
        return f"stage {self.stage}, iteration {self.iteration}"


class Hold(models.Model):
    """A pause: from a time until a date or a trigger. Held days do not count against the time-box."""

    case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="holds")
    started_at = models.DateTimeField()
    revive_date = models.DateField(null=True)
    revive_trigger = models.TextField(blank=True)
    reason_code = models.CharField(max_length=20, choices=ReasonCode.choices)
    reason = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(revive_date__isnull=False) | ~Q(revive_trigger=""),
                name="portfolio_hold_has_date_or_trigger",
            ),
            models.CheckConstraint(
                condition=Q(reason_code__in=ReasonCode.values), name="portfolio_hold_reason_code_known"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="portfolio_hold_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_at__isnull=True), name="portfolio_hold_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"hold since {self.started_at:%Y-%m-%d}"
