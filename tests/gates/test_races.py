"""Two connections at once: each status column, the votes, and the numbers of decisions. On PostgreSQL only."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection, connections

from gates.commands.decisions import Ruling, decide
from gates.commands.reminders import remind
from gates.commands.reviews import close_or_extend_when_due, close_voting, withdraw
from gates.models import Decision, GateReview, SignOff, Vote, VoteChange
from pocgate.inbox import tasks as inbox_tasks
from pocgate.inbox.models import Notification
from pocgate.kernel.errors import DomainError
from pocgate.ledger.models import Activity
from portfolio.models import StageSpell, UseCase
from tests.factories.stage_set import FUNDING, TOKEN, a_case, a_stage_set
from tests.gates.test_sign_offs import sign

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]
ROUNDS = 2


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each act returned or, as text, how it was refused; each runs on a connection of its own."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        start.wait()
        try:
            return act()
        except DomainError as refused:
            return type(refused).__name__
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def refusals(results: list[object]) -> list[object]:
    return [result for result in results if isinstance(result, str)]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_vote_against_close_is_counted_or_refused_but_never_lost(now: datetime, _round: int) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)
    for member in stage.members:
        stage.vote(review, member, "go", now)

    results = at_once(
        lambda: stage.vote(review, stage.deputy, "stop", now),
        lambda: close_voting(review_id=review.pk, actor=stage.chair, now=now),
    )

    kept = GateReview.objects.get(pk=review.pk)
    assert kept.state == "closed"
    assert kept.tally["voters"] == Vote.objects.count() == 4 - len(refusals(results))


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_votes_of_one_seat_at_once_leave_one_vote_and_both_in_its_history(now: datetime, _round: int) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)
    voter = stage.members[0]

    results = at_once(
        lambda: stage.vote(review, voter, "go", now),
        lambda: stage.vote(review, voter, "pause", now),
    )

    assert refusals(results) == []
    last = VoteChange.objects.order_by("-pk")[0]
    assert (Vote.objects.get().outcome, VoteChange.objects.count()) == (last.outcome, 2)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_decisions_at_once_make_one(now: datetime, _round: int) -> None:
    stage = a_stage_set(now)
    review = stage.closed(now)

    results = at_once(*[lambda: stage.decide(review, "go", now)] * 2)

    assert refusals(results) == ["NotAllowedNow"]
    assert (Decision.objects.count(), Activity.objects.filter(verb="decision.made").count()) == (1, 1)
    assert UseCase.objects.get(pk=stage.case.pk).stage == 1
    assert StageSpell.objects.filter(case=stage.case).count() == 2


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_decision_against_withdrawal_leaves_exactly_one_of_them(now: datetime, _round: int) -> None:
    stage = a_stage_set(now)
    review = stage.closed(now)

    results = at_once(
        lambda: stage.decide(review, "go", now),
        lambda: withdraw(review_id=review.pk, reason="The vendor left.", actor=stage.chair, now=now),
    )

    assert len(refusals(results)) == 1
    state = GateReview.objects.get(pk=review.pk).state
    assert (state, Decision.objects.count()) in [("decided", 1), ("withdrawn", 0)]
    assert UseCase.objects.get(pk=stage.case.pk).stage == (1 if state == "decided" else 0)


def test_decisions_of_many_cases_at_once_are_numbered_without_gaps(now: datetime) -> None:
    stage = a_stage_set(now)
    reviews = []
    for _ in range(6):
        stage.case, stage.owner = a_case(now)
        reviews.append(stage.closed(now).pk)

    def deciding(review_id: int) -> Callable[[], object]:
        return lambda: decide(
            review_id=review_id, ruling=Ruling("go", **FUNDING), actor=stage.chair, sign_in=TOKEN, now=now
        )

    results = at_once(*[deciding(review_id) for review_id in reviews])

    assert refusals(results) == []
    assert list(Decision.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_requests_at_once_open_one_review(now: datetime, _round: int) -> None:
    stage = a_stage_set(now)

    results = at_once(lambda: stage.request(now), lambda: stage.request(now))

    assert refusals(results) == ["NotAllowedNow"]
    assert (GateReview.objects.count(), Activity.objects.filter(verb="review.requested").count()) == (1, 1)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_jobs_close_a_vote_once(now: datetime, _round: int) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now, days=1)
    for member in stage.members:
        stage.vote(review, member, "go", now)
    over = now + timedelta(days=1)

    at_once(*[lambda: close_or_extend_when_due(review_id=review.pk, now=over)] * 3)

    assert Activity.objects.filter(verb="review.voting_closed").count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_signatures_at_once_leave_one_current(now: datetime, _round: int) -> None:
    stage = a_stage_set(now)

    results = at_once(
        lambda: sign(stage, now),
        lambda: sign(stage, now, state="returned", comment="No."),
    )

    assert refusals(results) == []
    assert SignOff.objects.filter(superseded_at__isnull=True).count() == 1
    assert SignOff.objects.count() == 2


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_signature_against_decision_does_not_deadlock(now: datetime, _round: int) -> None:
    stage = a_stage_set(now)
    review = stage.closed(now)

    results = at_once(lambda: stage.decide(review, "go", now), lambda: sign(stage, now))

    # Before the decision the checklist is closed; after it the signature is one for the next gate.
    assert refusals(results) in ([], ["NotAllowedNow"])
    assert Decision.objects.count() == 1


def test_reminders_of_three_workers_at_once_reach_each_person_once(now: datetime) -> None:
    stage = a_stage_set(now)
    stage.voting(now, days=5)
    later = now + timedelta(days=2)

    at_once(*[lambda: remind(now=later)] * 3)

    reminded = Notification.objects.filter(kind="vote_outstanding").exclude(occasion="opened")
    people = [stage.chair, stage.deputy, *stage.members]
    assert sorted(reminded.values_list("user", flat=True)) == sorted(person.pk for person in people)


def test_mail_of_three_workers_at_once_is_sent_once(now: datetime) -> None:
    stage = a_stage_set(now)
    stage.voting(now)
    due = Notification.objects.filter(mail_state="due").count()

    sent = at_once(*[inbox_tasks.send_mail] * 3)

    assert sum(count for count in sent if isinstance(count, int)) == due
    assert Notification.objects.exclude(mail_state="sent").count() == 0
