"""The event feed: each act once, in one order, whatever commits when."""

from __future__ import annotations

import random
import threading
import time
from datetime import datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from pocgate.ledger.commands import Act, record, record_many
from pocgate.ledger.commands.feed import place_events
from pocgate.ledger.models import Activity
from pocgate.ledger.queries.feed import end_of_feed, feed_page

pytestmark = pytest.mark.django_db


def write(verb: str = "case.edited", case_id: int | None = 7, *, told: bool = True) -> Activity:
    return record(Act(verb, "use_case", 7, case_id, is_told=told), actor=None, now=timezone.now())


def places() -> list[tuple[str, int | None, int | None]]:
    return list(Activity.objects.order_by("sequence").values_list("verb", "position", "case_sequence"))


def test_acts_are_placed_without_gaps_and_counted_by_case() -> None:
    write("case.edited", 7)
    write("case.edited", 8)
    place_events()
    write("case.moved", 7)
    write("playbook.published", None)

    placed = place_events()

    assert placed == 2
    assert places() == [
        ("case.edited", 1, 1),
        ("case.edited", 2, 1),
        ("case.moved", 3, 2),
        ("playbook.published", 4, None),
    ]
    assert end_of_feed() == 4
    assert place_events() == 0


def test_act_that_is_not_told_gets_no_place_and_no_number() -> None:
    write("case.edited")
    write("review.voted", told=False)
    write("case.moved")

    place_events()

    assert places() == [("case.edited", 1, 1), ("review.voted", None, None), ("case.moved", 2, 2)]


def test_more_acts_than_fit_are_placed_in_batches(now: datetime) -> None:
    record_many([Act("case.imported", "use_case", number, number % 3) for number in range(25)], actor=None, now=now)

    batches = [place_events(most=10) for _ in range(4)]

    assert batches == [10, 10, 5, 0]
    assert [position for _verb, position, _number in places()] == list(range(1, 26))
    assert sorted(Activity.objects.filter(case_id=1).values_list("case_sequence", flat=True)) == list(range(1, 9))


def test_place_in_the_feed_is_given_once_and_kept() -> None:
    act = write()
    place_events()

    for changed in ({"position": 9}, {"case_sequence": 9}, {"verb": "case.moved"}, {"position": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Activity.objects.filter(pk=act.pk).update(**changed)
    assert places() == [("case.edited", 1, 1)]


def test_page_ends_where_it_looked_even_when_nothing_passed_the_filter() -> None:
    for _ in range(5):
        write()
    place_events()

    nothing = feed_page(Activity.objects.filter(verb="case.moved"), after=0, limit=10)
    two = feed_page(Activity.objects.all(), after=1, limit=2)

    assert (nothing.acts, nothing.last, nothing.is_more) == ([], 5, False)
    assert ([act.position for act in two.acts], two.last, two.is_more) == ([2, 3], 3, True)


WRITERS, ACTS = 8, 40


class Writer(threading.Thread):
    """Writes acts in transactions that stay open for a while, some of which are rolled back."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number, self.written = number, 0

    def run(self) -> None:
        chance = random.Random(self.number)
        try:
            for act in range(ACTS):
                with transaction.atomic():
                    write(f"case.act_{act}", self.number)
                    time.sleep(chance.random() / 100)
                    if chance.random() < 0.2:
                        transaction.set_rollback(True)
                    else:
                        self.written += 1
        finally:
            connection.close()


class Placer(threading.Thread):
    """Places events over and over."""

    def __init__(self, stop: threading.Event) -> None:
        super().__init__()
        self.stop = stop

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                place_events(most=7)
        finally:
            connection.close()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_reader_following_many_writers_skips_and_repeats_none() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    stop = threading.Event()
    writers, placers = [Writer(number) for number in range(1, WRITERS + 1)], [Placer(stop) for _ in range(3)]
    for thread in (*writers, *placers):
        thread.start()
    read: list[tuple[int, int, int]] = []
    after = 0
    ends_at = time.monotonic() + 120
    while time.monotonic() < ends_at:
        writing = any(writer.is_alive() for writer in writers)
        left = Activity.objects.filter(position__isnull=True).exists()
        page = feed_page(Activity.objects.all(), after=after, limit=5)
        read += [(act.position, act.case_id, act.case_sequence) for act in page.acts]
        after = page.last
        if not (writing or left or page.acts):
            break
    stop.set()
    for thread in (*writers, *placers):
        thread.join()

    total = sum(writer.written for writer in writers)
    assert [position for position, _case, _number in read] == list(range(1, total + 1))
    for writer in writers:
        numbers = [number for _position, case, number in read if case == writer.number]
        assert numbers == list(range(1, writer.written + 1))
    assert Activity.objects.count() == total


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_act_of_a_transaction_that_commits_late_comes_after_what_was_read() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    begun, go_on = threading.Event(), threading.Event()

    def late() -> None:
        try:
            with transaction.atomic():
                write("case.late")
                begun.set()
                go_on.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=late)
    thread.start()
    begun.wait(30)
    write("case.early")
    place_events()
    first = feed_page(Activity.objects.all(), after=0, limit=10)
    go_on.set()
    thread.join()
    place_events()
    second = feed_page(Activity.objects.all(), after=first.last, limit=10)

    assert [act.verb for act in first.acts] == ["case.early"]
    assert [act.verb for act in second.acts] == ["case.late"]
    assert second.acts[0].sequence < first.acts[0].sequence
