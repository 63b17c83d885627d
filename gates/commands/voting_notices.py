"""What people are told about delegations, questions and vetoes. Of a veto nothing before the close."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from gates.models import Delegation, GateReview, Question, VetoAppeal, Vote
from gates.queries.seats import presiding_standing, standings_of
from pocgate.identity.models import User
from pocgate.inbox.commands import Notice, notify
from pocgate.inbox.enums import NotificationKind
from portfolio.enums import TeamRole
from portfolio.models import TeamMember


def tell_delegated(made: Delegation, *, now: datetime) -> None:
    """The delegate learns which seat they fill and until when; the holder does when another person arranged it."""
    shown = {
        "person": str(made.seat.user),
        "delegate": str(made.delegate),
        "committee": made.seat.committee.name,
        "start": _day(made.starts_at),
        "end": _day(made.ends_at),
    }
    title = _("You fill the seat of %(person)s on %(committee)s from %(start)s until %(end)s") % shown
    reason = _("You get this because the seat was delegated to you.")
    _tell_of_delegation(made, "made", title, reason, made.delegate_id, now=now)
    if made.created_by_id != made.seat.user_id:
        title = _("%(delegate)s fills your seat on %(committee)s from %(start)s until %(end)s") % shown
        reason = _("You get this because an administrator delegated your seat.")
        _tell_of_delegation(made, "made", title, reason, made.seat.user_id, now=now)


def tell_delegation_revoked(found: Delegation, actor: User, *, now: datetime) -> None:
    """Holder and delegate learn that it ended early, except who ended it."""
    shown = {"person": str(found.seat.user), "committee": found.seat.committee.name}
    title = _("The delegation of %(person)s’s seat on %(committee)s ended early") % shown
    reason = _("You get this because you hold or filled this seat.")
    for user_id in sorted({found.seat.user_id, found.delegate_id} - {actor.pk}):
        _tell_of_delegation(found, "revoked", title, reason, user_id, now=now)


def tell_question_asked(question: Question, *, now: datetime) -> None:
    """The product owner learns that an answer is waited for."""
    case = question.review.case
    owners = TeamMember.objects.filter(case=case, role=TeamRole.PRODUCT_OWNER, ended_at__isnull=True)
    title = _("A question on the dossier of %(case)s %(title)s") % {"case": case.reference, "title": case.title}
    reason = _("You get this because you are the product owner of this case.")
    news = _News("question", question.pk, "asked", title, reason, "#questions")
    _tell(question.review, news, owners.values_list("user_id", flat=True), now=now)


def tell_question_answered(question: Question, *, now: datetime) -> None:
    """Who asked learns that the answer is there."""
    title = _("Your question on the dossier of %(case)s is answered") % {"case": question.review.case.reference}
    reason = _("You get this because you asked.")
    news = _News("question", question.pk, "answered", title, reason, "#questions")
    _tell(question.review, news, [question.asked_by_id], now=now)


def tell_veto_lifted(review: GateReview, vote: Vote, *, now: datetime) -> None:
    """Who presides and the product owner learn that the review can be decided otherwise now."""
    presiding = presiding_standing(standings_of(review, now=now))
    owners = TeamMember.objects.filter(case=review.case_id, role=TeamRole.PRODUCT_OWNER, ended_at__isnull=True)
    people = {*owners.values_list("user_id", flat=True), *([presiding.filled_by_id] if presiding else [])}
    shown = {"gate": review.gate, "case": review.case.reference}
    title = _("A veto at gate %(gate)s on %(case)s is lifted") % shown
    reason = _("You get this because you preside over this review or own the case.")
    news = _News("veto", vote.pk, f"lifted-{now:%Y%m%d%H%M%S}", title, reason, "#vetoes")
    _tell(review, news, sorted(people), now=now)


def tell_veto_appealed(review: GateReview, appeal: VetoAppeal, *, now: datetime) -> None:
    """The sponsor is asked for their word on a veto."""
    sponsors = TeamMember.objects.filter(case=review.case_id, role=TeamRole.SPONSOR, ended_at__isnull=True)
    shown = {"gate": review.gate, "case": review.case.reference, "title": review.case.title}
    title = _("A veto at gate %(gate)s on %(case)s %(title)s was put before you") % shown
    reason = _("You get this because you sponsor this case.")
    news = _News("veto_appeal", appeal.pk, "appealed", title, reason, "#vetoes")
    _tell(review, news, sponsors.values_list("user_id", flat=True), now=now)


@dataclass(frozen=True)
class _News:
    """One thing to say about a review, and the place of its page where it stands."""

    subject_type: str
    subject_id: int
    occasion: str
    title: str
    reason: str
    place: str


def _tell(review: GateReview, news: _News, user_ids: Iterable[int], *, now: datetime) -> None:
    notice = Notice(
        kind=NotificationKind.REVIEW_REQUESTED,
        subject_type=news.subject_type,
        subject_id=news.subject_id,
        occasion=news.occasion,
        title=news.title,
        reason=news.reason,
        url=reverse("gates:room", args=[review.pk]) + news.place,
        case_id=review.case_id,
    )
    notify(notice, user_ids=list(user_ids), now=now)


def _tell_of_delegation(
    delegation: Delegation, occasion: str, title: str, reason: str, user_id: int, *, now: datetime
) -> None:
    notice = Notice(
        kind=NotificationKind.VOTE_OUTSTANDING,
        subject_type="delegation",
        subject_id=delegation.pk,
        occasion=occasion,
        title=title,
        reason=reason,
        url=reverse("gates:delegations"),
        case_id=None,
    )
    notify(notice, user_ids=[user_id], now=now)


def _day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "j M Y, H:i")
