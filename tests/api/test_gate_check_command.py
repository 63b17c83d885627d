"""`manage.py gate_check`: the API's answer on the command line, and an exit status a pipeline can use."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from portfolio.models import UseCase
from tests.api.conftest import API, Caller
from tests.factories.portfolio import UseCaseFactory
from tests.factories.stage_set import StageSet, a_stage_set

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> StageSet:
    return a_stage_set(datetime.now(UTC))


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[Any, str]:
    """Exit status and what was printed."""
    with pytest.raises(SystemExit) as ended:
        call_command("gate_check", *arguments)
    return ended.value.code, capsys.readouterr().out


def test_gate_check_of_a_case_that_passes_exits_0(stage: StageSet, capsys: pytest.CaptureFixture[str]) -> None:
    status, shown = asked(capsys, stage.case.reference)

    assert (status, shown.splitlines()[0]) == (
        0,
        f"allow: {stage.case.reference}, gate 0. Nothing stands in the way.",
    )


def test_gate_check_of_an_empty_case_exits_1_and_says_who_does_what(capsys: pytest.CaptureFixture[str]) -> None:
    case = UseCaseFactory(stage=0)

    status, shown = asked(capsys, case.reference.lower())

    assert (status, shown.partition(":")[0]) == (1, "deny")
    lines = shown.splitlines()
    owner = next(number for number, line in enumerate(lines) if "business owner" in line.lower())
    assert lines[owner + 1].strip().endswith("(team)")


@pytest.mark.parametrize(
    ("fields", "query"),
    [
        ({"stage": 0}, {"gate": "0", "release": "v1.2"}),
        ({"stage": 0}, {"gate": "2"}),
        ({"stage": 1, "status": "paused"}, {}),
        ({"stage": None, "origin": "imported"}, {}),
        ({"stage": 3}, {"release": "2.0"}),
    ],
)
def test_gate_check_as_json_is_the_answer_of_the_api(
    fields: dict[str, Any], query: dict[str, str], caller: Caller, capsys: pytest.CaptureFixture[str]
) -> None:
    case: UseCase = UseCaseFactory(**fields)

    options = [f"--{name}={value}" for name, value in query.items()]
    status, shown = asked(capsys, case.reference, "--json", *options)
    answer = caller().get(f"{API}/use-cases/{case.reference}/gate-check", query).json()

    assert {**json.loads(shown), "evaluated_at": None} == {**answer, "evaluated_at": None}
    assert status == answer["exit_status"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["UC-0404"], "There is no case UC-0404"),
        (["42; drop"], "There is no case 42; drop"),
        (["UC-0001", f"--release={'x' * 101}"], "at most 100 characters"),
        (["UC-0001", "--gate=4"], "invalid choice: 4"),
    ],
)
def test_question_that_makes_no_sense_exits_2_and_says_why(arguments: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says) as refused:
        call_command("gate_check", *arguments)

    assert says.startswith("invalid choice") or refused.value.returncode == 2


def test_unknown_case_as_json_is_one_object_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    status, shown = asked(capsys, "UC-0404", "--json")

    assert (status, json.loads(shown)) == (2, {"code": "unknown_case", "message": "There is no case UC-0404."})
