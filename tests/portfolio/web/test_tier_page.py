"""The risk tier in the browser: asked at registration, answered again on the case, set by compliance."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from pocgate.identity.models import User
from portfolio.models import CaseFact, TierAssessment, UseCase
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory
from tests.portfolio.web.test_register import ANSWERS, HTMX

pytestmark = pytest.mark.django_db

SignedIn = Callable[[User], Client]
MILD = {"prohibited_practice": "no", "sensitive_area": "no", "affects_people": "no", "faces_people": "yes"}


@pytest.fixture
def signed_in() -> SignedIn:
    def make(person: User) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return make


@pytest.fixture
def case() -> UseCase:
    found: UseCase = UseCaseFactory(with_spell=True)
    return found


@pytest.fixture
def owner(case: UseCase) -> User:
    person: User = TeamMemberFactory(case=case).user
    return person


def at(case: UseCase, name: str = "tier") -> str:
    return reverse(f"portfolio:{name}", args=[case.reference])


def test_registration_assesses_the_tier_with_its_details_and_shows_the_duties(client: Client) -> None:
    client.force_login(RoleGrantFactory(role="product_owner").user)
    client.post(reverse("portfolio:register"), {"title": "Sort claims", "go": "next"})
    case = UseCase.objects.get()
    step = reverse("portfolio:register_step", args=[case.reference, 3])
    given = {**ANSWERS, "situations": ["interacts"], "provider_signs": ["develops"]}

    partly = client.post(step, {"delivery": "built", "faces_people": "yes"}, headers=HTMX)
    saved = client.post(step, {**given, "areas": ["employment"]}, headers=HTMX)

    assert "Saved" in partly.content.decode()
    found = TierAssessment.objects.get()
    assert (found.proposed_tier, found.proposed_role) == ("limited", "provider")
    assert found.answers["situations"] == ["interacts"]
    assert "areas" not in found.answers
    assert "People are told that they deal with an AI system." in saved.content.decode()
    again = client.get(step).content.decode()
    ticked = set(re.findall(r'value="(\w+)"[^>]* checked', again))
    assert ticked == {"built", "no", "yes", "interacts", "develops"}


def test_answers_saved_by_themselves_twice_make_one_assessment(client: Client) -> None:
    client.force_login(RoleGrantFactory(role="product_owner").user)
    client.post(reverse("portfolio:register"), {"title": "Sort claims", "go": "next"})
    step = reverse("portfolio:register_step", args=[UseCase.objects.get().reference, 3])

    client.post(step, ANSWERS, headers=HTMX)
    client.post(step, {**ANSWERS, "vendor": "Example"}, headers=HTMX)

    assert TierAssessment.objects.count() == 1


def test_owner_answers_again_and_a_higher_tier_holds_at_once(case: UseCase, owner: User, signed_in: SignedIn) -> None:
    CaseFact.objects.create(case=case, key="tier", value="minimal", valid_from=case.created_at)
    client = signed_in(owner)

    done = client.post(at(case), {**MILD, "sensitive_area": "yes", "areas": ["employment"]})
    page = client.get(at(case)).content.decode()

    case.refresh_from_db()
    assert (done.status_code, case.tier) == (302, "high")
    assert "Workers are told before it is used at their workplace." in page
    assert 'action="' + at(case, "tier_ruling") not in page


def test_question_left_open_is_named_and_nothing_is_kept(case: UseCase, owner: User, signed_in: SignedIn) -> None:
    refused = signed_in(owner).post(at(case), {"faces_people": "yes"})

    assert refused.status_code == 422
    assert "Answer this question" in refused.content.decode()
    assert not TierAssessment.objects.exists()


def test_compliance_sets_the_tier_with_a_reason_and_the_owner_may_not(
    case: UseCase, owner: User, signed_in: SignedIn
) -> None:
    officer = signed_in(RoleGrantFactory(role="compliance").user)

    silent = officer.post(at(case, "tier_ruling"), {"tier": "limited", "reason": " "})
    done = officer.post(at(case, "tier_ruling"), {"tier": "limited", "reason": "It only sorts letters."})
    denied = signed_in(owner).post(at(case, "tier_ruling"), {"tier": "minimal", "reason": "Ours."})

    case.refresh_from_db()
    assert (silent.status_code, done.status_code, denied.status_code) == (422, 302, 403)
    assert case.tier == "limited"


def test_leaving_prohibited_on_the_page_takes_two_persons(case: UseCase, signed_in: SignedIn) -> None:
    CaseFact.objects.create(case=case, key="tier", value="prohibited", valid_from=case.created_at)
    UseCase.objects.filter(pk=case.pk).update(tier="prohibited")
    first, second = (signed_in(RoleGrantFactory(role="compliance").user) for _ in range(2))
    ruling = {"tier": "high", "reason": "It was misread."}

    tiers = []
    for client in (first, first, second):
        assert client.post(at(case, "tier_ruling"), ruling).status_code == 302
        tiers.append(UseCase.objects.get(pk=case.pk).tier)

    assert tiers == ["prohibited", "prohibited", "high"]


def test_tier_page_is_for_whoever_sees_the_case(case: UseCase, owner: User, signed_in: SignedIn) -> None:
    assert signed_in(RoleGrantFactory(role="auditor").user).get(at(case)).status_code == 200
    assert signed_in(RoleGrantFactory(role="auditor").user).post(at(case), MILD).status_code == 403
    assert signed_in(UserFactory()).get(at(case)).status_code == 404
    assert signed_in(UserFactory()).post(at(case, "tier_ruling"), {"tier": "high", "reason": "x"}).status_code == 404


def test_duties_shown_are_those_of_the_tier_in_force(case: UseCase, owner: User, signed_in: SignedIn) -> None:
    client, told = signed_in(owner), "Workers are told before it is used at their workplace."
    unassessed = client.get(at(case)).content.decode()
    CaseFact.objects.create(case=case, key="tier", value="minimal", valid_from=case.created_at)

    minimal = client.get(at(case)).content.decode()

    assert told in unassessed
    assert "What was not assessed counts as high." in unassessed
    assert told not in minimal
    assert "People who work with it know enough of AI for it." in minimal
