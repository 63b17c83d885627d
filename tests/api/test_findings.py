"""A case's findings, and the owner's answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portfolio.models import UseCase
from scoring.commands.findings import refresh_findings
from scoring.models import Finding, FindingAnswer
from tests.api.conftest import API, Caller
from tests.api.contract import assert_as_described
from tests.factories.findings import FindingFactory, SwampSignalFactory
from tests.factories.identity import UserFactory
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> UseCase:
    """A pilot that nobody prepared."""
    made: UseCase = UseCaseFactory(stage=2, with_spell=True)
    TeamMemberFactory(case=made)
    refresh_findings([made.pk], now=datetime.now(UTC))
    return made


def read(client: Any, case: UseCase) -> Any:
    answer = client.get(f"{API}/use-cases/{case.reference}/findings")
    assert answer.status_code == 200, answer.content
    return assert_as_described(answer, "use-cases/{ref}/findings")


def post(client: Any, case: UseCase, detector: str, **body: object) -> Any:
    address = f"{API}/use-cases/{case.reference}/findings/{detector}/answers"
    return client.post(address, body, content_type="application/json")


def test_findings_come_with_signals_numbers_and_records(caller: Caller, case: UseCase) -> None:
    body = read(caller(), case)

    found = {finding["detector"]: finding for finding in body["findings"]}
    heroics = found["sandbox_heroics"]
    (operations,) = [signal for signal in heroics["signals"] if signal["code"] == "no_operations_person"]
    assert (body["fired"], len(found), body["is_current"]) == (
        sum(finding["state"] == "fired" for finding in found.values()), 7, True,
    )  # fmt: skip
    assert (heroics["state"], heroics["severity"], heroics["version"]) == ("fired", "serious", 1)
    assert operations["detail"] == "In stage 2, and nobody from operations is on the team."
    assert (operations["params"], operations["records"][0]["type"]) == ({"stage": 2}, "use_case")
    assert {sign["kind"] for sign in body["swamp"]} == {"idle"}


def test_owner_answers_and_the_answer_is_read_back(caller: Caller, case: UseCase) -> None:
    owner = case.team.get().user
    day = (datetime.now(UTC) + timedelta(days=5)).date().isoformat()

    answer = post(caller(owner), case, "weak_metrics", reply="mend", mend_by=day, reason="Baseline first")

    assert answer.status_code == 200, answer.content
    found = {finding["detector"]: finding for finding in read(caller(), case)["findings"]}
    (given,) = found["weak_metrics"]["answers"]
    assert (given["reply"], given["mend_by"], given["author"]) == ("mend", day, owner.username)
    assert (given["stands"], given["broken"]) == (True, False)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"reply": "dispute"}, "/reason"),
        ({"reply": "mend"}, "/mend_by"),
        ({"reply": "maybe"}, "/reply"),
        ({}, "/reply"),
    ],
)
def test_answer_that_does_not_fit_is_a_422_with_its_field(
    caller: Caller, case: UseCase, body: dict[str, str], pointer: str
) -> None:
    answer = post(caller(case.team.get().user), case, "weak_metrics", **body)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert FindingAnswer.objects.count() == 0


def test_answer_to_what_does_not_fire_is_a_409_and_to_no_detector_a_404(caller: Caller, case: UseCase) -> None:
    client = caller(case.team.get().user)
    Finding.objects.filter(case=case, detector="governance_later").update(state="clear", severity="")

    clear = post(client, case, "governance_later", reply="agree")

    assert (clear.status_code, [each["code"] for each in clear.json()["errors"]]) == (409, ["finding_not_fired"])
    assert post(client, case, "luck", reply="agree").status_code == 404


def test_findings_need_the_same_queries_for_one_and_three(caller: Caller) -> None:
    case, client, counts = UseCaseFactory(), caller(), []
    for detectors, kinds in ((["gold_plating"], ["idle"]), (["weak_metrics", "hype_chasing"], ["past_time_box"])):
        for detector in detectors:
            FindingFactory(case=case, detector=detector)
        for kind in kinds:
            SwampSignalFactory(case=case, kind=kind)
        with CaptureQueriesContext(connection) as captured:
            read(client, case)
        counts.append(len(captured))

    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("detector=gold_plating&state=fired", [1]),
        ("state=clear", [2]),
        ("swamp_signal=idle", [2]),
        ("detector=weak_metrics", []),
    ],
)
def test_list_is_filtered_by_findings_and_swamp(caller: Caller, query: str, numbers: list[int]) -> None:
    FindingFactory(case=UseCaseFactory(number=1))
    second = UseCaseFactory(number=2)
    FindingFactory(case=second, state="clear", severity="")
    SwampSignalFactory(case=second, kind="idle")

    rows = caller().get(f"{API}/use-cases?{query}").json()["results"]

    assert [row["reference"] for row in rows] == [f"UC-{number:04d}" for number in numbers]


def test_stranger_does_not_learn_that_the_case_exists(caller: Caller, case: UseCase) -> None:
    assert caller(UserFactory()).get(f"{API}/use-cases/{case.reference}/findings").status_code == 404
