"""NUL characters in addresses: PostgreSQL fails on them, so they may not get as far."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern

from gates.urls import urlpatterns as gate_pages
from pocgate.web.urls import urlpatterns as pages
from portfolio.urls import urlpatterns as portfolio_pages
from scoring.urls import urlpatterns as scoring_pages
from tests.factories.portfolio import UseCaseFactory
from tests.web.conftest import Visitor

pytestmark = pytest.mark.django_db
EVERY = [*pages, *gate_pages, *portfolio_pages, *scoring_pages]
# Names of values in queries, of any page.
NAMES = (
    "q",
    "ordering",
    "cursor",
    "state",
    "kind",
    "before",
    "after",
    "outcome",
    "key",
    "columns",
    "rows",
    "page",
    "since",
)


def test_page_with_a_null_character_in_its_query_answers_as_without_it(visitor: Visitor) -> None:
    UseCaseFactory(number=7, with_spell=True)
    client = visitor("admin")
    plain = [str(page.pattern) for page in EVERY if isinstance(page, URLPattern) and "<" not in str(page.pattern)]

    failed = {path: client.get(f"/{path}?" + "&".join(f"{name}=%00" for name in NAMES)).status_code for path in plain}

    assert len(plain) > 30
    assert {path: status for path, status in failed.items() if status >= 500} == {}


@pytest.mark.parametrize(
    "path", ["cases/UC-%000007/", "decisions/GD-%00/", "compliance/UC-0007/%00/", "administration/mail-texts/%00/"]
)
def test_path_with_a_null_character_leads_nowhere(visitor: Visitor, path: str) -> None:
    assert visitor("admin").get(f"/{path}").status_code == 404


def test_path_with_a_null_character_leads_to_the_sign_in_page_or_nowhere(client: Client) -> None:
    assert client.get("/cases/UC-%000007/").status_code == 404
