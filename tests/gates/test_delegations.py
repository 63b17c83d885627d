"""Seats filled by somebody else for a time: dated, never passed on, both named, the principal locked out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from gates.commands.committees import end_seat
from gates.commands.delegations import delegate_seat, revoke_delegation
from gates.commands.reviews import close_voting, recuse
from gates.commands.votes import Ballot, cast_vote, confirm_vote
from gates.models import Delegation, Seat, Vote, VoteChange
from gates.queries.seats import presiding_standing, standings_of
from gates.queries.votes import visible_votes
from gates.queries.votes_due import reviews_to_vote_on
from pocgate.identity.models import User
from pocgate.identity.rules import SignIn
from pocgate.kernel.errors import NotAllowedNow, RecentSignInRequired
from pocgate.ledger.models import Activity
from portfolio.models import UseCase
from scoring.queries.playbooks import playbook_of
from tests.factories.gates import SeatFactory
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import TeamMemberFactory
from tests.factories.stage_set import TOKEN, StageSet, a_stage_set

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def codes(refused: Any) -> list[str]:
    return [blocker.code for blocker in refused.value.blockers]


def delegated(stage: StageSet, holder: User, delegate: User, now: datetime, **values: Any) -> Delegation:
    terms = {"ends_at": now + 3 * DAY, "actor": holder, "sign_in": TOKEN, **values}
    seat = Seat.objects.get(committee=stage.committee, user=holder)
    return delegate_seat(seat_id=seat.pk, delegate_id=delegate.pk, now=now, **terms)


def test_delegate_votes_in_the_seat_and_both_are_named(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)
    holder, delegate = stage.members[0], UserFactory()

    made = delegated(stage, holder, delegate, now)
    vote = stage.vote(review, delegate, "go", now)

    assert (vote.seat.user, vote.cast_by, vote.delegation) == (holder, delegate, made)
    assert VoteChange.objects.get().delegation == made
    told = Activity.objects.get(verb="review.voted")
    assert (told.actor, told.on_behalf_of) == (delegate, holder)


def test_principal_is_locked_out_until_it_ends_or_is_revoked(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)
    holder = stage.members[0]
    made = delegated(stage, holder, UserFactory(), now)

    with pytest.raises(NotAllowedNow) as refused:
        stage.vote(review, holder, "go", now)
    with pytest.raises(NotAllowedNow) as not_recused:
        recuse(review_id=review.pk, reason="So.", actor=holder, now=now)
    revoke_delegation(delegation_id=made.pk, actor=holder, now=now + DAY)
    stage.vote(review, holder, "go", now + DAY)

    assert (codes(refused), codes(not_recused)) == (["delegated"], ["delegated"])
    assert Vote.objects.get().cast_by == holder


def test_delegate_sees_the_case_only_for_that_time(now: datetime) -> None:
    stage = a_stage_set(now)
    stage.voting(now)
    delegate = UserFactory()

    made = delegated(stage, stage.members[0], delegate, now, starts_at=now + DAY, ends_at=now + 2 * DAY)
    seen = [UseCase.objects.visible_to(delegate, now=at).exists() for at in (now, now + DAY, now + 2 * DAY)]
    due = [reviews_to_vote_on(delegate, now=at).count() for at in (now, now + DAY, now + 2 * DAY)]
    revoke_delegation(delegation_id=made.pk, actor=delegate, now=now + timedelta(hours=1))

    assert (seen, due) == ([False, True, False], [0, 1, 0])
    assert not UseCase.objects.visible_to(delegate, now=now + DAY).exists()


def test_chains_are_refused_in_either_order(now: datetime) -> None:
    stage = a_stage_set(now)
    first, second, third = stage.members
    delegated(stage, first, second, now)

    with pytest.raises(NotAllowedNow) as passed_on:
        delegated(stage, second, third, now)
    with pytest.raises(NotAllowedNow) as away:
        delegated(stage, third, first, now)
    with pytest.raises(NotAllowedNow) as twice:
        delegated(stage, first, UserFactory(), now)

    assert codes(passed_on) == ["delegation_chain"]
    assert codes(away) == ["delegate_away"]
    assert codes(twice) == ["delegated_already"]
    assert Delegation.objects.count() == 1


def test_a_person_fills_one_extra_seat_at_most(now: datetime) -> None:
    stage = a_stage_set(now)
    delegate = UserFactory()
    delegated(stage, stage.members[0], delegate, now)

    with pytest.raises(NotAllowedNow) as refused:
        delegated(stage, stage.members[1], delegate, now)
    later = delegated(stage, stage.members[1], delegate, now, starts_at=now + 3 * DAY, ends_at=now + 4 * DAY)

    assert codes(refused) == ["too_many_seats"]
    assert later.starts_at == now + 3 * DAY


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"ends_at": timedelta(0)}, "ends_too_early"),
        ({"starts_at": timedelta(days=4)}, "ends_too_early"),
        ({"ends_at": timedelta(days=400)}, "lasts_too_long"),
    ],
)
def test_times_that_make_no_sense_are_refused(now: datetime, values: dict[str, timedelta], code: str) -> None:
    stage = a_stage_set(now)
    times = {name: now + offset for name, offset in values.items()}

    with pytest.raises(NotAllowedNow) as refused:
        delegated(stage, stage.members[0], UserFactory(), now, **times)

    assert codes(refused) == [code]


def test_who_may_not_delegate_and_who_may_not_fill(now: datetime) -> None:
    stage = a_stage_set(now)
    holder, review = stage.members[0], stage.request(now)
    on_team = TeamMemberFactory(case=review.case, role="engineering").user
    service = UserFactory(kind="service")

    found = []
    for delegate, actor in ((UserFactory(), stage.chair), (on_team, holder), (service, holder), (holder, holder)):
        with pytest.raises(NotAllowedNow) as refused:
            delegated(stage, holder, delegate, now, actor=actor)
        found.append(codes(refused))
    with pytest.raises(RecentSignInRequired):
        delegated(stage, holder, UserFactory(), now, sign_in=SignIn(at=now - timedelta(days=2)))

    assert found == [["seat_not_yours"], ["delegate_in_conflict"], ["not_a_person"], ["delegate_is_holder"]]
    assert Delegation.objects.count() == 0


def test_administrator_delegates_and_the_holder_is_told(now: datetime) -> None:
    stage = a_stage_set(now)
    admin = RoleGrantFactory(role="admin").user

    made = delegated(stage, stage.members[0], UserFactory(), now, actor=admin)

    assert set(made.delegate.notifications.values_list("subject_type", flat=True)) == {"delegation"}
    assert stage.members[0].notifications.filter(subject_type="delegation").count() == 1


def test_delegate_who_joins_the_team_later_takes_the_seat_out(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)
    delegate = UserFactory()
    delegated(stage, stage.members[0], delegate, now)
    TeamMemberFactory(case=review.case, user=delegate, role="engineering")

    with pytest.raises(NotAllowedNow) as refused:
        stage.vote(review, delegate, "go", now)

    assert codes(refused) == ["in_conflict"]


def test_own_and_delegated_seat_have_a_vote_each_and_others_show_after_both(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)
    first, second, third = stage.members
    delegated(stage, first, second, now)
    stage.vote(review, third, "stop", now)
    seats = {seat.user_id: seat.pk for seat in Seat.objects.all()}

    def others() -> list[str]:
        review.refresh_from_db()
        places = visible_votes(review, second, playbook=playbook_of(review.playbook_id), now=now)
        return [place.vote.outcome for place in places if place.vote and place.vote.cast_by_id == third.pk]

    stage.vote(review, second, "go", now)
    after_one = others()
    stage.vote(review, second, "pause", now, seat_id=seats[first.pk])
    after_both = others()
    closed = close_voting(review_id=review.pk, actor=stage.chair, now=now)

    assert (after_one, after_both) == ([], ["stop"])
    assert (closed.tally["voters"], Vote.objects.filter(cast_by=second).count()) == (3, 2)


def test_delegate_does_not_see_and_can_not_confirm_what_the_principal_voted(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)
    holder, delegate = stage.members[0], UserFactory()
    stage.vote(review, holder, "stop", now)
    delegated(stage, holder, delegate, now)

    places = visible_votes(review, delegate, playbook=playbook_of(review.playbook_id), now=now)
    with pytest.raises(NotAllowedNow) as refused:
        confirm_vote(review_id=review.pk, seen_revision=2, actor=delegate, sign_in=TOKEN, now=now)

    assert [place.vote for place in places if place.vote] == []
    assert codes(refused) == ["nothing_to_confirm"]


def test_deputy_presides_while_the_chair_is_away_and_the_delegate_only_where_nobody_else_can(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)
    delegate = UserFactory()
    delegated(stage, stage.chair, delegate, now)

    while_away = presiding_standing(standings_of(review, now=now))
    recuse(review_id=review.pk, reason="I know them.", actor=stage.deputy, now=now)
    alone = presiding_standing(standings_of(review, now=now))

    assert while_away is not None
    assert alone is not None
    assert (while_away.filled_by, alone.filled_by) == (stage.deputy, delegate)


def test_end_of_the_seat_ends_its_delegation(now: datetime) -> None:
    stage = a_stage_set(now)
    delegate, admin = UserFactory(), RoleGrantFactory(role="admin").user
    made = delegated(stage, stage.members[0], delegate, now)

    end_seat(seat_id=made.seat_id, actor=admin, now=now + DAY)

    made.refresh_from_db()
    assert (made.revoked_at, made.revoked_by) == (now + DAY, admin)
    assert not UseCase.objects.visible_to(delegate, now=now + DAY).exists()


def test_ballot_for_a_seat_of_another_committee_is_refused(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)
    other = SeatFactory(committee__gate=1, user=stage.members[0])
    ballot = Ballot("go", 2, seat_id=other.pk)

    with pytest.raises(NotAllowedNow) as refused:
        cast_vote(review_id=review.pk, ballot=ballot, actor=stage.members[0], sign_in=TOKEN, now=now)

    assert codes(refused) == ["no_seat"]
