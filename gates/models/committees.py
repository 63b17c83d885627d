"""Who decides at which gate."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gates.enums import Discipline, SeatRole
from portfolio.models import Department


class Committee(models.Model):
    """The committee of one gate, company-wide or for a department and all under it; the nearest up the tree decides."""

    name = models.CharField(_("name"), max_length=200)
    gate = models.PositiveSmallIntegerField(_("gate"))
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="committees"
    )
    dissolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(gate__in=[0, 1, 2, 3]), name="gates_committee_gate_known"),
            models.CheckConstraint(condition=~Q(name=""), name="gates_committee_named"),
            models.UniqueConstraint(
                fields=["gate", "department"],
                condition=Q(dissolved_at__isnull=True),
                name="gates_committee_once_per_department",
            ),
            models.UniqueConstraint(
                fields=["gate"],
                condition=Q(dissolved_at__isnull=True, department__isnull=True),
                name="gates_committee_once_company_wide",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SeatQuerySet(models.QuerySet["Seat"]):
    """Chains over seats."""

    def in_term(self, moment: datetime) -> SeatQuerySet:
        """Seats whose half-open term holds the moment."""
        return self.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=moment), started_at__lte=moment)


class Seat(models.Model):
    """A person's place on a committee for a half-open term, whose end may be known when it begins."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="seats")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="seats")
    role = models.CharField(_("role"), max_length=10, choices=SeatRole.choices)
    discipline = models.CharField(_("discipline"), max_length=10, choices=Discipline.choices)
    weight = models.PositiveSmallIntegerField(default=1)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=SeatRole.values), name="gates_seat_role_known"),
            models.CheckConstraint(condition=Q(discipline__in=Discipline.values), name="gates_seat_discipline_known"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="gates_seat_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["committee", "user"], condition=Q(ended_at__isnull=True), name="gates_seat_person_once"
            ),
            models.UniqueConstraint(
                fields=["committee"],
                condition=Q(ended_at__isnull=True, role=SeatRole.CHAIR),
                name="gates_seat_one_chair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"


class Delegation(models.Model):
    """A seat filled by another person for a half-open time. Ends early when revoked; never passed on."""

    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="delegations")
    delegate = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="gates_delegation_ends_after_start"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="gates_delegation_revoked_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["seat", "starts_at"], name="gates_delegation_of_seat")]

    def __str__(self) -> str:
        return f"{self.seat} by {self.delegate}"
