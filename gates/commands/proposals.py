"""Reviews that the system proposes, once for each reason, and those that open by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Subquery
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from gates.commands.reviews.request import Request, begin_review
from gates.commands.states import refuse
from gates.commands.texts import check_texts
from gates.enums import Outcome, ReviewTrigger, StandingState
from gates.errors import NOT_CHAIR
from gates.models import GateReview, GateStanding, ReviewProposal, ReviveTrigger
from gates.permissions import is_chair_of
from gates.queries.committees import chairs_of, committee_for
from gates.queries.evaluation import day_here
from gates.queries.precheck import precheck
from gates.queries.proposals import (
    Overdue,
    followers,
    has_open_review,
    next_operating_review,
    open_proposals,
    proposals_to_link,
    reviews_due,
    reviews_to_open,
    standings_to_date,
    triggers_to_propose,
    ungated_in_operation,
)
from gates.rules.proposals import ProposalState, dismissal_blockers
from pocgate.identity.models import User
from pocgate.inbox.commands import Notice, notify
from pocgate.inbox.enums import NotificationKind
from pocgate.kernel.errors import Forbidden
from pocgate.ledger.commands import Act, record
from portfolio.commands.lifecycle import lock_case
from portfolio.enums import Status, TeamRole
from portfolio.models import TeamMember, UseCase
from scoring.commands.playbooks import ensure_default_playbook
from scoring.queries.playbooks import current_playbook

BATCH = 500


@dataclass(frozen=True)
class Subject:
    """Why a review is proposed: the trigger, the record it is about, and a sentence."""

    trigger: str
    name: str
    text: str
    recommended: str = ""


def propose(case: UseCase, about: Subject, *, due: date, now: datetime) -> ReviewProposal | None:
    """Propose a review of the locked case, once for its subject; None when it was proposed before."""
    proposal, is_new = ReviewProposal.objects.get_or_create(
        case=case,
        trigger=about.trigger,
        subject=about.name,
        defaults={"text": about.text[:500], "recommended": about.recommended, "due": due, "proposed_at": now},
    )
    if not is_new:
        return None
    after = {"trigger": about.trigger, "subject": about.name, "due": due.isoformat()}
    record(Act("review.proposed", "review_proposal", proposal.pk, case.pk, after=after), actor=None, now=now)
    _tell_chairs(proposal, now=now)
    return proposal


def _tell_chairs(proposal: ReviewProposal, *, now: datetime) -> None:
    case = UseCase.objects.select_related("department", "unit").get(pk=proposal.case_id)
    committee = committee_for(case, case.stage) if case.stage is not None else None
    notice = Notice(
        kind=NotificationKind.REVIEW_PROPOSED,
        subject_type="review_proposal",
        subject_id=proposal.pk,
        occasion="proposed",
        title=_("A review of %(case)s is proposed: %(why)s") % {"case": case.reference, "why": proposal.text},
        reason=_("You get this because you chair the committee of the next gate."),
        url=f"{reverse('gates:case_reviews', args=[case.reference])}#proposals",
        case_id=case.pk,
        committee_id=committee.pk if committee else None,
    )
    notify(notice, user_ids=chairs_of(committee, case.pk, now=now), now=now)


def tell_owner(case: UseCase, title: str, *, since: date, now: datetime) -> None:
    """The product owner learns that the approval lapsed, once for each time it does."""
    owners = TeamMember.objects.filter(case=case, role=TeamRole.PRODUCT_OWNER, ended_at__isnull=True)
    notice = Notice(
        kind=NotificationKind.STANDING_LAPSED,
        subject_type="use_case",
        subject_id=case.pk,
        occasion=f"lapsed {since.isoformat()}",
        title=title % {"case": case.reference, "title": case.title},
        reason=_("You get this because you are the product owner of this case."),
        url=reverse("gates:case_reviews", args=[case.reference]),
        case_id=case.pk,
    )
    notify(notice, user_ids=list(owners.values_list("user_id", flat=True)), now=now)


def dismiss_proposal(*, proposal_id: int, reason: str, actor: User, now: datetime) -> ReviewProposal:
    """The chair of the next gate lets a proposed review be, with a reason. What lapsed the approval stays as it is.

    Raises Forbidden, Invalid and NotAllowedNow.
    """
    check_texts(reason=reason)
    with transaction.atomic():
        case_id = ReviewProposal.objects.values_list("case_id", flat=True).get(pk=proposal_id)
        case = UseCase.objects.select_related("department", "unit").get(pk=lock_case(case_id).pk)
        committee = committee_for(case, case.stage) if case.stage is not None else None
        chair = is_chair_of(actor, committee, now=now)
        if not chair:
            raise Forbidden(NOT_CHAIR)
        is_open = any(each.pk == proposal_id for each in open_proposals([case_id]))
        refuse(dismissal_blockers(ProposalState(is_open=is_open, is_chair=chair, reason=reason)))
        proposal = ReviewProposal.objects.get(pk=proposal_id)
        proposal.dismissed_at, proposal.dismissed_by, proposal.dismissal = now, actor, reason.strip()
        proposal.save(update_fields=["dismissed_at", "dismissed_by", "dismissal"])
        after = {"trigger": proposal.trigger, "subject": proposal.subject, "reason": reason.strip()}
        act = Act("review.proposal_dismissed", "review_proposal", proposal.pk, case_id, after=after)
        record(act, actor=actor, now=now)
    return proposal


def link_proposals() -> int:
    """Note which review followed each proposal; the number noted."""
    return proposals_to_link().update(review=Subquery(followers().values("pk")[:1]))


def propose_reviews_due(*, now: datetime) -> int:
    """Plan and propose what comes round by the calendar: operating reviews, baseline reviews, and revived cases."""
    _plan_baseline_reviews(now=now)
    _date_next_reviews(now=now)
    grace = timedelta(days=current_playbook().pace.reopening_grace_days)
    proposed = 0
    for row in reviews_due(now=now)[:BATCH]:
        if row.next_review is None:
            continue
        shown = date_format(row.next_review, "j F Y")
        if row.decision_id is None:
            text = _("The first review of this imported case is due on %(day)s.") % {"day": shown}
            about = Subject(ReviewTrigger.BASELINE, f"baseline {row.next_review}", text)
        else:
            text = _("The operating review is due on %(day)s.") % {"day": shown}
            about = Subject(ReviewTrigger.OPERATING, f"operating {row.next_review}", text)
        proposed += _propose_locked(row.case_id, about, due=row.next_review + grace, now=now)
    return proposed + _propose_revivals(grace, now=now)


def _propose_revivals(grace: timedelta, *, now: datetime) -> int:
    proposed = 0
    for trigger in triggers_to_propose(now=now)[:BATCH]:
        proposed += _propose_locked(trigger.case_id, revival_subject(trigger), due=day_here(now) + grace, now=now)
    return proposed


def revival_subject(trigger: ReviveTrigger) -> Subject:
    """Why a review of a stopped case is proposed: what its stop waited for happened."""
    what = trigger.text or (date_format(trigger.on_date, "j F Y") if trigger.on_date else "")
    shown = {"number": trigger.decision.reference, "what": what}
    text = _("What the stop %(number)s waited for happened: %(what)s") % shown
    return Subject(ReviewTrigger.REVIVE, f"revive_trigger {trigger.pk}", text)


def _propose_locked(case_id: int, about: Subject, *, due: date, now: datetime) -> int:
    with transaction.atomic():
        return int(propose(lock_case(case_id), about, due=due, now=now) is not None)


def _plan_baseline_reviews(*, now: datetime) -> None:
    """Give imported cases in operation the day of their first review; what another worker planned stays."""
    for case in ungated_in_operation()[: BATCH * 10]:
        row = GateStanding(case=case, state=StandingState.UNGATED, since=case.created_at, checked_at=now)
        row.next_review = next_operating_review(row)
        GateStanding.objects.bulk_create([row], ignore_conflicts=True)


def _date_next_reviews(*, now: datetime) -> None:
    for row in standings_to_date(now=now)[: BATCH * 10]:
        GateStanding.objects.filter(pk=row.pk, decision=row.decision_id).update(
            next_review=next_operating_review(row), checked_at=now
        )


def open_reviews_by_themselves(*, now: datetime) -> int:
    """Open the review of each case far past its time-box and of each pause that is over; the number opened."""
    return sum(open_by_itself(found, now=now) is not None for found in reviews_to_open(now=now))


def open_by_itself(found: Overdue, *, now: datetime) -> GateReview | None:
    """Open one such review and freeze its dossier although the case may not be ready; a go stays impossible then.

    None when it was opened before, another review is open, or no committee is appointed for the gate.
    """
    with transaction.atomic():
        version = ensure_default_playbook(now=now)
        case = UseCase.objects.select_related("department", "unit").get(pk=lock_case(found.case_id).pk)
        expected = Status.PAUSED if found.trigger == ReviewTrigger.PAUSE_OVER else Status.ACTIVE
        committee = committee_for(case, case.stage) if case.stage is not None else None
        if case.status != expected or committee is None or has_open_review(case.pk):
            return None
        ready = precheck(case, actor=None, now=now, overrun=found.recommended)
        if ready.evaluation is None or version.pk is None:
            return None
        proposal, is_new = ReviewProposal.objects.get_or_create(
            case=case,
            trigger=found.trigger,
            subject=found.subject,
            defaults={
                "text": why_opened(found)[:500],
                "recommended": found.recommended,
                "due": day_here(now),
                "proposed_at": now,
            },
        )
        if not is_new:
            return None
        request = Request(convened_reason=proposal.text)
        place = {"playbook_id": version.pk, "committee_id": committee.pk}
        review = begin_review(case, request, ready.evaluation, place, actor=None, now=now, trigger=found.trigger)
        ReviewProposal.objects.filter(pk=proposal.pk).update(review=review)
    return review


def why_opened(found: Overdue) -> str:
    """Why a review opened by itself, and what policy recommends."""
    if found.trigger == ReviewTrigger.PAUSE_OVER:
        day = date_format(found.revive_date, "j F Y") if found.revive_date else ""
        return _("This review opened by itself: the pause ended on %(day)s.") % {"day": day}
    silent = current_playbook().pace.stop_without_reading_days
    shown = {"percent": found.percent, "outcome": Outcome(found.recommended).label, "days": silent}
    if found.recommended == Outcome.STOP:
        return (
            _(
                "This review opened by itself: %(percent)s %% of the time-box is used, and no KPI was read for "
                "%(days)s days. Policy recommends: %(outcome)s."
            )
            % shown
        )
    return (
        _("This review opened by itself: %(percent)s %% of the time-box is used. Policy recommends: %(outcome)s.")
        % shown
    )
