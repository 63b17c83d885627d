"""Recomputing readiness: all of it at a new moment, one change, a hundred, and a cold run, at two sizes in one run."""

from __future__ import annotations

import os
import random
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from pocgate.kernel.db import sql_time
from pocgate.kernel.models import Job
from portfolio.commands.recompute import request_recompute_of
from portfolio.enums import Section
from portfolio.models import BusinessCase, CostEntry, Kpi, ScopeItem, TeamMember, UseCase
from scoring.commands.playbooks import ensure_default_playbook
from scoring.commands.readiness import catch_up, recompute_cases, recompute_due, renew_cases
from scoring.models import CriterionAnswer, CriterionResult, ReadinessScore
from scoring.queries.recompute import chunks
from scoring.rules.readiness import Weighed, in_points, overall_score
from scoring.rules.vocabulary import MUST, NOT_APPLICABLE, SATISFYING_VERDICTS, STALE
from tests.bench.copies import copy_case, first_case, tables_of
from tests.bench.latency import other_connection, through_a_worker
from tests.bench.report import Result, compared

NOW = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
DAY = timedelta(days=1)
SMALL_SHARE = 10
CHANGES, WARM_UP = 200, 20
BATCHES, BATCH = 7, 100
NIGHTS = 3
SAMPLE = 300
COLD = 1_000
MEMORY_MB = 500

Change = Callable[[int], Section]


def bench_scoring(cases: int) -> list[Result]:
    """Every figure of scoring, with the small portfolio measured before it grows to `cases`."""
    started = time.perf_counter()
    call_command("migrate", verbosity=0)
    ensure_default_playbook(now=NOW)
    # Publishing asked for all cases to be computed; a worker would begin with that.
    Job.objects.all().delete()
    tables = tables_of(first_case(NOW))
    small = max(cases // SMALL_SHARE, 2)
    copy_case(tables, 1, small - 1)
    single, batch = _changes(), _batches()
    copy_case(tables, small, cases - 1)
    parts = CriterionResult.objects.count()
    print(f"{cases} cases with {parts / cases:.0f} answers each, made in {time.perf_counter() - started:.0f} s")
    single_there, batch_there = _changes(), _batches()
    _tell("one change", single, single_there)
    _tell(f"{BATCH} changes", batch, batch_there)
    name = f"the same at {small} cases"
    return [
        *_nights(),
        compared("one change, p95", _p95(single_there), 0.025, "25 ms of work", 1.0),
        compared("one change, median", statistics.median(single_there), statistics.median(single), name, 1.5),
        compared(f"{BATCH} changes, median", statistics.median(batch_there), statistics.median(batch), name, 1.5),
        _queries(),
        *through_a_worker(list(UseCase.objects.order_by("pk").values_list("pk", flat=True)[100:600]), _scope),
        _cold(),
        _memory(),
    ]


def _tell(what: str, small: Sequence[float], whole: Sequence[float]) -> None:
    medians = [f"{statistics.median(each) * 1000:.1f}" for each in (small, whole)]
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"{what}: median {medians[0]} ms at a tenth, {medians[1]} ms at the whole (load {load})", flush=True)


def _p95(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def _some(rng: random.Random, count: int) -> list[int]:
    # The first is what the others are copied from.
    everybody = list(UseCase.objects.order_by("pk").values_list("pk", flat=True)[1:])
    return rng.sample(everybody, min(count, len(everybody)))


# one change


def _scope(pk: int) -> Section:
    items = ScopeItem.objects.filter(case=pk, kind="out")
    items.update(removed_at=NOW if items.filter(removed_at__isnull=True).exists() else None)
    return Section.SCOPE


def _costs(pk: int) -> Section:
    CostEntry.objects.filter(case=pk).update(amount=F("amount") + 1000)
    return Section.COSTS


def _team(pk: int) -> Section:
    TeamMember.objects.filter(case=pk, role="business_owner").update(confirmed_at=None)
    return Section.TEAM


def _business_case(pk: int) -> Section:
    BusinessCase.objects.filter(case=pk).update(budget_line="")
    return Section.BUSINESS_CASE


def _kpis(pk: int) -> Section:
    Kpi.objects.filter(case=pk, retired_at__isnull=True).update(retired_at=NOW)
    return Section.KPIS


def _answers(pk: int) -> Section:
    CriterionAnswer.objects.filter(case=pk, criterion="lineage").update(answer="partly")
    return Section.ANSWERS


KINDS: tuple[Change, ...] = (_scope, _costs, _team, _business_case, _kpis, _answers)


def _changes() -> list[float]:
    """Seconds of work from a committed change to the new readiness, committed and seen by another connection."""
    rng = random.Random(7)
    ids = _some(rng, CHANGES + WARM_UP)
    seconds = []
    with other_connection() as seen:
        for place, pk in enumerate(ids):
            _change(KINDS[place % len(KINDS)], pk)
            before = seen(pk)
            begin = time.perf_counter()
            recompute_due([pk], now=NOW)
            seconds.append(time.perf_counter() - begin)
            if seen(pk) == before:
                raise RuntimeError(f"the new readiness of case {pk} is not to be seen")
    return seconds[WARM_UP:]


def _change(kind: Change, pk: int) -> None:
    with transaction.atomic():
        request_recompute_of([pk], kind(pk))


def _batches() -> list[float]:
    """Seconds for a hundred changed cases at once."""
    rng = random.Random(11)
    seconds = []
    for _ in range(BATCHES):
        ids = sorted(_some(rng, BATCH))
        with transaction.atomic():
            for pk in ids:
                request_recompute_of([pk], _scope(pk))
        begin = time.perf_counter()
        catch_up(ids, now=NOW)
        seconds.append(time.perf_counter() - begin)
    return seconds[1:]


def _queries() -> Result:
    """The most statements that one change takes, the beginning and the end of its transaction among them."""
    most, of = 0, ""
    for kind in KINDS:
        pk = UseCase.objects.order_by("-pk").values_list("pk", flat=True)[len(of) % 5]
        _change(kind, pk)
        with CaptureQueriesContext(connection) as captured:
            recompute_due([pk], now=NOW)
        own = [each["sql"] for each in captured if not each["sql"].startswith(("BEGIN", "COMMIT"))]
        print(f"one change of {kind.__name__[1:]}: {len(own)} queries, begin and commit apart")
        if len(own) > most:
            most, of = len(own), kind.__name__[1:]
    return Result(
        "one change, queries", "", most, 10, f"10 ({of})", most / 10, 1.0, most <= 10, UseCase.objects.count(),
        connection.vendor,
    )  # fmt: skip


# everything at a new moment

_AGGREGATE = f"""
SELECT count(*), sum(overall) FROM (
    SELECT case_id, avg(score) AS overall FROM (
        SELECT case_id, dimension,
               100.0 * sum(weight * CASE WHEN changes_at <= %s THEN 0 ELSE achieved END) / sum(weight) AS score
        FROM scoring_criterionresult WHERE verdict <> '{NOT_APPLICABLE}' GROUP BY case_id, dimension
    ) AS dimensions GROUP BY case_id
) AS cases
"""


def _nights() -> list[Result]:
    """Some nights one after the other, each beside the aggregate and the loop at its moment."""
    ours, reference, loop, moved = [], [], [], 0
    cases = UseCase.objects.count()
    _aggregate(NOW)
    for night in range(1, NIGHTS + 1):
        now = NOW + night * DAY
        reference.append(_timed(lambda now=now: _aggregate(now)))
        loop.append(_timed(lambda now=now: _looped(now)) / SAMPLE * cases)
        begin = time.perf_counter()
        moved += _renewed(now)
        ours.append(time.perf_counter() - begin)
    for name, times in (("full recompute", ours), ("aggregate", reference), ("ORM loop, of a sample", loop)):
        print(f"{name}: {', '.join(f'{each:.2f}' for each in times)} s", flush=True)
    print(f"{moved / NIGHTS:.0f} scores changed a night")
    own, plain, slow = (statistics.median(each) for each in (ours, reference, loop))
    name = f"1/40 of the ORM loop, timed on {SAMPLE}"
    return [
        compared("full recompute", own, plain, "read-only aggregate, one statement", 5.0),
        compared("full recompute", own, slow / 40, name, 1.0),
    ]


def _timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _aggregate(now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_AGGREGATE, [sql_time(now)])
        cursor.fetchall()


def _renewed(now: datetime) -> int:
    """How many scores changed."""
    return sum(renew_cases(first, last, now=now).changed for first, last, _count in chunks())


def _looped(now: datetime) -> None:
    """The plain way: load a case's answers, let them expire, add up, save what changed. Nothing of it is kept."""
    with transaction.atomic():
        for score in ReadinessScore.objects.order_by("?")[:SAMPLE]:
            parts = list(CriterionResult.objects.filter(case=score.case_id).order_by("position"))
            for part in parts:
                if part.changes_at is not None and part.changes_at <= now:
                    part.verdict, part.achieved, part.changes_at, part.lapse_reason = STALE, 0, None, ""
                    part.save()
            weighed = [
                Weighed(part.criterion, part.dimension, part.weight, part.achieved)
                for part in parts
                if part.verdict != NOT_APPLICABLE
            ]
            score.overall = in_points(overall_score(weighed))
            score.musts_open = sum(part.level == MUST and part.verdict not in SATISFYING_VERDICTS for part in parts)
            score.changes_at = min((part.changes_at for part in parts if part.changes_at), default=None)
            score.save()
        transaction.set_rollback(True)


def _cold() -> Result:
    """Every probe of some cases, from their records alone."""
    ids = list(UseCase.objects.order_by("pk").values_list("pk", flat=True)[:COLD])
    seconds = _timed(lambda: recompute_cases(ids, now=NOW + (NIGHTS + 1) * DAY))
    print(f"cold run of all probes: {len(ids)} cases in {seconds:.1f} s, {len(ids) / seconds:.0f} a second")
    return compared("cold run, per case", seconds / len(ids), 0.0, f"all probes of {len(ids)} cases", None)


def _memory() -> Result:
    """The most this process has held, making the cases included."""
    mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Result(
        "memory of the process", "MB", round(mb), MEMORY_MB, "limit", round(mb / MEMORY_MB, 2), 1.0, mb < MEMORY_MB,
        UseCase.objects.count(), connection.vendor,
    )  # fmt: skip
