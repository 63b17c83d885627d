"""What programs learn of a standing: gate-check for releases, lists, the portfolio's status, and proposals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gates.commands.standing import check_standings
from gates.models import ReviewProposal
from portfolio.models import Release, UseCase
from tests.api.conftest import API, Caller
from tests.api.contract import assert_as_described
from tests.factories.gates import CommitteeFactory, SeatFactory
from tests.factories.portfolio import IncidentFactory
from tests.factories.stage_set import StageSet, a_stage_set

pytestmark = pytest.mark.django_db


@pytest.fixture
def gone() -> StageSet:
    now = datetime.now(UTC) - timedelta(days=1)
    stage = a_stage_set(now)
    stage.decide(stage.closed(now), "go", now)
    check_standings(now=now)
    SeatFactory(committee=CommitteeFactory(gate=1), role="chair", user=stage.chair)
    return stage


def check(caller: Caller, stage: StageSet, query: str) -> dict[str, Any]:
    answer = caller(stage.owner).get(f"{API}/use-cases/{stage.case.reference}/gate-check{query}")
    body: dict[str, Any] = assert_as_described(answer, "use-cases/{ref}/gate-check")
    return body


def test_release_goes_out_while_the_go_stands_and_not_once_it_lapsed(caller: Caller, gone: StageSet) -> None:
    before = check(caller, gone, "?release=2.0")
    IncidentFactory(case=gone.case, text="It leaked", recorded_at=datetime.now(UTC))
    after = check(caller, gone, "?release=2.0")

    assert (before["gate"], before["verdict"], before["exit_status"]) == (0, "allow", 0)
    assert (after["verdict"], after["exit_status"], after["standing"]["state"]) == ("deny", 1, "lapsed")
    assert [blocker["code"] for blocker in after["blockers"]] == ["serious_incident"]
    assert "It leaked" in after["because"]


@pytest.mark.parametrize("kind", ["rollback", "security_fix"])
@pytest.mark.parametrize("status", ["active", "paused", "stopped"])
def test_rollback_and_security_fix_are_always_allowed(caller: Caller, gone: StageSet, kind: str, status: str) -> None:
    IncidentFactory(case=gone.case, recorded_at=datetime.now(UTC))
    Release.objects.create(case=gone.case, label="1.9", kind=kind, recorded_at=datetime.now(UTC))
    UseCase.objects.filter(pk=gone.case.pk).update(status=status)

    body = check(caller, gone, "?release=1.9")

    assert (body["verdict"], body["exit_status"], body["release_kind"], body["blockers"]) == ("allow", 0, kind, [])


def test_release_in_production_that_no_decision_approved_is_denied(caller: Caller, gone: StageSet) -> None:
    UseCase.objects.filter(pk=gone.case.pk).update(stage=3)

    body = check(caller, gone, "?release=3.0")

    assert (body["verdict"], body["release_kind"]) == ("deny", "feature")
    assert "release_outside_approval" in {blocker["code"] for blocker in body["blockers"]}


def test_passed_gate_is_denied_once_the_go_lapsed(caller: Caller, gone: StageSet) -> None:
    assert check(caller, gone, "?gate=0")["verdict"] == "allow"
    IncidentFactory(case=gone.case, recorded_at=datetime.now(UTC))

    assert check(caller, gone, "?gate=0")["verdict"] == "deny"


def test_lists_and_status_tell_the_standing_and_filter_by_it(caller: Caller, gone: StageSet) -> None:
    IncidentFactory(case=gone.case, recorded_at=datetime.now(UTC))
    check_standings(now=datetime.now(UTC))
    client = caller(gone.owner)

    rows = client.get(f"{API}/use-cases?standing=lapsed").json()["results"]
    others = client.get(f"{API}/use-cases?standing=valid").json()["results"]
    status = assert_as_described(client.get(f"{API}/portfolio/status"), "portfolio/status")
    detail = client.get(f"{API}/use-cases/{gone.case.reference}").json()

    assert ([row["standing"] for row in rows], others) == (["lapsed"], [])
    assert status["standing"] == {"valid": 0, "lapsed": 1, "ungated": 0}
    assert detail["standing_detail"]["reasons"][0]["code"] == "serious_incident"


def test_chair_lists_and_dismisses_a_proposal(caller: Caller, gone: StageSet) -> None:
    IncidentFactory(case=gone.case, recorded_at=datetime.now(UTC))
    check_standings(now=datetime.now(UTC))
    of, proposal = f"{API}/use-cases/{gone.case.reference}/proposals", ReviewProposal.objects.get()

    def dismiss(person: Any) -> tuple[int, Any]:
        sent = {"data": {"reason": "Nobody was harmed."}, "content_type": "application/json"}
        answer = caller(person).post(f"{of}/{proposal.pk}/dismissal", **sent)
        described = "use-cases/{ref}/proposals/{proposal_id}/dismissal"
        return answer.status_code, assert_as_described(answer, described, "post")

    (row,) = assert_as_described(caller(gone.chair).get(of), "use-cases/{ref}/proposals")["results"]
    refused, done, again = dismiss(gone.owner), dismiss(gone.chair), dismiss(gone.chair)

    assert (row["trigger"], row["is_open"]) == ("incident", True)
    assert (refused[0], done[0], again[0]) == (403, 200, 409)
    assert done[1]["dismissal"] == "Nobody was harmed."
