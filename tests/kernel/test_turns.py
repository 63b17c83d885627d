"""Turns: one run has it, holds on to it, lets it go, or loses it when it is killed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from pocgate.kernel import turns
from pocgate.kernel.models import Turn

pytestmark = pytest.mark.django_db

NAME = "inbox.send_mail"
MINUTE = timedelta(minutes=1)


def test_turn_is_taken_by_one_run_until_it_lets_go(now: datetime) -> None:
    held = now + MINUTE

    taken = [turns.take(NAME, until=held, now=now) for _ in range(2)]
    other = turns.take("inbox.send_posts", until=held, now=now)
    turns.release(NAME, held=held)

    assert (taken, other) == ([True, False], True)
    assert turns.take(NAME, until=held, now=now)


def test_turn_of_a_run_that_was_killed_is_free_once_its_time_is_over(now: datetime) -> None:
    turns.take(NAME, until=now + MINUTE, now=now)

    assert not turns.take(NAME, until=now + 2 * MINUTE, now=now + timedelta(seconds=59))
    assert turns.take(NAME, until=now + 2 * MINUTE, now=now + MINUTE)
    assert not turns.keep(NAME, held=now + MINUTE, until=now + 3 * MINUTE)
    turns.release(NAME, held=now + MINUTE)
    assert Turn.objects.get().held_until == now + 2 * MINUTE


def test_turn_that_is_held_on_to_stays_with_its_run(now: datetime) -> None:
    turns.take(NAME, until=now + MINUTE, now=now)

    assert turns.keep(NAME, held=now + MINUTE, until=now + 2 * MINUTE)
    assert not turns.take(NAME, until=now + 3 * MINUTE, now=now + MINUTE)


def test_turn_let_go_for_later_is_free_from_then_on(now: datetime) -> None:
    turns.take(NAME, until=now + MINUTE, now=now)
    turns.release(NAME, held=now + MINUTE, until=now + timedelta(seconds=30))

    free = [turns.take(NAME, until=now + MINUTE, now=now + timedelta(seconds=seconds)) for seconds in (29, 30)]

    assert free == [False, True]


def test_turn_taken_by_a_clock_that_ran_a_year_ahead_is_free(now: datetime) -> None:
    ahead = now + timedelta(days=365)
    turns.take(NAME, until=ahead + MINUTE, now=ahead)

    assert turns.take(NAME, until=now + MINUTE, now=now)


def test_database_refuses_a_turn_without_a_name() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Turn.objects.create(name="")
