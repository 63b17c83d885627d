"""Votes: one per seat, changeable until the close, bound to a dossier, blind."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from gates.commands.dossiers import refreeze_when_material
from gates.commands.reviews import close_or_extend_when_due, close_voting, open_voting, recuse
from gates.commands.votes import Ballot, cast_vote
from gates.models import Dossier, GateReview, Vote, VoteChange
from gates.queries.votes import visible_votes
from pocgate.identity.rules import SignIn
from pocgate.inbox.models import Notification
from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow, RecentSignInRequired
from pocgate.ledger.models import Activity
from pocgate.web.queries.waiting import waiting_for
from portfolio.models import UseCase
from scoring.models import CriterionAnswer
from scoring.queries.playbooks import playbook_of
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import TeamMemberFactory
from tests.factories.stage_set import StageSet, a_stage_set

pytestmark = pytest.mark.django_db


def codes(refused: Any) -> list[str]:
    return [blocker.code for blocker in refused.value.blockers]


def seen_by(review: GateReview, viewer: Any, now: datetime) -> dict[str, str | None]:
    """Outcomes by the voter's name as the viewer sees them."""
    review.refresh_from_db()
    places = visible_votes(review, viewer, playbook=playbook_of(review.playbook_id), now=now)
    return {str(place.standing.seat.user): place.vote.outcome if place.vote else None for place in places}


def test_opening_freezes_a_second_revision_locks_the_records_and_asks_the_voters(now: datetime) -> None:
    stage = a_stage_set(now)

    review = stage.voting(now)

    assert (review.state, review.voting_closes_at) == ("voting", now + timedelta(days=5))
    assert list(review.dossiers.order_by("revision").values_list("revision", "reason")) == [
        (1, "requested"),
        (2, "voting_opened"),
    ]
    assert UseCase.objects.get(pk=stage.case.pk).records_locked_at == now
    asked = set(Notification.objects.filter(kind="vote_outstanding").values_list("user", flat=True))
    assert asked == {stage.chair.pk, stage.deputy.pk, *(member.pk for member in stage.members)}


@pytest.mark.parametrize("hours", [0, -1])
def test_opening_with_a_close_that_is_not_in_the_future_is_refused(now: datetime, hours: int) -> None:
    stage = a_stage_set(now)
    review = stage.request(now)

    with pytest.raises(NotAllowedNow) as refused:
        open_voting(review_id=review.pk, closes_at=now + timedelta(hours=hours), actor=stage.chair, now=now)

    assert codes(refused) == ["closes_in_the_past"]
    assert review.dossiers.count() == 1


def test_opening_by_the_deputy_is_refused_until_the_chair_is_recused(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.request(now)
    closes_at = now + timedelta(days=3)

    with pytest.raises(NotAllowedNow) as refused:
        open_voting(review_id=review.pk, closes_at=closes_at, actor=stage.deputy, now=now)
    recuse(review_id=review.pk, reason="My sister runs the vendor.", actor=stage.chair, now=now)
    opened = open_voting(review_id=review.pk, closes_at=closes_at, actor=stage.deputy, now=now)

    assert codes(refused) == ["not_chair"]
    assert opened.state == "voting"


def test_opening_with_fewer_able_seats_than_needed_is_refused(now: datetime) -> None:
    stage = a_stage_set(now)
    for member in stage.members:
        TeamMemberFactory(case=stage.case, user=member, role="engineering")
    review = stage.request(now)

    with pytest.raises(NotAllowedNow) as refused:
        open_voting(review_id=review.pk, closes_at=now + timedelta(days=3), actor=stage.chair, now=now)

    assert codes(refused) == ["too_few_seats"]


def test_vote_is_kept_with_its_history_and_activity_says_nothing_of_its_content(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)
    voter = stage.members[0]

    stage.vote(review, voter, "pause", now, rationale="The labels are not measured.", confidence=70)
    stage.vote(review, voter, "go", now + timedelta(hours=1), confidence=80)

    vote = Vote.objects.get()
    assert (vote.outcome, vote.confidence, vote.changed_at) == ("go", 80, now + timedelta(hours=1))
    history = VoteChange.objects.order_by("pk").values_list("outcome", "rationale")
    assert list(history) == [("pause", "The labels are not measured."), ("go", "")]
    told = [f"{row.before} {row.after}" for row in Activity.objects.filter(verb__startswith="review.vote")]
    assert not any(word in text for text in told for word in ("pause", "labels", "70", "80", "'go'"))


def test_vote_without_a_recent_sign_in_is_refused(now: datetime, settings: Any) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)
    old = SignIn(at=now - settings.RECENT_SIGN_IN)

    with pytest.raises(RecentSignInRequired):
        cast_vote(review_id=review.pk, ballot=Ballot("go", 2), actor=stage.members[0], sign_in=old, now=now)

    assert Vote.objects.count() == 0


def test_vote_of_team_member_recused_or_stranger_is_refused_and_nothing_changes(
    now: datetime, sent_tasks: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)
    conflicted, recused, stranger = stage.members[0], stage.members[1], UserFactory()
    TeamMemberFactory(case=stage.case, user=conflicted, role="data_science", ended_at=now - timedelta(days=100))
    recuse(review_id=review.pk, reason="I know them.", actor=recused, now=now)
    before = Activity.objects.count()

    found = []
    with django_capture_on_commit_callbacks(execute=True):
        for voter in (conflicted, recused, stranger):
            with pytest.raises(NotAllowedNow) as refused:
                stage.vote(review, voter, "go", now)
            found.append(codes(refused))

    assert found == [["in_conflict"], ["recused"], ["no_seat"]]
    assert (Vote.objects.count(), VoteChange.objects.count(), Activity.objects.count()) == (0, 0, before)
    assert sent_tasks == []


@pytest.mark.parametrize(
    ("outcome", "values", "code"),
    [
        ("approve", {"rationale": "Fine."}, "unknown_outcome"),
        ("stop", {"rationale": "  "}, "rationale_missing"),
        ("go", {"veto_criterion": "tier_confirmed", "veto_lifts_when": "A tier."}, "no_veto"),
        ("go", {"seen_revision": 1}, "dossier_changed"),
    ],
)
def test_vote_that_is_not_well_formed_is_refused(
    now: datetime, outcome: str, values: dict[str, Any], code: str
) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)

    with pytest.raises(NotAllowedNow) as refused:
        stage.vote(review, stage.members[0], outcome, now, **values)

    assert codes(refused) == [code]


@pytest.mark.parametrize("values", [{"confidence": 101}, {"rationale": "x" * 4001}, {"rationale": "a\x00b"}])
def test_vote_with_values_out_of_range_is_invalid(now: datetime, values: dict[str, Any]) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)

    with pytest.raises(Invalid):
        stage.vote(review, stage.members[0], "go", now, **values)

    assert Vote.objects.count() == 0


def test_vote_at_or_after_the_close_is_refused_even_if_no_job_ran(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now, days=2)
    closes_at = now + timedelta(days=2)

    stage.vote(review, stage.members[0], "go", closes_at - timedelta(seconds=1))
    with pytest.raises(NotAllowedNow) as refused:
        stage.vote(review, stage.members[1], "go", closes_at)

    assert codes(refused) == ["voting_over"]
    review.refresh_from_db()
    assert review.state == "voting"


def test_content_is_blind_to_everybody_before_their_own_vote(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)
    first, second, third = stage.members
    auditor, admin = RoleGrantFactory(role="auditor").user, RoleGrantFactory(role="admin").user
    stage.vote(review, first, "stop", now)

    for viewer in (second, stage.chair, stage.owner, auditor, admin, None):
        assert set(seen_by(review, viewer, now).values()) == {None}
    assert seen_by(review, first, now)[str(first)] == "stop"

    stage.vote(review, second, "go", now)
    assert seen_by(review, second, now)[str(first)] == "stop"
    assert seen_by(review, third, now)[str(first)] is None


def test_who_has_voted_is_known_to_the_committee_alone_and_all_is_open_after_the_close(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)
    for member in stage.members:
        stage.vote(review, member, "go", now)
    playbook = playbook_of(review.playbook_id)

    known_to_chair = [place.has_voted for place in visible_votes(review, stage.chair, playbook=playbook, now=now)]
    known_to_owner = {place.has_voted for place in visible_votes(review, stage.owner, playbook=playbook, now=now)}
    close_voting(review_id=review.pk, actor=stage.chair, now=now)

    assert known_to_chair == [False, False, True, True, True]
    assert known_to_owner == {None}
    assert [seen_by(review, stage.owner, now)[str(member)] for member in stage.members] == ["go"] * 3


def test_change_after_others_became_visible_is_marked_and_a_change_before_is_not(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)
    first, second, _third = stage.members

    stage.vote(review, first, "go", now)
    alone = stage.vote(review, first, "stop", now)
    stage.vote(review, second, "go", now)
    marked = stage.vote(review, second, "stop", now)

    assert (alone.changed_after_sight, marked.changed_after_sight) == (False, True)


def _material_change(stage: StageSet, at: datetime) -> None:
    CriterionAnswer.objects.filter(case=stage.case, criterion="tier_confirmed").update(superseded_at=at)


def test_votes_on_an_older_revision_do_not_count_until_confirmed(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)
    for member in stage.members:
        stage.vote(review, member, "go", now)
    _material_change(stage, now)

    dossier = refreeze_when_material(review_id=review.pk, actor=None, now=now + timedelta(hours=1))
    again = refreeze_when_material(review_id=review.pk, actor=None, now=now + timedelta(hours=2))

    assert dossier is not None
    assert (dossier.revision, dossier.recommended, again) == (3, "not_ready", None)
    asked = Notification.objects.filter(occasion="revision-3").values_list("user", flat=True)
    assert set(asked) == {member.pk for member in stage.members}
    with pytest.raises(NotAllowedNow) as refused:
        close_voting(review_id=review.pk, actor=stage.chair, now=now + timedelta(hours=3))
    assert codes(refused) == ["no_quorum"]

    for member in stage.members:
        stage.vote(review, member, "pause", now + timedelta(hours=3))
    closed = close_voting(review_id=review.pk, actor=stage.chair, now=now + timedelta(hours=4))
    assert (closed.tally["outcome"], closed.tally["voters"]) == ("pause", 3)


def test_stale_vote_no_longer_opens_the_others(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)
    first, second, _third = stage.members
    stage.vote(review, first, "go", now)
    stage.vote(review, second, "stop", now)
    _material_change(stage, now)
    refreeze_when_material(review_id=review.pk, actor=None, now=now)

    assert seen_by(review, first, now)[str(second)] is None
    assert seen_by(review, first, now)[str(first)] == "go"


def test_unchanged_records_freeze_no_new_revision(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)

    assert refreeze_when_material(review_id=review.pk, actor=None, now=now + timedelta(hours=1)) is None
    assert Dossier.objects.count() == 2


def test_chair_closes_with_a_quorum_only_and_nobody_else_does(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)

    with pytest.raises(NotAllowedNow) as refused:
        close_voting(review_id=review.pk, actor=stage.chair, now=now)
    with pytest.raises(Forbidden):
        close_voting(review_id=review.pk, actor=stage.members[0], now=now)

    assert codes(refused) == ["no_quorum"]


def test_job_closes_at_the_time_and_not_before(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now, days=1)
    for member, outcome in zip(stage.members, ["go", "pause", "go"], strict=True):
        stage.vote(review, member, outcome, now)

    before = close_or_extend_when_due(review_id=review.pk, now=now + timedelta(hours=23))
    after = close_or_extend_when_due(review_id=review.pk, now=now + timedelta(hours=24))
    again = close_or_extend_when_due(review_id=review.pk, now=now + timedelta(hours=25))

    assert (before.state, after.state) == ("voting", "closed")
    assert again.closed_at == now + timedelta(hours=24)
    assert after.tally["weights"]["go"] == "2"
    assert Activity.objects.filter(verb="review.voting_closed").count() == 1


def test_job_extends_once_without_a_quorum_and_closes_then(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now, days=1)

    extended = close_or_extend_when_due(review_id=review.pk, now=now + timedelta(days=1))
    assert extended.voting_closes_at is not None
    later = extended.voting_closes_at
    closed = close_or_extend_when_due(review_id=review.pk, now=later)

    assert (extended.state, extended.extensions) == ("voting", 1)
    assert later.date().isoformat() == "2026-12-01"
    assert (closed.state, closed.tally["quorum_met"]) == ("closed", False)
    told = Notification.objects.get(occasion="no-quorum")
    assert told.user.team_memberships.get(case=stage.case).role == "sponsor"


def test_job_closes_early_when_nobody_is_left_to_vote_and_second_thoughts_are_over(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)
    for voter in (stage.chair, stage.deputy, *stage.members):
        stage.vote(review, voter, "go", now)

    at_once = close_or_extend_when_due(review_id=review.pk, now=now + timedelta(minutes=14))
    later = close_or_extend_when_due(review_id=review.pk, now=now + timedelta(minutes=15))

    assert (at_once.state, later.state) == ("voting", "closed")


def test_recusal_needs_a_reason_and_takes_the_vote_out_of_the_count(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)
    for member in stage.members:
        stage.vote(review, member, "go", now)

    with pytest.raises(NotAllowedNow) as refused:
        recuse(review_id=review.pk, reason="", actor=stage.members[0], now=now)
    recuse(review_id=review.pk, reason="A friend asked me.", actor=stage.members[0], now=now)
    with pytest.raises(NotAllowedNow) as no_quorum:
        close_voting(review_id=review.pk, actor=stage.chair, now=now)

    assert codes(refused) == ["reason_missing"]
    assert codes(no_quorum) == ["no_quorum"]


def test_stale_vote_waits_again_on_the_home_page(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)
    voter = stage.members[0]
    stage.vote(review, voter, "go", now)

    before = [waiting.kind for waiting in waiting_for(voter, frozenset({"committee"}), now=now)]
    _material_change(stage, now)
    refreeze_when_material(review_id=review.pk, actor=None, now=now)
    after = [waiting.kind for waiting in waiting_for(voter, frozenset({"committee"}), now=now)]

    assert ("vote" in before, "vote" in after) == (False, True)
