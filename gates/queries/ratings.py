"""The scorecard of a case as a gate asks for it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from portfolio.enums import TeamRole
from portfolio.models import TeamMember
from scoring.models import Assessment
from scoring.rules.playbook import Playbook
from scoring.rules.reasons import Record
from scoring.rules.scorecard import Rating, Scorecard, scorecard


def scorecard_at(case_id: int, *, playbook: Playbook, within_days: int | None, now: datetime) -> Scorecard:
    """The scorecard from the latest rating of each assessor; ratings older than `within_days` are left out."""
    team = TeamMember.objects.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=now), case=case_id)
    roles = list(team.values_list("user_id", "role"))
    on_team = {user_id for user_id, _role in roles}
    owners = {user_id for user_id, role in roles if role == TeamRole.PRODUCT_OWNER}
    latest = Assessment.objects.filter(case=case_id, superseded_at__isnull=True).order_by("pk")
    ratings = [
        Rating(
            record=Record("assessment", row.pk, row.criterion),
            criterion=row.criterion,
            assessor_id=row.assessor_id,
            rating=row.rating,
            discipline=row.discipline,
            on_team=row.assessor_id in on_team,
            is_owner=row.assessor_id in owners,
            rated_at=row.assessed_at,
        )
        for row in latest
    ]
    return scorecard(playbook.scorecard, ratings, now, within_days)
