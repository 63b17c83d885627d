"""Two workers at once, on PostgreSQL: the same result, and no change lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F

from portfolio.commands.recompute import request_recompute
from portfolio.enums import Section
from portfolio.models import ScopeItem, UseCase
from scoring.commands.playbooks import ensure_default_playbook
from scoring.commands.readiness import recompute_cases, recompute_due, renew_cases
from scoring.models import CriterionResult, Playbook, ReadinessPoint, ReadinessScore
from tests.factories.scoring import full_case, shown

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite takes one writer at a time"),
]

ROUNDS = 5


def _at_once(*works: Callable[[], object]) -> None:
    gate = threading.Barrier(len(works))
    errors: list[Exception] = []

    def run(work: Callable[[], object]) -> None:
        gate.wait()
        try:
            work()
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_two_workers_on_the_same_cases_write_one_score_and_one_point(now: datetime) -> None:
    cases = [full_case(now) for _ in range(3)]
    ids = [case.pk for case in cases]

    for _ in range(ROUNDS):
        _at_once(lambda: recompute_cases(ids, now=now), lambda: recompute_cases(reversed(ids), now=now))

    assert ReadinessScore.objects.count() == 3
    assert ReadinessPoint.objects.count() == 3
    assert CriterionResult.objects.values("case", "criterion").distinct().count() == CriterionResult.objects.count()


def test_change_during_a_recompute_is_never_lost(now: datetime) -> None:
    case = full_case(now)
    recompute_cases([case.pk], now=now)

    for number in range(ROUNDS):
        removed_at = now if number % 2 else None

        def change(removed_at: datetime | None = removed_at) -> None:
            with transaction.atomic():
                ScopeItem.objects.filter(case=case, kind="out").update(removed_at=removed_at)
                request_recompute(case.pk)

        _at_once(change, lambda: recompute_cases([case.pk], now=now))
        due = UseCase.objects.filter(pk=case.pk, computed_version__lt=F("requested_version")).exists()
        verdict = CriterionResult.objects.get(case=case, criterion="scope_bounded").verdict
        assert due or verdict == ("not_enough_evidence" if removed_at else "pass")


def test_time_passing_beside_a_change_loses_neither(now: datetime) -> None:
    case = full_case(now)
    shown(case, "quality_tests", now)
    recompute_cases([case.pk], now=now)

    for number in range(ROUNDS):
        removed_at, later = (now if number % 2 else None), now + (180 + number) * timedelta(days=1)

        def change(removed_at: datetime | None = removed_at, later: datetime = later) -> None:
            with transaction.atomic():
                ScopeItem.objects.filter(case=case, kind="out").update(removed_at=removed_at)
                request_recompute(case.pk, Section.SCOPE)
            recompute_due([case.pk], now=later)

        _at_once(change, lambda later=later: renew_cases(case.pk, case.pk, now=later))
        recompute_due([case.pk], now=later)
        due = UseCase.objects.filter(pk=case.pk, computed_version__lt=F("requested_version")).exists()
        verdicts = dict(CriterionResult.objects.filter(case=case).values_list("criterion", "verdict"))
        scores = _score(case)
        recompute_cases([case.pk], now=later)
        assert not due
        assert verdicts["scope_bounded"] == ("not_enough_evidence" if removed_at else "pass")
        assert verdicts["quality_tests"] == "stale"
        assert _score(case) == scores


def _score(case: UseCase) -> tuple[object, ...]:
    return ReadinessScore.objects.values_list("overall", "musts_open", "shoulds_open", "changes_at").get(case=case)


def test_two_processes_publish_the_first_playbook_once(now: datetime) -> None:
    _at_once(lambda: ensure_default_playbook(now=now), lambda: ensure_default_playbook(now=now))

    assert Playbook.objects.count() == 1
