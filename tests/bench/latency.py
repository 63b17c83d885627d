"""From the commit of a change until its readiness is seen, through the broker and a real worker."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Thread

from django.db import connection, transaction
from django.db.models import F

from portfolio.commands.recompute import request_recompute
from portfolio.enums import Section
from portfolio.models import UseCase
from tests.bench.report import Result, compared

Change = Callable[[int], Section]
ONE_BY_ONE = 40
# Changes a second, and for how long.
RATE, SECONDS = 20, 15
# Looking takes time from the work it waits for; what is seen late counts as late.
POLL_SECONDS = 0.015
PATIENCE_SECONDS = 60.0
VISIBLE_SECONDS = 0.5


@contextmanager
def other_connection() -> Iterator[Callable[[int], tuple[object, ...]]]:
    """What another connection sees of a case's readiness."""
    other = connection.copy()

    def seen(pk: int) -> tuple[object, ...]:
        with other.cursor() as cursor:
            cursor.execute(
                "SELECT s.computed_at, c.computed_version, c.computations, s.overall FROM scoring_readinessscore s "
                "JOIN portfolio_usecase c ON c.id = s.case_id WHERE s.case_id = %s",
                [pk],
            )
            return tuple(cursor.fetchone())

    try:
        yield seen
    finally:
        other.close()


def through_a_worker(case_ids: Sequence[int], change: Change) -> list[Result]:
    """Changes one after the other, and then twenty a second whether or not the worker keeps up."""
    if not os.environ.get("REDIS_URL"):
        print("through Celery: not measured, REDIS_URL is not set")
        return []
    command = [sys.executable, "-m", "celery", "-A", "pocgate", "worker", "--concurrency", "2", "--loglevel", "ERROR"]
    worker = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    single, steady = case_ids[:ONE_BY_ONE], case_ids[ONE_BY_ONE : ONE_BY_ONE + RATE * SECONDS]
    try:
        with other_connection() as seen:
            _until_seen(single[0], change, seen)
            alone = [_until_seen(pk, change, seen) for pk in single[1:]]
        under_load = _steadily(steady, change)
    finally:
        worker.terminate()
        worker.wait(timeout=20)
    for what, times in (("one after the other", alone), (f"{RATE} a second", under_load)):
        print(f"through Celery and Redis, {what}: {_in_words(times)}", flush=True)
    return [
        compared("change → visible, median", statistics.median(alone), 0.0, "through Celery and Redis", None),
        compared(f"{RATE} changes a second, p95", _p95(under_load), VISIBLE_SECONDS, "500 ms to visible", 1.0),
    ]


def _until_seen(pk: int, change: Change, seen: Callable[[int], tuple[object, ...]]) -> float:
    before = seen(pk)
    begin = time.perf_counter()
    _commit(pk, change)
    while seen(pk) == before:
        if time.perf_counter() - begin > PATIENCE_SECONDS:
            raise RuntimeError("no worker computed the change")
        time.sleep(POLL_SECONDS)
    return time.perf_counter() - begin


def _steadily(case_ids: Sequence[int], change: Change) -> list[float]:
    """Seconds from commit to visible of each; commits keep to their times however long the worker takes."""
    committed: dict[int, float] = {}
    visible: dict[int, float] = {}
    committing = Thread(target=_commit_steadily, args=(case_ids, change, committed))
    begin = time.perf_counter()
    committing.start()
    while len(visible) < len(case_ids):
        if time.perf_counter() - begin > SECONDS + PATIENCE_SECONDS:
            raise RuntimeError(f"the worker computed {len(visible)} of {len(case_ids)} changes")
        waiting = [pk for pk in list(committed) if pk not in visible]
        done = UseCase.objects.filter(pk__in=waiting, computed_version__gte=F("requested_version"))
        seen = list(done.values_list("pk", flat=True)) if waiting else []
        visible |= dict.fromkeys(seen, time.perf_counter())
        time.sleep(POLL_SECONDS)
    committing.join()
    return [visible[pk] - committed[pk] for pk in case_ids]


def _commit_steadily(case_ids: Sequence[int], change: Change, committed: dict[int, float]) -> None:
    begin = time.perf_counter()
    for number, pk in enumerate(case_ids):
        time.sleep(max(0.0, begin + number / RATE - time.perf_counter()))
        _commit(pk, change)
        committed[pk] = time.perf_counter()
    connection.close()


def _commit(pk: int, change: Change) -> None:
    with transaction.atomic():
        request_recompute(pk, change(pk))


def _p95(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def _in_words(seconds: Sequence[float]) -> str:
    return f"median {statistics.median(seconds) * 1000:.0f} ms, p95 {_p95(seconds) * 1000:.0f} ms"
