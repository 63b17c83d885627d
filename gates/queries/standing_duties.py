"""What is outstanding after a decision: lapsed approvals, reviews that come round, and pauses that end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from gates.enums import StandingState
from gates.models import GateStanding
from gates.queries.committees import chairs_of, committee_for
from gates.queries.duty import Duty
from gates.queries.evaluation import day_here
from pocgate.inbox.enums import NotificationKind
from portfolio.enums import Stage, Status, TeamRole
from portfolio.models import Hold, TeamMember, UseCase

Owners = Mapping[int, tuple[int, ...]]
UNDER_WAY = (Status.ACTIVE, Status.PAUSED)


def standing_duties(*, now: datetime, horizon_days: int) -> Iterator[Duty]:
    """Every such duty of cases under way; a case in review has its review instead."""
    until = day_here(now) + timedelta(days=horizon_days)
    joined = GateStanding.objects.filter(case__status__in=UNDER_WAY).select_related(
        "case__department", "case__unit", "decision"
    )
    lapsed = list(joined.filter(state=StandingState.LAPSED, review_due__lte=until).order_by("pk"))
    coming = list(joined.filter(next_review__lte=until, case__stage=Stage.PRODUCTION).order_by("pk"))
    holds = list(
        Hold.objects.filter(ended_at__isnull=True, revive_date__lte=until, case__status=Status.PAUSED)
        .select_related("case__department", "case__unit")
        .order_by("pk")
    )
    owners = _owners({row.case_id for row in [*lapsed, *coming]} | {hold.case_id for hold in holds})
    for row in lapsed:
        yield _lapsed(row, owners, now=now)
    for row in coming:
        # Imported cases that nobody took on are left in peace.
        if row.decision_id is not None or row.case_id in owners:
            yield _coming(row, owners, now=now)
    for hold in holds:
        yield _hold(hold, owners, now=now)


def _owners(case_ids: Collection[int]) -> Owners:
    found: dict[int, list[int]] = defaultdict(list)
    members = TeamMember.objects.filter(role=TeamRole.PRODUCT_OWNER, ended_at__isnull=True, case__in=case_ids)
    for case_id, user_id in members.order_by("pk").values_list("case_id", "user_id"):
        found[case_id].append(user_id)
    return {case_id: tuple(ids) for case_id, ids in found.items()}


def _chairs(case: UseCase, now: datetime) -> tuple[int, ...]:
    committee = committee_for(case, case.stage) if case.stage is not None else None
    return tuple(chairs_of(committee, now=now))


def _named(case: UseCase) -> dict[str, object]:
    return {"case": case.reference, "title": case.title, "gate": case.stage}


def _page(case: UseCase) -> str:
    return f"{reverse('gates:case_reviews', args=[case.reference])}#proposals"


def _lapsed(row: GateStanding, owners: Owners, *, now: datetime) -> Duty:
    chairs = _chairs(row.case, now)
    return Duty(
        kind=NotificationKind.STANDING_LAPSED,
        subject_type="standing",
        subject_id=row.pk,
        case_id=row.case_id,
        deadline=row.review_due or day_here(now),
        since=day_here(row.since) + timedelta(days=1),
        person_ids=(*owners.get(row.case_id, ()), *chairs),
        chair_ids=chairs,
        what=_("mend or review the lapsed approval of %(case)s %(title)s") % _named(row.case),
        reason=_("You get this because you own this case, or chair the committee of its next gate."),
        url=_page(row.case),
    )


def _coming(row: GateStanding, owners: Owners, *, now: datetime) -> Duty:
    due: date = row.next_review or day_here(now)
    return Duty(
        kind=NotificationKind.REVIEW_PROPOSED,
        subject_type="standing",
        subject_id=row.pk,
        case_id=row.case_id,
        deadline=due,
        since=day_here(row.since),
        person_ids=owners.get(row.case_id, ()),
        chair_ids=_chairs(row.case, now),
        what=_("request gate %(gate)s for %(case)s %(title)s, whose operating review comes round") % _named(row.case),
        reason=_("You get this because you own this case, or chair the committee of its next gate."),
        url=_page(row.case),
    )


def _hold(hold: Hold, owners: Owners, *, now: datetime) -> Duty:
    chairs = _chairs(hold.case, now)
    return Duty(
        kind=NotificationKind.HOLD_ENDING,
        subject_type="hold",
        subject_id=hold.pk,
        case_id=hold.case_id,
        deadline=hold.revive_date or day_here(now),
        since=day_here(hold.started_at) + timedelta(days=1),
        person_ids=(*owners.get(hold.case_id, ()), *chairs),
        chair_ids=chairs,
        what=_("take up %(case)s %(title)s again: its pause ends and a review opens") % _named(hold.case),
        reason=_("You get this because you own this case, or chair the committee of its next gate."),
        url=_page(hold.case),
    )
