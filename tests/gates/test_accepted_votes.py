"""An accepted vote stays counted once, with its veto, whatever becomes of its seat or its caster afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gates.commands.committees import appoint, end_seat
from gates.commands.delegations import delegate_seat, revoke_delegation
from gates.commands.dossiers import refreeze_when_material
from gates.commands.reviews import close_voting, recuse
from gates.commands.vetoes import lift_veto
from gates.models import GateReview, Recusal, Seat, Vote
from gates.queries.seats import presiding_seat, standings_of
from gates.queries.votes import counted_of, visible_votes
from gates.queries.votes_due import reviews_to_vote_on
from pocgate.identity.models import User
from pocgate.kernel.errors import NotAllowedNow
from pocgate.ledger.models import Activity
from scoring.models import CriterionAnswer
from scoring.queries.playbooks import playbook_of
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import TeamMemberFactory
from tests.factories.stage_set import TOKEN, StageSet, a_stage_set

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
VETO = {"veto_criterion": "tier_confirmed", "veto_lifts_when": "The tier is argued."}
PAUSE = {"reason": "The tier is open.", "reason_code": "governance", "revive_trigger": "The tier is argued."}
SignedIn = Callable[[User], Client]


def codes(refused: Any) -> list[str]:
    return [blocker.code for blocker in refused.value.blockers]


def vetoing(now: datetime) -> tuple[StageSet, GateReview, Seat, User]:
    """A running vote with two votes for go and a veto of compliance, and an administrator."""
    stage = a_stage_set(now)
    review = stage.voting(now)
    for member in stage.members[:2]:
        stage.vote(review, member, "go", now)
    stage.vote(review, stage.members[2], "pause", now, **VETO)
    return stage, review, Seat.objects.get(user=stage.members[2]), RoleGrantFactory(role="admin").user


def seated(stage: StageSet, admin: User, now: datetime, **values: Any) -> Seat:
    terms = {"user_id": UserFactory().pk, "role": "compliance", "discipline": "compliance", "actor": admin, **values}
    return appoint(committee_id=stage.committee.pk, now=now, **terms)


def close(stage: StageSet, review: GateReview, now: datetime) -> GateReview:
    return close_voting(review_id=review.pk, actor=stage.chair, now=now)


def changed(stage: StageSet, review: GateReview, now: datetime) -> None:
    """A must fails meanwhile, so that the dossier gets a new revision and all votes are stale."""
    CriterionAnswer.objects.filter(case=stage.case, criterion="ai_justified").update(superseded_at=now)
    refreeze_when_material(review_id=review.pk, actor=None, now=now)


def test_end_of_the_seat_takes_neither_vote_nor_veto_out(now: datetime) -> None:
    stage, review, seat, admin = vetoing(now)

    end_seat(seat_id=seat.pk, actor=admin, now=now + HOUR)
    closed = close(stage, review, now + 2 * HOUR)
    with pytest.raises(NotAllowedNow) as refused:
        stage.decide(closed, "go", now + 2 * HOUR)

    assert (closed.tally["seats"], closed.tally["voters"]) == (5, 3)
    assert [veto["seat"] for veto in closed.tally["vetoes"]] == [seat.pk]
    assert codes(refused) == ["vetoed"]


def test_dated_seat_that_runs_out_in_mid_vote_stays_counted(now: datetime) -> None:
    stage, review, seat, _admin = vetoing(now)
    Seat.objects.filter(pk=seat.pk).update(ended_at=now + HOUR)

    closed = close(stage, review, now + 2 * HOUR)

    assert (closed.tally["voters"], len(closed.tally["vetoes"])) == (3, 1)


def test_ended_seat_that_did_not_vote_counts_no_longer(now: datetime) -> None:
    stage, review, _seat, admin = vetoing(now)
    deputy = Seat.objects.get(user=stage.deputy)

    end_seat(seat_id=deputy.pk, actor=admin, now=now + HOUR)
    closed = close(stage, review, now + 2 * HOUR)

    assert (closed.tally["seats"], closed.tally["voters"]) == (4, 3)


def test_who_follows_in_the_seat_has_no_second_vote(now: datetime) -> None:
    stage, review, seat, admin = vetoing(now)
    end_seat(seat_id=seat.pk, actor=admin, now=now + HOUR)
    successor = seated(stage, admin, now + HOUR).user
    other = seated(stage, admin, now + HOUR, role="member", discipline="finance").user

    with pytest.raises(NotAllowedNow) as refused:
        stage.vote(review, successor, "go", now + 2 * HOUR)
    due = [reviews_to_vote_on(person, now=now + 2 * HOUR).count() for person in (successor, other)]
    stage.vote(review, other, "go", now + 2 * HOUR)
    closed = close(stage, review, now + 2 * HOUR)

    assert codes(refused) == ["seat_has_voted"]
    assert due == [0, 1]
    assert (closed.tally["seats"], closed.tally["voters"], len(closed.tally["vetoes"])) == (6, 4, 1)


def test_the_same_person_in_a_new_seat_does_not_vote_twice(now: datetime) -> None:
    stage, review, seat, admin = vetoing(now)
    end_seat(seat_id=seat.pk, actor=admin, now=now + HOUR)
    seated(stage, admin, now + HOUR, user_id=seat.user_id, role="member", discipline="finance")

    with pytest.raises(NotAllowedNow) as refused:
        stage.vote(review, seat.user, "go", now + 2 * HOUR)

    assert codes(refused) == ["seat_has_voted"]
    assert close(stage, review, now + 2 * HOUR).tally["voters"] == 3


def test_new_chair_presides_though_the_former_one_voted(now: datetime) -> None:
    stage, review, _seat, admin = vetoing(now)
    stage.vote(review, stage.chair, "go", now)
    end_seat(seat_id=Seat.objects.get(user=stage.chair).pk, actor=admin, now=now + HOUR)
    chair = seated(stage, admin, now + HOUR, role="chair", discipline="business")

    assert presiding_seat(standings_of(review, now=now + 2 * HOUR)) == chair
    closed = close_voting(review_id=review.pk, actor=chair.user, now=now + 2 * HOUR)
    assert (closed.tally["seats"], closed.tally["voters"]) == (5, 4)


def test_vote_of_an_ended_seat_on_an_older_dossier_is_for_the_successor_to_cast_anew(now: datetime) -> None:
    stage, review, seat, admin = vetoing(now)
    end_seat(seat_id=seat.pk, actor=admin, now=now + HOUR)
    changed(stage, review, now + HOUR)
    seats, _votes = counted_of(review, now=now + 2 * HOUR)
    successor = seated(stage, admin, now + 2 * HOUR).user

    stage.vote(review, successor, "pause", now + 3 * HOUR, **VETO)

    assert seat.pk not in {one.id for one in seats}
    assert Vote.objects.filter(review=review, veto_criterion="tier_confirmed").count() == 2


def test_who_may_not_know_who_voted_learns_nothing_of_an_ended_seat(now: datetime) -> None:
    stage, review, seat, admin = vetoing(now)
    end_seat(seat_id=seat.pk, actor=admin, now=now + HOUR)
    playbook = playbook_of(review.playbook_id)

    def shown(viewer: User) -> list[tuple[bool, bool | None, bool]]:
        places = visible_votes(review, viewer, playbook=playbook, now=now + HOUR)
        return [(one.standing.is_over, one.has_voted, one.vote is None) for one in places if one.standing.seat == seat]

    found = [shown(viewer) for viewer in (stage.owner, admin, stage.chair)]

    assert found == [[], [], [(True, True, True)]]


@pytest.mark.parametrize("at_close", [False, True])
def test_holder_put_on_the_team_after_the_vote_stays_counted(now: datetime, at_close: bool) -> None:
    stage, review, seat, _admin = vetoing(now)
    closed = close(stage, review, now + HOUR) if at_close else None
    TeamMemberFactory(case=review.case, user=seat.user, role="engineering", started_at=now + 2 * HOUR)

    if closed is None:
        with pytest.raises(NotAllowedNow) as refused:
            stage.vote(review, seat.user, "go", now + 3 * HOUR)
        assert codes(refused) == ["in_conflict"]
        closed = close(stage, review, now + 3 * HOUR)
    with pytest.raises(NotAllowedNow) as vetoed:
        stage.decide(closed, "go", now + 3 * HOUR)

    assert (closed.tally["voters"], len(closed.tally["vetoes"])) == (3, 1)
    assert codes(vetoed) == ["vetoed"]


def test_no_delegate_replaces_lifts_or_stands_back_from_a_vote_of_the_holder(now: datetime) -> None:
    stage, review, seat, admin = vetoing(now)
    delegate = UserFactory()
    terms = {"seat_id": seat.pk, "delegate_id": delegate.pk, "ends_at": now + 3 * timedelta(days=1)}
    delegate_seat(actor=admin, sign_in=TOKEN, now=now, **terms)

    found = []
    with pytest.raises(NotAllowedNow) as refused:
        stage.vote(review, delegate, "go", now)
    found.append(codes(refused))
    with pytest.raises(NotAllowedNow) as refused:
        recuse(review_id=review.pk, reason="So.", actor=delegate, now=now)
    found.append(codes(refused))
    TeamMemberFactory(case=review.case, user=delegate, role="engineering")
    closed = close(stage, review, now + HOUR)
    with pytest.raises(NotAllowedNow) as refused:
        lift_veto(review_id=review.pk, seat_id=seat.pk, note="So.", actor=delegate, sign_in=TOKEN, now=now + HOUR)
    found.append(codes(refused))

    assert found == [["holder_voted"], ["holder_voted"], ["veto_not_yours"]]
    assert (len(closed.tally["vetoes"]), Recusal.objects.count()) == (1, 0)
    lift_veto(review_id=review.pk, seat_id=seat.pk, note="Argued.", actor=seat.user, sign_in=TOKEN, now=now + HOUR)
    assert Vote.objects.get(seat=seat).veto_lifted_by == seat.user


def test_delegate_is_refused_alike_whether_the_holder_vetoed_or_not(now: datetime) -> None:
    stage, review, vetoed, admin = vetoing(now)
    plain = Seat.objects.get(user=stage.members[0])

    said = []
    for seat in (vetoed, plain):
        delegate = UserFactory()
        terms = {"seat_id": seat.pk, "delegate_id": delegate.pk, "ends_at": now + HOUR}
        delegate_seat(actor=admin, sign_in=TOKEN, now=now, **terms)
        with pytest.raises(NotAllowedNow) as refused:
            stage.vote(review, delegate, "go", now)
        said.append(refused.value.blockers)

    assert said[0] == said[1]


def test_stale_vote_of_the_holder_is_due_from_the_holder(now: datetime) -> None:
    stage, review, seat, admin = vetoing(now)
    delegate = UserFactory()
    terms = {"seat_id": seat.pk, "delegate_id": delegate.pk, "ends_at": now + 3 * timedelta(days=1)}
    delegate_seat(actor=admin, sign_in=TOKEN, now=now, **terms)

    changed(stage, review, now + HOUR)

    assert [reviews_to_vote_on(person, now=now + HOUR).count() for person in (seat.user, delegate)] == [1, 0]
    assert seat.user.notifications.filter(occasion="revision-3").exists()
    assert not delegate.notifications.filter(occasion="revision-3").exists()


def test_administrator_takes_no_seat_of_the_committee_during_a_vote(now: datetime) -> None:
    stage, review, seat, admin = vetoing(now)
    own = {"seat_id": seat.pk, "delegate_id": admin.pk, "ends_at": now + 3 * timedelta(days=1)}

    with pytest.raises(NotAllowedNow) as delegated:
        delegate_seat(actor=admin, sign_in=TOKEN, now=now, **own)
    with pytest.raises(NotAllowedNow) as appointed:
        seated(stage, admin, now, user_id=admin.pk)
    closed = close(stage, review, now + HOUR)
    with pytest.raises(NotAllowedNow) as still:
        seated(stage, admin, now + HOUR, user_id=admin.pk)
    stage.decide(closed, "pause", now + HOUR, **PAUSE)

    found = [codes(delegated), codes(appointed), codes(still)]
    assert found == [["delegate_is_oneself"], ["seat_for_oneself"], ["seat_for_oneself"]]
    assert seated(stage, admin, now + 2 * HOUR, user_id=admin.pk, role="member").user == admin


def test_acts_on_seats_during_a_vote_stand_in_the_activity_of_its_case(signed_in: SignedIn) -> None:
    now = timezone.now() - 3 * HOUR
    stage, review, seat, admin = vetoing(now)
    delegate = UserFactory()
    terms = {"seat_id": Seat.objects.get(user=stage.deputy).pk, "delegate_id": delegate.pk, "ends_at": now + HOUR}
    made = delegate_seat(actor=admin, sign_in=TOKEN, now=now, **terms)
    revoke_delegation(delegation_id=made.pk, actor=admin, now=now)
    end_seat(seat_id=seat.pk, actor=admin, now=now)
    seated(stage, admin, now)

    told = Activity.objects.filter(case_id=stage.case.pk, actor=admin).order_by("sequence")
    page = signed_in(stage.owner).get(f"/cases/{stage.case.reference}/activity/").content.decode()

    verbs = ["review.seat_delegated", "review.delegation_revoked", "review.seat_ended", "review.seat_given"]
    assert [(row.verb, row.subject_id) for row in told] == [(verb, str(review.pk)) for verb in verbs]
    assert "ended a seat on the committee while its vote is undecided" in page
    assert "let somebody fill a seat while the vote is undecided" in page


def test_acts_on_seats_stand_at_no_case_that_is_not_voted_on(now: datetime) -> None:
    stage = a_stage_set(now)
    stage.request(now)
    admin = RoleGrantFactory(role="admin").user

    end_seat(seat_id=Seat.objects.get(user=stage.members[0]).pk, actor=admin, now=now)

    assert list(Activity.objects.filter(actor=admin).values_list("verb", "case_id")) == [("committee.seat_ended", None)]


def test_room_record_and_pdf_keep_the_vote_of_an_ended_seat(signed_in: SignedIn) -> None:
    now = timezone.now() - 3 * HOUR
    stage, review, seat, admin = vetoing(now)
    end_seat(seat_id=seat.pk, actor=admin, now=now + HOUR)
    seated(stage, admin, now + HOUR)
    room = f"/reviews/{review.pk}/"

    voting = signed_in(stage.chair).get(room).content.decode()
    closed = close(stage, review, now + 2 * HOUR)
    after = signed_in(stage.owner).get(room).content.decode()
    made = stage.decide(closed, "pause", now + 2 * HOUR, **PAUSE)
    record = signed_in(stage.owner).get(f"/decisions/{made.reference}/").content.decode()
    printed = signed_in(stage.owner).get(f"/decisions/{made.reference}/decision.pdf")

    assert "seat ended since; the vote stays" in voting
    assert "follows a seat that has voted" in voting
    assert "of 5 members voted" in voting
    assert "Because of the data." not in voting
    assert "Because of the data." in after
    assert "Because of the data." in record
    assert printed.status_code == 200
