"""Role × endpoint: one table, and no endpoint outside it. The document describes every endpoint, too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern

from pocgate.api.base import ApiView
from pocgate.api.urls import urlpatterns
from pocgate.identity.enums import Scope
from portfolio.models import UseCase
from tests.api.conftest import API, Caller
from tests.api.contract import operations
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory

pytestmark = pytest.mark.django_db

READ, CASES = Scope.PORTFOLIO_READ, Scope.CASES_WRITE
READINGS, COSTS = Scope.READINGS_WRITE, Scope.COSTS_WRITE
EVERYBODY, SEES, MEMBER = "everybody", "who sees the case", "team member"

# name, method, scope, and who gets further than 401, 403 and 404
TABLE = [
    ("status", "get", READ, EVERYBODY),
    ("use_cases", "get", READ, EVERYBODY),
    ("use_cases", "post", CASES, "product_owner"),
    ("use_case", "get", READ, SEES),
    ("use_case", "patch", CASES, MEMBER),
    ("submission", "post", CASES, MEMBER),
    ("readiness", "get", READ, SEES),
    ("gate_check", "get", READ, SEES),
    ("readings", "post", READINGS, MEMBER),
    ("costs", "post", COSTS, MEMBER),
    ("readings_batch", "post", READINGS, EVERYBODY),
    ("costs_batch", "post", COSTS, EVERYBODY),
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


def call(client: Client, name: str, method: str, case: UseCase) -> int:
    paths = {pattern.name: str(pattern.pattern) for pattern in urlpatterns if isinstance(pattern, URLPattern)}
    path = paths[name].replace("<str:ref>", case.reference).replace("<str:key>", "no-such-kpi")
    more = {} if method == "get" else {"data": {}, "content_type": "application/json", "headers": {"If-Match": "*"}}
    answer = getattr(client, method)(f"{API}/{path}", **more)
    status: int = answer.status_code
    return status


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[1]} {row[0]}")
def test_endpoint_lets_in_whom_the_table_names(
    caller: Caller, client: Client, row: tuple[str, str, str | None, str]
) -> None:
    name, method, scope, who = row
    case = UseCaseFactory()
    stranger, auditor = UserFactory(), RoleGrantFactory(role="auditor").user
    member, owner = TeamMemberFactory(case=case).user, RoleGrantFactory(role="product_owner").user
    people = {"stranger": stranger, "auditor": auditor, "member": member, "owner": owner}

    statuses = {role: call(caller(user), name, method, case) for role, user in people.items()}

    let_in = {role for role, status in statuses.items() if status not in {401, 403, 404}}
    expected = {
        EVERYBODY: {"stranger", "auditor", "member", "owner"},
        SEES: {"auditor", "member"},
        MEMBER: {"member"},
        # what is sent is looked at before who may register
        "product_owner": {"stranger", "auditor", "member", "owner"},
    }[who]
    if name == "readings":
        # its KPI is unknown, so that nobody gets beyond 404
        expected = set()
    elif name == "costs":
        expected = {"auditor", "member"}
    assert let_in == expected
    assert call(client, name, method, case) == 401
    if scope is not None:
        others = [other for other in Scope.values if other != scope]
        assert call(caller(auditor, others), name, method, case) == 403
        assert call(caller(member, [scope]), name, method, case) not in {401, 403}


def test_open_endpoints_ask_for_nothing(client: Client) -> None:
    assert client.get(f"{API}/health/live").json() == {"status": "live"}
    assert client.get(f"{API}/health/ready").status_code in {200, 503}
    assert client.get(f"{API}/schema/").status_code == 200
    assert client.get(f"{API}/docs/").status_code == 200
