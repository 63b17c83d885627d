"""Background work: coalesced, swept, resumed; imported answers are taken over once."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone

from pocgate.kernel import jobs
from pocgate.kernel.models import Job
from portfolio.models import CaseOrigin, ImportRun, UseCase
from scoring import tasks
from scoring.commands.playbooks import publish_playbook
from scoring.models import CriterionAnswer, CriterionResult, ReadinessScore
from scoring.queries.playbooks import default_playbook_text
from scoring.queries.recompute import OTHERS
from tests.factories.portfolio import UseCaseFactory
from tests.factories.scoring import CriterionAnswerFactory

pytestmark = pytest.mark.django_db


def _due() -> int:
    return UseCase.objects.filter(computed_version__lt=F("requested_version")).count()


def test_recompute_case_twice_works_once() -> None:
    case = UseCaseFactory()

    assert [tasks.recompute_case(case_id=case.pk), tasks.recompute_case(case_id=case.pk)] == [True, False]
    assert ReadinessScore.objects.filter(case=case).count() == 1


def test_recompute_case_when_its_moment_passed_computes_again() -> None:
    case = UseCaseFactory()
    tasks.recompute_case(case_id=case.pk)
    UseCase.objects.filter(pk=case.pk).update(readiness_due_at=timezone.now() - timedelta(seconds=1))

    assert tasks.recompute_case(case_id=case.pk) is True


def test_recompute_case_takes_along_others_that_wait_and_wakes_detectors_and_costs_once(
    sent_tasks: list[tuple[str, dict[str, Any]]],
) -> None:
    cases = [UseCaseFactory() for _ in range(3)]
    asked, *others = [case.pk for case in cases]
    UseCase.objects.filter(pk=others[0]).update(computed_version=F("requested_version"))

    done = [tasks.recompute_case(case_id=pk) for pk in (others[0], asked, others[1])]

    assert done == [False, True, False]
    assert not UseCase.objects.filter(computed_version__lt=F("requested_version")).exists()
    told = [(name, told["case_ids"]) for name, told in sent_tasks if "case_ids" in told]
    assert told == [(name, [asked, others[1]]) for name in ("scoring.refresh_findings", "scoring.watch_costs")]


def test_recompute_case_takes_no_more_along_than_goes_fast() -> None:
    cases = [UseCaseFactory() for _ in range(OTHERS + 5)]

    tasks.recompute_case(case_id=cases[0].pk)

    assert UseCase.objects.filter(computed_version__lt=F("requested_version")).count() == 5


def test_recompute_case_that_is_gone_does_nothing() -> None:
    assert tasks.recompute_case(case_id=4711) is False


def test_sweep_computes_every_due_case_and_then_nothing() -> None:
    for status, stage in (("active", 0), ("active", 3), ("draft", None), ("stopped", 1)):
        UseCaseFactory(status=status, stage=stage)

    assert [tasks.sweep_readiness(), tasks.sweep_readiness()] == [4, 0]
    assert _due() == 0
    assert ReadinessScore.objects.count() == 2


def test_recompute_all_at_night_writes_one_job_and_runs_it() -> None:
    cases = [UseCaseFactory(), UseCaseFactory(stage=2)]

    tasks.recompute_all()
    tasks.recompute_all()
    job = Job.objects.get(kind="scoring.recompute_all")
    tasks.recompute_all(job_id=job.pk)

    job = Job.objects.get(pk=job.pk)
    assert (job.state, job.progress_done, job.progress_total) == ("done", 2, 2)
    assert job.result == {"cases": 2, "changed": 2, "failed": []}
    assert ReadinessScore.objects.filter(case__in=cases).count() == 2


def test_recompute_all_of_a_job_that_runs_elsewhere_does_nothing() -> None:
    UseCaseFactory()
    tasks.recompute_all()
    job = Job.objects.get(kind="scoring.recompute_all")
    jobs.claim(job.pk, now=timezone.now())

    tasks.recompute_all(job_id=job.pk)

    assert not ReadinessScore.objects.exists()


def _imported(now: datetime, answers: Any) -> UseCase:
    case: UseCase = UseCaseFactory(origin="imported", stage=2)
    run = ImportRun.objects.create(file_name="inventory.csv", sha256="a" * 64, size=1, created_at=now)
    CaseOrigin.objects.create(case=case, run=run, row=2, values={"answers": answers}, digest="b" * 64)
    return case


def _take_over(now: datetime) -> dict[str, Any]:
    job = jobs.enqueue("scoring.take_over_imported_answers", now=timezone.now())
    tasks.take_over_imported_answers(job_id=job.pk)
    return dict(Job.objects.get(pk=job.pk).result)


def test_imported_answers_are_taken_over_once_and_show_nothing(now: datetime) -> None:
    case = _imported(now, {"quality_tests": "met", "lineage": "planned", "ci_cd": "not_applicable"})

    results = [_take_over(now), _take_over(now)]
    tasks.sweep_readiness()

    assert results == [{"answers": 3}, {"answers": 0}]
    assert set(CriterionAnswer.objects.values_list("criterion", "answer", "imported", "author")) == {
        ("quality_tests", "met", True, None),
        ("lineage", "planned", True, None),
        ("ci_cd", "not_applicable", True, None),
    }
    reasons = CriterionResult.objects.filter(case=case, criterion__in=["quality_tests", "lineage", "ci_cd"])
    assert set(reasons.values_list("reason", "achieved")) == {("answer_not_from_here", 0)}


def test_imported_answer_that_changed_supersedes_only_imported_ones(now: datetime) -> None:
    case = _imported(now, {"quality_tests": "planned", "lineage": "planned"})
    _take_over(now)
    CriterionAnswer.objects.filter(criterion="lineage").update(superseded_at=now)
    own = CriterionAnswerFactory(case=case, criterion="lineage", answer="not_met")
    CaseOrigin.objects.filter(case=case).update(values={"answers": {"quality_tests": "met", "lineage": "met"}})

    _take_over(now)

    current = CriterionAnswer.objects.filter(superseded_at__isnull=True)
    assert set(current.values_list("criterion", "answer")) == {("quality_tests", "met"), ("lineage", "not_met")}
    assert current.get(criterion="lineage").pk == own.pk


@pytest.mark.parametrize(
    "answers", [{"quality_tests": "accepted"}, {"no_such": "met"}, {"quality_tests": 1}, ["met"], None]
)
def test_imported_words_that_mean_nothing_here_are_left(answers: Any, now: datetime) -> None:
    _imported(now, answers)

    assert _take_over(now) == {"answers": 0}


def _run(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("recompute_readiness", *arguments, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_recompute_command_computes_due_named_or_all() -> None:
    first, second = UseCaseFactory(), UseCaseFactory()

    assert _run(first.reference)["cases"] == 1
    assert _run()["cases"] == 1
    assert _run()["cases"] == 0
    assert _run("--all")["cases"] == 2
    assert ReadinessScore.objects.filter(case=second).exists()


def test_recompute_command_on_an_unknown_reference_is_refused() -> None:
    with pytest.raises(CommandError, match="UC-0099"):
        call_command("recompute_readiness", "UC-0099")


def test_drafts_are_put_away_after_as_long_as_the_playbook_says(now: datetime) -> None:
    text = default_playbook_text().replace("draft_archived_after_days: 30", "draft_archived_after_days: 9999")
    old = UseCaseFactory(status="draft", stage=None, updated_at=now - timedelta(days=500))
    publish_playbook(text=text, actor=None, now=now)
    kept = tasks.archive_untouched_drafts()
    publish_playbook(text=default_playbook_text(), actor=None, now=now)

    assert (kept, tasks.archive_untouched_drafts()) == (0, 1)
    assert UseCase.objects.get(archived_at__isnull=False) == old
