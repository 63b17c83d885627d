"""Readiness follows the records: after each kind of change, once, and the same whoever computes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F

from portfolio.models import CaseFact, CostEntry, Evidence, Kpi, KpiReading, ScopeItem, TeamMember, UseCase
from scoring.commands.playbooks import ensure_default_playbook, publish_playbook
from scoring.commands.readiness import recompute_cases
from scoring.models import CriterionResult, ReadinessPoint, ReadinessScore
from scoring.queries.playbooks import default_playbook_text
from scoring.queries.readiness import readiness_of
from tests.factories.portfolio import EvidenceFactory, EvidenceRevisionFactory, UseCaseFactory
from tests.factories.scoring import AnswerEvidenceFactory, CriterionAnswerFactory, full_case

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def _verdict(case: UseCase, criterion: str) -> str:
    return str(CriterionResult.objects.get(case=case, criterion=criterion).verdict)


def _snapshot() -> list[tuple[Any, ...]]:
    fields = ("case", "criterion", "verdict", "weight", "achieved", "records", "changes_at", "lapse_reason")
    return list(CriterionResult.objects.order_by("case", "criterion").values_list(*fields))


def test_recompute_writes_parts_that_add_up_to_the_score(now: datetime) -> None:
    case = full_case(now)

    done = recompute_cases([case.pk], now=now)

    score = ReadinessScore.objects.get(case=case)
    found = readiness_of(UseCase.objects.get(pk=case.pk), now=now)
    assert (done.cases, done.changed, done.failed) == (1, 1, ())
    assert (score.gate, score.computed_at) == (1, now)
    assert found is not None
    assert sum(part.points for part in found.parts) == score.overall
    assert sum(part.points_possible for part in found.parts) == 100
    assert sum(dimension.points for dimension in found.dimensions) == score.overall


def test_recompute_twice_changes_nothing(now: datetime) -> None:
    case = full_case(now)
    recompute_cases([case.pk], now=now)
    before = _snapshot()

    done = recompute_cases([case.pk], now=now)

    assert done.changed == 0
    assert _snapshot() == before
    assert ReadinessPoint.objects.filter(case=case).count() == 1


def test_recompute_one_by_one_equals_the_batch(now: datetime) -> None:
    cases = [full_case(now), full_case(now, stage=2), UseCaseFactory(stage=3), UseCaseFactory()]
    for case in cases:
        recompute_cases([case.pk], now=now)
    single = _snapshot()
    CriterionResult.objects.all().delete()

    recompute_cases([case.pk for case in cases], now=now)

    assert _snapshot() == single


def test_recompute_notes_the_version_and_when_time_changes_it(now: datetime) -> None:
    case = full_case(now)

    recompute_cases([case.pk], now=now)

    case.refresh_from_db()
    score = ReadinessScore.objects.get(case=case)
    assert case.computed_version == case.requested_version
    assert case.readiness_due_at == score.changes_at
    assert score.changes_at is not None
    assert score.changes_at > now


def _answer_with_evidence(case: UseCase, now: datetime) -> None:
    revision = EvidenceRevisionFactory(evidence=EvidenceFactory(case=case), uploaded_at=now)
    AnswerEvidenceFactory(
        answer=CriterionAnswerFactory(case=case, criterion="quality_tests", answered_at=now), revision=revision
    )


def _withdraw_primary(case: UseCase, now: datetime) -> None:
    Kpi.objects.filter(case=case).update(retired_at=now)


def _worse_readings(case: UseCase, now: datetime) -> None:
    for reading in KpiReading.objects.filter(kpi__case=case):
        worse = KpiReading.objects.get(pk=reading.pk)
        worse.pk, worse.value = None, Decimal(39)
        worse.save()
        KpiReading.objects.filter(pk=reading.pk).update(superseded_by=worse)


def _overspend(case: UseCase, now: datetime) -> None:
    CostEntry.objects.filter(case=case).update(amount=301)


def _unbounded(case: UseCase, now: datetime) -> None:
    ScopeItem.objects.filter(case=case, kind="out").update(removed_at=now)


def _owner_leaves(case: UseCase, now: datetime) -> None:
    TeamMember.objects.filter(case=case, role="business_owner").update(ended_at=now)


def _short_problem(case: UseCase, now: datetime) -> None:
    UseCase.objects.filter(pk=case.pk).update(problem_statement="Slow.")


def _signed(case: UseCase, now: datetime) -> None:
    CriterionAnswerFactory(case=case, criterion="tier_confirmed", answer="accepted", answered_at=now)


@pytest.mark.parametrize(
    ("change", "criterion", "before", "after"),
    [
        (_answer_with_evidence, "quality_tests", "not_enough_evidence", "pass"),
        (_withdraw_primary, "kpi_baseline_target", "pass", "not_enough_evidence"),
        (_worse_readings, "kpi_meets_threshold", "pass", "fail"),
        (_overspend, "spend_within_cap", "pass", "fail"),
        (_unbounded, "scope_bounded", "pass", "not_enough_evidence"),
        (_owner_leaves, "business_owner", "pass", "not_enough_evidence"),
        (_short_problem, "problem_stated", "pass", "not_enough_evidence"),
        (_signed, "tier_confirmed", "not_enough_evidence", "pass"),
    ],
)
def test_recompute_after_a_change_follows_and_says_what_changed(
    change: Callable[[UseCase, datetime], None], criterion: str, before: str, after: str, now: datetime
) -> None:
    case = full_case(now)
    recompute_cases([case.pk], now=now)
    assert _verdict(case, criterion) == before

    change(case, now)
    recompute_cases([case.pk], now=now + DAY)

    point = ReadinessPoint.objects.filter(case=case).latest("at")
    assert _verdict(case, criterion) == after
    assert {"criterion": criterion, "before": before, "after": after} in point.changes


def test_recompute_after_a_change_of_facts_asks_other_criteria(now: datetime) -> None:
    case = full_case(now)
    recompute_cases([case.pk], now=now)
    keys = set(CriterionResult.objects.filter(case=case).values_list("criterion", flat=True))

    CaseFact.objects.filter(case=case, key="delivery").update(value="bought")
    recompute_cases([case.pk], now=now)

    changed = set(CriterionResult.objects.filter(case=case).values_list("criterion", flat=True))
    assert keys - changed == {"versioned"}
    assert changed - keys == {"vendor_assurance"}


def test_recompute_when_evidence_expires_lowers_the_score(now: datetime) -> None:
    case = full_case(now)
    _answer_with_evidence(case, now)
    recompute_cases([case.pk], now=now)
    before = ReadinessScore.objects.get(case=case).overall

    recompute_cases([case.pk], now=now + 180 * DAY)

    assert _verdict(case, "quality_tests") == "stale"
    assert ReadinessScore.objects.get(case=case).overall < before


@pytest.mark.parametrize("ended", [{"status": "stopped"}, {"status": "retired"}, {"stage": None}])
def test_recompute_of_a_case_without_gate_removes_score_and_keeps_history(ended: dict[str, Any], now: datetime) -> None:
    case = full_case(now)
    recompute_cases([case.pk], now=now)

    UseCase.objects.filter(pk=case.pk).update(**ended, requested_version=F("requested_version") + 1)
    recompute_cases([case.pk], now=now)

    case.refresh_from_db()
    assert not ReadinessScore.objects.filter(case=case).exists()
    assert not CriterionResult.objects.filter(case=case).exists()
    assert ReadinessPoint.objects.filter(case=case).count() == 1
    assert (case.computed_version, case.readiness_due_at) == (case.requested_version, None)


def test_recompute_after_promotion_starts_the_next_gate(now: datetime) -> None:
    case = full_case(now)
    recompute_cases([case.pk], now=now)

    UseCase.objects.filter(pk=case.pk).update(stage=2)
    recompute_cases([case.pk], now=now)

    point = ReadinessPoint.objects.filter(case=case).latest("pk")
    assert ReadinessScore.objects.get(case=case).gate == 2
    assert point.changes == [{"gate": {"before": 1, "after": 2}}]


def test_recompute_under_another_playbook_names_it(now: datetime) -> None:
    case = full_case(now)
    recompute_cases([case.pk], now=now)
    before = ensure_default_playbook(now=now)

    easier = default_playbook_text().replace("problem_characters: 120", "problem_characters: 12000")
    after = publish_playbook(text=easier, actor=None, now=now)
    recompute_cases([case.pk], now=now)

    point = ReadinessPoint.objects.filter(case=case).latest("pk")
    assert point.changes[0] == {"playbook": {"before": before.pk, "after": after.pk}}
    assert ReadinessScore.objects.get(case=case).playbook_id == after.pk


def test_recompute_of_older_records_leaves_newer_results(now: datetime) -> None:
    case = full_case(now)
    recompute_cases([case.pk], now=now + DAY)
    before = _snapshot()

    recompute_cases([case.pk], now=now)

    assert _snapshot() == before
    assert ReadinessScore.objects.get(case=case).computed_at == now + DAY


def test_recompute_of_unreadable_case_leaves_it_due_and_computes_the_others(now: datetime) -> None:
    broken, sound = full_case(now), full_case(now)
    Kpi.objects.filter(case=broken).update(gates=[[1]])

    done = recompute_cases([broken.pk, sound.pk], now=now)

    broken.refresh_from_db()
    assert (done.cases, done.failed) == (1, (broken.pk,))
    assert broken.computed_version < broken.requested_version
    assert ReadinessScore.objects.filter(case=sound).exists()


# Several cases are locked in their order first.
@pytest.mark.parametrize(("count", "queries"), [(1, 24), (3, 25)])
def test_recompute_any_number_takes_a_bounded_number_of_queries(
    count: int, queries: int, now: datetime, django_assert_num_queries: Any
) -> None:
    ensure_default_playbook(now=now)
    cases = [full_case(now) for _ in range(count)]
    for case in cases:
        _answer_with_evidence(case, now)
    recompute_cases([case.pk for case in cases], now=now)
    Evidence.objects.update(withdrawn_at=now)

    with django_assert_num_queries(queries):
        recompute_cases([case.pk for case in cases], now=now)
