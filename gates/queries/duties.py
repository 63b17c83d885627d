"""What is outstanding now, whose it is and by when: the source of every reminder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from gates.enums import OPEN_REVIEW_STATES, ReviewState
from gates.models import Condition, GateReview, Vote
from gates.queries.checklists import Checklist, checklists_of
from gates.queries.committees import committee_for, conflicts_of
from gates.queries.duty import Duty
from gates.queries.evaluation import day_here
from gates.queries.overrides import consenters, overrides_in_force, second_signers
from gates.queries.seats import SeatStanding, presiding_standing, standings_of
from gates.queries.standing_duties import standing_duties
from gates.queries.votes import current_dossier
from pocgate.identity.enums import Role
from pocgate.identity.queries import people_with_role
from pocgate.inbox.enums import NotificationKind
from portfolio.enums import Status, TeamRole
from portfolio.models import StageSpell, TeamMember


def duties(*, now: datetime, horizon_days: int) -> Iterator[Duty]:
    """Every duty whose deadline is at most `horizon_days` away; none is listed once its reason is gone."""
    reviews = list(_open_reviews())
    for review in reviews:
        yield from _of_review(review, now=now)
    yield from _sign_offs(reviews, now=now)
    yield from _conditions()
    yield from _overrides(now=now)
    yield from _time_boxes(now=now, until=now + timedelta(days=horizon_days + 1))
    yield from standing_duties(now=now, horizon_days=horizon_days)


def _open_reviews() -> QuerySet[GateReview]:
    return (
        GateReview.objects.filter(state__in=OPEN_REVIEW_STATES)
        .select_related("case__department", "case__unit", "committee")
        .order_by("pk")
    )


def _of_review(review: GateReview, *, now: datetime) -> Iterator[Duty]:
    standings = standings_of(review, now=now)
    presiding = presiding_standing(standings)
    chairs = (presiding.filled_by_id,) if presiding else ()
    if review.state == ReviewState.VOTING and review.voting_closes_at and now < review.voting_closes_at:
        yield _vote(review, standings, chairs)
    shown = {"gate": review.gate, "case": review.case.reference, "title": review.case.title}
    yield Duty(
        kind=NotificationKind.DECISION_OVERDUE,
        subject_type="review",
        subject_id=review.pk,
        case_id=review.case_id,
        deadline=review.decide_by,
        since=day_here(review.requested_at),
        person_ids=chairs,
        chair_ids=(),
        what=_("decide gate %(gate)s of %(case)s %(title)s") % shown,
        reason=_("You get this because you preside over this review."),
        url=reverse("gates:room", args=[review.pk]),
    )


def _vote(review: GateReview, standings: Iterable[SeatStanding], chairs: tuple[int, ...]) -> Duty:
    dossier = current_dossier(review)
    voted = set(Vote.objects.filter(review=review, dossier=dossier).values_list("seat_id", flat=True))
    able = [standing for standing in standings if standing.is_able]
    shown = {"gate": review.gate, "case": review.case.reference, "title": review.case.title}
    opened_at, closes_at = review.voting_opened_at, review.voting_closes_at
    if opened_at is None or closes_at is None:
        raise AssertionError("a running vote has its times")
    return Duty(
        kind=NotificationKind.VOTE_OUTSTANDING,
        subject_type="review",
        subject_id=review.pk,
        case_id=review.case_id,
        deadline=day_here(closes_at),
        # Everybody was told when the vote opened; a reminder on that same day would only repeat it.
        since=day_here(opened_at) + timedelta(days=1),
        person_ids=tuple({one.filled_by_id: None for one in able if one.seat.pk not in voted}),
        chair_ids=chairs,
        what=_("vote at gate %(gate)s on %(case)s %(title)s") % shown,
        reason=_("You get this because your vote is still outstanding."),
        url=reverse("gates:room", args=[review.pk]),
    )


def _sign_offs(reviews: Iterable[GateReview], *, now: datetime) -> Iterator[Duty]:
    open_to_sign = {review.case_id: review for review in reviews if review.state != ReviewState.CLOSED}
    officers = list(people_with_role(Role.COMPLIANCE, now=now).values_list("pk", flat=True))
    cases = [review.case for review in open_to_sign.values()]
    for checklist in checklists_of(cases, now=now):
        if checklist.due and checklist.review is not None and checklist.due_date is not None:
            yield _sign_off(checklist, checklist.review, checklist.due_date, officers, now=now)


def _sign_off(checklist: Checklist, review: GateReview, due: date, officers: list[int], *, now: datetime) -> Duty:
    conflicts = conflicts_of(checklist.case.pk, now=now)
    presiding = presiding_standing(standings_of(review, now=now))
    shown = {"count": len(checklist.due), "case": checklist.case.reference, "title": checklist.case.title}
    return Duty(
        kind=NotificationKind.SIGN_OFF_OUTSTANDING,
        subject_type="review",
        subject_id=review.pk,
        case_id=checklist.case.pk,
        deadline=due,
        since=day_here(review.requested_at) + timedelta(days=1),
        person_ids=tuple(officer for officer in officers if officer not in conflicts),
        chair_ids=(presiding.filled_by_id,) if presiding else (),
        what=_("sign %(count)s items of %(case)s %(title)s") % shown,
        reason=_("You get this because compliance signs the checklist of this gate."),
        url=reverse("gates:checklist", args=[checklist.case.reference]),
    )


def _conditions() -> Iterator[Duty]:
    standing = Condition.objects.filter(cleared_at__isnull=True, decision__corrected_by__isnull=True)
    rows = standing.select_related("decision__review__case", "decision__review__committee")
    for condition in rows.order_by("pk"):
        case = condition.decision.review.case
        shown = {"text": condition.text[:120], "number": condition.decision.reference, "case": case.reference}
        yield Duty(
            kind=NotificationKind.CONDITION_DUE,
            subject_type="condition",
            subject_id=condition.pk,
            case_id=case.pk,
            deadline=condition.due_date,
            since=day_here(condition.decision.decided_at) + timedelta(days=1),
            person_ids=(condition.owner_id,),
            chair_ids=(condition.decision.decided_by_id,),
            what=_("meet the condition “%(text)s” of %(number)s, %(case)s") % shown,
            reason=_("You get this because you own this condition, or decided it."),
            url=reverse("gates:decision", args=[condition.decision.reference]),
        )


def _overrides(*, now: datetime) -> Iterator[Duty]:
    for request in overrides_in_force():
        review = request.review
        standings = standings_of(review, now=now)
        presiding = presiding_standing(standings)
        shown = {"outcome": request.get_outcome_display(), "case": review.case.reference, "title": review.case.title}
        yield Duty(
            kind=NotificationKind.OVERRIDE_WAITING,
            subject_type="override",
            subject_id=request.pk,
            case_id=review.case_id,
            deadline=review.decide_by,
            since=day_here(request.requested_at) + timedelta(days=1),
            person_ids=tuple(dict.fromkeys([*consenters(request), *second_signers(request, standings)])),
            chair_ids=(presiding.filled_by_id,) if presiding else (),
            what=_("sign or refuse the override to %(outcome)s of %(case)s %(title)s") % shown,
            reason=_("You get this because your signature or consent is needed for an override."),
            url=f"{reverse('gates:room', args=[review.pk])}#override",
        )


def _time_boxes(*, now: datetime, until: datetime) -> Iterator[Duty]:
    """Time-boxes of active cases that have an owner; cases nobody accepted yet are left in peace."""
    owners: dict[int, list[int]] = {}
    members = TeamMember.objects.filter(role=TeamRole.PRODUCT_OWNER, ended_at__isnull=True)
    running = StageSpell.objects.filter(
        exit_reason="", time_box_ends_at__lt=until, clock_stopped_at__isnull=True, case__status=Status.ACTIVE
    ).select_related("case__department", "case__unit")
    spells = list(running.order_by("pk"))
    for case_id, user_id in members.filter(case__in=[spell.case_id for spell in spells]).values_list("case", "user"):
        owners.setdefault(case_id, []).append(user_id)
    for spell in spells:
        if spell.case_id in owners and spell.time_box_ends_at is not None:
            yield _time_box(spell, spell.time_box_ends_at, tuple(owners[spell.case_id]), now=now)


def _time_box(spell: StageSpell, ends_at: datetime, owner_ids: tuple[int, ...], *, now: datetime) -> Duty:
    case = spell.case
    committee = committee_for(case, spell.stage)
    chairs = committee.seats.filter(role="chair", ended_at__isnull=True) if committee else None
    shown = {"gate": spell.stage, "case": case.reference, "title": case.title}
    return Duty(
        kind=NotificationKind.TIME_BOX_ENDING,
        subject_type="stage_spell",
        subject_id=spell.pk,
        case_id=case.pk,
        deadline=day_here(ends_at),
        since=day_here(spell.entered_at or now),
        person_ids=owner_ids,
        chair_ids=tuple(chairs.values_list("user_id", flat=True)) if chairs is not None else (),
        what=_("request gate %(gate)s for %(case)s %(title)s before its time-box ends") % shown,
        reason=_("You get this because you own this case, or chair the committee of its next gate."),
        url=reverse("gates:case_reviews", args=[case.reference]),
    )
