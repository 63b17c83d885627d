"""Activity: who did what when, on whose behalf, in which request. Append-only, held by triggers.

The one thing that comes later, once, is an act's place in the event feed: it is given when the act is committed.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class Activity(models.Model):
    """One act. Subject and case are named by type and id, so that the ledger points at no app above it.

    `before` and `after` hold the changed fields as JSON; never the content of a vote. `position` counts the acts of the
    installation that the feed tells, `case_sequence` those of the case, both without gaps and in the order in which a
    reader sees them. An act that `is_told` not, such as a vote, gets neither.
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
    is_told = models.BooleanField(default=True)
    position = models.BigIntegerField(null=True)
    case_sequence = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["position"], condition=Q(position__isnull=False), name="ledger_activity_position_once"
            ),
            models.UniqueConstraint(
                fields=["case_id", "case_sequence"],
                condition=Q(case_sequence__isnull=False),
                name="ledger_activity_case_sequence_once",
            ),
            models.CheckConstraint(
                condition=Q(position__isnull=True) | Q(is_told=True, position__gte=1),
                name="ledger_activity_only_told_has_position",
            ),
            models.CheckConstraint(
                condition=Q(case_sequence__isnull=True)
                | Q(case_id__isnull=False, position__isnull=False, case_sequence__gte=1),
                name="ledger_activity_case_sequence_of_placed",
            ),
            models.CheckConstraint(
                condition=~Q(verb="") & ~Q(subject_type=""), name="ledger_activity_says_what_to_what"
            ),
        ]
        indexes = [
            models.Index(fields=["case_id", "-sequence"], name="ledger_activity_case"),
            models.Index(fields=["subject_type", "subject_id"], name="ledger_activity_subject"),
            models.Index(fields=["verb", "at"], name="ledger_activity_verb"),
            models.Index(
                fields=["sequence"],
                condition=Q(position__isnull=True, is_told=True),
                name="ledger_activity_to_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.verb} {self.subject_type} {self.subject_id}"
