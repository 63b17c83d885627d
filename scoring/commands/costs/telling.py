"""Who is told that a share of a cap is reached."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from pocgate.inbox.commands import Notice, notify
from pocgate.inbox.enums import NotificationKind
from portfolio.enums import TeamRole
from portfolio.models import TeamMember, UseCase
from scoring.enums import CapScope
from scoring.models import CostNotice


def tell_noticed(notice: CostNotice, case: UseCase, *, now: datetime) -> None:
    """The product owner, who justifies and may propose a review, and the budget holder."""
    people = TeamMember.objects.filter(
        case=case, role__in=[TeamRole.PRODUCT_OWNER, TeamRole.BUDGET_HOLDER], ended_at__isnull=True
    )
    notify(
        Notice(
            kind=NotificationKind.COST_NOTICE,
            subject_type="cost_notice",
            subject_id=notice.pk,
            occasion="noticed",
            title=noticed_title(notice, case),
            reason=_("You get this because you own this case or hold its budget."),
            url=f"{reverse('portfolio:cost', args=[case.reference])}#notices",
            case_id=case.pk,
        ),
        user_ids=sorted(set(people.values_list("user_id", flat=True))),
        now=now,
    )


def noticed_title(notice: CostNotice, case: UseCase) -> str:
    """What is reached, and what is asked for."""
    shown = {
        "percent": notice.percent,
        "scope": CapScope(notice.scope).label,
        "case": case.reference,
        "title": case.title,
    }
    if notice.proposes_review:
        return _("%(percent)s %% of the cap of %(scope)s is used, a review is proposed: %(case)s %(title)s") % shown
    if notice.asks_justification:
        return _("%(percent)s %% of the cap of %(scope)s is used, please justify: %(case)s %(title)s") % shown
    return _("%(percent)s %% of the cap of %(scope)s is used: %(case)s %(title)s") % shown
