"""What happens to a case that people use: releases, incidents, and changes somebody asks for."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portfolio.enums import ChangeKind, ChangeState, IncidentSeverity, ReleaseKind
from portfolio.models.cases import UseCase
from portfolio.models.recorded import RecordedFact


class Release(models.Model):
    """A version of what runs: `parts` names model, prompt, data and vendor versions, `digest` identifies the build.

    Rollbacks and security fixes say so in `kind`. Append-only; which release is approved stands in decisions.
    """

    case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="releases")
    label = models.CharField(_("release"), max_length=100)
    kind = models.CharField(_("kind"), max_length=13, choices=ReleaseKind.choices, default=ReleaseKind.FEATURE)
    parts = models.JSONField(default=dict)
    digest = models.CharField(_("digest"), max_length=128, blank=True)
    note = models.TextField(_("what changed"), blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "label"], name="portfolio_release_label_once"),
            models.CheckConstraint(condition=~Q(label=""), name="portfolio_release_labelled"),
            models.CheckConstraint(condition=Q(kind__in=ReleaseKind.values), name="portfolio_release_kind_known"),
        ]

    def __str__(self) -> str:
        return self.label


class Incident(RecordedFact):
    """Something that went wrong in use. A serious one lapses the standing of the case until it was reviewed."""

    severity = models.CharField(_("severity"), max_length=8, choices=IncidentSeverity.choices)
    text = models.CharField(_("what happened"), max_length=500)
    detected_at = models.DateTimeField(_("detected"))
    contained_at = models.DateTimeField(_("contained"), null=True)
    contained_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    containment = models.CharField(_("how it was contained"), max_length=500, blank=True)
    reported_at = models.DateTimeField(_("reported to the authority"), null=True)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta(RecordedFact.Meta):
        constraints = [
            *RecordedFact.Meta.constraints,
            models.CheckConstraint(condition=~Q(text=""), name="portfolio_incident_worded"),
            models.CheckConstraint(
                condition=Q(severity__in=IncidentSeverity.values), name="portfolio_incident_severity_known"
            ),
            models.CheckConstraint(
                condition=Q(contained_at__isnull=True, contained_by__isnull=True, containment="")
                | (Q(contained_at__gte=F("detected_at"), contained_by__isnull=False) & ~Q(containment="")),
                name="portfolio_incident_contained_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(reported_at__isnull=True, reported_by__isnull=True)
                | Q(reported_at__isnull=False, reported_by__isnull=False),
                name="portfolio_incident_reported_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["case", "-detected_at"], name="portfolio_incident_latest")]

    def __str__(self) -> str:
        return self.text


class ChangeRequest(RecordedFact):
    """A wish to go beyond what was approved: new data, people, purpose or release. Settled by a review of the case."""

    kind = models.CharField(_("what changes"), max_length=12, choices=ChangeKind.choices)
    text = models.CharField(_("the change"), max_length=500)
    release = models.ForeignKey(Release, null=True, on_delete=models.PROTECT, related_name="change_requests")
    state = models.CharField(max_length=9, choices=ChangeState.choices, default=ChangeState.OPEN)
    settled_at = models.DateTimeField(null=True)
    # The number of the decision that settled it; blank while open and where it was withdrawn.
    settled_in = models.CharField(max_length=20, blank=True)

    class Meta(RecordedFact.Meta):
        constraints = [
            *RecordedFact.Meta.constraints,
            models.CheckConstraint(condition=~Q(text=""), name="portfolio_changerequest_worded"),
            models.CheckConstraint(condition=Q(kind__in=ChangeKind.values), name="portfolio_changerequest_kind_known"),
            models.CheckConstraint(
                condition=Q(state__in=ChangeState.values), name="portfolio_changerequest_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=ChangeState.OPEN, settled_at__isnull=True)
                | (~Q(state=ChangeState.OPEN) & Q(settled_at__isnull=False)),
                name="portfolio_changerequest_settled_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["case"], condition=Q(state=ChangeState.OPEN), name="portfolio_changerequest_open")
        ]

    def __str__(self) -> str:
        return self.text


class TierAssessment(models.Model):
    """Answers to the risk-tier questionnaire, and the tier, role and duties that follow from them. Append-only.

    The latest counts. It proposes; the tier in force is a fact of the case that compliance confirms.
    """

    case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="tier_assessments")
    questionnaire = models.PositiveIntegerField()
    answers = models.JSONField(default=dict)
    proposed_tier = models.CharField(max_length=12)
    proposed_role = models.CharField(max_length=20, blank=True)
    obligations = models.JSONField(default=list)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["case", "-answered_at"], name="portfolio_tierassessment_last")]

    def __str__(self) -> str:
        return f"{self.proposed_tier}, questionnaire {self.questionnaire}"
