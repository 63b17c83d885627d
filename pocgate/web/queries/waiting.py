"""What waits for a person, by role: the first list of the home page. One query per kind of work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gates.enums import OPEN_REVIEW_STATES, ReviewState, SeatRole
from gates.models import Condition, GateReview, GateStanding, Seat
from gates.queries.committees import chairs_of, committee_for, delegations_in_force, in_conflict
from gates.queries.cost_reviews import cases_with_proposals, deciding_committee, proposing_notices
from gates.queries.overrides import overrides_waiting_for
from gates.queries.proposals import open_proposals
from gates.queries.standing_words import shown
from gates.queries.votes_due import reviews_to_vote_on
from pocgate.identity.enums import Role
from pocgate.identity.models import User
from portfolio.enums import Origin, Status, TeamRole
from portfolio.models import TeamMember, UseCase
from portfolio.queries.team import plans_to_agree
from scoring.models import CriterionResult
from scoring.queries.costs import WATCHED, cap_plans, notices_of, standing_notices, unanswered

MOST_OF_A_KIND = 25
SIGN_OFF_REASONS = ("awaiting_sign_off", "sign_off_outdated", "sign_off_expired")
SOON = timedelta(days=3)


@dataclass(frozen=True)
class Waiting:
    """One thing to do: what, about which case, where, and until when."""

    kind: str
    icon: str
    act: str
    title: str
    reference: str
    url: str
    due: date | None = None
    is_late: bool = False
    is_soon: bool = False


def waiting_for(user: User, roles: frozenset[str], *, now: datetime) -> list[Waiting]:
    """Everything that waits for the person, the most urgent first, what has no date last."""
    kinds: list[tuple[bool, Callable[[User, datetime], Iterator[Waiting]]]] = [
        (bool(roles & {Role.COMMITTEE, Role.CHAIR}), _votes),
        (bool(roles & {Role.COMMITTEE, Role.CHAIR}), _reviews_to_lead),
        (Role.COMPLIANCE in roles, _sign_offs),
        (True, _overrides),
        (True, _conditions),
        (True, _memberships),
        (True, _plans),
        (True, _justifications),
        (Role.CHAIR in roles, _reviews_to_convene),
        (bool(roles & {Role.COMMITTEE, Role.CHAIR}), _proposals),
        (True, _lapsed),
        (True, _drafts),
        (Role.ADMIN in roles, _unknown_stages),
    ]
    found = [waiting for concerned, read in kinds if concerned for waiting in read(user, now)]
    return sorted(found, key=lambda waiting: (waiting.due is None, waiting.due or date.max))


def _own_seats(user: User, now: datetime) -> QuerySet[Seat]:
    in_term = Q(ended_at__isnull=True) | Q(ended_at__gt=now)
    return Seat.objects.filter(in_term, user=user, started_at__lte=now, committee=OuterRef("committee"))


def _votes(user: User, now: datetime) -> Iterator[Waiting]:
    for review in reviews_to_vote_on(user, now=now)[:MOST_OF_A_KIND]:
        act = _("Vote at Gate %(gate)s") % {"gate": review.gate}
        closes = review.voting_closes_at
        due = closes.date() if closes else review.decide_by
        yield _of_review(review, kind="vote", icon="vote", act=act, due=due, now=now)


def _reviews_to_lead(user: User, now: datetime) -> Iterator[Waiting]:
    """Whoever delegated the seat, stood back, or worked on the case has nothing to lead."""
    leading = (
        _own_seats(user, now)
        .filter(role__in=[SeatRole.CHAIR, SeatRole.DEPUTY])
        .exclude(pk__in=delegations_in_force(now).order_by().values("seat"))
        .exclude(recusals__review=OuterRef("pk"))
    )
    on_team = TeamMember.objects.filter(in_conflict(now), case=OuterRef("case"), user=user)
    acts = {
        ReviewState.REQUESTED: _("Prepare Gate %(gate)s"),
        ReviewState.IN_PREPARATION: _("Open the vote at Gate %(gate)s"),
        ReviewState.CLOSED: _("Decide Gate %(gate)s"),
    }
    reviews = (
        GateReview.objects.filter(Exists(leading), ~Exists(on_team), state__in=list(acts))
        .select_related("case")
        .order_by("decide_by", "pk")
    )
    for review in reviews[:MOST_OF_A_KIND]:
        act = acts[ReviewState(review.state)] % {"gate": review.gate}
        yield _of_review(review, kind="lead", icon="gavel", act=act, due=review.decide_by, now=now)


def _sign_offs(user: User, now: datetime) -> Iterator[Waiting]:
    on_team = TeamMember.objects.filter(case=OuterRef("case"), user=user, ended_at__isnull=True)
    decide_by = GateReview.objects.filter(case=OuterRef("case"), state__in=OPEN_REVIEW_STATES).values("decide_by")
    cases = (
        CriterionResult.objects.filter(reason__in=SIGN_OFF_REASONS)
        .exclude(Exists(on_team))
        .annotate(decide_by=Subquery(decide_by[:1]))
        .filter(decide_by__isnull=False)
        .values("case__number", "case__title", "decide_by")
        .annotate(items=Count("pk"))
        .order_by("decide_by", "case__number")
    )
    for row in cases[:MOST_OF_A_KIND]:
        act = ngettext("Sign %(count)s item", "Sign %(count)s items", row["items"]) % {"count": row["items"]}
        reference = f"UC-{row['case__number']:04d}"
        url = reverse("gates:checklist", args=[reference])
        found = Waiting("sign_off", "shield-check", act, row["case__title"], reference, url, due=row["decide_by"])
        yield _dated(found, now)


def _conditions(user: User, now: datetime) -> Iterator[Waiting]:
    conditions = (
        Condition.objects.filter(owner=user, cleared_at__isnull=True, decision__corrected_by__isnull=True)
        .select_related("decision__review__case")
        .order_by("due_date", "pk")
    )
    for condition in conditions[:MOST_OF_A_KIND]:
        case = condition.decision.review.case
        url = reverse("gates:decision", args=[condition.decision.reference])
        act = _("Clear the condition “%(text)s”") % {"text": condition.text}
        yield _dated(
            Waiting("condition", "list-checks", act, case.title, case.reference, url, due=condition.due_date), now
        )


def _overrides(user: User, now: datetime) -> Iterator[Waiting]:
    for request in overrides_waiting_for(user, now=now)[:MOST_OF_A_KIND]:
        review = request.review
        act = _("Sign or refuse the override to %(outcome)s") % {"outcome": request.get_outcome_display()}
        found = _of_review(review, kind="override", icon="shield-alert", act=act, due=review.decide_by, now=now)
        yield replace(found, url=f"{found.url}#override")


def _memberships(user: User, now: datetime) -> Iterator[Waiting]:
    members = (
        TeamMember.objects.filter(user=user, confirmed_at__isnull=True, ended_at__isnull=True)
        .filter(case__status__in=[Status.DRAFT, Status.ACTIVE, Status.IN_REVIEW, Status.PAUSED])
        .select_related("case")
        .order_by("started_at", "pk")
    )
    for member in members[:MOST_OF_A_KIND]:
        act = _("Confirm that you are %(role)s") % {"role": member.get_role_display()}
        case = member.case
        yield Waiting(
            "membership",
            "user-round",
            act,
            case.title,
            case.reference,
            reverse("portfolio:team", args=[case.reference]),
        )


def _plans(user: User, now: datetime) -> Iterator[Waiting]:
    for plan in plans_to_agree(user)[:MOST_OF_A_KIND]:
        case, act = plan.case, _("Agree to the cost plan")
        url = reverse("portfolio:cost", args=[case.reference])
        yield Waiting("plan", "hand-coins", act, case.title, case.reference, url)


def _justifications(user: User, now: datetime) -> Iterator[Waiting]:
    owned = TeamMember.objects.filter(user=user, role=TeamRole.PRODUCT_OWNER, ended_at__isnull=True)
    cases = {case.pk: case for case in UseCase.objects.filter(pk__in=owned.values("case"), status__in=WATCHED)}
    every = list(notices_of(cases).filter(asks_justification=True)) if cases else []
    if not every:
        return
    standing = standing_notices(every, cases, cap_plans(sorted({each.case_id for each in every}), now=now))
    wanted = unanswered(standing)
    for notice in [each for each in standing if each.pk in wanted][:MOST_OF_A_KIND]:
        case, act = cases[notice.case_id], _("Justify %(percent)s %% of a cap") % {"percent": notice.percent}
        url = f"{reverse('portfolio:cost', args=[case.reference])}#notices"
        yield Waiting("justification", "message-square-text", act, case.title, case.reference, url)


def _reviews_to_convene(user: User, now: datetime) -> Iterator[Waiting]:
    notices = list(proposing_notices(cases_with_proposals(), now=now))
    # Where the lapsed approval proposes the review already, its line says so.
    told = (
        {proposal.case_id for proposal in open_proposals([notice.case_id for notice in notices])} if notices else set()
    )
    for notice in notices:
        if notice.case_id in told or user.pk not in chairs_of(deciding_committee(notice), notice.case_id, now=now):
            continue
        told.add(notice.case_id)
        act = _("Look at the cost: a review out of cycle is proposed")
        url = f"{reverse('gates:case_reviews', args=[notice.case.reference])}#out-of-cycle"
        yield Waiting("convening", "gavel", act, notice.case.title, notice.case.reference, url)


def _proposals(user: User, now: datetime) -> Iterator[Waiting]:
    """Reviews that are proposed to the chair, one line a case."""
    told: set[int] = set()
    for proposal in open_proposals():
        case = proposal.case
        if case.pk in told or len(told) == MOST_OF_A_KIND:
            continue
        committee = committee_for(case, case.stage) if case.stage is not None else None
        if user.pk in chairs_of(committee, case.pk, now=now):
            told.add(case.pk)
            act = _("A review is proposed: %(why)s") % {"why": proposal.text}
            url = f"{reverse('gates:case_reviews', args=[case.reference])}#proposals"
            yield _dated(Waiting("proposal", "gavel", act, case.title, case.reference, url, due=proposal.due), now)


def _lapsed(user: User, now: datetime) -> Iterator[Waiting]:
    """The own cases whose approval lapsed."""
    owned = TeamMember.objects.filter(user=user, role=TeamRole.PRODUCT_OWNER, ended_at__isnull=True)
    rows = GateStanding.objects.filter(
        case__in=owned.values("case"), state="lapsed", case__status__in=[Status.ACTIVE, Status.PAUSED]
    ).select_related("case", "decision")
    for row in rows.order_by("review_due", "pk")[:MOST_OF_A_KIND]:
        case, causes = row.case, shown(row).causes
        act = _("Approval lapsed: %(why)s") % {"why": causes[0].text if causes else ""}
        url = reverse("gates:case_reviews", args=[case.reference])
        yield _dated(Waiting("lapsed", "shield-x", act, case.title, case.reference, url, due=row.review_due), now)


def _drafts(user: User, now: datetime) -> Iterator[Waiting]:
    drafts = UseCase.objects.filter(created_by=user, status=Status.DRAFT, archived_at__isnull=True)
    for case in drafts.order_by("-updated_at", "pk")[:MOST_OF_A_KIND]:
        url = reverse("portfolio:register_resume", args=[case.reference])
        yield Waiting("draft", "pencil", _("Finish the draft"), capfirst(case.title), case.reference, url)


def _unknown_stages(user: User, now: datetime) -> Iterator[Waiting]:
    unknown = UseCase.objects.filter(stage__isnull=True, status=Status.ACTIVE, origin=Origin.IMPORTED).count()
    if unknown:
        act = ngettext(
            "Say in which stage %(count)s imported case is",
            "Say in which stage %(count)s imported cases are",
            unknown,
        ) % {"count": unknown}
        yield Waiting("stage", "compass", act, "", "", f"{reverse('table')}?stage=unknown&status=active")


def _of_review(review: GateReview, *, kind: str, icon: str, act: str, due: date, now: datetime) -> Waiting:
    case = review.case
    return _dated(
        Waiting(kind, icon, act, case.title, case.reference, reverse("gates:room", args=[review.pk]), due=due), now
    )


def _dated(waiting: Waiting, now: datetime) -> Waiting:
    today = now.date()
    due = waiting.due
    if due is None:
        return waiting
    return replace(waiting, is_late=due < today, is_soon=today <= due <= today + SOON)
