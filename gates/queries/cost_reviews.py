"""Reviews out of cycle that cost proposes: a share of a cap is reached, and nobody has looked at the case since."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from gates.enums import ReviewState
from gates.models import Committee, GateReview
from gates.queries.committees import committee_for
from portfolio.enums import Status
from portfolio.models import UseCase
from scoring.models import CostNotice
from scoring.queries.costs import cap_plans, notices_of, standing_notices


def proposing_notices(case_ids: Iterable[int], *, now: datetime) -> list[CostNotice]:
    """Notices of these active and paused cases whose cap is in force and that no review has followed, newest first."""
    wanted = notices_of(case_ids).filter(
        ~Exists(_reviews_since()), proposes_review=True, case__status__in=[Status.ACTIVE, Status.PAUSED]
    )
    found = list(wanted.select_related("case__department", "case__unit"))
    if not found:
        return []
    cases: dict[int, UseCase] = {notice.case_id: notice.case for notice in found}
    return standing_notices(found, cases, cap_plans(sorted(cases), now=now))[::-1]


def cases_with_proposals() -> QuerySet[CostNotice, int]:
    """The ids of cases with a notice that proposes a review and that none has followed."""
    proposing = CostNotice.objects.filter(~Exists(_reviews_since()), proposes_review=True)
    return proposing.order_by("case_id").values_list("case_id", flat=True).distinct()


def _reviews_since() -> QuerySet[GateReview]:
    later = GateReview.objects.filter(case=OuterRef("case"), requested_at__gte=OuterRef("noticed_at"))
    return later.exclude(state=ReviewState.WITHDRAWN)


def deciding_committee(notice: CostNotice) -> Committee | None:
    """The committee that a review of the case would come before."""
    case = notice.case
    return committee_for(case, case.stage) if case.stage is not None else None
