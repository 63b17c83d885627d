"""Role × endpoint: one table, and no endpoint outside it. The document describes every endpoint, too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern

from gates.models import Decision
from pocgate.api.base import ApiView
from pocgate.api.urls import urlpatterns
from pocgate.identity.enums import Scope
from portfolio.models import Kpi
from tests.api.conftest import API, Caller
from tests.api.contract import operations
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.stage_set import a_stage_set

pytestmark = pytest.mark.django_db

READ, CASES, GATES = Scope.PORTFOLIO_READ, Scope.CASES_WRITE, Scope.GATES_READ
READINGS, COSTS = Scope.READINGS_WRITE, Scope.COSTS_WRITE
REQUEST, VOTE, DECIDE, SIGN = Scope.GATES_REQUEST, Scope.GATES_VOTE, Scope.GATES_DECIDE, Scope.COMPLIANCE_SIGN
# Who gets beyond 401, 403 and 404 with an empty body. Bodies are looked at before finer rights, which the tests of
# each command and of `test_reviews` hold.
EVERYBODY = frozenset({"stranger", "auditor", "chair", "owner"})
SEES = frozenset({"auditor", "chair", "owner"})
OWNER, CHAIR = frozenset({"owner"}), frozenset({"chair"})

TABLE = [
    ("status", "get", READ, EVERYBODY),
    ("use_cases", "get", READ, EVERYBODY),
    ("use_cases", "post", CASES, EVERYBODY),
    ("use_case", "get", READ, SEES),
    ("use_case", "patch", CASES, OWNER),
    ("submission", "post", CASES, OWNER),
    ("readiness", "get", READ, SEES),
    ("gate_check", "get", READ, SEES),
    ("readings", "post", READINGS, SEES),
    ("costs", "post", COSTS, SEES),
    ("evidence", "get", READ, SEES),
    ("evidence", "post", Scope.EVIDENCE_WRITE, SEES),
    ("readings_batch", "post", READINGS, EVERYBODY),
    ("costs_batch", "post", COSTS, EVERYBODY),
    ("checklist", "get", GATES, SEES),
    ("sign_off", "post", SIGN, SEES),
    ("reviews", "get", GATES, EVERYBODY),
    ("reviews", "post", REQUEST, EVERYBODY),
    ("review", "get", GATES, SEES),
    ("dossier", "get", GATES, SEES),
    ("opening", "post", DECIDE, SEES),
    ("votes", "post", VOTE, SEES),
    ("recusals", "post", VOTE, SEES),
    ("closing", "post", DECIDE, CHAIR),
    ("withdrawal", "post", REQUEST, SEES),
    ("decision_of_review", "post", DECIDE, SEES),
    ("decisions", "get", GATES, EVERYBODY),
    ("decision", "get", GATES, SEES),
    ("dossier_of_decision", "get", GATES, SEES),
    ("me", "get", None, EVERYBODY),
]
OPEN = {"live", "ready", "schema", "docs", "root", "elsewhere"}
METHODS = ("get", "post", "put", "patch", "delete")


def views() -> Iterator[tuple[str, Any]]:
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        assert pattern.name is not None
        yield pattern.name, getattr(pattern.callback, "cls", None)


def test_every_endpoint_stands_in_the_table() -> None:
    found = {
        (name, method)
        for name, view in views()
        if name not in OPEN
        for method in METHODS
        if view is not None and hasattr(view, method)
    }

    assert found == {(name, method) for name, method, _scope, _who in TABLE}
    assert {name for name, _view in views()} == OPEN | {name for name, *_ in TABLE}


def test_every_endpoint_names_its_scope() -> None:
    scopes = {
        (name, method): view.required_scopes.get(method.upper())
        for name, view in views()
        if name not in OPEN and issubclass(view, ApiView)
        for method in METHODS
        if hasattr(view, method)
    }

    assert scopes == {(name, method): scope for name, method, scope, _who in TABLE}


def test_every_endpoint_is_described() -> None:
    described = {(path, method) for path, method, _operation in operations()}
    routes = {pattern.name: str(pattern.pattern) for pattern in urlpatterns if isinstance(pattern, URLPattern)}
    expected = {
        (f"{API}/{routes[name].replace('<str:', '{').replace('<int:', '{').replace('>', '}')}", method)
        for name, method in [*((row[0], row[1]) for row in TABLE), ("live", "get"), ("ready", "get")]
    }

    assert described == expected
    assert len({operation["operationId"] for _path, _method, operation in operations()}) == len(expected)


def call(client: Client, name: str, method: str, decision: Decision) -> int:
    path = {pattern.name: str(pattern.pattern) for pattern in urlpatterns if isinstance(pattern, URLPattern)}[name]
    case = decision.review.case
    for place, value in {
        "<str:ref>": case.reference,
        "<str:key>": Kpi.objects.filter(case=case).values_list("key", flat=True)[0],
        "<str:criterion>": "tier_confirmed",
        "<int:review_id>": str(decision.review_id),
        "<str:number>": decision.reference,
    }.items():
        path = path.replace(place, value)
    more = {} if method == "get" else {"data": {}, "content_type": "application/json", "headers": {"If-Match": "*"}}
    answer = getattr(client, method)(f"{API}/{path}", **more)
    status: int = answer.status_code
    return status


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[1]} {row[0]}")
def test_endpoint_lets_in_whom_the_table_names(
    caller: Caller, client: Client, row: tuple[str, str, str | None, frozenset[str]]
) -> None:
    name, method, scope, expected = row
    now = datetime.now(UTC)
    stage = a_stage_set(now)
    decision = stage.decide(stage.closed(now), "go", now)
    auditor = RoleGrantFactory(role="auditor").user
    people = {"stranger": UserFactory(), "auditor": auditor, "chair": stage.chair, "owner": stage.owner}

    statuses = {role: call(caller(user), name, method, decision) for role, user in people.items()}

    assert {role for role, status in statuses.items() if status not in {401, 403, 404}} == expected
    assert max(statuses.values()) < 500
    assert call(client, name, method, decision) == 401
    if scope is not None:
        others = [other for other in Scope.values if other != scope]
        entitled = stage.chair if expected == CHAIR else stage.owner
        assert call(caller(entitled, others), name, method, decision) == 403
        assert call(caller(entitled, [scope]), name, method, decision) not in {401, 403, 404}


def test_open_endpoints_ask_for_nothing(client: Client) -> None:
    assert client.get(f"{API}/health/live").json() == {"status": "live"}
    assert client.get(f"{API}/health/ready").status_code in {200, 503}
    assert client.get(f"{API}/schema/").status_code == 200
    assert client.get(f"{API}/docs/").status_code == 200
