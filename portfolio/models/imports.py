"""Import runs with their staging rows, saved mappings, and what each imported case came from."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from portfolio.enums import ImportAction, ImportState
from portfolio.models.cases import UseCase


class ImportMapping(models.Model):
    """A saved mapping: which column is which field, and which of their words mean what. The text is YAML."""

    name = models.CharField(_("name"), max_length=100)
    text = models.TextField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), name="portfolio_importmapping_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="portfolio_importmapping_named"),
        ]

    def __str__(self) -> str:
        return self.name


class ImportRun(models.Model):
    """One file on its way in. The bytes lie under `uploads/<sha256>` until the run is applied or dropped."""

    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.UPLOADED)
    # What was understood of the file, and what a person corrected: encoding, delimiter, sheet, header row.
    reading = models.JSONField(default=dict)
    mapping_name = models.CharField(max_length=100, blank=True)
    mapping_text = models.TextField(blank=True)
    mapping_confirmed = models.BooleanField(default=False)
    # The JSON of the dry run, as `import_portfolio --json` prints it.
    summary = models.JSONField(default=dict)
    refusal_code = models.CharField(max_length=40, blank=True)
    refusal = models.TextField(blank=True)
    job_id = models.BigIntegerField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="portfolio_importrun_state_known"),
            models.CheckConstraint(
                condition=~Q(state=ImportState.APPLIED) | Q(applied_at__isnull=False),
                name="portfolio_importrun_applied_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=ImportState.REFUSED) | ~Q(refusal=""), name="portfolio_importrun_refused_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportRow(models.Model):
    """A staging row: the mapped values, the raw cells, what would happen, and what is wrong with it."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows")
    row = models.PositiveIntegerField()
    action = models.CharField(max_length=10, choices=ImportAction.choices)
    case = models.ForeignKey(UseCase, null=True, on_delete=models.SET_NULL, related_name="+")
    values = models.JSONField(default=dict)
    raw = models.JSONField(default=dict)
    changes = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "row"], name="portfolio_importrow_once"),
            models.CheckConstraint(
                condition=Q(action__in=ImportAction.values), name="portfolio_importrow_action_known"
            ),
        ]
        indexes = [models.Index(fields=["run", "action", "row"], name="portfolio_importrow_action")]

    def __str__(self) -> str:
        return f"row {self.row}"


class CaseOrigin(models.Model):
    """The row an imported case came from, with the cells as imported last: what the next file is compared with."""

    case = models.OneToOneField(UseCase, on_delete=models.CASCADE, related_name="imported_from")
    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="+")
    row = models.PositiveIntegerField()
    values = models.JSONField(default=dict)
    raw = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(digest=""), name="portfolio_caseorigin_digest_given"),
        ]

    def __str__(self) -> str:
        return f"row {self.row}"
