"""Compliance's signatures on checklist items, bound to the evidence they saw."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from gates.enums import ChecklistKind, SignOffState
from portfolio.models import EvidenceRevision, Release, UseCase


class SignOff(models.Model):
    """One signature; the current one has no `superseded_at`. Its evidence changed when `outdated_at` is set."""

    case = models.ForeignKey(UseCase, on_delete=models.PROTECT, related_name="sign_offs")
    criterion = models.CharField(max_length=60)
    kind = models.CharField(max_length=12, choices=ChecklistKind.choices)
    gate = models.PositiveSmallIntegerField()
    iteration = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=SignOffState.choices)
    comment = models.TextField(blank=True)
    release = models.ForeignKey(Release, null=True, on_delete=models.PROTECT, related_name="sign_offs")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    outdated_at = models.DateTimeField(null=True)
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SignOffState.values), name="gates_signoff_state_known"),
            models.CheckConstraint(condition=Q(kind__in=ChecklistKind.values), name="gates_signoff_kind_known"),
            models.CheckConstraint(
                condition=~Q(state__in=[SignOffState.RETURNED, SignOffState.WAIVED]) | ~Q(comment=""),
                name="gates_signoff_reasoned_unless_accepted",
            ),
            models.UniqueConstraint(
                fields=["case", "criterion"],
                condition=Q(superseded_at__isnull=True),
                name="gates_signoff_current_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.state}"


class SignOffRevision(models.Model):
    """An evidence revision the signature is bound to."""

    sign_off = models.ForeignKey(SignOff, on_delete=models.PROTECT, related_name="revisions")
    revision = models.ForeignKey(EvidenceRevision, on_delete=models.PROTECT, related_name="sign_offs")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sign_off", "revision"], name="gates_signoffrevision_once")]

    def __str__(self) -> str:
        return f"{self.sign_off_id} ← {self.revision_id}"
