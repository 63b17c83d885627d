"""What every record has that people or programs write down about a case: who, when, from where, and its correction."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from portfolio.enums import Stage
from portfolio.models.cases import UseCase


class RecordedFact(models.Model):
    """A record that is corrected by a newer one and never overwritten, so that any past day can be recomputed.

    `stage` and `iteration` are the case's when it was recorded. Under its `external_id` a record is taken once.
    """

    case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="%(class)s_records")
    stage = models.PositiveSmallIntegerField(null=True, choices=Stage.choices)
    iteration = models.PositiveSmallIntegerField(default=1)
    source = models.CharField(max_length=200, blank=True)
    external_id = models.CharField(max_length=200, null=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    superseded_by_id: int | None
    superseded_by = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="supersedes")

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["case", "external_id"], name="%(app_label)s_%(class)s_external_id_once"),
            models.CheckConstraint(
                condition=Q(stage__isnull=True) | Q(stage__in=Stage.values), name="%(app_label)s_%(class)s_stage_known"
            ),
        ]
