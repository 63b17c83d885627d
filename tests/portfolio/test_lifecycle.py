"""Stage, status and spell move together or not at all."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import DatabaseError, transaction

from pocgate.kernel.errors import NotAllowedNow
from pocgate.ledger.models import Activity
from portfolio.commands import lifecycle
from portfolio.models import StageSpell, UseCase
from portfolio.rules.transitions import StageMove, move_of_outcome
from tests.factories.identity import UserFactory
from tests.factories.portfolio import UseCaseFactory

pytestmark = pytest.mark.django_db


def test_submit_draft_opens_stage_zero_spell(now: datetime) -> None:
    case = UseCaseFactory(status="draft", stage=None)

    lifecycle.submit(case_id=case.pk, time_box_days=28, actor=UserFactory(), now=now)

    case.refresh_from_db()
    spell = StageSpell.objects.get(case=case)
    assert (case.status, case.stage) == ("active", 0)
    assert (spell.stage, spell.entered_at, spell.time_box_days, spell.exit_reason) == (0, now, 28, "")


def test_submit_active_case_is_refused_and_changes_nothing(now: datetime) -> None:
    case = UseCaseFactory(with_spell=True)

    with pytest.raises(NotAllowedNow):
        lifecycle.submit(case_id=case.pk, time_box_days=28, actor=UserFactory(), now=now)

    assert StageSpell.objects.filter(case=case).count() == 1
    assert not Activity.objects.exists()


def test_go_closes_the_spell_and_opens_the_next(now: datetime) -> None:
    case = UseCaseFactory(with_spell=True)
    actor = UserFactory()
    lifecycle.enter_review(case_id=case.pk, actor=actor, now=now)
    move = move_of_outcome("go", gate=0, stage=0, pivot_to=None, scheduled=True)

    lifecycle.apply_move(case_id=case.pk, move=move, time_box_days=42, pause=None, actor=actor, now=now)

    case.refresh_from_db()
    spells = list(StageSpell.objects.filter(case=case).order_by("pk").values_list("stage", "exit_reason", "left_at"))
    assert (case.status, case.stage) == ("active", 1)
    assert spells == [(0, "promoted", now), (1, "", None)]


def test_review_of_case_in_unknown_stage_is_refused(now: datetime) -> None:
    case = UseCaseFactory(stage=None, origin="imported")

    with pytest.raises(NotAllowedNow) as refused:
        lifecycle.enter_review(case_id=case.pk, actor=UserFactory(), now=now)

    assert [blocker.code for blocker in refused.value.blockers] == ["stage_unknown"]


def test_activity_can_not_be_changed_by_sql(now: datetime) -> None:
    case = UseCaseFactory(status="draft", stage=None)
    lifecycle.submit(case_id=case.pk, time_box_days=28, actor=UserFactory(), now=now)

    for change in (lambda rows: rows.update(verb="nothing"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change(Activity.objects.all())

    assert Activity.objects.filter(verb="case.submitted").count() == 1


@pytest.mark.django_db(transaction=True)
def test_flush_between_tests_empties_append_only_tables(now: datetime) -> None:
    case = UseCaseFactory(status="draft", stage=None)

    lifecycle.submit(case_id=case.pk, time_box_days=28, actor=UserFactory(), now=now)

    assert Activity.objects.count() == 1


def test_case_in_review_without_stage_is_refused_by_the_database() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        UseCaseFactory(status="in_review", stage=None)

    assert not UseCase.objects.exists()


@pytest.mark.parametrize("stage", [0, 1, 2, 3])
def test_stop_at_gate_three_retires_and_stops_before(stage: int) -> None:
    ended = "retired" if stage == 3 else "stopped"

    move = move_of_outcome("stop", gate=stage, stage=stage, pivot_to=None, scheduled=True)

    assert move == StageMove(stage, ended, ended, opens_spell=False, next_iteration=False)
