"""The filters of every list of cases, shared by pages and API."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from pocgate.identity.models import User
from pocgate.kernel.errors import FieldProblem, Invalid
from pocgate.kernel.http import REFERENCE
from portfolio.enums import Origin, Stage, Status, TeamRole, Tier
from portfolio.models import Department, TeamMember, UseCase, UseCaseQuerySet
from portfolio.queries.rows import over_time_box, with_open_spell

UNKNOWN = "unknown"
STAGES = [*((str(stage), label) for stage, label in Stage.choices), (UNKNOWN, _("not known"))]
# What lists take beside the filters.
LIST_PARAMETERS = frozenset({"cursor", "limit", "ordering", "sort", "fields", "format", "columns"})
SEARCH_LENGTH = 200


class PlacesField(django_filters.fields.ModelMultipleChoiceField):
    """Departments by id; an id that no database could hold is refused like any other unknown one."""

    def _check_values(self, value: Iterable[str]) -> QuerySet[Department]:
        for key in value:
            if not re.fullmatch(r"[0-9]{1,9}", str(key)):
                raise ValidationError(
                    self.error_messages["invalid_pk_value"], code="invalid_pk_value", params={"pk": key}
                )
        return cast("QuerySet[Department]", super()._check_values(value))


class PlacesFilter(django_filters.ModelMultipleChoiceFilter):
    """A filter of departments."""

    field_class = PlacesField


class CaseFilter(django_filters.FilterSet):
    """Filters over visible cases. `user` and `now` are needed for `mine`, `over` and `owner`."""

    q = django_filters.CharFilter(method="search", label=_("Search"), max_length=SEARCH_LENGTH)
    stage = django_filters.MultipleChoiceFilter(choices=STAGES, method="in_stage", label=_("Stage"))
    status = django_filters.MultipleChoiceFilter(choices=Status.choices, label=_("Status"))
    department = PlacesFilter(
        queryset=Department.objects.order_by("name", "pk"), method="in_department", label=_("Department")
    )
    tier = django_filters.MultipleChoiceFilter(choices=Tier.choices, label=_("Risk tier"))
    origin = django_filters.ChoiceFilter(choices=Origin.choices, label=_("Origin"))
    owner = django_filters.ModelChoiceFilter(
        queryset=User.objects.order_by("pk"), method="owned_by", label=_("Product owner")
    )
    mine = django_filters.BooleanFilter(method="on_my_team", label=_("My cases"))
    over = django_filters.BooleanFilter(method="past_time_box", label=_("Past the time-box"))
    updated_since = django_filters.IsoDateTimeFilter(
        field_name="updated_at", lookup_expr="gte", label=_("Updated since")
    )

    class Meta:
        model = UseCase
        fields: list[str] = []

    def __init__(self, data: Mapping[str, Any] | None, *, queryset: UseCaseQuerySet, user: User, now: datetime) -> None:
        super().__init__(data=data, queryset=queryset.filter(archived_at__isnull=True))
        self.user, self.now = user, now

    def cases(self) -> UseCaseQuerySet:
        """The filtered cases; raises `Invalid` with each bad value."""
        if not self.form.is_valid():
            raise Invalid(self.problems())
        return cast("UseCaseQuerySet", self.qs)

    def problems(self) -> list[FieldProblem]:
        """The bad values, by parameter."""
        return [
            FieldProblem(name, "bad_filter", "{problem}", {"problem": str(message)})
            for name, messages in self.form.errors.items()
            for message in messages
        ]

    def unknown_parameters(self) -> list[str]:
        """Parameters that are neither filter nor belong to a list; the API refuses them."""
        return sorted(set(self.data or {}) - set(self.base_filters) - LIST_PARAMETERS)

    @property
    def active(self) -> dict[str, str]:
        """The filters in use, as they stand in the address."""
        return {name: value for name, value in (self.data or {}).items() if name in self.base_filters and value}

    def search(self, cases: UseCaseQuerySet, _name: str, text: str) -> UseCaseQuerySet:
        """By reference, or words of the title or problem; each word has to occur."""
        reference = REFERENCE.fullmatch(text.strip())
        if reference:
            return cases.filter(number=int(reference.group(1)))
        found = cases
        for word in text.split():
            found = found.filter(Q(title__icontains=word) | Q(problem_statement__icontains=word))
        return found

    def in_stage(self, cases: UseCaseQuerySet, _name: str, stages: list[str]) -> UseCaseQuerySet:
        """In one of the stages; `unknown` is those without."""
        if not stages:
            return cases
        known = Q(stage__in=[int(stage) for stage in stages if stage != UNKNOWN])
        return cases.filter(known | Q(stage__isnull=True) if UNKNOWN in stages else known)

    def in_department(self, cases: UseCaseQuerySet, _name: str, places: list[Department]) -> UseCaseQuerySet:
        """In one of the departments or units, or any unit under them."""
        if not places:
            return cases
        under = Q()
        for place in places:
            under |= Q(path__startswith=place.path)
        inside = Department.objects.filter(under).values("pk")
        return cases.filter(Q(department__in=inside) | Q(unit__in=inside))

    def owned_by(self, cases: UseCaseQuerySet, _name: str, owner: User) -> UseCaseQuerySet:
        """Whose product owner is this person."""
        parts = TeamMember.objects.filter(user=owner, role=TeamRole.PRODUCT_OWNER, ended_at__isnull=True)
        return cases.filter(pk__in=parts.values("case"))

    def on_my_team(self, cases: UseCaseQuerySet, _name: str, mine: bool) -> UseCaseQuerySet:
        """On whose team the person asking is, or not."""
        parts = TeamMember.objects.filter(user=self.user, ended_at__isnull=True).values("case")
        return cases.filter(pk__in=parts) if mine else cases.exclude(pk__in=parts)

    def past_time_box(self, cases: UseCaseQuerySet, _name: str, over: bool) -> UseCaseQuerySet:
        """Whose time-box is used up, or not."""
        late = with_open_spell(UseCase.objects.all()).filter(over_time_box(self.now), status__in=(Status.ACTIVE,))
        return cases.filter(pk__in=late.values("pk")) if over else cases.exclude(pk__in=late.values("pk"))
