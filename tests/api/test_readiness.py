"""A case's readiness, and what a gate would say."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from portfolio.models import UseCase
from scoring.commands.readiness import recompute_cases
from scoring.models import CriterionResult
from tests.api.conftest import API, Caller
from tests.api.contract import assert_as_described
from tests.factories.identity import LONG_AGO
from tests.factories.portfolio import UseCaseFactory
from tests.factories.scoring import full_case

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
        ({"stage": None, "origin": "imported"}, "", ["stage_unknown"]),
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
