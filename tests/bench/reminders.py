"""Planning reminders: three in ten cases have one due, against writing the same rows by one INSERT … SELECT."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction

from gates.commands.reminders import remind
from pocgate.identity.models import User
from pocgate.inbox.models import Notification
from pocgate.kernel.bulk import write_rows
from portfolio.models import (
    Evidence,
    EvidenceRevision,
    Kpi,
    KpiDefinition,
    KpiReading,
    StageSpell,
    TeamMember,
    UseCase,
)
from scoring.commands.playbooks import ensure_default_playbook
from scoring.models import AnswerEvidence, CriterionAnswer
from tests.bench.report import Result, compared

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PEOPLE, BATCH, RUNS = 1_000, 5_000, 5
MEMORY_MB = 48
KEPT = "bench_reminders"

Row = dict[str, Any]


def bench_reminders(cases: int) -> list[Result]:
    """Ours and the reference in turn, from an empty inbox each time; memory above what the process held before."""
    _make(cases)
    remind(now=NOW - 30 * DAY)
    before = _peak_mb()
    remind(now=NOW, is_first_of_day=True)
    grown = _peak_mb() - before
    _keep_the_rows()
    ours, plain = _in_turn(lambda: remind(now=NOW, is_first_of_day=True), _inserted_plainly)
    remind(now=NOW)
    again = statistics.median(_timed(lambda: remind(now=NOW)) for _ in range(RUNS))
    count = Notification.objects.count()
    print(f"{count} reminders; a sweep that finds nothing to tell takes {again * 1000:.0f} ms")
    return [
        compared(f"plan {count} reminders", ours, plain, "INSERT … SELECT of the same rows", 3.0),
        Result(
            "memory of planning them", "MB", round(grown, 1), MEMORY_MB, "limit", round(grown / MEMORY_MB, 2), 1.0,
            grown < MEMORY_MB, cases, connection.vendor,
        ),
    ]  # fmt: skip


def _in_turn(ours: Callable[[], object], reference: Callable[[], object]) -> tuple[float, float]:
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(RUNS):
        for place, work in enumerate((ours, reference)):
            _empty()
            times[place].append(_timed(work))
    return statistics.median(times[0]), statistics.median(times[1])


def _timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _empty() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {_table()}")
        else:
            cursor.execute(f"DELETE FROM {_table()}")


def _keep_the_rows() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {KEPT} AS SELECT * FROM {_table()}")
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _inserted_plainly() -> None:
    columns = ", ".join(f'"{field.column}"' for field in Notification._meta.concrete_fields if not field.primary_key)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {_table()} ({columns}) SELECT {columns} FROM {KEPT}")


def _table() -> str:
    return str(Notification._meta.db_table)


def _make(cases: int) -> None:
    call_command("migrate", verbosity=0)
    ensure_default_playbook(now=NOW - 300 * DAY)
    people = [
        {"username": f"owner{n}", "full_name": f"Owner {n}", "email": f"owner{n}@example.org", "password": "!",
         "joined_at": NOW} for n in range(PEOPLE)
    ]  # fmt: skip
    numbers = iter(range(1, cases + 1))
    with transaction.atomic():
        owners = list(write_rows(User, people))
    while batch := list(islice(numbers, BATCH)):
        with transaction.atomic():
            _write(batch, owners)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _write(numbers: list[int], owners: list[int]) -> None:
    """Of ten cases, the time-box of one ends tomorrow, a reading of one is missing, the evidence of one ends soon."""
    begun = NOW - 200 * DAY
    ids = write_rows(UseCase, [_case(number, begun) for number in numbers])
    known = list(zip(numbers, ids, strict=True))
    _each(StageSpell, ({"case_id": pk, "stage": 1, "entered_at": begun, "time_box_days": 60,
                        "time_box_ends_at": NOW + (1 if n % 10 == 0 else 60) * DAY} for n, pk in known))  # fmt: skip
    _each(TeamMember, ({"case_id": pk, "user_id": owners[n % PEOPLE], "role": "product_owner", "started_at": begun}
                       for n, pk in known))  # fmt: skip
    _write_kpis(known, begun)
    _write_evidence(known, begun)


def _case(number: int, begun: datetime) -> Row:
    return {
        "number": number, "title": f"Sorting of claims in the {number}th office", "problem_statement": "By hand.",
        "origin": "imported", "stage": 1, "status": "active", "created_at": begun, "updated_at": begun,
    }  # fmt: skip


def _write_kpis(known: list[tuple[int, int]], begun: datetime) -> None:
    kpis = _each(Kpi, ({"case_id": pk, "key": "time", "name": "Handling time", "role": "primary", "kind": "outcome",
                        "gates": [1, 2], "created_at": begun} for _n, pk in known))  # fmt: skip
    _each(KpiDefinition, ({"kpi_id": pk, "unit": "min", "direction": "lower", "valid_from": begun} for pk in kpis))
    for age in (30, 20, 10):
        _each(KpiReading, ({"kpi_id": pk, "value": Decimal(9), "observed_from": begun, "observed_to": NOW - age * DAY,
                            "recorded_at": NOW} for pk in kpis))  # fmt: skip
    _each(KpiReading, ({"kpi_id": kpi, "value": Decimal(8), "observed_from": begun, "observed_to": NOW - DAY,
                        "recorded_at": NOW}
                       for (n, _pk), kpi in zip(known, kpis, strict=True) if n % 10 != 1))  # fmt: skip


def _write_evidence(known: list[tuple[int, int]], begun: datetime) -> None:
    evidence = _each(
        Evidence, ({"case_id": pk, "title": "Map of the sources", "created_at": begun} for _n, pk in known)
    )
    revisions = _each(EvidenceRevision, (
        {"evidence_id": pk, "number": 1, "sha256": "a" * 64, "file_name": "map.pdf", "uploaded_at": begun,
         "valid_until": (NOW + (3 if n % 10 == 2 else 200) * DAY).date()}
        for (n, _case), pk in zip(known, evidence, strict=True)
    ))  # fmt: skip
    answers = _each(CriterionAnswer, ({"case_id": pk, "criterion": "sources_mapped", "answer": "met",
                                       "answered_at": begun} for _n, pk in known))  # fmt: skip
    _each(AnswerEvidence, ({"answer_id": answer, "revision_id": revision, "named_at": begun}
                           for answer, revision in zip(answers, revisions, strict=True)))  # fmt: skip


def _each(model: type[Any], rows: Iterator[Row]) -> list[int]:
    return list(write_rows(model, list(rows)))
