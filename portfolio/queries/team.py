"""Teams, and what a person has yet to confirm or agree to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Max, QuerySet

from pocgate.identity.models import User
from portfolio.enums import Status, TeamRole
from portfolio.models import CostPlan, TeamMember, UseCase

# Asked for at gate 0; the page shows the empty places.
ON_THE_WAY = (Status.ACTIVE, Status.IN_REVIEW, Status.PAUSED)
EXPECTED_ROLES = (TeamRole.BUSINESS_OWNER, TeamRole.SPONSOR, TeamRole.BUDGET_HOLDER)


@dataclass(frozen=True)
class TeamView:
    """Who is on the team, who was, and which expected role is empty."""

    active: tuple[TeamMember, ...]
    former: tuple[TeamMember, ...]
    missing: tuple[TeamRole, ...]

    def holder(self, role: str) -> TeamMember | None:
        """The first active holder of a role."""
        return next((member for member in self.active if member.role == role), None)


def team_view(case: UseCase) -> TeamView:
    """The team of a case, in the order of the roles; one query."""
    order = {role: place for place, role in enumerate(TeamRole.values)}
    rows = TeamMember.objects.filter(case=case).select_related("user").order_by("started_at", "pk")
    members = sorted(rows, key=lambda member: order[member.role])
    active = tuple(member for member in members if member.ended_at is None)
    taken = {member.role for member in active}
    former = tuple(member for member in members if member.ended_at is not None)
    return TeamView(active, former, tuple(role for role in EXPECTED_ROLES if role not in taken))


def product_owner_of(case: UseCase) -> User | None:
    """The active product owner, if there is one."""
    owner = TeamMember.objects.filter(case=case, role=TeamRole.PRODUCT_OWNER, ended_at__isnull=True)
    member = owner.select_related("user").first()
    return member.user if member else None


def memberships_to_confirm(user: User) -> QuerySet[TeamMember]:
    """Roles that wait for this person's confirmation, with their cases."""
    waiting = TeamMember.objects.filter(user=user, confirmed_at__isnull=True, ended_at__isnull=True)
    return waiting.filter(case__archived_at__isnull=True).select_related("case").order_by("started_at", "pk")


def plans_to_agree(user: User) -> QuerySet[CostPlan]:
    """Newest proposals on cases on their way where this person holds the budget, with their cases."""
    held = TeamMember.objects.filter(user=user, role=TeamRole.BUDGET_HOLDER, ended_at__isnull=True).values("case")
    newest = CostPlan.objects.annotate(newest=Max("case__cost_plans__version"))
    waiting = newest.filter(version=F("newest"), agreed_at__isnull=True, case_cap__isnull=False, case__in=held)
    return waiting.filter(case__status__in=ON_THE_WAY).select_related("case").order_by("proposed_at", "pk")


def drafts_of(user: User) -> QuerySet[UseCase]:
    """This person's drafts, last touched first."""
    return UseCase.objects.filter(created_by=user, status="draft", archived_at__isnull=True).order_by("-updated_at")


def untouched_drafts(*, before: datetime) -> QuerySet[UseCase]:
    """Drafts that nobody changed since; a job archives them."""
    return UseCase.objects.filter(status="draft", archived_at__isnull=True, updated_at__lt=before).order_by("pk")
