"""Versions of the playbook; a published one never changes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from scoring.enums import PlaybookState


class Playbook(models.Model):
    """One version as its YAML text; `digest` is the SHA-256 of its canonical content. Append-only once published."""

    version = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=10, choices=PlaybookState.choices)
    text = models.TextField()
    digest = models.CharField(max_length=64)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PlaybookState.values), name="scoring_playbook_state_known"),
            models.CheckConstraint(
                condition=Q(state=PlaybookState.DRAFT, published_at__isnull=True)
                | Q(state=PlaybookState.PUBLISHED, published_at__isnull=False),
                name="scoring_playbook_published_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"playbook {self.version}"
