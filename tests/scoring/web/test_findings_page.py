"""The findings tab: why, since when, how to mend, and the owner's answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from pocgate.identity.models import User
from portfolio.models import UseCase
from scoring.commands.findings import refresh_findings
from scoring.models import Finding, FindingAnswer
from tests.factories.findings import FindingAnswerFactory
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> UseCase:
    """A pilot that nobody prepared: several detectors fire."""
    made: UseCase = UseCaseFactory(stage=2, with_spell=True)
    TeamMemberFactory(case=made)
    refresh_findings([made.pk], now=timezone.now())
    return made


@pytest.fixture
def owner(case: UseCase) -> User:
    person: User = case.team.get(role="product_owner").user
    return person


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _at(case: UseCase, rest: str = "") -> str:
    return f"/cases/{case.reference}/findings/{rest}"


def test_findings_tab_says_why_with_numbers_and_how_to_mend(case: UseCase, owner: User) -> None:
    page = _client(owner).get(_at(case))

    text = page.content.decode()
    assert page.status_code == 200
    assert "In stage 2, and nobody from operations is on the team." in text
    assert "Agree the path to production with operations" in text
    assert "Answer this finding" in text
    assert "In the swamp" in text
    assert f'href="/cases/{case.reference}/readiness/#part-ai_justified"' in text


def test_owner_answers_and_compliance_and_chair_read_it(case: UseCase, owner: User) -> None:
    day = timezone.localdate() + timedelta(days=9)
    response = _client(owner).post(
        _at(case, "weak_metrics/answer/"), {"reply": "mend", "mend_by": day.isoformat(), "reason": "Baseline comes"}
    )

    assert response.status_code == 302
    assert response["Location"] == f"{_at(case)}#finding-weak_metrics"
    for role in ("compliance", "chair"):
        reader = UserFactory()
        RoleGrantFactory(user=reader, role=role)
        text = _client(reader).get(_at(case)).content.decode()
        assert "Baseline comes" in text
        assert "Answer this finding" not in text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"reply": "dispute"}, "Say why you dispute it."),
        ({"reply": "mend"}, "Say by when it will be mended."),
        ({"reply": "mend", "mend_by": "soon"}, "Enter a valid date."),
        ({}, "This field is required."),
    ],
)
def test_refused_answer_comes_back_with_its_form_and_the_reason(
    case: UseCase, owner: User, data: dict[str, str], message: str
) -> None:
    response = _client(owner).post(_at(case, "weak_metrics/answer/"), data)

    assert response.status_code == 422
    assert message in response.content.decode()
    assert FindingAnswer.objects.count() == 0


def test_answer_of_somebody_else_is_refused(case: UseCase) -> None:
    other = UserFactory()
    TeamMemberFactory(case=case, user=other, role="engineering")

    assert _client(other).post(_at(case, "weak_metrics/answer/"), {"reply": "agree"}).status_code == 403


@pytest.mark.parametrize("address", ["luck/answer/", "../../UC-9999/findings/weak_metrics/answer/"])
def test_answer_to_what_is_not_there_is_not_found(case: UseCase, owner: User, address: str) -> None:
    assert _client(owner).post(_at(case, address), {"reply": "agree"}).status_code == 404


def test_case_is_hidden_from_strangers(case: UseCase) -> None:
    assert _client(UserFactory()).get(_at(case)).status_code == 404


def test_broken_promise_is_marked(case: UseCase, owner: User) -> None:
    earlier = timezone.now() - timedelta(days=9)
    Finding.objects.filter(case=case, detector="weak_metrics").update(first_seen_at=earlier - timedelta(days=1))
    FindingAnswerFactory(
        case=case, detector="weak_metrics", reply="mend", mend_by=earlier.date(), author=owner, answered_at=earlier
    )

    assert "promise broken" in _client(owner).get(_at(case)).content.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"status": "stopped"}, "Nothing is judged here"), ({"status": "active"}, "Nothing looked at yet")],
)
def test_case_without_findings_says_why(fields: dict[str, str], words: str) -> None:
    case = UseCaseFactory(**fields)
    TeamMemberFactory(case=case)

    assert words in _client(case.team.get().user).get(_at(case)).content.decode()


def test_imported_case_without_an_owner_is_not_called_bad() -> None:
    case = UseCaseFactory(origin="imported", stage=2)
    member = TeamMemberFactory(case=case, role="engineering")
    refresh_findings([case.pk], now=timezone.now())

    text = _client(member.user).get(_at(case)).content.decode()

    assert "Nothing can be told yet" in text
    assert "No anti-pattern found" not in text
    assert "no owner has taken the case on yet" in text


@pytest.mark.parametrize(
    ("origin", "words"), [("imported", "1 case is not judged at all"), ("entered", "Nothing lingers")]
)
def test_portfolio_of_cases_that_are_not_judged_is_not_called_free_of_swamp(origin: str, words: str) -> None:
    case = UseCaseFactory(origin=origin, stage=2)
    TeamMemberFactory(case=case, role="product_owner" if origin == "entered" else "engineering")
    refresh_findings([case.pk], now=timezone.now())

    text = _client(RoleGrantFactory(role="auditor").user).get("/portfolio/findings/").content.decode()

    assert words in text
    assert ("Nothing lingers" in text) is (origin == "entered")
