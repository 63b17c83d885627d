"""Duties of an open review: votes, signatures, the decision, overrides. Who has them depends on its seats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext as _

from gates.enums import OPEN_REVIEW_STATES, ReviewState
from gates.models import GateReview, Seat, Vote
from gates.queries.checklists import checklists_of
from gates.queries.committees import conflicts_of
from gates.queries.duty import Duty
from gates.queries.overrides import consenters, overrides_in_force, second_signers
from gates.queries.reminding.chairs import Chairs
from gates.queries.reminding.source import AGAIN, Source, Subject, columns, day_of
from gates.queries.seats import presiding_standing, standings_of
from gates.queries.votes import current_dossier
from pocgate.identity.enums import Role
from pocgate.identity.queries import people_with_role
from pocgate.inbox.enums import NotificationKind

Found = Any
# Occasions are days: what changed longer ago was so when the day's first run looked.
LATELY = timedelta(days=1)
SIGNED_IN = (ReviewState.REQUESTED, ReviewState.IN_PREPARATION, ReviewState.VOTING)


def _columns(rows: Found, deadline: Any, since: str, now: datetime) -> Found:
    to = "" if rows.model is GateReview else "review__"
    text = Case(When(_filled_anew(f"{to}committee", now), then=Value(AGAIN)), default=Value(""))
    return columns(rows, case=f"{to}case", deadline=deadline, since=day_of(since), text=text)


def _filled_anew(committee: str, now: datetime) -> Exists:
    """Whether a seat of the committee came to somebody else lately: who has its duty may not have been told of it."""
    lately = (now - LATELY, now)
    begun = Q(started_at__range=lately) | Q(delegations__starts_at__range=lately)
    given_back = Q(delegations__ends_at__range=lately) | Q(delegations__revoked_at__range=lately)
    return Exists(Seat.objects.filter(begun | given_back, committee=OuterRef(committee)))


def _reviews(found: Sequence[Subject]) -> Mapping[int, GateReview]:
    joined = GateReview.objects.select_related("case__department", "case__unit", "committee")
    return joined.in_bulk([one.pk for one in found])


def _shown(review: GateReview) -> dict[str, object]:
    return {"gate": review.gate, "case": review.case.reference, "title": review.case.title}


def _presiding(review: GateReview, *, now: datetime) -> tuple[int, ...]:
    found = presiding_standing(standings_of(review, now=now))
    return (found.filled_by_id,) if found else ()


def _votes(now: datetime, until: date) -> Found:
    """No vote is taken at or after the close."""
    rows = GateReview.objects.filter(
        state=ReviewState.VOTING,
        voting_closes_at__gt=now,
        voting_closes_at__lt=now + timedelta(days=(until - now.date()).days + 2),
    )
    return _columns(rows, day_of("voting_closes_at"), "voting_opened_at", now)


def _of_votes(found: Sequence[Subject], chairs: Chairs) -> Iterator[Duty]:
    reviews = _reviews(found)
    for one in found:
        review = reviews[one.pk]
        standings = standings_of(review, now=chairs.now)
        presiding = presiding_standing(standings)
        voted = set(
            Vote.objects.filter(review=review, dossier=current_dossier(review)).values_list("seat_id", flat=True)
        )
        able = [standing for standing in standings if standing.is_voter]
        yield Duty(
            kind=NotificationKind.VOTE_OUTSTANDING,
            subject_type="review",
            subject_id=review.pk,
            case_id=review.case_id,
            deadline=one.deadline,
            since=one.since,
            person_ids=tuple({each.reachable_id: None for each in able if each.seat.pk not in voted}),
            chair_ids=(presiding.filled_by_id,) if presiding else (),
            what=_("vote at gate %(gate)s on %(case)s %(title)s") % _shown(review),
            reason=_("You get this because your vote is still outstanding."),
            url=reverse("gates:room", args=[review.pk]),
        )


def _decisions(now: datetime, until: date) -> Found:
    rows = GateReview.objects.filter(state__in=OPEN_REVIEW_STATES, decide_by__lte=until)
    return _columns(rows, F("decide_by"), "requested_at", now)


def _of_decisions(found: Sequence[Subject], chairs: Chairs) -> Iterator[Duty]:
    reviews = _reviews(found)
    for one in found:
        review = reviews[one.pk]
        yield Duty(
            kind=NotificationKind.DECISION_OVERDUE,
            subject_type="review",
            subject_id=review.pk,
            case_id=review.case_id,
            deadline=one.deadline,
            since=one.since,
            person_ids=_presiding(review, now=chairs.now),
            chair_ids=(),
            what=_("decide gate %(gate)s of %(case)s %(title)s") % _shown(review),
            reason=_("You get this because you preside over this review."),
            url=reverse("gates:room", args=[review.pk]),
        )


def _sign_offs(now: datetime, _until: date) -> Found:
    due = Case(When(voting_closes_at__isnull=False, then=day_of("voting_closes_at")), default=F("decide_by"))
    return _columns(GateReview.objects.filter(state__in=SIGNED_IN), due, "requested_at", now)


def _of_sign_offs(found: Sequence[Subject], chairs: Chairs) -> Iterator[Duty]:
    officers = list(people_with_role(Role.COMPLIANCE, now=chairs.now).values_list("pk", flat=True))
    subjects, reviews = {one.pk: one for one in found}, _reviews(found)
    for checklist in checklists_of([review.case for review in reviews.values()], now=chairs.now):
        review = checklist.review
        if not checklist.due or review is None or review.pk not in subjects:
            continue
        conflicts = conflicts_of(checklist.case.pk, now=chairs.now)
        shown = {"count": len(checklist.due), "case": checklist.case.reference, "title": checklist.case.title}
        yield Duty(
            kind=NotificationKind.SIGN_OFF_OUTSTANDING,
            subject_type="review",
            subject_id=review.pk,
            case_id=checklist.case.pk,
            deadline=subjects[review.pk].deadline,
            since=subjects[review.pk].since,
            person_ids=tuple(officer for officer in officers if officer not in conflicts),
            chair_ids=_presiding(review, now=chairs.now),
            what=_("sign %(count)s items of %(case)s %(title)s") % shown,
            reason=_("You get this because compliance signs the checklist of this gate."),
            url=reverse("gates:checklist", args=[checklist.case.reference]),
        )


def _overrides(now: datetime, until: date) -> Found:
    rows = overrides_in_force().filter(review__decide_by__lte=until).order_by()
    return _columns(rows.select_related(None), F("review__decide_by"), "requested_at", now)


def _of_overrides(found: Sequence[Subject], chairs: Chairs) -> Iterator[Duty]:
    subjects = {one.pk: one for one in found}
    for request in overrides_in_force().filter(pk__in=subjects):
        review = request.review
        standings = standings_of(review, now=chairs.now)
        presiding = presiding_standing(standings)
        shown = {"outcome": request.get_outcome_display(), "case": review.case.reference, "title": review.case.title}
        yield Duty(
            kind=NotificationKind.OVERRIDE_WAITING,
            subject_type="override",
            subject_id=request.pk,
            case_id=review.case_id,
            deadline=review.decide_by,
            since=subjects[request.pk].since,
            person_ids=tuple(dict.fromkeys([*consenters(request), *second_signers(request, standings)])),
            chair_ids=(presiding.filled_by_id,) if presiding else (),
            what=_("sign or refuse the override to %(outcome)s of %(case)s %(title)s") % shown,
            reason=_("You get this because your signature or consent is needed for an override."),
            url=f"{reverse('gates:room', args=[review.pk])}#override",
        )


OF_REVIEWS = (
    Source(NotificationKind.VOTE_OUTSTANDING, "review", _votes, _of_votes),
    Source(NotificationKind.DECISION_OVERDUE, "review", _decisions, _of_decisions, tells_first_day=True),
    Source(NotificationKind.SIGN_OFF_OUTSTANDING, "review", _sign_offs, _of_sign_offs),
    Source(NotificationKind.OVERRIDE_WAITING, "override", _overrides, _of_overrides),
)
