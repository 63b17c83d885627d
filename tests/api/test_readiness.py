"""A case's readiness, and what a gate would say."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from portfolio.models import UseCase
from scoring.commands.readiness import recompute_cases
from scoring.models import CriterionResult
from tests.api.conftest import API, Caller
from tests.api.contract import assert_as_described
from tests.factories.identity import LONG_AGO
from tests.factories.portfolio import UseCaseFactory
from tests.factories.scoring import full_case
from tests.factories.stage_set import a_case

pytestmark = pytest.mark.django_db


def read(client: Any, case: UseCase, what: str, query: str = "") -> Any:
    answer = client.get(f"{API}/use-cases/{case.reference}/{what}{query}")
    assert answer.status_code == 200, answer.content
    return assert_as_described(answer, f"use-cases/{{ref}}/{what}")


def test_readiness_parts_add_up_to_the_score(caller: Caller, now: datetime) -> None:
    case = full_case(now)
    recompute_cases([case.pk], now=now)

    body = read(caller(), case, "readiness")

    assert body["readiness"] > 0
    assert sum(Decimal(str(part["points"])) for part in body["parts"]) == Decimal(str(body["readiness"]))
    assert len(body["parts"]) == CriterionResult.objects.filter(case=case).count()
    assert body["blockers"] == sum(part["is_blocker"] for part in body["parts"])
    assert all(part["detail"] and part["title"] for part in body["parts"])
    assert any(part["records"] for part in body["parts"])
    assert body["is_current"] is True


def test_readiness_of_a_case_without_a_next_gate_is_null(caller: Caller) -> None:
    body = read(caller(), UseCaseFactory(stage=None, status="draft"), "readiness")

    assert (body["gate"], body["readiness"], body["parts"]) == (None, None, [])


def test_gate_check_of_an_empty_case_denies_and_says_who_does_what(caller: Caller) -> None:
    body = read(caller(), UseCaseFactory(stage=0), "gate-check")

    assert (body["gate"], body["verdict"], body["exit_status"]) == (0, "deny", 1)
    assert body["recommended"] not in {"go", "conditional_go"}
    assert body["rule"]
    musts = [blocker for blocker in body["blockers"] if blocker["code"] == "must_open"]
    assert "business_owner" in {blocker["criterion"] for blocker in musts}
    assert all(blocker["who"] and blocker["how"] and blocker["detail"] for blocker in musts)


def test_gate_check_repeats_the_release_that_asked(caller: Caller) -> None:
    assert read(caller(), UseCaseFactory(), "gate-check", "?gate=0&release=v1.2")["release"] == "v1.2"


@pytest.mark.parametrize(
    ("fields", "query", "codes"),
    [
        ({"stage": None, "status": "draft"}, "", ["status_draft"]),
        ({"stage": 1, "status": "paused"}, "", ["status_paused"]),
        ({"stage": 1, "status": "stopped"}, "", ["status_stopped"]),
        ({"stage": 3, "status": "retired"}, "?gate=3", ["status_retired"]),
        ({"stage": None, "origin": "imported"}, "", ["stage_unknown", "owner_missing"]),
        ({"stage": 0}, "?gate=2", ["gate_not_reached"]),
        ({"stage": 2, "origin": "imported"}, "?gate=1", ["not_held_here"]),
    ],
)
def test_gate_check_that_can_not_pass_says_why(
    caller: Caller, fields: dict[str, Any], query: str, codes: list[str]
) -> None:
    body = read(caller(), UseCaseFactory(**fields), "gate-check", query)

    assert (body["verdict"], [blocker["code"] for blocker in body["blockers"]]) == ("deny", codes)


def test_gate_check_in_review_evaluates_all_the_same(caller: Caller) -> None:
    case = UseCaseFactory(stage=0, status="in_review", governed_at=LONG_AGO)

    assert read(caller(), case, "gate-check")["rule"]


def test_readiness_says_what_it_takes_and_what_is_coming(caller: Caller) -> None:
    now = timezone.now()
    case = full_case(now)
    recompute_cases([case.pk], now=now)

    body = read(caller(), case, "readiness")

    blockers = {part["criterion"] for part in body["parts"] if part["is_blocker"]}
    assert blockers <= {change["criterion"] for change in body["what_it_takes"]["to_go"]["changes"]}
    assert body["what_it_takes"]["to_go"]["reaches_bar"] is True
    assert body["what_it_takes"]["to_go"]["readiness"] >= body["outlook"]["bar"]
    assert body["outlook"]["is_under_bar"] is True
    steps = body["outlook"]["steps"]
    assert [step["at"] for step in steps] == sorted(step["at"] for step in steps)
    assert body["outlook"]["renewals"][0]["records"]


def test_readiness_at_a_past_day_is_that_of_its_records(caller: Caller) -> None:
    now = timezone.now()
    case, _owner = a_case(now)
    recompute_cases([case.pk], now=now)

    today = read(caller(), case, "readiness")
    past = read(caller(), case, "readiness", f"?at={timezone.localdate() - timedelta(days=7)}")
    ahead = read(caller(), case, "readiness", f"?at={timezone.localdate() + timedelta(days=400)}")

    assert past["readiness"] < today["readiness"] == 100
    assert (past["is_forecast"], today["is_forecast"], ahead["is_forecast"]) == (False, False, True)
    assert ahead["readiness"] < today["readiness"]
    for body in (past, ahead):
        assert sum(Decimal(str(part["points"])) for part in body["parts"]) == Decimal(str(body["readiness"]))


def test_readiness_changes_add_up(caller: Caller) -> None:
    now = timezone.now()
    case, _owner = a_case(now)

    body = read(caller(), case, "readiness/changes", f"?since={timezone.localdate() - timedelta(days=7)}")

    moved = sum(Decimal(str(move["points"])) for move in body["moves"])
    assert Decimal(str(body["start"])) + moved == Decimal(str(body["end"]))
    for move in body["moves"]:
        assert sum(Decimal(str(part["points"])) for part in move["parts"]) == Decimal(str(move["points"]))


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("readiness?at=yesterday", "not_a_date"),
        ("readiness?at=2099-01-01", "too_far_ahead"),
        ("readiness/changes?until=2099-01-01", "too_far_ahead"),
        ("readiness/changes?since=2026-05-02&until=2026-05-01", "after_until"),
        ("readiness?when=2026-01-01", "unknown_parameter"),
    ],
)
def test_day_that_can_not_be_told_is_refused_with_its_reason(path: str, code: str, caller: Caller) -> None:
    answer = caller().get(f"{API}/use-cases/{UseCaseFactory(stage=0).reference}/{path}")

    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == [code]


def test_readiness_changes_of_a_case_without_a_gate_are_null(caller: Caller) -> None:
    body = read(caller(), UseCaseFactory(stage=None, status="draft"), "readiness/changes")

    assert (body["start"], body["end"], body["moves"]) == (None, None, [])
