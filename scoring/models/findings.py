"""What the anti-pattern detectors and the swamp signals find, since when, and what owners answer."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from portfolio.models import UseCase
from scoring.enums import Detector, FindingReply, FindingState, Severity, SwampKind


class Finding(models.Model):
    """How one detector finds one case now; each case on its way has one row for each detector.

    `first_seen_at` is when it fired last after not firing, `cleared_at` when it stopped. `signals` and `records` hold
    what it rests on; `version` is the detector's own.
    """

    case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="findings")
    detector = models.CharField(max_length=30, choices=Detector.choices)
    state = models.CharField(max_length=12, choices=FindingState.choices)
    severity = models.CharField(max_length=10, choices=Severity.choices, blank=True)
    version = models.PositiveSmallIntegerField()
    signals = models.JSONField(default=list)
    records = models.JSONField(default=list)
    first_seen_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "detector"], name="scoring_finding_once"),
            models.CheckConstraint(condition=Q(detector__in=Detector.values), name="scoring_finding_detector_known"),
            models.CheckConstraint(condition=Q(state__in=FindingState.values), name="scoring_finding_state_known"),
            models.CheckConstraint(
                condition=Q(state=FindingState.FIRED, severity__in=Severity.values)
                | (~Q(state=FindingState.FIRED) & Q(severity="")),
                name="scoring_finding_severe_when_fired",
            ),
            models.CheckConstraint(
                condition=~Q(state=FindingState.FIRED) | Q(first_seen_at__isnull=False, cleared_at__isnull=True),
                name="scoring_finding_fired_since",
            ),
        ]
        indexes = [models.Index(fields=["detector", "state", "case"], name="scoring_finding_by_state")]

    def __str__(self) -> str:
        return f"{self.detector}: {self.state}"


class FindingChange(models.Model):
    """History: a detector found a case in another state. Blank: not judged, before the first time and once it ended.

    Append-only.
    """

    case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="finding_changes")
    detector = models.CharField(max_length=30, choices=Detector.choices)
    before = models.CharField(max_length=12, choices=FindingState.choices, blank=True)
    after = models.CharField(max_length=12, choices=FindingState.choices, blank=True)
    severity = models.CharField(max_length=10, choices=Severity.choices, blank=True)
    version = models.PositiveSmallIntegerField()
    signals = models.JSONField(default=list)
    records = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(before__in=["", *FindingState.values], after__in=["", *FindingState.values]),
                name="scoring_findingchange_states_known",
            ),
        ]
        indexes = [models.Index(fields=["case", "detector", "-at"], name="scoring_findingchange_latest")]

    def __str__(self) -> str:
        return f"{self.detector}: {self.before} → {self.after}"


class FindingAnswer(models.Model):
    """What an owner answers to a finding: agrees, mends it by a date, or disputes it. Append-only; the last counts."""

    case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="finding_answers")
    detector = models.CharField(max_length=30, choices=Detector.choices)
    reply = models.CharField(max_length=10, choices=FindingReply.choices)
    reason = models.TextField(blank=True)
    mend_by = models.DateField(null=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reply__in=FindingReply.values), name="scoring_findinganswer_reply_known"
            ),
            models.CheckConstraint(
                condition=~Q(reply=FindingReply.DISPUTE) | ~Q(reason=""), name="scoring_findinganswer_dispute_reasoned"
            ),
            models.CheckConstraint(
                condition=Q(reply=FindingReply.MEND, mend_by__isnull=False)
                | (~Q(reply=FindingReply.MEND) & Q(mend_by__isnull=True)),
                name="scoring_findinganswer_mend_has_date",
            ),
        ]
        indexes = [models.Index(fields=["case", "detector", "-answered_at"], name="scoring_findinganswer_latest")]

    def __str__(self) -> str:
        return f"{self.detector}: {self.reply}"


class SwampSignal(models.Model):
    """A sign that a case lingers; open while `ended_at` is null, then history. `since` is null when not known."""

    case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="swamp_signals")
    kind = models.CharField(max_length=20, choices=SwampKind.choices)
    version = models.PositiveSmallIntegerField()
    since = models.DateTimeField(null=True)
    params = models.JSONField(default=dict)
    records = models.JSONField(default=list)
    first_seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"], condition=Q(ended_at__isnull=True), name="scoring_swampsignal_open_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=SwampKind.values), name="scoring_swampsignal_kind_known"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("first_seen_at")),
                name="scoring_swampsignal_ends_after_start",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "case"], condition=Q(ended_at__isnull=True), name="scoring_swampsignal_open")
        ]

    def __str__(self) -> str:
        return self.kind
