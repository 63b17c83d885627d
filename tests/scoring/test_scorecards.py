"""Rating value and feasibility: who may, what is refused, and that others' ratings wait for one's own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from pocgate.identity.models import User
from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow
from pocgate.ledger.models import Activity
from portfolio.models import UseCase
from scoring.commands.assessments import GivenRating, rate
from scoring.models import Assessment
from scoring.queries.playbooks import current_playbook
from scoring.queries.scorecards import scorecard_at, scorecard_of
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory
from tests.factories.scoring import AssessmentFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def case() -> UseCase:
    made: UseCase = UseCaseFactory()
    return made


def _all(rating: int) -> list[GivenRating]:
    return [GivenRating(criterion.key, rating) for criterion in current_playbook().scorecard.criteria]


def _rate(case: UseCase, actor: User, now: datetime, ratings: list[GivenRating], discipline: str = "business") -> None:
    rate(case_id=case.pk, ratings=ratings, discipline=discipline, actor=actor, now=now)


def test_rate_again_keeps_the_earlier_rating_as_history(case: UseCase, now: datetime) -> None:
    member = RoleGrantFactory(role="committee").user
    _rate(case, member, now, [GivenRating("team", 2, 1, 3, "thin")])

    _rate(case, member, now + DAY, [GivenRating("team", 4)])

    rows = Assessment.objects.order_by("pk").values_list("rating", "low", "high", "superseded_at")
    assert list(rows) == [(2, 1, 3, now + DAY), (4, None, None, None)]
    assert "rating" not in str(Activity.objects.order_by("sequence")[0].after)


@pytest.mark.parametrize("role", ["committee", "chair", "compliance"])
def test_rate_by_the_roles_of_the_gate_is_taken(role: str, case: UseCase, now: datetime) -> None:
    _rate(case, RoleGrantFactory(role=role).user, now, _all(3))

    assert Assessment.objects.count() == 9


@pytest.mark.parametrize("role", ["admin", "sponsor", "auditor", "product_owner"])
def test_rate_by_other_roles_is_refused(role: str, case: UseCase, now: datetime) -> None:
    with pytest.raises(Forbidden):
        _rate(case, RoleGrantFactory(role=role).user, now, _all(3))

    assert not Assessment.objects.exists()


def test_rate_by_a_service_account_is_refused(case: UseCase, now: datetime) -> None:
    robot = UserFactory(kind="service")
    RoleGrantFactory(user=robot, role="committee")

    with pytest.raises(Forbidden):
        _rate(case, robot, now, _all(3))


@pytest.mark.parametrize("status", ["draft", "stopped", "retired"])
def test_rate_a_case_that_is_not_open_is_refused(status: str, now: datetime) -> None:
    case = UseCaseFactory(status=status, stage=None)

    with pytest.raises(NotAllowedNow):
        _rate(case, RoleGrantFactory(role="committee").user, now, _all(3))

    assert not Assessment.objects.exists()


@pytest.mark.parametrize(
    ("ratings", "discipline", "code"),
    [
        ([], "business", "rating_missing"),
        ([GivenRating("charm", 3)], "business", "unknown_criterion"),
        ([GivenRating("team", 3), GivenRating("team", 4)], "business", "rated_twice"),
        ([GivenRating("team", 0)], "business", "rating_out_of_range"),
        ([GivenRating("team", 6)], "business", "rating_out_of_range"),
        ([GivenRating("team", 3, 4, 5)], "business", "range_misses_rating"),
        ([GivenRating("team", 3, 1, 2)], "business", "range_misses_rating"),
        ([GivenRating("team", 3, 2, None)], "business", "range_incomplete"),
        ([GivenRating("team", 3, None, 4)], "business", "range_incomplete"),
        ([GivenRating("team", 3, 0, 4)], "business", "range_out_of_scale"),
        ([GivenRating("team", 3, 3, 6)], "business", "range_out_of_scale"),
        ([GivenRating("team", 3, rationale="\x00")], "business", "text_unreadable"),
        ([GivenRating("team", 3)], "astrology", "unknown_discipline"),
    ],
)
def test_rate_with_bad_values_is_refused(
    ratings: list[GivenRating], discipline: str, code: str, case: UseCase, now: datetime
) -> None:
    with pytest.raises(Invalid) as refused:
        _rate(case, RoleGrantFactory(role="committee").user, now, ratings, discipline)

    assert [problem.code for problem in refused.value.problems] == [code]
    assert not Assessment.objects.exists()


def test_scorecard_of_three_assessors_commits_and_leaves_the_owner_out(case: UseCase, now: datetime) -> None:
    _rate(case, TeamMemberFactory(case=case).user, now, _all(1))
    for discipline in ("business", "technical", "compliance"):
        _rate(case, RoleGrantFactory(role="committee").user, now, _all(5), discipline)

    found = scorecard_at(case.pk, now=now)

    assert (found.quadrant, found.value.score, found.feasibility.score) == ("commit", 100, 100)


def test_scorecard_with_old_ratings_left_out_is_incomplete(case: UseCase, now: datetime) -> None:
    for discipline in ("business", "technical", "compliance"):
        _rate(case, RoleGrantFactory(role="committee").user, now - 91 * DAY, _all(5), discipline)

    assert scorecard_at(case.pk, now=now).quadrant == "commit"
    assert scorecard_at(case.pk, now=now, within_days=90).quadrant is None


def test_others_ratings_show_criterion_by_criterion_after_ones_own(case: UseCase, now: datetime) -> None:
    viewer = RoleGrantFactory(role="committee").user
    _rate(case, RoleGrantFactory(role="committee").user, now, _all(5))
    _rate(case, viewer, now, [GivenRating("team", 4)])

    seen = scorecard_of(case, viewer, may_rate=True, now=now)

    shown = {rated.criterion.key: len(rated.shown) for axis in seen.axes for rated in axis.criteria}
    assert {key for key, count in shown.items() if count} == {"team"}
    assert seen.is_hidden
    _rate(case, viewer, now, _all(4))
    assert not scorecard_of(case, viewer, may_rate=True, now=now).is_hidden


def test_scorecard_for_somebody_who_may_not_rate_is_open(case: UseCase, now: datetime) -> None:
    AssessmentFactory(case=case)

    seen = scorecard_of(case, UserFactory(), may_rate=False, now=now)

    assert not seen.is_hidden


@pytest.mark.parametrize("count", [1, 3])
def test_scorecard_takes_the_same_queries_for_any_number_of_assessors(
    count: int, case: UseCase, now: datetime, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        _rate(case, RoleGrantFactory(role="committee").user, now, _all(4))

    with django_assert_num_queries(5):
        scorecard_of(case, UserFactory.build(pk=4711), may_rate=True, now=now)
