"""Fifty clients at once vote, change and delegate while the chair closes and evidence changes. On PostgreSQL only.

`POCGATE_RACE_ROUNDS` sets the number of rounds; the suite runs few, a release two hundred.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.db import connection

from gates.commands.decisions import Ruling, decide
from gates.commands.delegations import delegate_seat
from gates.commands.dossiers import refreeze_when_material
from gates.commands.reviews import close_voting
from gates.models import Decision, Dossier, GateReview, Seat, Vote, VoteChange
from gates.queries.seats import standings_of
from pocgate.identity.models import User
from pocgate.ledger.models import Activity
from portfolio.models import StageSpell, UseCase
from scoring.models import CriterionAnswer
from tests.factories.gates import SeatFactory
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.stage_set import TOKEN, StageSet, a_case, a_stage_set
from tests.gates.test_races import at_once

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]
ROUNDS = int(os.environ.get("POCGATE_RACE_ROUNDS", "2"))
CLIENTS = 50
MORE_SEATS = 10


@dataclass
class Storm:
    """One round: who takes part, and which votes were acknowledged."""

    stage: StageSet
    voters: list[User]
    newcomers: list[User]
    now: datetime
    acknowledged: list[int] = field(default_factory=list)

    def vote(self, review: GateReview, voter: User) -> Callable[[], object]:
        """A vote on the revision that is the latest when it is cast."""

        def act() -> object:
            vote = self.stage.vote(review, voter, "go", self.now)
            self.acknowledged.append(vote.seat_id)
            return vote

        return act

    def acts(self, review: GateReview, *, changes_evidence: bool) -> list[Callable[[], object]]:
        """Fifty acts: votes and changes, delegations with votes of the delegates, a close, a change of evidence."""
        away = self.voters[-len(self.newcomers) :]
        acts = [self.delegation(holder, delegate) for holder, delegate in zip(away, self.newcomers, strict=True)]
        acts += [self.vote(review, delegate) for delegate in self.newcomers]
        acts.append(lambda: close_voting(review_id=review.pk, actor=self.stage.chair, now=self.now))
        if changes_evidence:
            acts.append(lambda: self.change_evidence(review))
        while len(acts) < CLIENTS:
            acts.append(self.vote(review, self.voters[len(acts) % len(self.voters)]))
        return acts

    def delegation(self, holder: User, delegate: User) -> Callable[[], object]:
        """The holder's seat for some days."""
        seat = Seat.objects.get(committee=self.stage.committee, user=holder)
        ends_at = self.now + timedelta(days=2)
        terms = {"seat_id": seat.pk, "delegate_id": delegate.pk, "ends_at": ends_at}
        return lambda: delegate_seat(actor=holder, sign_in=TOKEN, now=self.now, **terms)

    def change_evidence(self, review: GateReview) -> object:
        """A must loses its answer, and the job freezes the dossier again."""
        answers = CriterionAnswer.objects.filter(case=review.case_id, criterion="ai_justified")
        answers.update(superseded_at=self.now)
        return refreeze_when_material(review_id=review.pk, actor=None, now=self.now)

    def settle(self, review: GateReview) -> GateReview:
        """Where the close was refused, those still able vote and the chair closes."""
        review.refresh_from_db()
        if review.state == "closed":
            return review
        for standing in standings_of(review, now=self.now):
            if standing.is_able:
                self.vote(review, standing.filled_by)()
        return close_voting(review_id=review.pk, actor=self.stage.chair, now=self.now)


def a_storm(now: datetime) -> tuple[StageSet, list[User]]:
    stage = a_stage_set(now)
    more = [SeatFactory(committee=stage.committee, discipline="technical").user for _ in range(MORE_SEATS)]
    for user in more:
        RoleGrantFactory(user=user, role="committee")
    return stage, [stage.chair, stage.deputy, *stage.members, *more]


def counted_once(storm: Storm, review: GateReview) -> None:
    """Every acknowledged vote is in the history once, the last of each seat counts once, none came after the close."""
    changes = list(VoteChange.objects.filter(review=review).values_list("seat", flat=True))
    assert sorted(changes) == sorted(storm.acknowledged)
    latest = Dossier.objects.filter(review=review).latest("revision")
    current = Vote.objects.filter(review=review, dossier=latest).count()
    assert Vote.objects.filter(review=review).count() == len(set(changes))
    assert review.tally["voters"] == current
    of_review = Activity.objects.filter(subject_type="review", subject_id=str(review.pk))
    closed = of_review.get(verb="review.voting_closed").sequence
    assert not of_review.filter(verb__in=["review.voted", "review.vote_changed"], sequence__gt=closed).exists()


def test_storm_of_votes_changes_delegations_close_and_evidence(now: datetime) -> None:
    stage, voters = a_storm(now)
    decided, refused, acknowledged = 0, 0, 0

    for number in range(ROUNDS):
        at = now + timedelta(days=10 * number)
        if number:
            stage.case, stage.owner = a_case(at)
        storm = Storm(stage, voters, [UserFactory() for _ in range(4)], at)
        review = stage.voting(at)
        results = at_once(*storm.acts(review, changes_evidence=number % 2 == 1))
        unexpected = [result for result in results if isinstance(result, Exception)]
        assert unexpected == []

        review = storm.settle(review)
        counted_once(storm, review)
        # A change that came after the close would be refused as outdated; its answer is given again.
        CriterionAnswer.objects.filter(case=review.case_id, criterion="ai_justified").update(superseded_at=None)
        decided += two_chairs_decide(stage, review, at)
        acknowledged += len(storm.acknowledged)
        refused += sum(isinstance(result, str) for result in results)

    numbers = list(Decision.objects.order_by("number").values_list("number", flat=True))
    # The rounds stand in the same year as long as there are few; more go on into the next, which begins at one.
    years = Decision.objects.values_list("year", flat=True)
    assert sorted(numbers) == sorted(number for year in set(years) for number in range(1, list(years).count(year) + 1))
    assert len(numbers) == decided
    print(f"{ROUNDS} rounds of {CLIENTS}: {acknowledged} votes acknowledged, {refused} refused, {decided} decided")


def two_chairs_decide(stage: StageSet, review: GateReview, now: datetime) -> int:
    """One decision out of two at once, and one stage move; none where a change made the dossier outdated."""

    def act() -> object:
        return decide(review_id=review.pk, ruling=Ruling("go"), actor=stage.chair, sign_in=TOKEN, now=now)

    results = at_once(act, act)
    made = Decision.objects.filter(review=review).count()
    assert made == sum(not isinstance(result, str) for result in results) <= 1
    case = UseCase.objects.get(pk=review.case_id)
    assert (case.stage, StageSpell.objects.filter(case=case).count()) == ((1, 2) if made else (0, 1))
    return made
