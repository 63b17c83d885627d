"""Scorecard, ratings and matrix over REST: what is taken, what is refused where, and what waits for one's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from pocgate.identity.models import User
from portfolio.models import UseCase
from scoring.commands.positions import place_cases
from scoring.models import Assessment
from tests.api.conftest import API, Caller
from tests.api.contract import assert_as_described
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import StageSpellFactory, UseCaseFactory
from tests.factories.scoring import ScorecardPositionFactory
from tests.scoring.rules.examples import default_playbook

pytestmark = pytest.mark.django_db

KEYS = [criterion.key for criterion in default_playbook().scorecard.criteria]
DISCIPLINES = ("business", "technical", "compliance")


@pytest.fixture
def case() -> UseCase:
    made: UseCase = UseCaseFactory(number=42, stage=0)
    return made


def rater(name: str) -> User:
    found: User = RoleGrantFactory(role="committee", user__full_name=name).user
    return found


def ratings(rating: int = 4, **more: object) -> dict[str, Any]:
    return {"discipline": "business", "ratings": [{"criterion": key, "rating": rating, **more} for key in KEYS]}


def post(client: Client, body: dict[str, Any]) -> Any:
    return client.post(f"{API}/use-cases/UC-0042/ratings", body, content_type="application/json")


def rated_by_three(caller: Caller, case: UseCase) -> list[User]:
    people = [rater(f"Rater {discipline}") for discipline in DISCIPLINES]
    for person, discipline in zip(people, DISCIPLINES, strict=True):
        assert post(caller(person), {**ratings(), "discipline": discipline}).status_code == 200
    place_cases([case.pk], now=datetime.now(UTC))
    return people


def test_ratings_are_kept_with_range_and_reason(caller: Caller, case: UseCase) -> None:
    answer = post(caller(rater("Ada")), ratings(low=2, high=5, rationale="Seen before."))

    assert answer.status_code == 200, answer.content
    assert Assessment.objects.filter(case=case, rating=4, low=2, high=5, rationale="Seen before.").count() == 9
    found = answer.json()
    assert (found["is_hidden"], found["assessors"], found["quadrant"]) == (False, 1, None)
    own = found["axes"][0]["criteria"][0]["ratings"]
    assert [(each["assessor"], each["rating"], each["low"], each["is_own"]) for each in own] == [("Ada", 4, 2, True)]


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"rating": 6}, "/ratings/1", "rating_out_of_range"),
        ({"rating": 3, "low": 4, "high": 5}, "/ratings/1", "range_misses_rating"),
        ({"rating": 3, "low": 2}, "/ratings/1", "range_incomplete"),
        ({"rating": 3, "low": 0, "high": 9}, "/ratings/1", "range_out_of_scale"),
        ({"criterion": "charm"}, "/ratings/1", "unknown_criterion"),
        ({"rating": "NaN"}, "/ratings/1/rating", "invalid"),
        ({"rating": 3.5}, "/ratings/1/rating", "invalid"),
        ({"mood": "good"}, "/ratings/1/mood", "unknown_member"),
    ],
)
def test_bad_ratings_are_refused_at_their_place(
    change: dict[str, Any], pointer: str, code: str, caller: Caller, case: UseCase
) -> None:
    body = {"discipline": "business", "ratings": [{"criterion": "team", "rating": 3}, {"criterion": "integration"}]}
    body["ratings"][1] |= {"rating": 3, **change}  # type: ignore[index]

    answer = post(caller(rater("Ada")), body)

    assert answer.status_code == 422
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [(pointer, code)]
    assert not Assessment.objects.exists()


def test_scorecard_hides_others_until_ones_own_is_given(caller: Caller, case: UseCase) -> None:
    rated_by_three(caller, case)
    late = rater("Late")
    client = caller(late)

    before = client.get(f"{API}/use-cases/UC-0042/scorecard")
    post(client, {"discipline": "business", "ratings": [{"criterion": "team", "rating": 1}]})
    partly = client.get(f"{API}/use-cases/UC-0042/scorecard").json()

    assert "Rater" not in before.content.decode()
    assert (before.json()["is_hidden"], before.json()["quadrant"], before.json()["assessors"]) == (True, None, 3)
    assert {each["mean"] for axis in before.json()["axes"] for each in axis["criteria"]} == {None}
    opened = {each["key"]: each for axis in partly["axes"] for each in axis["criteria"] if not each["is_hidden"]}
    assert list(opened) == ["team"]
    assert (opened["team"]["mean"], opened["team"]["spread"], opened["team"]["disagreement"]) == (3.25, 3, True)
    assert (partly["is_hidden"], partly["quadrant"], partly["priority"]) == (True, None, None)


def test_matrix_lists_what_the_caller_may_see(caller: Caller, case: UseCase) -> None:
    people = rated_by_three(caller, case)
    late = caller(rater("Late"))

    seen = caller(people[0]).get(f"{API}/matrix").json()
    hidden = late.get(f"{API}/matrix").json()

    row = seen["results"][0]
    assert (row["reference"], row["quadrant"], row["priority"], row["commit_chance"]) == (
        "UC-0042",
        "commit",
        75.0,
        1.0,
    )
    assert (row["value"], row["rank"]) == ({"score": 75.0, "low": 75.0, "high": 75.0}, {"low": 1, "high": 1})
    assert (row["assessors"], row["disagreements"], row["weight_shifts"]) == (3, [], [])
    assert (seen["shown"], seen["waiting"], seen["unrated"], seen["ranked"]) == (1, 0, 0, 1)
    assert (hidden["results"], hidden["shown"], hidden["waiting"], hidden["ranked"]) == ([], 0, 1, 0)


def test_program_sees_a_case_once_a_decision_moved_it_on(caller: Caller, case: UseCase) -> None:
    rated_by_three(caller, case)
    robot = UserFactory(kind="service")
    RoleGrantFactory(user=robot, role="auditor")
    client = caller(robot)

    before = client.get(f"{API}/matrix").json()["results"], client.get(f"{API}/use-cases/UC-0042/scorecard").json()
    StageSpellFactory(case=case, stage=0, left_at=datetime.now(UTC) + timedelta(minutes=1), exit_reason="promoted")
    after = client.get(f"{API}/matrix").json()["results"], client.get(f"{API}/use-cases/UC-0042/scorecard").json()

    assert (before[0], before[1]["is_hidden"], before[1]["may_rate"]) == ([], True, False)
    assert (after[0][0]["reference"], after[1]["is_hidden"], after[1]["quadrant"]) == ("UC-0042", False, "commit")


def test_matrix_goes_on_by_cursor_and_keeps_its_filters(caller: Caller) -> None:
    for number, priority in ((1, 60), (2, 80), (3, 60), (4, 70)):
        case = UseCaseFactory(number=number, stage=0 if number != 4 else 1)
        ScorecardPositionFactory(case=case, priority=priority)
    client, seen, cursor = caller(), [], ""

    for _ in range(3):
        page = client.get(f"{API}/matrix?stage=0&limit=1{cursor}").json()
        seen += [(row["reference"], row["rank"]["low"]) for row in page["results"]]
        cursor = f"&cursor={page['next_cursor']}"

    # The rank is that among all four, whatever the filter.
    assert seen == [("UC-0002", 1), ("UC-0001", 3), ("UC-0003", 3)]
    assert (page["next_cursor"], page["shown"], page["ranked"]) == (None, 3, 4)


@pytest.mark.parametrize("query", ["cursor=abc", "limit=0", "ordering=title", "stage=9", "department=%00"])
def test_matrix_refuses_what_it_does_not_know(query: str, caller: Caller) -> None:
    answer = caller().get(f"{API}/matrix?{query}")

    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")


def test_assessors_tell_agreement_and_leniency(caller: Caller, case: UseCase) -> None:
    people = rated_by_three(caller, case)

    seen = assert_as_described(caller().get(f"{API}/matrix/assessors"), "matrix/assessors")
    own = caller(people[0]).get(f"{API}/matrix/assessors").json()

    # Everybody said 4 everywhere: without any variation agreement can not be told from chance.
    assert (seen["agreement"]["alpha"], seen["agreement"]["reading"]) == (None, "cannot_tell")
    assert (seen["agreement"]["units"], seen["agreement"]["ratings"]) == (9, 27)
    assert {(each["name"], each["points"], each["reading"]) for each in seen["assessors"]} == {
        (f"Rater {discipline}", 0.0, "too_few") for discipline in DISCIPLINES
    }
    assert sorted(each["name"] or "" for each in own["assessors"]) == ["", "", "Rater business"]


def test_answers_are_as_described(caller: Caller, case: UseCase) -> None:
    people = rated_by_three(caller, case)

    assert_as_described(caller(people[0]).get(f"{API}/matrix"), "matrix")
    assert_as_described(caller(people[0]).get(f"{API}/use-cases/UC-0042/scorecard"), "use-cases/{ref}/scorecard")
    assert_as_described(post(caller(people[0]), ratings(low=1, high=5)), "use-cases/{ref}/ratings", "post")
