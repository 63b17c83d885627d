"""Loading: the same from the same seed, once, never on a server, and at any size."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Model

from gates.models import Decision, Dossier, GateReview, Vote
from pocgate.demo.plan.people import PASSWORD, PERSONAS
from pocgate.demo.plan.portfolio import plan_portfolio
from pocgate.demo.plan.story import STORY
from pocgate.demo.seeding import seed
from pocgate.identity.models import User
from pocgate.ledger.models import Activity
from portfolio.models import CostEntry, EvidenceRevision, KpiReading, StageSpell, UseCase
from scoring.models import CriterionAnswer, ReadinessScore
from scoring.queries.playbooks import default_playbook_text
from scoring.rules.playbook import parse_playbook
from tests.demo.story.conftest import NOW, silent

COUNTED = (UseCase, StageSpell, KpiReading, CostEntry, CriterionAnswer, EvidenceRevision, Decision, Vote, Activity)


def _counts() -> list[int]:
    return [model.objects.count() for model in COUNTED]


def _rows(model: type[Model], *fields: str) -> list[Any]:
    return list(model._default_manager.order_by(*fields).values_list(*fields))


def _all_rows() -> list[list[Any]]:
    return [
        _rows(User, "username", "password", "last_visit_at"),
        _rows(UseCase, "number", "title", "created_at", "stage", "status"),
        _rows(KpiReading, "kpi__case__number", "kpi__key", "observed_to", "value", "error"),
        _rows(CostEntry, "case__number", "period_start", "line", "amount"),
        _rows(EvidenceRevision, "evidence__case__number", "evidence__title", "number", "sha256"),
        _rows(Vote, "review__case__number", "review__gate", "seat__user__username", "outcome", "cast_at"),
        _rows(Activity, "at", "verb", "subject_type"),
        _rows(ReadinessScore, "case__number", "overall"),
    ]


def test_plan_is_the_same_for_the_same_seed_and_moment_and_another_for_another() -> None:
    playbook = parse_playbook(default_playbook_text())

    def planned(seed_number: int) -> list[Any]:
        return list(plan_portfolio(60, seed=seed_number, now=NOW, playbook=playbook))

    assert planned(3) == planned(3)
    assert planned(3) != planned(4)


def test_plan_of_a_case_does_not_depend_on_how_many_there_are() -> None:
    playbook = parse_playbook(default_playbook_text())
    many = list(plan_portfolio(60, seed=3, now=NOW, playbook=playbook))

    assert many[41:44] == list(plan_portfolio(3, seed=3, now=NOW, playbook=playbook, start=41))


def test_story_has_forty_cases() -> None:
    assert len(STORY) == 40


def test_rows_are_the_same_for_the_same_seed_and_moment(db: None) -> None:
    loaded = []
    for _turn in range(2):
        with transaction.atomic():
            seed(cases=4, seed_number=5, now=NOW, recompute=True, progress=silent)
            loaded.append(_all_rows())
            transaction.set_rollback(True)

    assert loaded[0] == loaded[1]


def test_second_run_says_so_and_changes_nothing(db: None) -> None:
    call_command("seed_demo", cases=3, now=NOW, stdout=StringIO())
    before, said = _counts(), StringIO()

    call_command("seed_demo", cases=3, now=NOW, stdout=said)

    assert "loaded already" in said.getvalue()
    assert _counts() == before


def test_forced_run_adds_further_cases(db: None) -> None:
    call_command("seed_demo", cases=3, now=NOW, stdout=StringIO())
    said = StringIO()

    call_command("seed_demo", cases=2, now=NOW, force=True, json=True, stdout=said)

    assert json.loads(said.getvalue())["cases"] == 2
    assert UseCase.objects.count() == 5
    assert UseCase.objects.values("title").distinct().count() == 5


def test_demonstration_refuses_to_exist_in_server_mode(db: None, settings: Any) -> None:
    settings.SERVER_MODE = True

    for arguments in ({}, {"cases": 500}):
        with pytest.raises(CommandError, match="POCGATE_MODE=server"):
            call_command("seed_demo", **arguments)
    with pytest.raises(CommandError, match="do not exist on a server"):
        call_command("demo_sign_ins")
    assert not User.objects.exists()


def test_demonstration_does_not_mix_with_cases_of_ones_own(db: None) -> None:
    UseCase.objects.create(number=1, title="Ours", created_at=NOW, updated_at=NOW)

    with pytest.raises(CommandError, match="of its own"):
        call_command("seed_demo")
    assert UseCase.objects.count() == 1
    assert not User.objects.exists()


def test_number_of_cases_out_of_range_is_refused(db: None) -> None:
    with pytest.raises(CommandError, match="--cases"):
        call_command("seed_demo", cases=0)


def test_sign_ins_are_printed_for_each_persona(db: None) -> None:
    said, as_json = StringIO(), StringIO()
    call_command("demo_sign_ins", stdout=said)
    assert "not loaded" in said.getvalue()
    call_command("seed_demo", cases=1, now=NOW, stdout=StringIO())

    call_command("demo_sign_ins", stdout=said)
    call_command("demo_sign_ins", json=True, stdout=as_json)

    assert all(person.username in said.getvalue() for person in PERSONAS)
    assert {row["password"] for row in json.loads(as_json.getvalue())} == {PASSWORD}
    assert User.objects.get(username=PERSONAS[0].username).check_password(PASSWORD)


def test_five_hundred_cases_hold_together(db: None) -> None:
    started = time.process_time()
    with transaction.atomic():
        seed(cases=460, seed_number=2, now=NOW + timedelta(days=1), recompute=False, progress=silent)
    seconds = time.process_time() - started

    connection.check_constraints()
    open_spells = StageSpell.objects.filter(exit_reason="").count()
    staying = UseCase.objects.filter(stage__isnull=False, status__in=["active", "in_review", "paused"]).count()
    assert open_spells == staying
    assert Dossier.objects.filter(review__in=GateReview.objects.all()).count() >= GateReview.objects.count()
    assert seconds < 60


def _moments(value: Any, path: str = "") -> Iterator[tuple[str, datetime]]:
    """Every time in a plan with the name of its field."""
    if isinstance(value, datetime):
        yield path, value
    elif is_dataclass(value):
        for field in fields(value):
            yield from _moments(getattr(value, field.name), field.name)
    elif isinstance(value, tuple):
        for item in value:
            yield from _moments(item, path)


@pytest.mark.parametrize("hours", [0, 9, 22, 31, 47, 58, 79, 100, 120, 163, 24 * 38 + 14, 24 * 99 + 1])
def test_plan_of_any_day_and_hour_lies_before_now(hours: int) -> None:
    now = NOW + timedelta(hours=hours)
    plans = plan_portfolio(140, seed=1, now=now, playbook=parse_playbook(default_playbook_text()))

    ahead = {
        (plan.title, path)
        for plan in plans
        for path, moment in _moments(plan)
        if moment > now and path not in ("closes_at", "time_box_ends_at")
    }

    assert ahead == set()
