"""What people are told about reviews. Never the content of a vote before the close."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from gates.enums import SeatRole
from gates.models import Decision, GateReview, SignOff
from gates.queries.committees import chairs_of, conflicts_of
from gates.queries.cost_reviews import cases_with_proposals, deciding_committee, proposing_notices
from gates.queries.seats import standings_of
from pocgate.identity.enums import Role
from pocgate.identity.queries import people_with_role
from pocgate.inbox.commands import Notice, notify, notify_many
from pocgate.inbox.enums import NotificationKind
from pocgate.inbox.queries import occasions_sent
from portfolio.enums import TeamRole
from portfolio.models import TeamMember
from scoring.models import CostNotice
from scoring.queries.playbooks import current_playbook

# The occasion under which a chair is told of a proposed review.
_PROPOSED = "review"


def tell_review_requested(review: GateReview, *, now: datetime) -> None:
    """Chair and deputy prepare the review; compliance signs its checklist."""
    shown = {"gate": review.gate, "case": review.case.reference, "title": review.case.title}
    chairs = [
        standing.filled_by_id
        for standing in standings_of(review, now=now)
        if standing.is_able and standing.seat.role in (SeatRole.CHAIR, SeatRole.DEPUTY)
    ]
    title = _("Gate %(gate)s requested for %(case)s: %(title)s") % shown
    reason = _("You get this because you chair the committee of this gate.")
    _tell(review, _News("review_requested", "requested", title, reason), chairs, now=now)
    conflicts = conflicts_of(review.case_id, now=now)
    officers = people_with_role(Role.COMPLIANCE, now=now).values_list("pk", flat=True)
    compliance = [officer for officer in officers if officer not in conflicts]
    reason = _("You get this because compliance signs the checklist of this gate.")
    _tell(review, _News("review_requested", "requested", title, reason), compliance, now=now)


def tell_voting_opened(review: GateReview, *, now: datetime) -> None:
    """Everybody who can vote is asked to."""
    voters = {standing.filled_by_id for standing in standings_of(review, now=now) if standing.is_able}
    shown = {"gate": review.gate, "case": review.case.reference, "title": review.case.title}
    title = _("Your vote is asked for at gate %(gate)s: %(case)s %(title)s") % shown
    reason = _("You get this because you have a seat on the committee of this gate.")
    _tell(review, _News("vote_outstanding", "opened", title, reason), voters, now=now)


def tell_vote_stale(review: GateReview, revision: int, user_ids: Iterable[int], *, now: datetime) -> None:
    """The dossier changed: these voters have to look again, or their vote does not count."""
    shown = {"case": review.case.reference}
    title = _("The dossier of %(case)s changed; please confirm your vote") % shown
    reason = _("You get this because you voted on an earlier revision of the dossier, which no longer counts.")
    _tell(review, _News("vote_outstanding", f"revision-{revision}", title, reason), user_ids, now=now)


def tell_no_quorum(review: GateReview, *, now: datetime) -> None:
    """The sponsor learns that a vote closed without a quorum, after its extension: nothing can be decided on it."""
    sponsors = TeamMember.objects.filter(case=review.case_id, role=TeamRole.SPONSOR, ended_at__isnull=True)
    shown = {"gate": review.gate, "case": review.case.reference, "title": review.case.title}
    title = _("The vote at gate %(gate)s on %(case)s %(title)s closed without a quorum") % shown
    reason = _("You get this because you sponsor this case.")
    news = _News("decision_overdue", "no-quorum", title, reason)
    _tell(review, news, sponsors.values_list("user_id", flat=True), now=now)


def tell_decision(decision: Decision, *, now: datetime) -> None:
    """The team of the case and the committee learn what was decided."""
    review = decision.review
    shown = {
        "number": decision.reference,
        "outcome": decision.get_outcome_display(),
        "case": review.case.reference,
        "title": review.case.title,
    }
    _tell_everybody(decision, _("%(number)s: %(outcome)s for %(case)s %(title)s") % shown, now=now)


def _tell_everybody(decision: Decision, title: str, *, now: datetime) -> None:
    review = decision.review
    notice = Notice(
        kind=NotificationKind.DECISION_MADE,
        subject_type="decision",
        subject_id=decision.pk,
        occasion="made",
        title=title,
        reason=_("You get this because you work on this case or have a seat on the committee that decided."),
        url=reverse("gates:decision", args=[decision.reference]),
        case_id=review.case_id,
        committee_id=review.committee_id,
    )
    team = TeamMember.objects.filter(case=review.case_id, ended_at__isnull=True).values_list("user_id", flat=True)
    committee = [
        user_id
        for standing in standings_of(review, now=now)
        for user_id in {standing.seat.user_id, standing.filled_by_id}
    ]
    people = {*team, *committee} - {decision.decided_by_id}
    notify(notice, user_ids=sorted(people), now=now)


def tell_correction(decision: Decision, *, now: datetime) -> None:
    """The same people learn that a later decision corrects it."""
    corrected = decision.corrects
    shown = {
        "number": decision.reference,
        "corrected": corrected.reference if corrected else "",
        "case": decision.review.case.reference,
        "title": decision.review.case.title,
    }
    title = _("%(number)s corrects %(corrected)s on %(case)s %(title)s") % shown
    _tell_everybody(decision, title, now=now)


def tell_reviews_proposed(*, now: datetime) -> int:
    """Chair and deputy learn of each review that cost proposes, once; the number of notices handed in."""
    found = proposing_notices(cases_with_proposals(), now=now)
    if not found:
        return 0
    told = occasions_sent(NotificationKind.COST_NOTICE, "cost_notice", [each.pk for each in found])
    wanted = [
        (user_id, _proposal(each))
        for each in found
        for user_id in chairs_of(deciding_committee(each), each.case_id, now=now)
        if _PROPOSED not in told.get((user_id, str(each.pk)), set())
    ]
    notify_many(wanted, now=now)
    return len(wanted)


def _proposal(found: CostNotice) -> Notice:
    shown = {"percent": found.percent, "case": found.case.reference, "title": found.case.title}
    return Notice(
        kind=NotificationKind.COST_NOTICE,
        subject_type="cost_notice",
        subject_id=found.pk,
        occasion=_PROPOSED,
        title=_("%(percent)s %% of a cap is used, a review out of cycle is proposed: %(case)s %(title)s") % shown,
        reason=_("You get this because you chair the committee of the next gate."),
        url=f"{reverse('gates:case_reviews', args=[found.case.reference])}#out-of-cycle",
        case_id=found.case_id,
    )


def tell_sign_off_returned(signed: SignOff, *, now: datetime) -> None:
    """The product owner learns what compliance sent back."""
    case = signed.case
    owners = TeamMember.objects.filter(case=case, role=TeamRole.PRODUCT_OWNER, ended_at__isnull=True)
    shown = {"criterion": _title(signed.criterion), "case": case.reference}
    title = _("Compliance returned “%(criterion)s” of %(case)s") % shown
    reason = _("You get this because you are the product owner of this case.")
    url = reverse("gates:case_reviews", args=[case.reference])
    news = _News("sign_off_outstanding", "returned", title, reason)
    _tell_of_sign_off(signed, news, url, owners.values_list("user_id", flat=True), now=now)


def tell_sign_off_outdated(signed: SignOff, *, now: datetime) -> None:
    """Whoever signed learns that newer evidence outdated the signature."""
    shown = {"criterion": _title(signed.criterion), "case": signed.case.reference}
    title = _("New evidence came after you signed “%(criterion)s” of %(case)s") % shown
    reason = _("You get this because you signed this item for compliance.")
    url = reverse("gates:checklist", args=[signed.case.reference])
    news = _News("sign_off_outstanding", "outdated", title, reason)
    _tell_of_sign_off(signed, news, url, [signed.signed_by_id], now=now)


def _title(criterion: str) -> str:
    known = current_playbook().criteria_by_key.get(criterion)
    return str(known.title) if known else criterion


@dataclass(frozen=True)
class _News:
    """One thing to say about a review."""

    kind: str
    occasion: str
    title: str
    reason: str


def _tell(review: GateReview, news: _News, user_ids: Iterable[int], *, now: datetime) -> None:
    notice = Notice(
        kind=news.kind,
        subject_type="review",
        subject_id=review.pk,
        occasion=news.occasion,
        title=news.title,
        reason=news.reason,
        url=reverse("gates:room", args=[review.pk]),
        case_id=review.case_id,
        # That a gate is requested may be told to a room; a person's outstanding vote not.
        committee_id=review.committee_id if news.kind == NotificationKind.REVIEW_REQUESTED else None,
    )
    notify(notice, user_ids=list(user_ids), now=now)


def _tell_of_sign_off(signed: SignOff, news: _News, url: str, user_ids: Iterable[int], *, now: datetime) -> None:
    notice = Notice(
        kind=news.kind,
        subject_type="sign_off",
        subject_id=signed.pk,
        occasion=news.occasion,
        title=news.title,
        reason=news.reason,
        url=url,
        case_id=signed.case_id,
    )
    notify(notice, user_ids=list(user_ids), now=now)
