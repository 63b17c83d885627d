"""Whatever is sent, the answer is JSON or a list's format, and never a 500."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pocgate.api.cases.filters import LIST_PARAMETERS
from pocgate.api.cases.views import GATE, RELEASE
from pocgate.api.status.views import AS_OF
from tests.api.conftest import API, Caller
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory
from tests.factories.readiness import ReadinessScoreFactory

pytestmark = pytest.mark.django_db

anything = hypothesis_settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
odd = st.sampled_from(
    [
        *("", "0", "-1", "1e9", "9" * 400, "\x00", "null", "NaN", "%", "'", '"', "{", "{0}", "{name}", "../", "a,b,,c"),
        *("2026-13-01", "2026-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "UC-1", "۴", "😀"),
    ]
)
words = st.sampled_from(
    ["number", "-readiness", "title", "updated_at", "active", "unknown", "0,1", "json", "ndjson", "csv", "high", "1"]
)
values = st.one_of(odd, words, st.text(max_size=30))
names = st.sampled_from([parameter.name for parameter in (*LIST_PARAMETERS, GATE, RELEASE, AS_OF)])
queries = st.lists(st.tuples(st.one_of(names, st.text(max_size=8)), values), max_size=5)
leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), values)
jsons = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(values, inner, max_size=3))
FIELDS = (
    *("title", "technology", "department", "unit", "currency", "target_gate_date", "facts", "vendor", "rows", "value"),
    *("observed_from", "observed_to", "sample_size", "error", "line", "amount", "state", "recurrence", "period_start"),
    *("period_end", "external_id", "bill", "reference", "kpi", "kind", "proposal", "plans"),
)
bodies = st.dictionaries(st.sampled_from(FIELDS), jsons, max_size=8)


def check(answer: Any) -> None:
    assert answer.status_code < 500, (answer.status_code, answer.getvalue())
    content = answer.getvalue()
    media_type = answer["Content-Type"].partition(";")[0] if content else ""
    if answer.status_code >= 400:
        assert media_type == "application/problem+json", content
        assert json.loads(content)["status"] == answer.status_code


@pytest.fixture(
    scope="module",
    params=["portfolio/status", "use-cases", "use-cases/{ref}", "use-cases/{ref}/gate-check", "reviews", "decisions"],
)
def path(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_any_query_is_answered_or_refused(caller: Caller, path: str) -> None:
    case = UseCaseFactory(number=1)
    ReadinessScoreFactory(case=case)
    UseCaseFactory.create_batch(2)
    client = caller()

    @anything
    @given(queries)
    def ask(query: list[tuple[str, str]]) -> None:
        encoded = urlencode([(name, value.encode("utf-8", "surrogatepass")) for name, value in query])
        check(client.get(f"{API}/{path.format(ref=case.reference)}?{encoded}"))

    ask()


def test_any_reference_is_answered_or_refused(caller: Caller) -> None:
    client = caller()

    @anything
    @given(st.text(max_size=20), st.sampled_from(["", "/readiness", "/gate-check", "/kpis/x/readings"]))
    def ask(reference: str, rest: str) -> None:
        check(client.get(f"{API}/use-cases/{quote(reference.encode('utf-8', 'surrogatepass'), safe='')}{rest}"))

    ask()


@pytest.mark.parametrize(
    ("method", "where"),
    [
        ("post", "use-cases"),
        ("patch", "use-cases/{ref}"),
        ("post", "use-cases/{ref}/submission"),
        ("post", "use-cases/{ref}/costs"),
        ("post", "use-cases/{ref}/feedback"),
        ("post", "use-cases/{ref}/benefits"),
        ("post", "use-cases/{ref}/training"),
        ("post", "use-cases/{ref}/operations"),
        ("post", "use-cases/{ref}/dependencies"),
        ("post", "use-cases/{ref}/risks"),
        ("post", "use-cases/{ref}/cost-notices/1/justification"),
        ("post", "readings:batch"),
        ("post", "costs:batch"),
        ("post", "reviews"),
    ],
)
def test_any_body_is_taken_or_refused(caller: Caller, method: str, where: str) -> None:
    member = TeamMemberFactory()
    client = caller(member.user)

    @anything
    @given(st.one_of(bodies, jsons))
    def send(body: Any) -> None:
        with transaction.atomic():
            check(
                getattr(client, method)(
                    f"{API}/{where.format(ref=member.case.reference)}",
                    json.dumps(body),
                    content_type="application/json",
                    headers={"If-Match": "*"},
                )
            )
            transaction.set_rollback(True)

    send()


def test_any_header_is_answered_or_refused(caller: Caller) -> None:
    client = caller()
    header = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)

    @anything
    @given(header, header, header)
    def ask(accept: str, tag: str, key: str) -> None:
        headers = {"Accept": accept, "If-None-Match": tag, "If-Match": tag, "Idempotency-Key": key}
        check(client.get(f"{API}/use-cases", headers=headers))
        check(client.post(f"{API}/use-cases", "{}", content_type="application/json", headers=headers))

    ask()
