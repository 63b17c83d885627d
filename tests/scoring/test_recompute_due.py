"""What is due is computed from as little as it depends on, and comes out as if everything had been read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F

from portfolio.commands.recompute import request_recompute
from portfolio.enums import Section
from portfolio.models import BusinessCase, CostEntry, CostPlan, Kpi, KpiReading, ScopeItem, TeamMember, UseCase
from scoring.commands.readiness import computing, recompute_cases, recompute_due
from scoring.models import CriterionResult, ReadinessPoint, ReadinessScore
from scoring.queries.playbooks import published_playbook
from scoring.queries.probe_facts import case_rows
from scoring.rules.probes import SectionUnread
from tests.factories.portfolio import UseCaseFactory
from tests.factories.scoring import full_case, shown

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
Change = Callable[[UseCase, datetime], object]


def _results() -> list[tuple[Any, ...]]:
    fields = [field.attname for field in CriterionResult._meta.concrete_fields if not field.primary_key]
    scores = [field.attname for field in ReadinessScore._meta.concrete_fields if not field.primary_key]
    points = [field.attname for field in ReadinessPoint._meta.concrete_fields if not field.primary_key]
    return [
        *CriterionResult.objects.order_by("case", "position").values_list(*fields),
        *ReadinessScore.objects.order_by("case").values_list(*scores),
        *ReadinessPoint.objects.order_by("case", "pk").values_list(*points),
        *UseCase.objects.order_by("pk").values_list("pk", "computed_version", "readiness_due_at", "updated_at"),
    ]


def _other_text(case: UseCase, now: datetime) -> None:
    UseCase.objects.filter(pk=case.pk).update(problem_statement="Slow.")


def _owner_leaves(case: UseCase, now: datetime) -> None:
    TeamMember.objects.filter(case=case, role="business_owner").update(ended_at=now)


def _unbounded(case: UseCase, now: datetime) -> None:
    ScopeItem.objects.filter(case=case, kind="out").update(removed_at=now)


def _poorer(case: UseCase, now: datetime) -> None:
    BusinessCase.objects.filter(case=case).update(benefit_low=1)


def _worse(case: UseCase, now: datetime) -> None:
    KpiReading.objects.create(
        kpi=Kpi.objects.get(case=case),
        value=60,
        sample_size=400,
        observed_from=now,
        observed_to=now,
        recorded_at=now,
        source="set C",
    )


def _uncapped(case: UseCase, now: datetime) -> None:
    CostPlan.objects.filter(case=case).update(case_cap=1)


def _overspent(case: UseCase, now: datetime) -> None:
    CostEntry.objects.filter(case=case).update(amount=301)


def _answered(case: UseCase, now: datetime) -> None:
    shown(case, "quality_tests", now)


CHANGES = [
    (_other_text, Section.TEXT),
    (_owner_leaves, Section.TEAM),
    (_unbounded, Section.SCOPE),
    (_poorer, Section.BUSINESS_CASE),
    (_worse, Section.KPIS),
    (_uncapped, Section.COST_PLAN),
    (_overspent, Section.COSTS),
    (_answered, Section.ANSWERS),
]


@pytest.mark.parametrize(("change", "section"), CHANGES)
def test_change_of_a_section_gives_what_reading_everything_gives(
    change: Change, section: Section, now: datetime
) -> None:
    case = full_case(now)
    shown(case, "ai_justified", now)
    recompute_cases([case.pk], now=now)
    before = ReadinessScore.objects.get(case=case).overall
    change(case, now)
    request_recompute(case.pk, section)

    with transaction.atomic():
        recompute_cases([case.pk], now=now + DAY)
        everything = _results()
        transaction.set_rollback(True)
    done = recompute_due([case.pk], now=now + DAY)

    assert done.changed == 1
    assert ReadinessScore.objects.get(case=case).overall != before
    assert _results() == everything


@pytest.mark.parametrize("section", [*Section, Section.TEXT | Section.KPIS | Section.ANSWERS, Section(0)])
@pytest.mark.parametrize("stage", [1, 3])
def test_part_of_the_records_alone_gives_what_all_of_them_give(section: Section, stage: int, now: datetime) -> None:
    case = full_case(now, stage=stage)
    shown(case, "ai_justified", now)
    recompute_cases([case.pk], now=now)
    request_recompute(case.pk, section)
    later = now + 50 * DAY
    rows, rules = case_rows([case.pk], now=later), _rules()

    some = computing.compute(rows, rules, now=later, afresh=False)
    everything = computing.compute(rows, rules, now=later, afresh=True)

    assert some[0].parts == everything[0].parts


def _rules() -> computing.Rules:
    playbook = published_playbook()
    assert playbook.pk is not None
    return computing.Rules(playbook.pk, playbook.rules)


def test_recompute_due_leaves_alone_what_is_not_due(now: datetime) -> None:
    case = full_case(now)
    recompute_cases([case.pk], now=now)
    before = _results()

    done = recompute_due([case.pk], now=now + timedelta(hours=1))

    assert (done.cases, done.changed) == (0, 0)
    assert _results() == before


def test_recompute_due_does_not_look_at_other_sections(now: datetime) -> None:
    case = full_case(now)
    recompute_cases([case.pk], now=now)
    _overspent(case, now)
    _unbounded(case, now)
    request_recompute(case.pk, Section.SCOPE)

    recompute_due([case.pk], now=now)

    verdicts = dict(CriterionResult.objects.filter(case=case).values_list("criterion", "verdict"))
    assert (verdicts["scope_bounded"], verdicts["spend_within_cap"]) == ("not_enough_evidence", "pass")


@pytest.mark.parametrize("wider", [{"stage": 2}, {"status": "stopped"}])
def test_change_of_the_gate_computes_everything_whatever_was_named(wider: dict[str, Any], now: datetime) -> None:
    case = full_case(now)
    recompute_cases([case.pk], now=now)
    UseCase.objects.filter(pk=case.pk).update(**wider)
    request_recompute(case.pk, Section.SCOPE)

    recompute_due([case.pk], now=now)
    due = _results()
    recompute_cases([case.pk], now=now)

    assert _results() == due


def test_section_named_during_the_run_stays_named(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    case = full_case(now)
    recompute_cases([case.pk], now=now)
    request_recompute(case.pk, Section.SCOPE)
    stored_parts = computing.stored_parts

    def then_costs_change(case_ids: Any) -> Any:
        request_recompute(case.pk, Section.COSTS)
        return stored_parts(case_ids)

    monkeypatch.setattr(computing, "stored_parts", then_costs_change)
    recompute_due([case.pk], now=now)

    case.refresh_from_db()
    assert case.computed_version == case.requested_version - 1
    assert Section.COSTS in Section(case.changed_sections)


def test_computation_over_results_that_changed_meanwhile_starts_over(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = full_case(now)
    recompute_cases([case.pk], now=now)
    _unbounded(case, now)
    request_recompute(case.pk, Section.SCOPE)
    stored_parts = computing.stored_parts
    rounds = []

    def then_another_worker_writes(case_ids: Any) -> Any:
        found = stored_parts(case_ids)
        rounds.append(1)
        if len(rounds) == 1:
            UseCase.objects.filter(pk=case.pk).update(computations=F("computations") + 1)
        return found

    monkeypatch.setattr(computing, "stored_parts", then_another_worker_writes)
    done = recompute_due([case.pk], now=now)

    assert (len(rounds), done.cases, done.changed) == (2, 1, 1)
    assert CriterionResult.objects.get(case=case, criterion="scope_bounded").verdict == "not_enough_evidence"


def test_probe_that_reads_more_than_it_declares_still_gets_its_case_computed(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = full_case(now)
    recompute_cases([case.pk], now=now)
    request_recompute(case.pk, Section.SCOPE)

    def refuse(*_: object) -> Any:
        raise SectionUnread("costs")

    monkeypatch.setattr(computing, "answer_state", refuse)
    done = recompute_due([case.pk], now=now)

    assert (done.cases, done.failed) == (1, ())


def test_change_shows_in_the_case_even_when_the_score_stays(now: datetime) -> None:
    case = full_case(now)
    recompute_cases([case.pk], now=now)
    request_recompute(case.pk, Section.TEXT)

    recompute_due([case.pk], now=now + DAY)

    case.refresh_from_db()
    assert case.updated_at == now + DAY


def test_passing_time_that_moves_the_score_shows_in_the_case(now: datetime) -> None:
    case = UseCaseFactory(stage=1, with_spell=True)
    shown(case, "quality_tests", now)
    recompute_cases([case.pk], now=now)
    request_recompute(case.pk, Section.TEXT)
    recompute_due([case.pk], now=now)

    done = recompute_due([case.pk], now=now + 180 * DAY)

    case.refresh_from_db()
    assert done.changed == 1
    assert case.updated_at == now + 180 * DAY


@pytest.mark.parametrize(
    ("change", "section", "queries"),
    [
        (_other_text, Section.TEXT, 8),
        (_owner_leaves, Section.TEAM, 9),
        (_unbounded, Section.SCOPE, 9),
        (_poorer, Section.BUSINESS_CASE, 9),
        (_worse, Section.KPIS, 11),
        (_uncapped, Section.COST_PLAN, 11),
        (_overspent, Section.COSTS, 11),
        (_answered, Section.ANSWERS, 10),
    ],
)
def test_one_change_takes_few_queries_with_begin_and_commit(
    change: Change, section: Section, queries: int, now: datetime, django_assert_num_queries: Any
) -> None:
    case = full_case(now)
    shown(case, "ai_justified", now)
    recompute_cases([case.pk], now=now)
    change(case, now)
    request_recompute(case.pk, section)

    with django_assert_num_queries(queries):
        done = recompute_due([case.pk], now=now + DAY)

    assert done.changed == 1
