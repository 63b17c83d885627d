"""KPIs, their dated definitions and thresholds, and readings that are corrected but never overwritten."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portfolio.enums import KpiDirection, KpiKind, KpiRole, KpiStatistic, SloOf
from portfolio.models.cases import UseCase


class Kpi(models.Model):
    """What a case is measured by. `gates` lists the gates at which it counts, such as `[1, 2]`."""

    case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="kpis")
    key = models.SlugField(max_length=60)
    name = models.CharField(_("name"), max_length=200)
    role = models.CharField(_("role"), max_length=12, choices=KpiRole.choices)
    kind = models.CharField(_("kind"), max_length=14, choices=KpiKind.choices)
    slo_of = models.CharField(_("objective for"), max_length=8, choices=SloOf.choices, blank=True)
    gates = models.JSONField(default=list)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "key"], name="portfolio_kpi_key_once"),
            models.CheckConstraint(condition=Q(role__in=KpiRole.values), name="portfolio_kpi_role_known"),
            models.CheckConstraint(condition=Q(kind__in=KpiKind.values), name="portfolio_kpi_kind_known"),
            models.CheckConstraint(condition=Q(slo_of__in=["", *SloOf.values]), name="portfolio_kpi_slo_known"),
            models.CheckConstraint(condition=~Q(name=""), name="portfolio_kpi_named"),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(role=KpiRole.PRIMARY, retired_at__isnull=True),
                name="portfolio_kpi_one_primary",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class KpiDefinition(models.Model):
    """A KPI's unit, direction, baseline, target and measuring rules, in force for a half-open period.

    An empty `statistic` means: a share where the unit is one, else a mean.
    """

    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="definitions")
    unit = models.CharField(_("unit"), max_length=40)
    direction = models.CharField(_("direction"), max_length=6, choices=KpiDirection.choices)
    baseline = models.DecimalField(_("baseline"), max_digits=20, decimal_places=6, null=True)
    baseline_date = models.DateField(null=True)
    baseline_source = models.CharField(max_length=300, blank=True)
    target = models.DecimalField(_("target"), max_digits=20, decimal_places=6, null=True)
    target_date = models.DateField(null=True)
    money_per_unit = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    cadence_days = models.PositiveIntegerField(default=7)
    label_delay_days = models.PositiveIntegerField(default=0)
    warm_up_days = models.PositiveIntegerField(default=0)
    min_samples = models.PositiveIntegerField(default=50)
    statistic = models.CharField(max_length=10, choices=KpiStatistic.choices, blank=True)
    human_rated = models.BooleanField(default=False)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(direction__in=KpiDirection.values), name="portfolio_kpidefinition_direction_known"
            ),
            models.CheckConstraint(condition=~Q(unit=""), name="portfolio_kpidefinition_unit_given"),
            models.CheckConstraint(
                condition=Q(statistic__in=["", *KpiStatistic.values]), name="portfolio_kpidefinition_statistic_known"
            ),
            models.CheckConstraint(condition=Q(cadence_days__gte=1), name="portfolio_kpidefinition_cadence_positive"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="portfolio_kpidefinition_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["kpi"], condition=Q(valid_until__isnull=True), name="portfolio_kpidefinition_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.baseline} → {self.target} {self.unit}"


class KpiThreshold(models.Model):
    """The value a KPI must reach at a gate, superseded by the next, never changed.

    `eased` (made easier) and `late` (set or eased after the first reading of the gate's stage) are handed on to every
    later threshold of the gate. `readings_existed` tells of such readings when this one was set.
    """

    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="thresholds")
    gate = models.PositiveSmallIntegerField()
    value = models.DecimalField(max_digits=20, decimal_places=6)
    old_value = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    readings_existed = models.BooleanField(default=False)
    eased = models.BooleanField(default=False)
    late = models.BooleanField(default=False)
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(gate__in=[1, 2, 3]), name="portfolio_kpithreshold_gate_known"),
            models.UniqueConstraint(
                fields=["kpi", "gate"], condition=Q(superseded_at__isnull=True), name="portfolio_kpithreshold_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"gate {self.gate}: {self.value}"


class KpiReading(models.Model):
    """A measurement over `observed_from`–`observed_to`. A correction supersedes it; nothing is overwritten.

    `error` is the standard error of `value`, in the KPI's unit, when it is known; `agreement` that of its `raters`,
    from -1 to 1, where people rated.
    """

    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="readings")
    iteration = models.PositiveSmallIntegerField(default=1)
    value = models.DecimalField(max_digits=20, decimal_places=6)
    sample_size = models.PositiveIntegerField(null=True)
    error = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    observed_from = models.DateTimeField()
    observed_to = models.DateTimeField()
    method = models.CharField(max_length=300, blank=True)
    raters = models.PositiveIntegerField(null=True)
    agreement = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    release = models.CharField(max_length=100, blank=True)
    source = models.CharField(max_length=200, blank=True)
    external_id = models.CharField(max_length=200, null=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    superseded_by = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="supersedes")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kpi", "external_id"], name="portfolio_kpireading_external_id_once"),
            models.CheckConstraint(
                condition=Q(observed_to__gte=F("observed_from")), name="portfolio_kpireading_period_in_order"
            ),
            models.CheckConstraint(
                condition=Q(observed_to__lte=F("recorded_at")), name="portfolio_kpireading_not_from_the_future"
            ),
            models.CheckConstraint(
                condition=Q(error__isnull=True) | Q(error__gte=0), name="portfolio_kpireading_error_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(agreement__isnull=True) | Q(agreement__gte=-1, agreement__lte=1),
                name="portfolio_kpireading_agreement_in_range",
            ),
        ]
        indexes = [
            models.Index(
                fields=["kpi", "iteration", "-observed_to"],
                condition=Q(superseded_by__isnull=True),
                name="portfolio_kpireading_latest",
            )
        ]

    def __str__(self) -> str:
        return f"{self.value} at {self.observed_to:%Y-%m-%d}"
