"""Fifty clients at once vote, change and delegate while the presiding chair closes, and evidence changes.

Each vote carries words of its own, so that the history tells which of them were lost and which stand twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gates.commands.decisions import Ruling, decide
from gates.commands.delegations import delegate_seat
from gates.commands.dossiers import refreeze_when_material
from gates.commands.reviews import close_voting, recuse
from gates.models import Decision, Dossier, GateReview, Seat, Vote, VoteChange
from gates.queries.seats import standings_of
from pocgate.identity.models import User
from pocgate.ledger.models import Activity
from portfolio.models import StageSpell, UseCase
from scoring.models import CriterionAnswer
from tests.factories.gates import SeatFactory
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.stage_set import FUNDING, TOKEN, StageSet, a_case, a_stage_set
from tests.gates.test_races import at_once

CLIENTS = 50
MORE_SEATS = 10
AWAY = 4


@dataclass(frozen=True)
class Count:
    """What a round came to: votes acknowledged and refused, decisions, and what was lost or doubled."""

    acknowledged: int = 0
    refused: int = 0
    decided: int = 0
    lost: int = 0
    doubled: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(
            self.acknowledged + other.acknowledged,
            self.refused + other.refused,
            self.decided + other.decided,
            self.lost + other.lost,
            self.doubled + other.doubled,
        )


@dataclass
class Storm:
    """One round: who takes part, and the words of the votes that were acknowledged."""

    stage: StageSet
    voters: list[User]
    now: datetime
    presiding: User
    acknowledged: list[str] = field(default_factory=list)

    def vote(self, review: GateReview, voter: User, words: str) -> Callable[[], object]:
        """A vote on the revision that is the latest when it is cast."""

        def act() -> object:
            vote = self.stage.vote(review, voter, "go", self.now, rationale=words)
            self.acknowledged.append(words)
            return vote

        return act

    def acts(self, review: GateReview, *, changes_evidence: bool) -> list[Callable[[], object]]:
        """Fifty acts: votes and changes, delegations with votes of the delegates, a close, a change of evidence."""
        newcomers = [UserFactory() for _ in range(AWAY)]
        acts = [self.delegation(holder, one) for holder, one in zip(self.voters[-AWAY:], newcomers, strict=True)]
        acts += [self.vote(review, delegate, f"delegate {delegate.pk}") for delegate in newcomers]
        acts.append(lambda: close_voting(review_id=review.pk, actor=self.presiding, now=self.now))
        if changes_evidence:
            acts.append(lambda: self.change_evidence(review))
        while len(acts) < CLIENTS:
            acts.append(self.vote(review, self.voters[len(acts) % len(self.voters)], f"client {len(acts)}"))
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
            if standing.is_open_to_filler:
                self.vote(review, standing.filled_by, f"settled {standing.seat.pk}")()
        return close_voting(review_id=review.pk, actor=self.presiding, now=self.now)

    def decide_at_once(self, review: GateReview) -> Count:
        """The chair twice and the deputy decide at once: one decision, and one stage move.

        None where a change made the dossier outdated after the vote.
        """

        def deciding(actor: User) -> Callable[[], object]:
            return lambda: decide(
                review_id=review.pk, ruling=Ruling("go", **FUNDING), actor=actor, sign_in=TOKEN, now=self.now
            )

        chair, deputy = self.stage.chair, self.stage.deputy
        results = at_once(deciding(chair), deciding(deputy), deciding(chair), deciding(deputy))
        acknowledged = sum(isinstance(result, Decision) for result in results)
        made = Decision.objects.filter(review=review).count()
        spells = StageSpell.objects.filter(case=review.case_id).count()
        moved_wrongly = UseCase.objects.get(pk=review.case_id).stage != made or spells != 1 + made
        doubled = max(0, made - 1) + max(0, made - acknowledged) + moved_wrongly
        return Count(decided=made, lost=max(0, acknowledged - made), doubled=doubled)


def a_committee(now: datetime) -> tuple[StageSet, list[User]]:
    """A stage set with fifteen voters."""
    stage = a_stage_set(now)
    more = [SeatFactory(committee=stage.committee, discipline="technical").user for _ in range(MORE_SEATS)]
    for user in more:
        RoleGrantFactory(user=user, role="committee")
    return stage, [stage.chair, stage.deputy, *stage.members, *more]


def one_round(number: int, stage: StageSet, voters: list[User], now: datetime) -> Count:
    """A storm over a new case; every second one changes evidence, in every third the deputy presides."""
    stage.case, stage.owner = a_case(now)
    review = stage.voting(now)
    presiding = stage.chair
    if number % 3 == 2:
        recuse(review_id=review.pk, reason="My sister works on it.", actor=stage.chair, now=now)
        presiding = stage.deputy
    storm = Storm(stage, voters, now, presiding)
    results = at_once(*storm.acts(review, changes_evidence=number % 2 == 1))
    review = storm.settle(review)
    lost, doubled = lost_and_doubled(review, storm.acknowledged)
    # A change that came after the close would be refused as outdated; its answer is given again.
    CriterionAnswer.objects.filter(case=review.case_id, criterion="ai_justified").update(superseded_at=None)
    refused = sum(isinstance(result, str) for result in results)
    return Count(len(storm.acknowledged), refused, 0, lost, doubled) + storm.decide_at_once(review)


def lost_and_doubled(review: GateReview, acknowledged: list[str]) -> tuple[int, int]:
    """Votes of a closed review that were acknowledged and are gone, and those kept or counted too often.

    Every acknowledged vote is in the history once, the last of each seat counts once, none came after the close.
    """
    review.refresh_from_db()
    kept = Counter(VoteChange.objects.filter(review=review).values_list("rationale", flat=True))
    lost, doubled = Counter(acknowledged) - kept, kept - Counter(acknowledged)
    latest = Dossier.objects.filter(review=review).latest("revision")
    miscounted = review.tally["voters"] - Vote.objects.filter(review=review, dossier=latest).count()
    seats = VoteChange.objects.filter(review=review).values("seat").distinct().count()
    beyond = Vote.objects.filter(review=review).count() - seats
    of_review = Activity.objects.filter(subject_type="review", subject_id=str(review.pk))
    closed = of_review.get(verb="review.voting_closed").sequence
    late = of_review.filter(verb__in=["review.voted", "review.vote_changed"], sequence__gt=closed).count()
    return (
        lost.total() + max(0, -miscounted) + max(0, -beyond),
        doubled.total() + max(0, miscounted) + max(0, beyond) + late,
    )


def gaps() -> int:
    """Numbers of decisions that are missing: each year counts from one."""
    by_year: dict[int, list[int]] = {}
    for year, number in Decision.objects.order_by("year", "number").values_list("year", "number"):
        by_year.setdefault(year, []).append(number)
    return sum(numbers[-1] - len(numbers) for numbers in by_year.values())
