"""Lifting a veto after the close, and putting one before the sponsor. Everything here is recorded and stays."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from gates.commands.states import lock_review, refuse
from gates.commands.texts import check_texts
from gates.commands.voting_notices import tell_veto_appealed, tell_veto_lifted
from gates.models import GateReview, VetoAppeal, Vote
from gates.permissions import is_product_owner
from gates.queries.seats import presides, standings_of
from gates.queries.vetoes import is_sponsor, may_lift
from gates.queries.votes import tally_json, tally_of
from gates.rules.transitions import VetoState, appeal_answer_blockers, appeal_blockers, lifting_blockers
from pocgate.identity.commands import require_recent_sign_in
from pocgate.identity.models import User
from pocgate.identity.rules import SignIn
from pocgate.ledger.commands import Act, record
from scoring.queries.playbooks import playbook_of
from scoring.queries.probe_facts.basics import facts_of


def lift_veto(*, review_id: int, seat_id: int, note: str, actor: User, sign_in: SignIn, now: datetime) -> Vote | None:
    """Lift the veto of a seat, with what was done about it: by its holder or their successor in the same role.

    Possible between close and decision; until the close the holder changes the vote. The kept tally follows.
    """
    require_recent_sign_in(sign_in, now=now)
    check_texts(note=note)
    with transaction.atomic():
        review = lock_review(review_id)
        vote = _vetoed(review, seat_id)
        state = VetoState(review.state, vote is not None, vote is not None and may_lift(actor, vote, now=now), note)
        refuse(lifting_blockers(state))
        if vote is None:  # the blockers have refused this
            raise AssertionError("a veto that does not stand passed the blockers")
        vote.veto_lifted_at, vote.veto_lifted_by, vote.veto_lift_note = now, actor, note.strip()
        vote.save(update_fields=["veto_lifted_at", "veto_lifted_by", "veto_lift_note"])
        _count_again(review, now=now)
        after = {"seat": seat_id, "criterion": vote.veto_criterion, "note": vote.veto_lift_note}
        record(Act("review.veto_lifted", "review", review.pk, review.case_id, after=after), actor=actor, now=now)
        tell_veto_lifted(review, vote, now=now)
    return vote


def appeal_veto(*, review_id: int, seat_id: int, reason: str, actor: User, now: datetime) -> VetoAppeal:
    """Put a standing veto before the sponsor, once: by the product owner or the chair, with a reason."""
    check_texts(reason=reason)
    with transaction.atomic():
        review = lock_review(review_id)
        vote = _vetoed(review, seat_id)
        may = is_product_owner(actor, review.case) or presides(actor, standings_of(review, now=now))
        is_done = vote is not None and VetoAppeal.objects.filter(vote=vote).exists()
        refuse(appeal_blockers(VetoState(review.state, vote is not None, may, reason, is_done)))
        if vote is None:  # the blockers have refused this
            raise AssertionError("an appeal against no veto passed the blockers")
        appeal = VetoAppeal.objects.create(
            vote=vote, criterion=vote.veto_criterion, text=reason.strip(), appealed_by=actor, appealed_at=now
        )
        after = {"seat": seat_id, "criterion": appeal.criterion, "reason": appeal.text}
        record(Act("review.veto_appealed", "review", review.pk, review.case_id, after=after), actor=actor, now=now)
        tell_veto_appealed(review, appeal, now=now)
    return appeal


def answer_appeal(*, appeal_id: int, answer: str, actor: User, now: datetime) -> VetoAppeal:
    """The sponsor's word on an appeal. It is recorded; the veto stands until its holder lifts it."""
    check_texts(answer=answer)
    with transaction.atomic():
        found = VetoAppeal.objects.select_related("vote").get(pk=appeal_id)
        review = lock_review(found.vote.review_id)
        appeal = VetoAppeal.objects.select_for_update().get(pk=appeal_id)
        may = is_sponsor(actor, review.case_id)
        state = VetoState(review.state, True, may, answer, appeal.answered_at is not None)
        refuse(appeal_answer_blockers(state))
        appeal.answer, appeal.answered_by, appeal.answered_at = answer.strip(), actor, now
        appeal.save(update_fields=["answer", "answered_by", "answered_at"])
        after = {"seat": found.vote.seat_id, "criterion": appeal.criterion, "answer": appeal.answer}
        act = Act("review.veto_appeal_answered", "review", review.pk, review.case_id, after=after)
        record(act, actor=actor, now=now)
        GateReview.objects.filter(pk=review.pk).update(version=F("version") + 1)
    return appeal


def _vetoed(review: GateReview, seat_id: int) -> Vote | None:
    """The seat's vote, where it holds a veto that counts in the tally and was not lifted."""
    standing = {veto.get("seat") for veto in review.tally.get("vetoes", ())}
    found = Vote.objects.select_related("seat__committee").filter(review=review, seat=seat_id)
    vote = found.exclude(veto_criterion="").filter(veto_lifted_at__isnull=True).first()
    return vote if vote is not None and vote.seat_id in standing else None


def _count_again(review: GateReview, *, now: datetime) -> None:
    playbook = playbook_of(review.playbook_id)
    facts = facts_of([review.case_id], now=now)[review.case_id]
    review.tally = dict(tally_json(tally_of(review, playbook=playbook, facts=facts, now=now)))
    GateReview.objects.filter(pk=review.pk).update(tally=review.tally, version=F("version") + 1)
