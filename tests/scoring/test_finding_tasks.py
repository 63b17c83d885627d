"""Detectors at work in the background: coalesced, swept, at night, and over a real inventory."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from pocgate.kernel import jobs
from pocgate.kernel.models import Job
from portfolio.models import UseCase
from scoring import tasks
from scoring.commands.findings import refresh_findings
from scoring.models import Finding, SwampSignal
from scoring.queries.recompute import all_batches
from scoring.rules.vocabulary import DETECTORS
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory

pytestmark = pytest.mark.django_db


def test_recompute_wakes_the_detectors(sent_tasks: list[tuple[str, dict[str, Any]]]) -> None:
    case = UseCaseFactory()

    tasks.recompute_case(case_id=case.pk)

    assert ("scoring.refresh_findings", {"case_ids": [case.pk]}) in sent_tasks


def test_look_at_a_case_twice_works_once() -> None:
    case = UseCaseFactory()

    done = [tasks.refresh_findings_of(case_ids=[case.pk]), tasks.refresh_findings_of(case_ids=[case.pk])]

    assert done == [True, False]
    assert Finding.objects.filter(case=case).count() == len(DETECTORS)


def test_look_at_a_case_when_its_moment_passed_looks_again() -> None:
    case = UseCaseFactory()
    tasks.refresh_findings_of(case_ids=[case.pk])
    UseCase.objects.filter(pk=case.pk).update(findings_due_at=timezone.now() - timedelta(seconds=1))

    assert tasks.refresh_findings_of(case_ids=[case.pk]) is True


def test_look_at_a_case_that_is_gone_does_nothing() -> None:
    assert tasks.refresh_findings_of(case_ids=[4711]) is False


def test_sweep_looks_at_every_due_case_and_then_at_none() -> None:
    for status, stage in (("active", 0), ("active", 3), ("draft", None), ("stopped", 1)):
        UseCaseFactory(status=status, stage=stage)

    assert [tasks.sweep_findings(), tasks.sweep_findings()] == [4, 0]
    assert Finding.objects.count() == 2 * len(DETECTORS)


def test_detectors_look_at_everything_at_night_by_themselves() -> None:
    cases = [UseCaseFactory(), UseCaseFactory(stage=2)]
    tasks.refresh_all_findings()
    tasks.refresh_all_findings()
    job = Job.objects.get(kind="scoring.refresh_all_findings")

    tasks.refresh_all_findings(job_id=job.pk)
    tasks.refresh_all_findings(job_id=job.pk)

    job.refresh_from_db()
    assert (job.state, job.progress_done, job.result["cases"]) == ("done", 2, 2)
    assert set(Finding.objects.values_list("case", flat=True)) == {case.pk for case in cases}


@pytest.mark.parametrize(("subject", "looks"), [("playbook", 1), ("", 0)])
def test_recompute_of_everything_has_the_detectors_look_once_a_playbook_was_published(subject: str, looks: int) -> None:
    job = jobs.enqueue("scoring.recompute_all", now=timezone.now(), subject_type=subject)

    tasks.recompute_all(job_id=job.pk)

    assert Job.objects.filter(kind="scoring.refresh_all_findings").count() == looks


def test_real_inventory_can_not_be_told_until_somebody_takes_a_case_on(now: datetime, shared_data: Path) -> None:
    call_command(
        "import_portfolio", shared_data / "us-federal-2024/inventory-2024-v2.csv", "--apply", "--accept-imputed"
    )
    looked_at = sum(refresh_findings(ids, now=now).cases for ids in all_batches())
    on_its_way = UseCase.objects.filter(status__in=["active", "in_review", "paused"])

    states = Counter(Finding.objects.values_list("state", flat=True))

    assert looked_at == UseCase.objects.count() == 2133
    assert states == {"cannot_tell": on_its_way.count() * len(DETECTORS)}
    assert SwampSignal.objects.count() == 0

    taken_on = on_its_way.filter(stage=2).earliest("pk")
    TeamMemberFactory(case=taken_on)
    refresh_findings([taken_on.pk], now=now)

    assert Finding.objects.get(case=taken_on, detector="weak_metrics").state == "fired"
