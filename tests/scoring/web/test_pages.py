"""Readiness, scorecard and playbook as people use them: with and without JavaScript."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pocgate.identity.models import User
from portfolio.models import UseCase
from scoring.commands.assessments import GivenRating, rate
from scoring.commands.playbooks import ensure_default_playbook
from scoring.commands.readiness import recompute_cases
from scoring.models import Assessment, CriterionAnswer
from scoring.queries.playbooks import current_playbook, default_playbook_text
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import EvidenceFactory, EvidenceRevisionFactory, TeamMemberFactory, UseCaseFactory
from tests.factories.scoring import AnswerEvidenceFactory, CriterionAnswerFactory, full_case

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def case() -> UseCase:
    made = full_case(timezone.now(), stage=2)
    recompute_cases([made.pk], now=timezone.now())
    return made


@pytest.fixture
def owner(case: UseCase) -> User:
    person: User = case.team.get(role="product_owner").user
    return person


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _at(case: UseCase, rest: str = "readiness/") -> str:
    return f"/cases/{case.reference}/{rest}"


def test_readiness_page_shows_score_parts_and_what_it_takes(case: UseCase, owner: User) -> None:
    page = _client(owner).get(_at(case))

    text = page.content.decode()
    assert page.status_code == 200
    assert 'id="row-quality_sla"' in text
    assert "What it would take" in text
    assert "nobody can tick it" in text
    assert "style=" not in text


@pytest.mark.parametrize("made", [{"status": "draft", "stage": None}, {"stage": 0}, {"status": "stopped"}])
def test_readiness_page_without_a_score_says_why(made: dict[str, Any]) -> None:
    page = _client(RoleGrantFactory(role="auditor").user).get(_at(UseCaseFactory(**made)))

    assert page.status_code == 200
    assert b'class="empty"' in page.content


@pytest.mark.parametrize(
    "path", ["readiness/", "readiness/live/", "readiness/explained/", "readiness/lineage/answer/", "scorecard/"]
)
def test_page_of_an_invisible_or_unknown_case_is_not_found(path: str, case: UseCase) -> None:
    stranger = _client(UserFactory())

    assert stranger.get(_at(case, path)).status_code == 404
    assert stranger.get(f"/cases/UC-99999/{path}").status_code == 404
    assert stranger.get(f"/cases/nonsense/{path}").status_code == 404


def test_live_part_answers_304_until_something_changes(case: UseCase, owner: User) -> None:
    client = _client(owner)
    page = client.get(_at(case))
    address = _at(case, f"readiness/live/?parts={page.context['parts_digest']}")
    first = client.get(address)

    same = client.get(address, headers={"If-None-Match": first["ETag"]})
    CriterionAnswerFactory(case=case, criterion="security_review", answer="accepted", answered_at=timezone.now())
    recompute_cases([case.pk], now=timezone.now())
    changed = client.get(address, headers={"If-None-Match": first["ETag"]})

    assert [first.status_code, same.status_code, changed.status_code] == [200, 304, 200]
    assert b'id="verdict-security_review" hx-swap-oob="true"' in changed.content


def test_live_part_reloads_the_page_when_other_criteria_count(case: UseCase, owner: User) -> None:
    client = _client(owner)
    digest = client.get(_at(case)).context["parts_digest"]
    UseCase.objects.filter(pk=case.pk).update(stage=3)
    recompute_cases([case.pk], now=timezone.now())

    assert client.get(_at(case, f"readiness/live/?parts={digest}"))["HX-Refresh"] == "true"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_answer_form_keeps_answer_note_and_evidence(headers: dict[str, str], case: UseCase, owner: User) -> None:
    client = _client(owner)
    revision = EvidenceRevisionFactory(evidence=EvidenceFactory(case=case))
    address = _at(case, "readiness/lineage/answer/")

    form = client.get(address, headers=headers)
    kept = client.post(address, {"answer": "met", "note": "See", "revision_ids": [revision.pk]}, headers=headers)

    given = CriterionAnswer.objects.get()
    assert form.status_code == 200
    assert b'name="answer"' in form.content
    assert kept.status_code == (200 if headers else 302)
    assert (given.answer, given.note, given.author) == ("met", "See", owner)
    assert list(given.evidence.values_list("revision", flat=True)) == [revision.pk]


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    "posted", [{}, {"answer": "splendid"}, {"answer": "not_applicable", "note": ""}, {"answer": "met", "note": "\x00"}]
)
def test_answer_form_with_bad_values_comes_back(
    posted: dict[str, str], headers: dict[str, str], case: UseCase, owner: User
) -> None:
    page = _client(owner).post(_at(case, "readiness/lineage/answer/"), posted, headers=headers)

    assert page.status_code == 422
    assert b'name="answer"' in page.content
    assert not CriterionAnswer.objects.exists()


@pytest.mark.parametrize("criterion", ["business_owner", "tier_confirmed", "no-such"])
def test_answer_form_of_what_nobody_may_answer_does_not_exist(criterion: str, case: UseCase, owner: User) -> None:
    client = _client(owner)

    assert client.get(_at(case, f"readiness/{criterion}/answer/")).status_code == 404
    assert client.post(_at(case, f"readiness/{criterion}/answer/"), {"answer": "met"}).status_code in {404, 409, 422}
    assert not CriterionAnswer.objects.exists()


def test_verify_and_add_evidence_by_form(case: UseCase, owner: User) -> None:
    answer = CriterionAnswerFactory(case=case, criterion="quality_sla", author=owner)
    revision = EvidenceRevisionFactory(evidence=EvidenceFactory(case=case))
    data_owner = TeamMemberFactory(case=case, role="data_owner").user

    linked = _client(owner).post(_at(case, "readiness/quality_sla/evidence/"), {"revision_ids": [revision.pk]})
    verified = _client(data_owner).post(
        _at(case, "readiness/quality_sla/verify/"), {"answer_id": answer.pk}, headers=HTMX
    )

    answer.refresh_from_db()
    assert [linked.status_code, verified.status_code] == [302, 200]
    assert answer.verified_by == data_owner
    assert answer.evidence.count() == 1


@pytest.mark.parametrize("posted", [{}, {"revision_ids": "x"}, {"revision_ids": "9" * 40}])
def test_add_evidence_with_nonsense_is_refused(posted: dict[str, str], case: UseCase, owner: User) -> None:
    CriterionAnswerFactory(case=case, criterion="quality_sla", author=owner)

    assert _client(owner).post(_at(case, "readiness/quality_sla/evidence/"), posted).status_code == 422


def test_acts_by_people_without_the_right_are_forbidden(case: UseCase) -> None:
    CriterionAnswerFactory(case=case, criterion="quality_sla")
    auditor = _client(RoleGrantFactory(role="auditor").user)

    codes = [
        auditor.post(_at(case, "readiness/lineage/answer/"), {"answer": "met"}).status_code,
        auditor.post(_at(case, "readiness/quality_sla/verify/")).status_code,
        auditor.post(_at(case, "readiness/quality_sla/evidence/"), {"revision_ids": 1}).status_code,
    ]

    assert codes == [403, 403, 403]


def _ratings(rating: int) -> dict[str, Any]:
    return {criterion.key: str(rating) for criterion in current_playbook().scorecard.criteria}


def test_scorecard_hides_others_until_rated_and_then_compares(case: UseCase) -> None:
    for discipline in ("business", "technical", "compliance"):
        member = RoleGrantFactory(role="committee", user__full_name=f"Rater {discipline}").user
        given = [GivenRating(criterion.key, 5) for criterion in current_playbook().scorecard.criteria]
        rate(case_id=case.pk, ratings=given, discipline=discipline, actor=member, now=timezone.now())
    viewer = _client(RoleGrantFactory(role="chair").user)

    before = viewer.get(_at(case, "scorecard/")).content.decode()
    kept = viewer.post(_at(case, "scorecard/"), {"discipline": "business", **_ratings(4), "team-low": "3"})
    after = viewer.get(_at(case, "scorecard/")).content.decode()

    assert "Rater technical" not in before
    assert "Rate first" in before
    assert kept.status_code == 302
    assert Assessment.objects.get(criterion="team", rating=4).low == 3
    assert "Rater technical" in after
    assert "Commit" in after


def test_scorecard_while_nobody_can_rate_asks_nobody_to(case: UseCase) -> None:
    UseCase.objects.filter(pk=case.pk).update(records_locked_at=timezone.now())

    text = _client(RoleGrantFactory(role="chair").user).get(_at(case, "scorecard/")).content.decode()

    assert "Rate first" not in text
    assert "Not shown" in text


@pytest.mark.parametrize(
    "posted",
    [{}, {"discipline": "business"}, {"discipline": "business", "team": "9"}, {"discipline": "x", "team": "3"}],
)
def test_scorecard_with_bad_values_comes_back(posted: dict[str, str], case: UseCase) -> None:
    page = _client(RoleGrantFactory(role="committee").user).post(_at(case, "scorecard/"), posted)

    assert page.status_code == 422
    assert not Assessment.objects.exists()


def test_scorecard_of_a_range_that_leaves_the_rating_out_comes_back(case: UseCase) -> None:
    posted = {"discipline": "business", "team": "2", "team-low": "3", "team-high": "4"}

    page = _client(RoleGrantFactory(role="committee").user).post(_at(case, "scorecard/"), posted)

    assert page.status_code == 422
    assert "The range from 3 to 4 does not hold your rating of 2." in page.content.decode()


def test_scorecard_for_a_sponsor_is_read_only(case: UseCase) -> None:
    sponsor = _client(RoleGrantFactory(role="sponsor").user)

    assert b"Keep my ratings" not in sponsor.get(_at(case, "scorecard/")).content
    assert sponsor.post(_at(case, "scorecard/"), {"discipline": "business", "team": "3"}).status_code == 403


def test_playbook_page_and_yaml_are_for_everyone_signed_in() -> None:
    client = _client(UserFactory())

    shipped = client.get("/playbook/")
    ensure_default_playbook(now=timezone.now())
    published = client.get("/playbook/")
    yaml = client.get("/playbook/playbook.yaml")

    assert [shipped.status_code, published.status_code, yaml.status_code] == [200, 200, 200]
    assert b'id="criterion-rollback_tested"' in published.content
    assert yaml.content.decode() == default_playbook_text()
    assert client.get("/playbook/1/playbook.yaml").status_code == 200
    assert client.get("/playbook/2/playbook.yaml").status_code == 404
    assert client.get(f"/playbook/{10**30}/playbook.yaml").status_code == 404
    assert Client().get("/playbook/").status_code == 302


def test_readiness_page_takes_the_same_queries_for_one_answer_and_for_three(
    case: UseCase, owner: User, django_assert_max_num_queries: Any
) -> None:
    client = _client(owner)
    client.get(_at(case))
    counts = []
    for criteria in (["lineage"], ["quality_sla", "ci_cd"]):
        for criterion in criteria:
            answer = CriterionAnswerFactory(case=case, criterion=criterion)
            AnswerEvidenceFactory(answer=answer, revision=EvidenceRevisionFactory(evidence=EvidenceFactory(case=case)))
        with django_assert_max_num_queries(70) as captured:
            client.get(_at(case))
        counts.append(len(captured))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("part", ["low", "high", "rationale"])
def test_scorecard_of_a_range_or_reason_without_a_rating_comes_back(part: str, case: UseCase) -> None:
    posted = {"discipline": "business", "team": "2", f"integration-{part}": "3"}

    page = _client(RoleGrantFactory(role="committee").user).post(_at(case, "scorecard/"), posted)

    assert page.status_code == 422
    assert "Choose a rating too" in page.content.decode()
    assert not Assessment.objects.exists()


def test_scorecard_tells_who_should_talk_and_what_was_said_before(case: UseCase) -> None:
    viewer, other = (RoleGrantFactory(role="committee", user__full_name=name).user for name in ("Ada", "Bea"))
    for rater, rating, low in ((other, 1, None), (other, 2, 1), (other, 2, 1), (viewer, 5, None)):
        given = [GivenRating("team", rating, low, None if low is None else 3, "thin")]
        rate(case_id=case.pk, ratings=given, discipline="technical", actor=rater, now=timezone.now())

    page = " ".join(_client(viewer).get(_at(case, "scorecard/")).content.decode().split())

    assert "<b>Talk:</b> Bea (2) and Ada (5) are 3 apart." in page
    assert "mean 3.5 · spread 3" in page
    assert "rated again, 1 earlier" in page
    assert '<line class="m-range" x1="10" x2="50" y1="8" y2="8"/>' in page
