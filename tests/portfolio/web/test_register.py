"""Registration in the browser: four steps, saved by themselves, and handed in."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from pocgate.identity.models import User
from portfolio.models import BusinessCase, CaseFact, CostPlan, Kpi, ScopeItem, TeamMember, UseCase
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import DepartmentFactory, TeamMemberFactory, UseCaseFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
ANSWERS = {
    "delivery": "built",
    "personal_data": "no",
    "stage1_real_data": "no",
    "affects_people": "no",
    "sensitive_area": "no",
    "faces_people": "yes",
    "prohibited_practice": "no",
    "role": "deployer",
    "vendor": "",
    "technology": "language model, search",
}
MEASURES = {
    "kpi_name": "Claims settled the same day",
    "unit": "%",
    "direction": "higher",
    "baseline": "40",
    "target": "60",
    "baseline_source": "Claims system",
    "currency": "CHF",
    "benefit_low": "90000",
    "benefit_likely": "120000",
    "benefit_high": "150000",
    "cost_at_scale": "50000",
    "budget_line": "IT-7",
    "case_cap": "80000",
    "prototype_cap": "20000",
    "monthly_cap": "",
    "scope_in": "Motor claims\nLetters and mails",
    "scope_out": "Injury claims",
    "thin_slice": "One team in Basel",
}


@pytest.fixture
def owner(client: Client) -> User:
    person = RoleGrantFactory(role="product_owner").user
    client.force_login(person)
    return person


def _step(case: UseCase, step: int) -> str:
    return reverse("portfolio:register_step", args=[case.reference, step])


def test_registration_by_buttons_alone_ends_with_an_active_case(client: Client, owner: User) -> None:
    place, sponsor = DepartmentFactory(), UserFactory(full_name="Ada Muster")
    answer = client.post(
        reverse("portfolio:register"), {"title": "Sort claims", "problem_statement": "By hand.", "go": "next"}
    )
    case = UseCase.objects.get()
    assert answer["Location"] == _step(case, 2)

    answer = client.post(_step(case, 2), {"department": place.pk, "sponsor": sponsor.pk, "go": "next"})
    assert answer["Location"] == _step(case, 3)
    answer = client.post(_step(case, 3), {**ANSWERS, "go": "next"})
    assert answer["Location"] == _step(case, 4)
    answer = client.post(_step(case, 4), {**MEASURES, "go": "next"})
    assert answer["Location"] == reverse("portfolio:register_review", args=[case.reference])
    page = client.get(answer["Location"])
    assert page.status_code == 200
    assert "no, says the owner" in page.content.decode()
    answer = client.post(answer["Location"])

    case.refresh_from_db()
    facts = dict(CaseFact.objects.values_list("key", "value"))
    assert answer["Location"] == reverse("case", args=[case.reference])
    assert (case.status, case.stage, case.department, case.currency) == ("active", 0, place, "CHF")
    assert case.technology == ["language model", "search"]
    assert (facts["personal_data"], facts["faces_people"], case.tier) == ("unknown", "yes", "unassessed")
    assert TeamMember.objects.get(role="sponsor").user == sponsor
    assert Kpi.objects.get().definitions.get().target == 60
    assert BusinessCase.objects.get().benefit_likely == 120_000
    assert CostPlan.objects.get().caps.get().amount == 20_000
    assert ScopeItem.objects.filter(removed_at=None).count() == 4


def test_autosave_makes_the_draft_once_and_says_so(client: Client, owner: User) -> None:
    empty = client.post(reverse("portfolio:register"), {"title": ""}, headers=HTMX)
    first = client.post(reverse("portfolio:register"), {"title": "Sort claims"}, headers=HTMX)
    case = UseCase.objects.get()
    again = client.post(
        reverse("portfolio:register"),
        {"title": "Sort all claims", "draft": case.reference, "version": case.version},
        headers=HTMX,
    )

    case.refresh_from_db()
    assert "A title is needed" in empty.content.decode()
    assert first["HX-Replace-Url"] == _step(case, 1)
    assert "Saved" in again.content.decode()
    assert (UseCase.objects.count(), case.title) == (1, "Sort all claims")


def test_autosave_of_an_older_version_changes_nothing_and_says_why(client: Client, owner: User) -> None:
    client.post(reverse("portfolio:register"), {"title": "Sort claims"}, headers=HTMX)
    case = UseCase.objects.get()
    client.post(_step(case, 1), {"title": "Newer", "version": case.version}, headers=HTMX)

    answer = client.post(_step(case, 1), {"title": "Older", "version": case.version}, headers=HTMX)

    case.refresh_from_db()
    assert case.title == "Newer"
    assert "Somebody else changed" in answer.content.decode()


def test_autosave_of_step_four_keeps_what_is_complete(client: Client, owner: User) -> None:
    client.post(reverse("portfolio:register"), {"title": "Sort claims"}, headers=HTMX)
    case = UseCase.objects.get()
    half = {**MEASURES, "unit": "", "benefit_high": ""}

    answer = client.post(_step(case, 4), half, headers=HTMX)

    assert "This is needed too" in answer.content.decode()
    assert (Kpi.objects.count(), BusinessCase.objects.count(), CostPlan.objects.count()) == (0, 0, 1)
    assert ScopeItem.objects.count() == 4


def test_autosave_repeated_writes_no_second_version(client: Client, owner: User) -> None:
    client.post(reverse("portfolio:register"), {"title": "Sort claims"}, headers=HTMX)
    case = UseCase.objects.get()

    for _ in range(2):
        client.post(_step(case, 4), MEASURES, headers=HTMX)

    counts = (Kpi.objects.count(), BusinessCase.objects.count(), CostPlan.objects.count(), ScopeItem.objects.count())
    assert counts == (1, 1, 1, 4)


def test_step_four_with_a_bad_value_returns_the_form(client: Client, owner: User) -> None:
    client.post(reverse("portfolio:register"), {"title": "Sort claims"}, headers=HTMX)
    case = UseCase.objects.get()

    answer = client.post(_step(case, 4), {**MEASURES, "target": "30", "go": "next"})

    assert answer.status_code == 422
    assert "The target must be better" in answer.content.decode()
    assert not Kpi.objects.exists()


def test_similar_cases_are_shown_while_typing(client: Client, owner: User) -> None:
    seen = TeamMemberFactory(user=owner, case=UseCaseFactory(title="Sort incoming claims by urgency")).case
    UseCaseFactory(title="Sort incoming claims by urgency, secretly")

    answer = client.post(reverse("portfolio:similar"), {"title": "Sorting claims by urgency"}, headers=HTMX)

    assert seen.reference in answer.content.decode()
    assert "secretly" not in answer.content.decode()


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_every_step_is_shown(client: Client, owner: User, step: int) -> None:
    client.post(reverse("portfolio:register"), {"title": "Sort claims"}, headers=HTMX)

    assert client.get(_step(UseCase.objects.get(), step)).status_code == 200


def test_review_of_an_empty_draft_lists_what_is_missing(client: Client, owner: User) -> None:
    client.post(reverse("portfolio:register"), {"title": "Sort claims"}, headers=HTMX)
    address = reverse("portfolio:register_review", args=[UseCase.objects.get().reference])

    page, refused = client.get(address), client.post(address)

    assert "Name the department." in page.content.decode()
    assert refused.status_code == 409
    assert UseCase.objects.get().status == "draft"


def test_draft_put_away_and_taken_out_again(client: Client, owner: User) -> None:
    client.post(reverse("portfolio:register"), {"title": "Sort claims"}, headers=HTMX)
    case = UseCase.objects.get()

    client.post(reverse("portfolio:archive", args=[case.reference]))
    archived = UseCase.objects.get().archived_at
    client.post(reverse("portfolio:unarchive", args=[case.reference]))

    assert archived is not None
    assert UseCase.objects.get().archived_at is None


@pytest.mark.parametrize(
    ("role", "status"), [("product_owner", 200), ("admin", 200), ("auditor", 403), ("compliance", 403)]
)
def test_register_page_by_role(client: Client, role: str, status: int) -> None:
    client.force_login(RoleGrantFactory(role=role).user)

    assert client.get(reverse("portfolio:register")).status_code == status


def test_draft_of_somebody_else_is_not_found(client: Client, owner: User) -> None:
    draft = UseCaseFactory(status="draft", stage=None, created_by=UserFactory())

    assert client.get(_step(draft, 1)).status_code == 404


def test_step_of_a_case_that_was_handed_in_is_not_found(client: Client, owner: User) -> None:
    case = TeamMemberFactory(user=owner).case

    assert client.get(_step(case, 1)).status_code == 404


@pytest.mark.parametrize("step", [0, 5, 99])
def test_step_that_does_not_exist_is_not_found(client: Client, owner: User, step: int) -> None:
    client.post(reverse("portfolio:register"), {"title": "Sort claims"}, headers=HTMX)

    assert client.get(_step(UseCase.objects.get(), step)).status_code == 404
