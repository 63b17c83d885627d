"""The page of waivers and their API: asked for by the owner, signed by compliance, ended with a reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from pocgate.identity.models import User
from pocgate.identity.queries import SIGNED_IN_AT
from scoring.models import Waiver
from tests.factories.identity import UserFactory
from tests.factories.stage_set import StageSet, a_stage_set

pytestmark = pytest.mark.django_db
MUST = "sources_mapped"


@pytest.fixture
def stage() -> StageSet:
    return a_stage_set(datetime.now(UTC))


@pytest.fixture
def browser() -> Callable[[User], Client]:
    def make(user: User) -> Client:
        client = Client()
        client.force_login(user)
        session = client.session
        session[SIGNED_IN_AT] = datetime.now(UTC).isoformat()
        session.save()
        return client

    return make


def wish(days: int = 60, **changes: str) -> dict[str, str]:
    day = (datetime.now(UTC) + timedelta(days=days)).date().isoformat()
    return {"criterion": MUST, "reason": "The register is rebuilt.", "expires_on": day, **changes}


def test_owner_asks_and_compliance_signs_on_the_page(stage: StageSet, browser: Any) -> None:
    page = f"/cases/{stage.case.reference}/waivers/"
    owner, officer = browser(stage.owner), browser(stage.officer)

    assert owner.post(f"{page}ask/", wish()).status_code == 302
    waiver = Waiver.objects.get()
    assert "/sign/" not in owner.get(page).content.decode()
    assert f"{page}{waiver.pk}/sign/" in officer.get(page).content.decode()
    assert officer.post(f"{page}{waiver.pk}/sign/").status_code == 302

    waiver.refresh_from_db()
    assert (waiver.state, waiver.first_by) == ("granted", stage.officer)


def test_wish_outside_the_playbook_is_refused_beside_its_field_and_keeps_what_was_typed(
    stage: StageSet, browser: Any
) -> None:
    answer = browser(stage.owner).post(f"/cases/{stage.case.reference}/waivers/ask/", wish(days=900))

    assert answer.status_code == 422
    assert "A waiver ends between today and" in answer.content.decode()
    assert "The register is rebuilt." in answer.content.decode()
    assert not Waiver.objects.exists()


def test_what_is_never_waived_is_not_offered(stage: StageSet, browser: Any) -> None:
    page = browser(stage.owner).get(f"/cases/{stage.case.reference}/waivers/").content.decode()

    assert f'value="{MUST}"' in page
    assert 'value="business_owner"' not in page
    assert 'value="tier_confirmed"' not in page


def test_owner_can_not_sign_and_a_stranger_sees_nothing(stage: StageSet, browser: Any) -> None:
    page = f"/cases/{stage.case.reference}/waivers/"
    browser(stage.owner).post(f"{page}ask/", wish())
    waiver = Waiver.objects.get()

    assert browser(stage.owner).post(f"{page}{waiver.pk}/sign/").status_code == 409
    assert browser(UserFactory()).get(page).status_code == 404
    waiver.refresh_from_db()
    assert waiver.state == "requested"


def test_compliance_revokes_with_a_reason_only(stage: StageSet, browser: Any) -> None:
    page = f"/cases/{stage.case.reference}/waivers/"
    browser(stage.owner).post(f"{page}ask/", wish())
    waiver = Waiver.objects.get()
    officer = browser(stage.officer)
    officer.post(f"{page}{waiver.pk}/sign/")

    assert officer.post(f"{page}{waiver.pk}/end/", {"note": " "}).status_code == 422
    assert officer.post(f"{page}{waiver.pk}/end/", {"note": "The register is done."}).status_code == 302
    waiver.refresh_from_db()
    assert (waiver.state, waiver.end_note) == ("revoked", "The register is done.")


def test_waiver_from_wish_to_end_by_api(stage: StageSet, browser: Any) -> None:
    base = f"/api/v1/use-cases/{stage.case.reference}/waivers"
    owner, officer = browser(stage.owner), browser(stage.officer)

    made = owner.post(base, wish(), content_type="application/json")
    assert (made.status_code, made.json()["state"]) == (201, "requested")
    number = made.json()["id"]
    signed = officer.post(f"{base}/{number}/signature", {}, content_type="application/json")
    assert (signed.json()["state"], signed.json()["first_signed_by"]) == ("granted", stage.officer.username)
    ended = officer.post(f"{base}/{number}/end", {"note": "Done."}, content_type="application/json")
    assert (ended.json()["state"], ended.json()["end_note"]) == ("revoked", "Done.")
    again = officer.post(f"{base}/{number}/end", {"note": "Done."}, content_type="application/json")
    assert (again.status_code, again.json()["errors"][0]["code"]) == (409, "waiver_state")
    assert [row["id"] for row in owner.get(base).json()["results"]] == [number]
