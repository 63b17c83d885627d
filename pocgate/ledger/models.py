"""Activity: who did what when, on whose behalf, in which request. Append-only, held by triggers."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class Activity(models.Model):
    """One act. Subject and case are named by type and id, so that the ledger points at no app above it.

    `before` and `after` hold the changed fields as JSON; never the content of a vote.
    """

    sequence = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    request_id = models.CharField(max_length=64, blank=True)
    verb = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    case_id = models.BigIntegerField(null=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(verb="") & ~Q(subject_type=""), name="ledger_activity_says_what_to_what"
            ),
        ]
        indexes = [
            models.Index(fields=["case_id", "-sequence"], name="ledger_activity_case"),
            models.Index(fields=["subject_type", "subject_id"], name="ledger_activity_subject"),
            models.Index(fields=["verb", "at"], name="ledger_activity_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.verb} {self.subject_type} {self.subject_id}"
