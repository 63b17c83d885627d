"""Every error is problem+json (RFC 9457), whatever went wrong and wherever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from pocgate.identity.commands import create_token, revoke_token, set_active
from pocgate.identity.models import ApiToken
from tests.api.conftest import API, Caller
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory

pytestmark = pytest.mark.django_db

STATUS = f"{API}/portfolio/status"
CASES = f"{API}/use-cases"


def problem(answer: Any, status: int, kind: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "instance", "errors"}
    assert (body["type"], body["status"]) == (f"urn:pocgate:problem:{kind}", status)
    assert body["title"]
    assert body["detail"]
    return body


def test_nobody_is_asked_to_authenticate(client: Client) -> None:
    answer = client.get(STATUS)

    problem(answer, 401, "not-authenticated")
    assert answer["WWW-Authenticate"] == 'Bearer realm="POC Gate"'


@pytest.mark.parametrize("word", ["x", "pg_" + "a" * 60, "a b", "é", "\x7f", "x" * 5000, ""])
def test_token_that_is_none_of_ours_is_refused(client: Client, word: str) -> None:
    answer = client.get(STATUS, headers={"Authorization": f"Bearer {word}"})

    problem(answer, 401, "not-authenticated")
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


@pytest.mark.parametrize("end", ["revoked", "expired", "holder inactive"])
def test_token_that_is_over_is_refused(client: Client, end: str) -> None:
    now = datetime.now(UTC)
    user = UserFactory()
    token, text = create_token(user=user, name="t", scopes=["portfolio:read"], actor=None, now=now - timedelta(days=2))
    if end == "revoked":
        revoke_token(token_id=token.pk, actor=user, now=now)
    elif end == "expired":
        ApiToken.objects.filter(pk=token.pk).update(expires_at=now - timedelta(seconds=1))
    else:
        set_active(user=user, active=False, actor=None, now=now)

    problem(client.get(STATUS, headers={"Authorization": f"Bearer {text}"}), 401, "not-authenticated")


def test_token_use_is_noted(client: Client) -> None:
    token, text = create_token(
        user=UserFactory(), name="t", scopes=["portfolio:read"], actor=None, now=datetime.now(UTC)
    )

    client.get(STATUS, headers={"Authorization": f"Bearer {text}"})

    token.refresh_from_db()
    assert token.last_used_at is not None


def test_scope_that_is_missing_is_named(caller: Caller) -> None:
    body = problem(caller(scopes=["gates:read"]).get(STATUS), 403, "scope-missing")

    assert body["errors"] == [
        {"pointer": "", "code": "scope_missing", "detail": "This token lacks the scope portfolio:read."}
    ]


def test_scope_gives_no_right_that_its_holder_lacks(caller: Caller) -> None:
    case = UseCaseFactory()
    client = caller()

    body = problem(
        client.patch(
            f"{CASES}/{case.reference}", {"title": "x"}, content_type="application/json", headers={"If-Match": "*"}
        ),
        403,
        "forbidden",
    )

    assert [error["code"] for error in body["errors"]] == ["may_not_edit_case"]


@pytest.mark.parametrize("path", ["/", "/nothing", "/use-cases/UC-1/nothing", "/../x", "/use-cases//", "/%00"])
def test_address_that_matches_nothing_is_not_found(client: Client, path: str) -> None:
    for method in ("get", "post", "delete"):
        problem(getattr(client, method)(f"{API}{path}"), 404, "not-found")


def test_address_beside_the_version_is_not_found(client: Client) -> None:
    problem(client.get("/api/v2/use-cases"), 404, "not-found")
    problem(client.get("/api/"), 404, "not-found")


@pytest.mark.parametrize("ref", ["UC-0001", "UC-0", "UC-", "42", "UC-99999999999999999999", "ÜC-1", "%00", "UC-1%20"])
def test_case_that_is_unknown_or_no_reference_is_not_found(caller: Caller, ref: str) -> None:
    client = caller()
    for part in ("", "/readiness", "/gate-check"):
        problem(client.get(f"{CASES}/{ref}{part}"), 404, "not-found")


def test_case_that_is_invisible_looks_unknown(caller: Caller) -> None:
    case = UseCaseFactory()
    client = caller(UserFactory())

    seen = problem(client.get(f"{CASES}/{case.reference}"), 404, "not-found")
    unknown = problem(client.get(f"{CASES}/UC-0001"), 404, "not-found")

    assert seen["detail"] == unknown["detail"]


def test_address_with_or_without_its_last_slash_is_the_same(caller: Caller) -> None:
    case = UseCaseFactory()
    client = caller()

    for path in (STATUS, CASES, f"{CASES}/{case.reference}", f"{CASES}/{case.reference}/gate-check"):
        assert client.get(f"{path}/").status_code == 200
    assert client.get(f"{API}/schema").status_code == 200


def test_method_that_is_not_there_is_refused(caller: Caller) -> None:
    answer = caller().delete(STATUS)

    problem(answer, 405, "method-not-allowed")
    assert "GET" in answer["Allow"]


@pytest.mark.parametrize("accept", ["text/html", "image/png", "application/xml;q=0.5"])
def test_format_that_is_not_there_is_refused(caller: Caller, accept: str) -> None:
    client = caller()

    problem(client.get(STATUS, headers={"Accept": accept}), 406, "not-acceptable")
    problem(client.get(CASES, headers={"Accept": accept}), 406, "not-acceptable")


def test_format_browsers_accept_is_answered(caller: Caller) -> None:
    answer = caller().get(CASES, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})

    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("colour=red", "?colour", "unknown_parameter"),
        ("limit=0", "?limit", "out_of_range"),
        ("limit=1001", "?limit", "out_of_range"),
        ("limit=ten", "?limit", "not_a_number"),
        ("limit=-1", "?limit", "not_a_number"),
        ("limit=٣", "?limit", "not_a_number"),
        ("limit=1" + "0" * 5000, "?limit", "not_a_number"),
        ("limit=1&limit=2", "?limit", "given_twice"),
        ("stage=4", "?stage", "unknown_value"),
        ("stage=", "?stage", "unknown_value"),
        ("status=actve", "?status", "unknown_value"),
        ("ordering=id", "?ordering", "unknown_value"),
        ("fields=reference,secret", "?fields", "unknown_value"),
        ("format=pdf", "?format", "unknown_value"),
        ("updated_since=yesterday", "?updated_since", "not_a_time"),
        ("updated_since=2026-01-01T00:00:00", "?updated_since", "not_a_time"),
        ("updated_since=2026-02-30", "?updated_since", "not_a_time"),
        ("updated_since=0001-01-01T00:00:00%2B14:00", "?updated_since", "not_a_time"),
        ("q=a%00b", "?q", "nul_character"),
        ("q=" + "x" * 201, "?q", "too_long"),
        ("cursor=", "?cursor", "bad_cursor"),
    ],
)
def test_parameter_that_can_not_be_read_is_named(caller: Caller, query: str, pointer: str, code: str) -> None:
    body = problem(caller().get(f"{CASES}?{query}"), 422, "invalid")

    assert [(error["pointer"], error["code"]) for error in body["errors"]] == [(pointer, code)]


def test_parameters_that_are_wrong_are_all_named(caller: Caller) -> None:
    body = problem(caller().get(f"{CASES}?limit=0&stage=9&x=1"), 422, "invalid")

    assert [error["pointer"] for error in body["errors"]] == ["?limit", "?stage", "?x"]


def test_parameters_beyond_number_are_refused(caller: Caller) -> None:
    problem(caller().get(f"{CASES}?" + "&".join(f"a{n}=1" for n in range(1500))), 400, "malformed")


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b"{", 400, "malformed"),
        (b"\xff", 400, "malformed"),
        (b"[" * 100_000, 400, "malformed"),
        (b"[]", 400, "malformed"),
        (b'"text"', 400, "malformed"),
        (b'{"title": NaN}', 400, "malformed"),
        (b"{}", 422, "invalid"),
        (b'{"title": "a\\u0000b"}', 422, "invalid"),
        (b'{"title": "\\ud800"}', 422, "invalid"),
        (b'{"title": {"a": 1}}', 422, "invalid"),
        (b'{"title": "x", "colour": "red"}', 422, "invalid"),
        (b'{"title": "x", "facts": {"colour": "red"}}', 422, "invalid"),
    ],
)
def test_body_that_can_not_be_read_is_refused(caller: Caller, body: bytes, status: int, kind: str) -> None:
    client = caller(RoleGrantFactory(role="product_owner").user)

    answer = client.post(CASES, body, content_type="application/json")

    problem(answer, status, kind)


def test_body_of_another_media_type_is_refused(caller: Caller) -> None:
    client = caller()

    problem(
        client.post(CASES, "title=x", content_type="application/x-www-form-urlencoded"), 415, "unsupported-media-type"
    )
    problem(client.post(CASES, b"<a/>", content_type="text/xml"), 415, "unsupported-media-type")


def test_body_that_is_too_large_is_refused(caller: Caller, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    answer = caller().post(CASES, {"title": "x" * 200}, content_type="application/json")

    problem(answer, 413, "too-large")


def test_session_without_csrf_token_writes_nothing(client: Client) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(RoleGrantFactory(role="admin").user)

    problem(client.post(CASES, {"title": "x"}, content_type="application/json"), 403, "forbidden")


def test_calls_beyond_the_allowance_wait(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pocgate.api.throttling.parsed_rate", lambda _rate: (2, 60))
    client = caller()

    allowed = [client.get(f"{API}/me") for _ in range(2)]
    refused = client.get(f"{API}/me")

    assert [answer["RateLimit-Remaining"] for answer in allowed] == ["1", "0"]
    assert allowed[0]["RateLimit-Limit"] == "2"
    problem(refused, 429, "too-many-requests")
    assert 1 <= int(refused["Retry-After"]) <= 60


def test_error_of_ours_says_nothing_of_itself(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr("pocgate.api.status.views.status_now", broken)

    answer = caller().get(STATUS)

    problem(answer, 500, "internal")
    assert b"secret" not in answer.content
    assert answer["X-Request-ID"]


def test_host_that_is_not_ours_gets_a_problem(client: Client) -> None:
    problem(client.get(STATUS, headers={"Host": "evil.example"}), 400, "malformed")


def test_team_member_sees_own_case_and_is_refused_a_gate(caller: Caller) -> None:
    member = TeamMemberFactory()

    answer = caller(member.user).get(f"{CASES}/{member.case.reference}/gate-check?gate=4")

    assert problem(answer, 422, "invalid")["errors"][0]["pointer"] == "?gate"
