"""Sign in, sign out, theme, policy."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from pocgate.identity.models import User
from pocgate.identity.queries import SIGNED_IN_AT
from pocgate.kernel.tasks import forget_expired_sessions
from pocgate.web.forms import FAILURES_ALLOWED
from tests.factories.identity import UserFactory
from tests.web.conftest import Visitor

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough one"


def person(**fields: object) -> User:
    user: User = UserFactory(**fields)
    user.set_password(PASSWORD)
    user.save()
    return user


def attempt(client: Client, user: User, password: str, **more: str) -> Any:
    return client.post("/sign-in/", {"username": user.username, "password": password, **more})


def test_expired_sessions_are_removed_at_night_and_others_stay() -> None:
    kept, expired = Client(), Client()
    for client in (kept, expired):
        client.force_login(person())
    Session.objects.filter(pk=expired.session.session_key).update(expire_date=timezone.now() - timedelta(seconds=1))

    forget_expired_sessions()

    assert list(Session.objects.values_list("pk", flat=True)) == [kept.session.session_key]


def test_sign_in_with_right_password_remembers_when() -> None:
    client, user = Client(), person()

    response = attempt(client, user, PASSWORD, next="/portfolio/")

    assert response["Location"] == "/portfolio/"
    assert SIGNED_IN_AT in client.session


def test_sign_in_in_other_capitals_finds_the_person() -> None:
    client, user = Client(), person(username="Olga")

    response = client.post("/sign-in/", {"username": "oLGA", "password": PASSWORD})

    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_sign_in_with_a_foreign_next_goes_home(target: str) -> None:
    response = attempt(Client(), person(), PASSWORD, next=target)

    assert response["Location"] == "/"


def test_sign_in_with_wrong_password_says_so_with_422() -> None:
    response = attempt(Client(), person(), "wrong")

    assert response.status_code == 422
    assert "do not belong together" in response.content.decode()


def test_sign_in_after_many_failures_waits_even_with_the_right_password() -> None:
    client, user = Client(), person()
    for _ in range(FAILURES_ALLOWED):
        attempt(client, user, "wrong")

    response = attempt(client, user, PASSWORD)

    assert response.status_code == 422
    assert "Too many failed attempts" in response.content.decode()
    assert attempt(client, person(), PASSWORD).status_code == 302


def test_sign_in_of_a_demonstration_person_is_one_click() -> None:
    client, user = Client(), person(is_demo=True)

    response = client.post("/sign-in/", {"demo": user.username})

    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)


def test_sign_in_by_click_of_a_real_person_is_refused() -> None:
    client, user = Client(), person()

    response = client.post("/sign-in/", {"demo": user.username})

    assert response.status_code == 422
    assert "_auth_user_id" not in client.session


def test_sign_in_of_a_demonstration_person_on_a_server_is_refused(settings: Any) -> None:
    settings.DEMO_SIGN_INS = False
    client, user = Client(), person(is_demo=True)

    assert client.post("/sign-in/", {"demo": user.username}).status_code == 422
    assert "do not exist in this installation" in attempt(client, user, PASSWORD).content.decode()
    assert "Demonstration" not in client.get("/sign-in/").content.decode()


def test_sign_out_ends_the_session(visitor: Visitor) -> None:
    client = visitor()

    client.post("/sign-out/")

    assert client.get("/").status_code == 302


def test_act_with_an_old_sign_in_leads_to_sign_in_and_back(visitor: Visitor) -> None:
    client = visitor()
    session = client.session
    session[SIGNED_IN_AT] = (timezone.now() - timedelta(days=2)).isoformat()
    session.save()

    response = client.post(
        "/tokens/",
        {"name": "report", "scopes": ["portfolio:read"], "days": "30"},
        headers={"referer": "http://testserver/tokens/?a=b"},
    )

    assert response["Location"] == "/sign-in/?next=%2Ftokens%2F%3Fa%3Db"
    assert client.person.api_tokens.count() == 0  # type: ignore[attr-defined]


def test_theme_chosen_is_rendered_by_the_server(visitor: Visitor) -> None:
    client = visitor()
    assert 'data-bs-theme="auto"' in client.get("/preferences/").content.decode()

    response = client.post("/preferences/theme/", {"theme": "dark", "next": "/preferences/"})

    assert response["Location"] == "/preferences/"
    assert 'data-bs-theme="dark"' in client.get("/preferences/").content.decode()


def test_theme_unknown_is_not_kept(visitor: Visitor) -> None:
    client = visitor()
    client.cookies["pocgate_theme"] = '"><script>'

    assert 'data-bs-theme="auto"' in client.get("/preferences/").content.decode()


def test_page_policy_forbids_inline_and_foreign(visitor: Visitor) -> None:
    response = visitor().get("/preferences/")

    assert sorted(response["Content-Security-Policy"].split("; ")) == [
        "base-uri 'self'",
        "connect-src 'self'",
        "default-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
        "object-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
    ]
    page = response.content.decode()
    assert " style=" not in page
    assert "<script>" not in page
    assert 'src="http' not in page


def test_visit_after_a_pause_keeps_the_last_one(visitor: Visitor) -> None:
    client = visitor()
    before = timezone.now() - timedelta(hours=5)
    User.objects.filter(pk=client.person.pk).update(last_visit_at=before)  # type: ignore[attr-defined]

    client.get("/")

    assert User.objects.get(pk=client.person.pk).previous_visit_at == before  # type: ignore[attr-defined]
