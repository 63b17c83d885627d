"""The board of real cases: asking for a gate of an imported one says exactly what is missing, everywhere the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from html import unescape
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from gates.models import GateReview
from pocgate.identity.models import User
from portfolio.commands.team import accept_case
from portfolio.models import UseCase
from tests.api.conftest import API, Caller
from tests.conftest import SHARED_DATA
from tests.factories.gates import CommitteeFactory, SeatFactory
from tests.factories.identity import RoleGrantFactory

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("imported_cases")]

# Of every gate: who is asked to mend each of these, whatever else is missing.
ALWAYS_MISSING = {
    "owner_missing": "product_owner",
    "business_owner": "team",
    "sponsor_confirmed": "team",
    "business_case": "team",
    "kpi_baseline_target": "team",
    "cap_agreed": "team",
    "ai_justified": "team",
    "tier_confirmed": "compliance",
    "privacy_screening": "compliance",
}
ONLY_AT = {
    "scorecard_missing": {0, 1},
    "kpi_meets_threshold": {1, 2, 3},
    "production_path": {1, 2, 3},
    "security_review": {2, 3},
    "value_realised": {3},
}


@pytest.fixture(scope="module")
def inventory(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The real inventory, imported once for all tests here inside a transaction that is taken back in the end."""
    file = SHARED_DATA / "us-federal-2024" / "inventory-2024-v2.csv"
    if not file.is_file():
        pytest.skip("the public data is not present")
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("import_portfolio", file, "--apply", "--accept-imputed", "--json", stdout=StringIO())
        yield
        transaction.set_rollback(True)


@pytest.fixture
def board(inventory: None) -> None:
    """The inventory, and a committee for each gate."""
    for gate in range(4):
        SeatFactory(committee=CommitteeFactory(gate=gate), role="chair")


def some(stage: int | None, count: int = 3) -> list[UseCase]:
    """Cases of a stage from the beginning, the middle and the end of the file."""
    found = list(UseCase.objects.filter(stage=stage, status="active").order_by("pk"))
    return [found[number * (len(found) - 1) // (count - 1)] for number in range(count)]


def asked_on_command_line(case: UseCase, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        call_command("gate_check", case.reference, "--json")
    assert ended.value.code == 1
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def keys_of(found: dict[str, Any]) -> dict[str, str]:
    """What is missing and who mends it."""
    return {blocker["criterion"] or blocker["code"]: blocker["who"] for blocker in found["blockers"]}


def test_gate_of_imported_cases_is_refused_with_what_is_missing_everywhere(
    board: None,
    signed_in: Callable[[User], Client],
    caller: Caller,
    capsys: pytest.CaptureFixture[str],
) -> None:
    auditor, owner = RoleGrantFactory(role="auditor").user, RoleGrantFactory(role="product_owner").user
    for stage in range(4):
        for case in some(stage):
            api = caller(auditor).get(f"{API}/use-cases/{case.reference}/gate-check").json()
            said = keys_of(api)

            assert (api["gate"], api["verdict"], api["recommended"]) == (stage, "deny", "not_ready")
            assert {key: said.get(key) for key in ALWAYS_MISSING} == ALWAYS_MISSING
            assert {key for key in ONLY_AT if key in said} == {key for key, gates in ONLY_AT.items() if stage in gates}
            assert all(blocker["detail"] and blocker["how"] and blocker["who"] for blocker in api["blockers"])
            assert keys_of(asked_on_command_line(case, capsys)) == said

            accept_case(case_id=case.pk, actor=owner, now=timezone.now())
            assert_request_refused(case, owner, set(said) - {"owner_missing"}, signed_in, caller)
    assert not GateReview.objects.exists()


def assert_request_refused(
    case: UseCase,
    owner: User,
    missing: set[str],
    signed_in: Callable[[User], Client],
    caller: Caller,
) -> None:
    """Page and API refuse the owner's request and name everything that the check named."""
    wanted = caller(owner).get(f"{API}/use-cases/{case.reference}/gate-check").json()["blockers"]
    assert {blocker["criterion"] or blocker["code"] for blocker in wanted} == missing
    sent = {"data": {"reference": case.reference}, "content_type": "application/json"}
    refused = caller(owner).post(f"{API}/reviews", **sent)
    assert refused.status_code == 409, refused.content
    told = " ".join(error["detail"] for error in refused.json()["errors"])
    page = unescape(signed_in(owner).get(f"/cases/{case.reference}/reviews/").content.decode())
    posted = signed_in(owner).post(f"/cases/{case.reference}/reviews/request/")
    assert posted.status_code == 409
    told_by_post = unescape(posted.content.decode())
    words = {blocker[part] for blocker in wanted for part in ("title", "detail", "how")}
    assert {one for one in words if one not in told} == set()
    assert {one for one in words if one not in page} == set()
    assert {one for one in words if one not in told_by_post} == set()


def test_imported_case_without_owner_tells_who_asks_that_it_has_none(board: None, caller: Caller) -> None:
    case, reader = some(1)[0], RoleGrantFactory(role="auditor").user

    sent = {"data": {"reference": case.reference}, "content_type": "application/json"}
    refused = caller(reader).post(f"{API}/reviews", **sent)

    assert refused.status_code == 403
    assert "no product owner yet" in refused.content.decode()


def test_imported_case_of_unknown_stage_says_that_its_owner_has_to_tell_it(
    board: None,
    signed_in: Callable[[User], Client],
    caller: Caller,
    capsys: pytest.CaptureFixture[str],
) -> None:
    owner = RoleGrantFactory(role="product_owner").user
    for case in some(None, 4):
        found = asked_on_command_line(case, capsys)
        assert keys_of(found) == {"stage_unknown": "product_owner", "owner_missing": "product_owner"}
        accept_case(case_id=case.pk, actor=owner, now=timezone.now())

        page = signed_in(owner).get(f"/cases/{case.reference}/reviews/")
        sent = {"data": {"reference": case.reference}, "content_type": "application/json"}
        refused = caller(owner).post(f"{API}/reviews", **sent)

        assert "The stage of the case is unknown; its owner says it" in unescape(page.content.decode())
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "stage_unknown")


def test_imported_cases_that_ended_say_so(board: None, capsys: pytest.CaptureFixture[str]) -> None:
    for status in ("stopped", "retired"):
        for case in UseCase.objects.filter(status=status).order_by("pk")[:3]:
            assert set(keys_of(asked_on_command_line(case, capsys))) == {f"status_{status}"}


def test_no_imported_case_breaks_check_or_page(
    board: None,
    signed_in: Callable[[User], Client],
    caller: Caller,
) -> None:
    auditor = RoleGrantFactory(role="auditor").user
    program, browser = caller(auditor), signed_in(auditor)

    for case in UseCase.objects.order_by("pk")[::150]:
        assert program.get(f"{API}/use-cases/{case.reference}/gate-check").status_code == 200, case.reference
        assert browser.get(f"/cases/{case.reference}/reviews/").status_code == 200, case.reference
