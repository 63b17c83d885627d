"""Use cases and their dated facts."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from pocgate.identity.enums import Role
from pocgate.identity.models import RoleGrant, User
from portfolio.enums import FactKey, Origin, Section, Sees, Stage, Status
from portfolio.models.departments import Department, DepartmentMember

SEE_ALL_ROLES = (Role.COMMITTEE, Role.CHAIR, Role.COMPLIANCE, Role.SPONSOR, Role.AUDITOR, Role.ADMIN)


class UseCaseQuerySet(models.QuerySet["UseCase"]):
    """Chains over use cases."""

    def visible_to(self, user: User, *, now: datetime) -> UseCaseQuerySet:
        """The cases this person may see: by role all, else by team, department, subtree."""
        if not user.is_active:
            return self.none()
        memberships = list(
            DepartmentMember.objects.filter(user=user).values_list("sees", "department_id", "department__path")
        )
        sees_all = any(sees == Sees.ALL for sees, _id, _path in memberships)
        if sees_all or RoleGrant.objects.in_force(now).filter(user=user, role__in=SEE_ALL_ROLES).exists():
            return self
        return self.filter(self._scope(user, memberships))

    @staticmethod
    def _scope(user: User, memberships: list[tuple[str, int, str]]) -> Q:
        on_team = user.team_memberships.filter(ended_at__isnull=True).values("case")
        scope = Q(pk__in=on_team) | Q(created_by=user)
        for sees, department_id, path in memberships:
            if sees == Sees.SUBTREE:
                inside = Department.objects.filter(path__startswith=path).values("pk")
                scope |= Q(department__in=inside) | Q(unit__in=inside)
            else:
                scope |= Q(department=department_id) | Q(unit=department_id)
        return scope

    def with_people_and_places(self) -> UseCaseQuerySet:
        """Department and unit joined, for lists."""
        return self.select_related("department", "unit")


class UseCase(models.Model):
    """An AI use case. `stage` is null when unknown and is changed only together with its stage spell.

    `requested_version` counts changes that readiness depends on; `computed_version` is the one it was computed for.
    `changed_sections` says what changed between the two, and `computations` counts how often results were written.
    """

    number = models.PositiveIntegerField(unique=True)
    title = models.CharField(_("title"), max_length=400)
    problem_statement = models.TextField(_("problem statement"), blank=True)
    affected_process = models.TextField(_("affected process"), blank=True)
    affected_users = models.TextField(_("affected users"), blank=True)
    expected_benefit = models.TextField(_("expected benefit"), blank=True)
    technology = models.JSONField(_("technology"), default=list, blank=True)
    category = models.CharField(_("category"), max_length=200, blank=True)
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="cases", verbose_name=_("department")
    )
    unit = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="unit_cases", verbose_name=_("unit")
    )
    stage = models.PositiveSmallIntegerField(_("stage"), null=True, choices=Stage.choices)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT)
    iteration = models.PositiveSmallIntegerField(_("iteration"), default=1)
    vendor = models.CharField(_("vendor"), max_length=300, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    target_gate_date = models.DateField(_("target gate date"), null=True, blank=True)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.ENTERED)
    version = models.PositiveIntegerField(default=1)
    governed_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)
    # Set while a vote runs on the case: its owner's records stay as the voters saw them.
    records_locked_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    # The fact rows hold the history; this copy of the tier in force lets lists filter and count without a join.
    tier = models.CharField(_("risk tier"), max_length=12, default="unassessed")
    requested_version = models.PositiveIntegerField(default=1)
    computed_version = models.PositiveIntegerField(default=0)
    changed_sections = models.PositiveIntegerField(default=Section.EVERYTHING.value)
    computations = models.PositiveIntegerField(default=0)
    readiness_due_at = models.DateTimeField(null=True)
    # The same for what detectors find: judged for which version, and when time alone may change it.
    findings_version = models.PositiveIntegerField(default=0)
    findings_due_at = models.DateTimeField(null=True)

    objects = UseCaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(number__gt=0), name="portfolio_usecase_number_positive"),
            models.CheckConstraint(condition=~Q(title=""), name="portfolio_usecase_titled"),
            models.CheckConstraint(
                condition=Q(stage__isnull=True) | Q(stage__in=Stage.values), name="portfolio_usecase_stage_known"
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="portfolio_usecase_status_known"),
            models.CheckConstraint(
                condition=~Q(status__in=[Status.IN_REVIEW, Status.PAUSED]) | Q(stage__isnull=False),
                name="portfolio_usecase_review_and_pause_have_stage",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.DRAFT) | Q(stage__isnull=True), name="portfolio_usecase_draft_has_no_stage"
            ),
            models.CheckConstraint(condition=Q(iteration__gte=1), name="portfolio_usecase_iteration_from_one"),
            models.CheckConstraint(condition=Q(origin__in=Origin.values), name="portfolio_usecase_origin_known"),
            models.CheckConstraint(
                condition=Q(origin=Origin.IMPORTED) | Q(status=Status.DRAFT) | ~Q(problem_statement=""),
                name="portfolio_usecase_problem_stated_once_submitted",
            ),
            models.CheckConstraint(
                condition=Q(origin=Origin.IMPORTED) | Q(status=Status.DRAFT) | Q(department__isnull=False),
                name="portfolio_usecase_department_once_submitted",
            ),
            models.CheckConstraint(
                condition=Q(computed_version__lte=F("requested_version")), name="portfolio_usecase_computed_not_ahead"
            ),
            models.CheckConstraint(
                condition=Q(findings_version__lte=F("requested_version")), name="portfolio_usecase_findings_not_ahead"
            ),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="portfolio_usecase_currency_code"),
        ]
        indexes = [
            models.Index(fields=["status", "stage", "number"], name="portfolio_usecase_board"),
            models.Index(fields=["department", "number"], name="portfolio_usecase_department"),
            models.Index(fields=["updated_at", "id"], name="portfolio_usecase_updated"),
            models.Index(fields=["title", "number"], name="portfolio_usecase_title"),
            models.Index(
                fields=["id"],
                condition=Q(computed_version__lt=F("requested_version")),
                name="portfolio_usecase_recompute",
            ),
            models.Index(
                fields=["readiness_due_at"],
                condition=Q(readiness_due_at__isnull=False),
                name="portfolio_usecase_due",
            ),
            models.Index(
                fields=["id"],
                condition=Q(findings_version__lt=F("requested_version")),
                name="portfolio_usecase_unjudged",
            ),
            models.Index(
                fields=["findings_due_at"],
                condition=Q(findings_due_at__isnull=False),
                name="portfolio_usecase_finding_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def reference(self) -> str:
        """The name people use, `UC-0042`."""
        return f"UC-{self.number:04d}"

    @property
    def next_gate(self) -> int | None:
        """The gate that closes the present stage; none for drafts, stopped, retired and unknown stage."""
        if self.status in (Status.DRAFT, Status.STOPPED, Status.RETIRED):
            return None
        return self.stage

    @property
    def is_open(self) -> bool:
        """Still on its way: neither draft nor ended."""
        return self.status in (Status.ACTIVE, Status.IN_REVIEW, Status.PAUSED)


class CaseFact(models.Model):
    """A fact that switches criteria, true from `valid_from` until just before `valid_until`."""

    case = models.ForeignKey(UseCase, on_delete=models.CASCADE, related_name="facts")
    key = models.CharField(max_length=20, choices=FactKey.choices)
    value = models.CharField(max_length=20)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(key__in=FactKey.values), name="portfolio_casefact_key_known"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="portfolio_casefact_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["case", "key"], condition=Q(valid_until__isnull=True), name="portfolio_casefact_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.value}"
