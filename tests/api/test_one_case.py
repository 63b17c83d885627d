"""One case: read, registered, edited, handed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pocgate.ledger.models import Activity
from portfolio.models import CaseFact, TeamMember, UseCase
from tests.api.conftest import API, Caller
from tests.api.contract import assert_as_described
from tests.factories.identity import LONG_AGO, RoleGrantFactory, UserFactory
from tests.factories.portfolio import DepartmentFactory, TeamMemberFactory, UseCaseFactory
from tests.factories.readiness import ReadinessScoreFactory
from tests.factories.scoring import full_case

pytestmark = pytest.mark.django_db

CASES = f"{API}/use-cases"
JSON = "application/json"
NEW = {
    "title": "Sort claims",
    "problem_statement": "Claims are sorted by hand.",
    "technology": ["nlp", "nlp"],
    "department": "claims",
    "facts": {"delivery": "bought"},
}


@pytest.fixture
def owner() -> Any:
    return RoleGrantFactory(role="product_owner").user


def test_case_tells_everything_that_belongs_to_it(caller: Caller, now: datetime) -> None:
    case = full_case(now)
    ReadinessScoreFactory(case=case, gate=1)

    body = assert_as_described(caller().get(f"{CASES}/{case.reference}"), "use-cases/{ref}")

    assert (body["reference"], body["stage"], body["spell"]["stage"]) == (case.reference, 1, 1)
    assert len(body["team"]) == TeamMember.objects.filter(case=case).count()
    assert body["kpis"]
    assert body["facts"]


def test_case_draft_with_nothing_has_explicit_nulls(caller: Caller) -> None:
    case = UseCaseFactory(stage=None, status="draft", department=None, problem_statement="")

    body = assert_as_described(caller().get(f"{CASES}/{case.reference}"), "use-cases/{ref}")

    nulls = ["department", "unit", "stage", "next_gate", "readiness", "blockers", "spell", "review", "decision"]
    assert [name for name in nulls if body[name] is not None] == []


def test_case_reference_is_read_in_any_capitals_and_zeros(caller: Caller) -> None:
    UseCaseFactory(number=42)
    client = caller()

    for ref in ("UC-0042", "uc-42", "UC-000042"):
        assert client.get(f"{CASES}/{ref}").json()["reference"] == "UC-0042"


def test_case_etag_is_answered_with_304(caller: Caller) -> None:
    case = UseCaseFactory()
    client = caller()
    tag = client.get(f"{CASES}/{case.reference}")["ETag"]

    answer = client.get(f"{CASES}/{case.reference}", headers={"If-None-Match": tag})

    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", tag)


def test_register_makes_a_draft_that_its_caller_owns(caller: Caller, owner: Any) -> None:
    department = DepartmentFactory(name="Claims")

    answer = caller(owner).post(CASES, NEW, content_type=JSON)

    body = assert_as_described(answer, "use-cases", "post")
    case = UseCase.objects.get()
    assert (answer.status_code, answer["Location"]) == (201, f"{CASES}/{case.reference}")
    assert (body["status"], body["department"], body["technology"]) == ("draft", "Claims", ["nlp"])
    assert (case.department, body["facts"]) == (department, {"delivery": "bought"})
    assert [member["role"] for member in body["team"]] == ["product_owner"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"title": " "}, "/title"),
        ({"title": "x" * 401}, "/title"),
        ({"department": "nowhere"}, "/department"),
        ({"unit": "nowhere"}, "/unit"),
        ({"currency": "eur"}, "/currency"),
        ({"currency": "XQQ"}, "/currency"),
        ({"technology": "nlp"}, "/technology"),
        ({"technology": ["x" * 61]}, "/technology/0"),
        ({"target_gate_date": "soon"}, "/target_gate_date"),
        ({"facts": {"delivery": "stolen"}}, "/facts/delivery"),
        ({"a/b": 1}, "/a~1b"),
    ],
)
def test_register_bad_value_is_refused_with_its_place(
    caller: Caller, owner: Any, change: dict[str, Any], pointer: str
) -> None:
    DepartmentFactory(name="Claims")

    answer = caller(owner).post(CASES, NEW | change, content_type=JSON)

    body = assert_as_described(answer, "use-cases", "post")
    assert (answer.status_code, {error["pointer"] for error in body["errors"]}) == (422, {pointer})
    assert (UseCase.objects.count(), Activity.objects.filter(subject_type="use_case").count()) == (0, 0)


def test_register_refused_fact_leaves_no_draft(caller: Caller, owner: Any) -> None:
    answer = caller(owner).post(CASES, {"title": "x", "facts": {"tier": "minimal"}}, content_type=JSON)

    assert answer.status_code == 403
    assert UseCase.objects.count() == 0


def test_register_by_somebody_without_the_right_is_refused(caller: Caller) -> None:
    assert caller().post(CASES, {"title": "x"}, content_type=JSON).status_code == 403


def test_register_again_under_the_same_key_makes_one_case(caller: Caller, owner: Any) -> None:
    client, headers = caller(owner), {"Idempotency-Key": "abc"}

    first = client.post(CASES, {"title": "x"}, content_type=JSON, headers=headers)
    again = client.post(CASES, {"title": "x"}, content_type=JSON, headers=headers)

    assert UseCase.objects.count() == 1
    assert (again.status_code, again.content, again["ETag"]) == (201, first.content, first["ETag"])
    assert again["Idempotency-Replayed"] == "true"


def test_register_other_body_under_the_same_key_is_refused(caller: Caller, owner: Any) -> None:
    client, headers = caller(owner), {"Idempotency-Key": "abc"}
    client.post(CASES, {"title": "x"}, content_type=JSON, headers=headers)

    answer = client.post(CASES, {"title": "y"}, content_type=JSON, headers=headers)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#Idempotency-Key")
    assert UseCase.objects.count() == 1


def test_register_key_of_another_person_or_after_a_day_is_another_key(
    caller: Caller, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"Idempotency-Key": "abc"}
    client = caller(owner)
    client.post(CASES, {"title": "x"}, content_type=JSON, headers=headers)
    caller(RoleGrantFactory(role="admin").user).post(CASES, {"title": "x"}, content_type=JSON, headers=headers)
    monkeypatch.setattr("pocgate.api.base.timezone.now", lambda: datetime.now(UTC) + timedelta(hours=25))

    client.post(CASES, {"title": "y"}, content_type=JSON, headers=headers)

    assert sorted(UseCase.objects.values_list("title", flat=True)) == ["x", "x", "y"]


def test_register_refused_call_may_be_repeated_under_its_key(caller: Caller, owner: Any) -> None:
    client, headers = caller(owner), {"Idempotency-Key": "abc"}
    refused = client.post(CASES, {"title": "x", "department": "Claims"}, content_type=JSON, headers=headers)
    DepartmentFactory(name="Claims")

    answer = client.post(CASES, {"title": "x", "department": "Claims"}, content_type=JSON, headers=headers)

    assert (refused.status_code, answer.status_code) == (422, 201)


@pytest.mark.parametrize("key", ["", "x" * 201, "a\x01"])
def test_register_bad_key_is_refused(caller: Caller, owner: Any, key: str) -> None:
    answer = caller(owner).post(CASES, {"title": "x"}, content_type=JSON, headers={"Idempotency-Key": key})

    assert answer.status_code == 422
    assert UseCase.objects.count() == 0


def edit(client: Any, case: UseCase, body: dict[str, Any], **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.patch(f"{CASES}/{case.reference}", body, content_type=JSON, headers=named)


def test_edit_changes_what_was_sent_and_nothing_else(caller: Caller) -> None:
    case = UseCaseFactory(title="Old", vendor="Stays")
    client = caller(TeamMemberFactory(case=case).user)
    tag = client.get(f"{CASES}/{case.reference}")["ETag"]

    answer = edit(client, case, {"title": "New", "facts": {"affects_people": "yes"}}, If_Match=tag)

    body = assert_as_described(answer, "use-cases/{ref}", "patch")
    assert (body["title"], body["vendor"], body["facts"]) == ("New", "Stays", {"affects_people": "yes"})
    assert answer["ETag"] != tag


def test_edit_without_if_match_is_refused(caller: Caller) -> None:
    case = UseCaseFactory(title="Old")

    answer = edit(caller(TeamMemberFactory(case=case).user), case, {"title": "New"})

    assert (answer.status_code, answer.json()["type"]) == (428, "urn:pocgate:problem:precondition-required")
    assert UseCase.objects.get().title == "Old"


def test_edit_of_a_version_that_is_over_is_refused(caller: Caller) -> None:
    case = UseCaseFactory(title="Old")
    client = caller(TeamMemberFactory(case=case).user)
    tag = client.get(f"{CASES}/{case.reference}")["ETag"]
    assert edit(client, case, {"title": "First"}, If_Match=tag).status_code == 200

    answer = edit(client, case, {"title": "Second"}, If_Match=tag)

    assert (answer.status_code, answer.json()["type"]) == (412, "urn:pocgate:problem:stale")
    assert UseCase.objects.get().title == "First"


def test_edit_after_readiness_was_computed_is_no_conflict(caller: Caller) -> None:
    case = UseCaseFactory()
    client = caller(TeamMemberFactory(case=case).user)
    tag = client.get(f"{CASES}/{case.reference}")["ETag"]
    ReadinessScoreFactory(case=case)

    assert edit(client, case, {"title": "New"}, If_Match=tag).status_code == 200


@pytest.mark.parametrize("tag", ['W/"1-abc"', '"99-abc"', "nonsense", '"x"'])
def test_edit_with_a_tag_that_is_not_the_versions_is_refused(caller: Caller, tag: str) -> None:
    case = UseCaseFactory()

    assert edit(caller(TeamMemberFactory(case=case).user), case, {"title": "N"}, If_Match=tag).status_code == 412


def test_edit_moves_a_case_to_another_department_and_unit(caller: Caller) -> None:
    case = UseCaseFactory()
    above = DepartmentFactory(name="Sales")
    DepartmentFactory(name="Field", parent=above)
    client = caller(TeamMemberFactory(case=case).user)

    moved = edit(client, case, {"department": "Sales", "unit": "field"}, If_Match="*").json()
    emptied = edit(client, case, {"unit": None}, If_Match="*").json()

    assert (moved["department"], moved["unit"]) == ("Sales", "Field")
    assert (emptied["department"], emptied["unit"]) == ("Sales", None)


def test_edit_while_a_vote_runs_lists_the_reason(caller: Caller) -> None:
    case = UseCaseFactory(stage=0, status="in_review", records_locked_at=LONG_AGO)

    answer = edit(caller(TeamMemberFactory(case=case).user), case, {"title": "New"}, If_Match="*")

    body = assert_as_described(answer, "use-cases/{ref}", "patch")
    assert (answer.status_code, len(body["errors"])) == (409, 1)


def test_submission_lists_what_the_draft_lacks(caller: Caller) -> None:
    case = UseCaseFactory(stage=None, status="draft", problem_statement="")

    answer = caller(TeamMemberFactory(case=case).user).post(
        f"{CASES}/{case.reference}/submission", {}, content_type=JSON
    )

    body = assert_as_described(answer, "use-cases/{ref}/submission", "post")
    assert (answer.status_code, body["type"]) == (409, "urn:pocgate:problem:not-allowed-now")
    assert {error["code"] for error in body["errors"]} == {"problem_missing", "questions_open"}


def test_submission_of_a_whole_draft_begins_stage_0(caller: Caller, now: datetime) -> None:
    case = UseCaseFactory(stage=None, status="draft")
    owner = TeamMemberFactory(case=case).user
    keys = ["delivery", "personal_data", "affects_people", "prohibited_practice", "sensitive_area", "faces_people"]
    for key in keys:
        CaseFact.objects.create(case=case, key=key, value="unknown", valid_from=LONG_AGO)

    answer = caller(owner).post(f"{CASES}/{case.reference}/submission", {}, content_type=JSON)

    body = assert_as_described(answer, "use-cases/{ref}/submission", "post")
    assert (body["status"], body["stage"]) == ("active", 0)


def test_case_on_which_nobody_of_the_house_may_look_stays_hidden(caller: Caller) -> None:
    case = UseCaseFactory()

    assert edit(caller(UserFactory()), case, {"title": "x"}, If_Match="*").status_code == 404
