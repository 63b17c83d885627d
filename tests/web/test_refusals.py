"""What a command refuses becomes a page, or for HTMX a fragment, with the right status."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend
from django.http import HttpResponse
from django.test import Client, RequestFactory

from pocgate.kernel.errors import Blocker, Forbidden, Stale
from pocgate.web.middleware import DomainErrorMiddleware
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import UseCaseFactory
from tests.web.conftest import Visitor

pytestmark = pytest.mark.django_db


def test_command_not_allowed_now_is_409_with_its_reasons(visitor: Visitor) -> None:
    client = visitor("admin")
    me = client.person  # type: ignore[attr-defined]

    response = client.post(f"/administration/people/{me.pk}/revoke/", {"role": "admin"})

    assert response.status_code == 409
    assert "Nothing was changed." in response.content.decode()
    assert me.role_grants.filter(ended_at__isnull=True).count() == 1


def test_command_with_invalid_values_is_422_and_as_fragment_goes_to_the_toasts(visitor: Visitor) -> None:
    person = UserFactory()
    client = visitor("admin")
    address = f"/administration/people/{person.pk}/grant/"

    page = client.post(address, {"role": "emperor"})
    fragment = client.post(address, {"role": "emperor"}, headers={"HX-Request": "true"})

    assert (page.status_code, fragment.status_code) == (422, 422)
    assert "<html" in page.content.decode()
    assert "<html" not in fragment.content.decode()
    assert fragment["HX-Retarget"] == "#toasts"


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (
            Forbidden(Blocker("not_yours", "Only {who} may do this.", {"who": "the chair"})),
            403,
            "Only the chair may do this.",
        ),
        (Stale(), 409, "Somebody else was faster"),
    ],
)
def test_error_by_kind_has_its_status_and_words(error: Exception, status: int, said: str) -> None:
    response = _answered(error)

    assert response.status_code == status
    assert said in response.content.decode()


def test_error_of_the_api_is_left_to_it() -> None:
    request = RequestFactory().get("/api/v1/use-cases")

    assert _middleware().process_exception(request, Stale()) is None


def test_error_that_is_no_refusal_stays_an_error() -> None:
    assert _middleware().process_exception(RequestFactory().get("/"), ValueError()) is None


def test_recent_sign_in_asked_of_htmx_leads_the_whole_page_there(visitor: Visitor) -> None:
    client = visitor()
    session = client.session
    del session["signed_in_at"]
    session.save()

    response = client.post(
        "/tokens/", {"name": "x", "scopes": ["portfolio:read"], "days": "30"}, headers={"HX-Request": "true"}
    )

    assert response.status_code == 204
    assert response["HX-Redirect"] == "/sign-in/?next=%2F"


def test_form_without_csrf_token_is_refused_with_our_page() -> None:
    client = Client(enforce_csrf_checks=True)

    response = client.post("/sign-in/", {"username": "a", "password": "b"})

    assert response.status_code == 403
    assert "This form was open too long" in response.content.decode()


def test_search_finds_cases_people_and_pages_and_hides_the_invisible(visitor: Visitor) -> None:
    UseCaseFactory(number=42, title="Sort claims by complexity")
    UserFactory(full_name="Clara Claims")

    seen = visitor("auditor").get("/search/?q=claims").content.decode()
    hidden = visitor().get("/search/?q=claims").content.decode()

    assert "UC-0042" in seen
    assert "Clara Claims" in seen
    assert "UC-0042" not in hidden


@pytest.mark.parametrize("text", ["uc-42", "42", "UC-0042"])
def test_search_by_number_finds_the_case(text: str, visitor: Visitor) -> None:
    UseCaseFactory(number=42, title="Sort")

    fragment = visitor("auditor").get("/search/", {"q": text}, headers={"HX-Request": "true"}).content.decode()

    assert "UC-0042" in fragment
    assert "<html" not in fragment


def test_search_without_a_hit_says_what_to_try(visitor: Visitor) -> None:
    page = visitor().get("/search/", {"q": "\x00zzz%_"}).content.decode()

    assert "Nothing found for" in page


def test_mail_folder_shows_what_was_written_as_text(visitor: Visitor, settings: Any, tmp_path: Any) -> None:
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    backend = EmailBackend(file_path=str(settings.EMAIL_FILE_PATH))
    backend.send_messages(
        [EmailMessage("Vote outstanding", "Please <b>vote</b>.", "gate@example.org", ["olga@example.org"])]
    )
    (tmp_path / "mail" / "broken.log").write_bytes(b"\x00\xff")

    page = visitor("admin").get("/mail/").content.decode()

    assert "Vote outstanding" in page
    assert "&lt;b&gt;vote&lt;/b&gt;" in page


def test_token_made_is_shown_once(visitor: Visitor) -> None:
    client = visitor()

    made = client.post("/tokens/", {"name": "report", "scopes": ["portfolio:read"], "days": "30"})
    token, text = made.context["shown"]

    assert text in made.content.decode()
    assert text not in client.get("/tokens/").content.decode()
    assert client.post(f"/tokens/{token.pk}/revoke/").status_code == 302
    assert not token.__class__.objects.get(pk=token.pk).is_live(token.created_at)


def test_preferences_are_kept_and_a_bad_zone_is_refused(visitor: Visitor) -> None:
    client = visitor()
    me = client.person  # type: ignore[attr-defined]

    kept = client.post("/preferences/", {"full_name": "New Name", "time_zone": "Europe/Vienna"})
    refused = client.post("/preferences/", {"full_name": "Other", "time_zone": "Mars/Olympus"})

    me.refresh_from_db()
    assert (kept.status_code, refused.status_code) == (302, 422)
    assert (me.full_name, me.time_zone) == ("New Name", "Europe/Vienna")


def test_password_change_needs_the_present_one_and_a_strong_one(visitor: Visitor) -> None:
    user = UserFactory()
    user.set_password("the present password")
    user.save()
    client = visitor(user=user)

    wrong = client.post("/preferences/password/", {"present": "wrong", "new": "a very long new one"})
    weak = client.post("/preferences/password/", {"present": "the present password", "new": "short"})
    right = client.post("/preferences/password/", {"present": "the present password", "new": "a very long new one"})

    user.refresh_from_db()
    assert (wrong.status_code, weak.status_code, right.status_code) == (422, 422, 302)
    assert user.check_password("a very long new one")
    assert client.get("/preferences/").status_code == 200


def test_administrator_opens_an_account_and_gives_a_role(visitor: Visitor) -> None:
    RoleGrantFactory()
    client = visitor("admin")

    created = client.post("/administration/people/new/", {"username": "nora", "full_name": "Nora Example"})
    again = client.post("/administration/people/new/", {"username": "NORA", "full_name": "Nora Other"})
    nora = UserFactory._meta.model.objects.get(username="nora")
    client.post(f"/administration/people/{nora.pk}/grant/", {"role": "auditor"})

    assert (created.status_code, again.status_code) == (302, 422)
    assert [grant.role for grant in nora.role_grants.all()] == ["auditor"]


def _middleware() -> DomainErrorMiddleware:
    return DomainErrorMiddleware(lambda _request: HttpResponse())


def _answered(error: Exception) -> HttpResponse:
    request = RequestFactory().post("/somewhere/")
    request.user = UserFactory()
    response = _middleware().process_exception(request, error)
    assert response is not None
    return response
