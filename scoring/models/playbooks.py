"""Versions of the playbook, drafts of the next one, and what a draft would do. A published version never changes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from portfolio.models import UseCase
from scoring.enums import PlaybookState


class Playbook(models.Model):
    """One version as its YAML text; `digest` is the SHA-256 of its canonical content. Append-only once published.

    A draft has no version yet and may hold faults; `base` is the version it was begun from, `revision` counts saves.
    """

    version = models.PositiveIntegerField(unique=True, null=True)
    state = models.CharField(max_length=10, choices=PlaybookState.choices)
    name = models.CharField(max_length=120, blank=True)
    text = models.TextField()
    digest = models.CharField(max_length=64, blank=True)
    revision = models.PositiveIntegerField(default=1)
    base = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PlaybookState.values), name="scoring_playbook_state_known"),
            models.CheckConstraint(
                condition=Q(state=PlaybookState.DRAFT, published_at__isnull=True, version__isnull=True)
                | (Q(state=PlaybookState.PUBLISHED, published_at__isnull=False, version__isnull=False) & ~Q(digest="")),
                name="scoring_playbook_published_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"playbook {self.version}"

    @property
    def number(self) -> int:
        """The version; 0 for a draft."""
        return self.version or 0


class PlaybookEffect(models.Model):
    """What a draft would do to readiness, case by case, as of `as_of`. Nothing of it is a score.

    `revision`, `base_version` and `records` (the sum of all cases' requested versions) say what it was computed from.
    """

    playbook = models.OneToOneField(Playbook, on_delete=models.CASCADE, related_name="effect")
    revision = models.PositiveIntegerField()
    base_version = models.PositiveIntegerField()
    records = models.PositiveBigIntegerField()
    job_id = models.BigIntegerField(null=True)
    as_of = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    summary = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("as_of")),
                name="scoring_playbookeffect_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"effect of {self.playbook_id}"


class PlaybookEffectCase(models.Model):
    """One case that a draft changes: its score, its bar and its must-meets before and after, and what moved them."""

    effect = models.ForeignKey(PlaybookEffect, on_delete=models.CASCADE, related_name="cases")
    case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="+")
    gate = models.PositiveSmallIntegerField()
    before = models.DecimalField(max_digits=5, decimal_places=2)
    after = models.DecimalField(max_digits=5, decimal_places=2)
    reached_bar = models.BooleanField()
    reaches_bar = models.BooleanField()
    opening = models.JSONField(default=list)
    closing = models.JSONField(default=list)
    opening_count = models.PositiveSmallIntegerField()
    moved = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["effect", "case"], name="scoring_playbookeffectcase_once"),
            models.CheckConstraint(
                condition=Q(before__gte=0, before__lte=100, after__gte=0, after__lte=100),
                name="scoring_playbookeffectcase_0_to_100",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"
