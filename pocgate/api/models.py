"""Answers kept for a day, so that a repeated call writes nothing twice."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class IdempotentCall(models.Model):
    """A call under a caller's key: the digest of what was asked, and the answer once it is there."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)
    tag = models.CharField(max_length=100, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="api_idempotentcall_key_once"),
            models.CheckConstraint(condition=~Q(key=""), name="api_idempotentcall_key_given"),
            models.CheckConstraint(condition=~Q(digest=""), name="api_idempotentcall_digest_given"),
        ]
        indexes = [models.Index(fields=["made_at"], name="api_idempotentcall_made")]

    def __str__(self) -> str:
        return self.key
