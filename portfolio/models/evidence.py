"""Evidence and its revisions; a new revision never replaces old bytes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portfolio.models.cases import UseCase


class Evidence(models.Model):
    """Something that shows a thing to be so; what it shows is linked from the answers."""

    case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="evidence")
    title = models.CharField(_("title"), max_length=300)
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="portfolio_evidence_titled")]

    def __str__(self) -> str:
        return self.title


class EvidenceRevision(models.Model):
    """A file under `uploads/<sha256>`, or a link kept as text and never fetched. Size in bytes. Append-only."""

    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(default=0)
    content_type = models.CharField(max_length=100, blank=True)
    file_name = models.CharField(max_length=255, blank=True)
    link = models.CharField(max_length=2000, blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    valid_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evidence", "number"], name="portfolio_evidencerevision_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="portfolio_evidencerevision_number_from_one"),
            models.CheckConstraint(
                condition=(Q(file_name="") & ~Q(link="")) | (~Q(file_name="") & Q(link="")),
                name="portfolio_evidencerevision_file_or_link",
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="portfolio_evidencerevision_sha256_hex"
            ),
        ]
        indexes = [
            models.Index(fields=["sha256"], name="portfolio_evidencerevision_sha"),
            models.Index(
                fields=["valid_until"], condition=Q(valid_until__isnull=False), name="portfolio_evidencerevision_end"
            ),
        ]

    def __str__(self) -> str:
        return f"revision {self.number}"
