"""Reviews that are proposed or due, and the cases whose review opens by itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from gates.enums import OPEN_REVIEW_STATES, ReviewState, ReviewTrigger
from gates.models import GateReview, GateStanding, ReviewProposal, ReviveTrigger
from gates.queries.evaluation import day_here
from gates.queries.standing import cause_from
from gates.rules.proposals import (
    baseline_review_due,
    operating_review_due,
    overdue_step,
    recommended_when_overdue,
)
from portfolio.enums import Origin, Stage, Status, TeamRole
from portfolio.models import Hold, KpiReading, StageSpell, TeamMember, UseCase
from portfolio.rules.time_box import Box, time_box_use
from scoring.queries.playbooks import current_playbook

REVIEWABLE = (Status.ACTIVE, Status.PAUSED)
# What a lapsed standing proposes a review for; gone with its cause.
OF_STANDING = (
    *(ReviewTrigger.STANDING, ReviewTrigger.INCIDENT, ReviewTrigger.RELEASE, ReviewTrigger.CHANGE),
    *(ReviewTrigger.TIER, ReviewTrigger.CAP),
)
# A review opened by itself is one; nobody has to convene it.
OPENED = (ReviewTrigger.TIME_BOX, ReviewTrigger.PAUSE_OVER)


def unsettled(case_ids: Collection[int] | None = None) -> QuerySet[ReviewProposal]:
    """Proposals that no review followed and nobody dismissed, with their case, the earliest due first.

    A review that was withdrawn is none.
    """
    followed = GateReview.objects.filter(case=OuterRef("case"), requested_at__gte=OuterRef("proposed_at")).exclude(
        state=ReviewState.WITHDRAWN
    )
    rows = ReviewProposal.objects.filter(~Exists(followed), dismissed_at__isnull=True).exclude(trigger__in=OPENED)
    if case_ids is not None:
        rows = rows.filter(case__in=case_ids)
    return rows.select_related("case__department", "case__unit").order_by("due", "pk")


def open_proposals(case_ids: Collection[int] | None = None) -> list[ReviewProposal]:
    """The unsettled ones whose reason still stands, of cases that a review can come before; two queries."""
    waiting = Q(case__status__in=REVIEWABLE) | Q(case__status=Status.STOPPED, trigger=ReviewTrigger.REVIVE)
    found = list(unsettled(case_ids).filter(waiting))
    rows = GateStanding.objects.filter(case__in={proposal.case_id for proposal in found})
    subjects = {
        case_id: {cause_from(reason).subject for reason in reasons}
        for case_id, reasons in rows.values_list("case_id", "reasons")
    }
    return [
        proposal
        for proposal in found
        if proposal.trigger not in OF_STANDING or proposal.subject in subjects.get(proposal.case_id, ())
    ]


def next_operating_review(row: GateStanding) -> date | None:
    """When the case of this standing, in operation, comes before gate 3 next; None while it is not in operation."""
    case = row.case
    if case.stage != Stage.PRODUCTION:
        return None
    policy = current_playbook().operating_reviews
    if row.decision is None:
        baseline = current_playbook().baseline_reviews
        imported = day_here(case.created_at)
        return baseline_review_due(imported=imported, number=case.number, tier=case.tier, policy=baseline)
    spell = StageSpell.objects.filter(case=case, exit_reason="").first()
    entered = day_here(spell.entered_at) if spell and spell.entered_at else day_here(row.decision.decided_at)
    reviewed = row.decision.review.gate == Stage.PRODUCTION
    last = day_here(row.decision.decided_at) if reviewed else None
    return operating_review_due(went_live=entered, last_review=last, tier=case.tier, policy=policy)


def ungated_in_operation() -> QuerySet[UseCase]:
    """Imported cases in operation that no committee has looked at and whose first review is not planned yet."""
    planned = GateStanding.objects.filter(case=OuterRef("pk"))
    return UseCase.objects.filter(
        ~Exists(planned),
        origin=Origin.IMPORTED,
        stage=Stage.PRODUCTION,
        status__in=REVIEWABLE,
        governed_at__isnull=True,
    ).order_by("pk")


def standings_to_date(*, now: datetime) -> QuerySet[GateStanding]:
    """Standings of cases in operation whose next review was not worked out since an hour."""
    stale = Q(checked_at__lt=now - timedelta(hours=1)) | Q(next_review__isnull=True)
    rows = GateStanding.objects.filter(stale, case__stage=Stage.PRODUCTION, case__status__in=REVIEWABLE)
    return rows.select_related("case", "decision__review").order_by("pk")


def reviews_due(*, now: datetime) -> QuerySet[GateStanding]:
    """Standings whose next review is due and not proposed yet."""
    rows = GateStanding.objects.filter(next_review__lte=day_here(now), case__status__in=REVIEWABLE)
    known = ReviewProposal.objects.filter(
        case=OuterRef("case"),
        trigger__in=[ReviewTrigger.OPERATING, ReviewTrigger.BASELINE],
        due__gte=OuterRef("next_review"),
    )
    return rows.filter(~Exists(known), case__stage=Stage.PRODUCTION).select_related("case").order_by("pk")


@dataclass(frozen=True)
class Overdue:
    """A case whose review opens by itself: why, about what, and what policy recommends."""

    case_id: int
    trigger: str
    subject: str
    recommended: str
    percent: int = 0
    revive_date: date | None = None


def reviews_to_open(*, now: datetime) -> list[Overdue]:
    """Cases far past their time-box, and pauses that are over, whose review did not open yet."""
    found = [*_far_over(now=now), *_pauses_over(now=now)]
    told = set(
        ReviewProposal.objects.filter(case__in={each.case_id for each in found}, trigger__in=OPENED).values_list(
            "case_id", "trigger", "subject"
        )
    )
    return [each for each in found if (each.case_id, each.trigger, each.subject) not in told]


def _far_over(*, now: datetime) -> Iterator[Overdue]:
    """Held and in-review days do not count: the end of a box leaves them out, and a stopped clock is not looked at."""
    policy, today = current_playbook().pace, day_here(now)
    owned = TeamMember.objects.filter(case=OuterRef("case"), role=TeamRole.PRODUCT_OWNER, ended_at__isnull=True)
    spells = list(
        StageSpell.objects.filter(
            # Imported cases that nobody took on are left in peace.
            Q(case__governed_at__isnull=False) | Exists(owned),
            exit_reason="",
            time_box_ends_at__lt=now,
            clock_stopped_at__isnull=True,
            case__status=Status.ACTIVE,
        ).order_by("pk")
    )
    late = []
    for spell in spells:
        box = Box(spell.entered_at, spell.time_box_days, spell.extension_days, spell.time_box_ends_at)
        step = overdue_step(time_box_use(box, now=now).percent, policy.review_opens_at)
        if step is not None:
            late.append((spell, step))
    readings = _last_readings([spell.case_id for spell, _step in late])
    for spell, step in late:
        recommended = recommended_when_overdue(
            last_reading=readings.get(spell.case_id), today=today, silent_days=policy.stop_without_reading_days
        )
        subject = f"stage_spell {spell.pk} at {step} %"
        yield Overdue(spell.case_id, ReviewTrigger.TIME_BOX, subject, recommended, percent=step)


def _last_readings(case_ids: Collection[int]) -> dict[int, date]:
    rows = KpiReading.objects.filter(kpi__case__in=case_ids, superseded_by__isnull=True).order_by("observed_to", "pk")
    return {case_id: day_here(at) for case_id, at in rows.values_list("kpi__case_id", "observed_to")}


def _pauses_over(*, now: datetime) -> Iterator[Overdue]:
    holds = Hold.objects.filter(ended_at__isnull=True, revive_date__lte=day_here(now), case__status=Status.PAUSED)
    for hold in holds.order_by("pk"):
        yield Overdue(hold.case_id, ReviewTrigger.PAUSE_OVER, f"hold {hold.pk}", "", revive_date=hold.revive_date)


def triggers_to_propose(*, now: datetime) -> QuerySet[ReviveTrigger]:
    """What stopped cases waited for and that happened, not proposed yet: its day came, or somebody reported it."""
    came = Q(fired_at__isnull=False) | Q(on_date__lte=day_here(now))
    known = ReviewProposal.objects.filter(
        case=OuterRef("case"), trigger=ReviewTrigger.REVIVE, proposed_at__gte=OuterRef("decision__decided_at")
    )
    rows = ReviveTrigger.objects.filter(came, ~Exists(known), dropped_at__isnull=True, case__status=Status.STOPPED)
    return rows.select_related("case", "decision").order_by("pk")


def has_open_review(case_id: int) -> bool:
    """Whether a review of the case is open."""
    return GateReview.objects.filter(case=case_id, state__in=OPEN_REVIEW_STATES).exists()


def proposals_to_link() -> QuerySet[ReviewProposal]:
    """Proposals that a review followed, not linked to it yet."""
    return ReviewProposal.objects.filter(Exists(followers()), review__isnull=True, dismissed_at__isnull=True).order_by(
        "pk"
    )


def followers() -> QuerySet[GateReview]:
    """The reviews that followed a proposal in an outer query, the earliest first."""
    later = GateReview.objects.filter(case=OuterRef("case"), requested_at__gte=OuterRef("proposed_at"))
    return later.exclude(state=ReviewState.WITHDRAWN).order_by("requested_at", "pk")
