"""The risk-tier questionnaire: what it proposes, what it sets at once, and what waits for compliance."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow
from pocgate.ledger.models import Activity
from portfolio.commands.tiering import assess_tier, rule_tier
from portfolio.models import CaseFact, TierAssessment, UseCase
from portfolio.queries.tiering import tier_standing
from portfolio.rules.facts import TIER_ORDER
from portfolio.rules.tiering import QUESTIONNAIRE, answer_problems, proposal_of
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory

MILD = {"prohibited_practice": "no", "sensitive_area": "no", "affects_people": "no", "faces_people": "no"}
DAY = timedelta(days=1)


def answers() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            question.key: st.sampled_from([key for key, _ in question.options])
            for question in QUESTIONNAIRE
            if question.needed
        },
        optional={
            question.key: st.lists(st.sampled_from([key for key, _ in question.options]), unique=True)
            for question in QUESTIONNAIRE
            if question.several
        },
    )


@pytest.mark.parametrize(
    ("more", "tier", "role"),
    [
        ({}, "minimal", "deployer"),
        ({"faces_people": "yes"}, "limited", "deployer"),
        ({"situations": ["generates"], "provider_signs": ["own_name"]}, "limited", "provider"),
        ({"sensitive_area": "unknown"}, "high", "deployer"),
        ({"areas": ["employment"]}, "high", "deployer"),
        ({"affects_people": "yes", "provider_signs": ["develops"]}, "high", "provider"),
        ({"prohibited_practice": "yes"}, "prohibited", "deployer"),
        ({"practices": ["social_scoring"]}, "prohibited", "deployer"),
    ],
)
def test_answers_propose_tier_and_role(more: dict[str, Any], tier: str, role: str) -> None:
    found = proposal_of(MILD | more)

    assert (found.tier, found.role) == (tier, role)


def test_duties_follow_tier_role_and_situation() -> None:
    def duties(**more: Any) -> set[str]:
        return {duty.key for duty in proposal_of(MILD | more).duties}

    assert duties() == {"literacy"}
    assert duties(situations=["interacts", "deepfake"]) == {"literacy", "say_it_is_ai", "disclose_fakes"}
    assert duties(practices=["manipulation"]) == {"not_used"}
    assert "rights_impact" in duties(areas=["education"])
    assert "conformity" not in duties(areas=["education"])
    assert {"conformity", "rights_impact"} <= duties(areas=["education"], provider_signs=["develops"])


@given(known=answers(), key=st.sampled_from(["practices", "areas", "situations"]))
def test_naming_more_never_lowers_the_tier(known: dict[str, Any], key: str) -> None:
    question = next(question for question in QUESTIONNAIRE if question.key == key)

    more = proposal_of(known | {key: [option for option, _text in question.options]})

    assert TIER_ORDER.index(more.tier) >= TIER_ORDER.index(proposal_of(known).tier)


@given(known=answers())
def test_answers_from_the_questionnaire_are_never_refused(known: dict[str, Any]) -> None:
    assert answer_problems(known) == []


def a_case(tier: str = "unassessed") -> tuple[UseCase, Any]:
    case: UseCase = UseCaseFactory(stage=0, tier=tier)
    if tier != "unassessed":
        CaseFact.objects.create(case=case, key="tier", value=tier, valid_from=case.created_at)
    return case, TeamMemberFactory(case=case, role="product_owner").user


@pytest.mark.django_db
def test_owner_answers_and_what_is_proposed_waits_for_compliance(now: datetime) -> None:
    case, owner = a_case()

    assessment = assess_tier(case_id=case.pk, answers=MILD | {"faces_people": "yes"}, actor=owner, now=now)

    standing = tier_standing(case)
    assert (standing.tier, standing.proposed, assessment.proposed_role) == ("unassessed", "limited", "deployer")
    assert CaseFact.objects.get(case=case, key="faces_people").value == "yes"
    assert Activity.objects.filter(verb="tier.assessed").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("in_force", "after"), [("minimal", "high"), ("limited", "high"), ("prohibited", "prohibited")]
)
def test_answers_raise_the_tier_at_once_and_never_lower_it(now: datetime, in_force: str, after: str) -> None:
    case, owner = a_case(in_force)

    assess_tier(case_id=case.pk, answers=MILD | {"areas": ["employment"]}, actor=owner, now=now)

    case.refresh_from_db()
    assert case.tier == after


@pytest.mark.django_db
def test_same_answers_again_change_nothing(now: datetime) -> None:
    case, owner = a_case()
    first = assess_tier(case_id=case.pk, answers=MILD | {"areas": []}, actor=owner, now=now)

    second = assess_tier(case_id=case.pk, answers=MILD, actor=owner, now=now + DAY)

    assert first == second
    assert TierAssessment.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given_answers", "code"),
    [
        ({}, "unanswered"),
        (MILD | {"areas": ["moon"]}, "unknown_answer"),
        (MILD | {"areas": "employment"}, "unknown_answer"),
        (MILD | {"colour": "red"}, "unknown_question"),
        (MILD | {"faces_people": ["yes"]}, "unknown_answer"),
    ],
)
def test_answers_that_can_not_be_are_refused(now: datetime, given_answers: dict[str, Any], code: str) -> None:
    case, owner = a_case()

    with pytest.raises(Invalid) as refused:
        assess_tier(case_id=case.pk, answers=given_answers, actor=owner, now=now)

    assert {problem.code for problem in refused.value.problems} == {code}
    assert TierAssessment.objects.count() == 0


@pytest.mark.django_db
def test_strangers_do_not_answer_and_owners_do_not_rule(now: datetime) -> None:
    case, owner = a_case("high")

    with pytest.raises(Forbidden):
        assess_tier(case_id=case.pk, answers=MILD, actor=UserFactory(), now=now)
    with pytest.raises(Forbidden):
        rule_tier(case_id=case.pk, tier="minimal", reason="Cheaper.", actor=owner, now=now)
    assert tier_standing(case).tier == "high"


@pytest.mark.django_db
def test_compliance_lowers_the_tier_with_a_reason(now: datetime) -> None:
    case, _owner = a_case("high")
    officer = RoleGrantFactory(role="compliance").user

    with pytest.raises(Invalid):
        rule_tier(case_id=case.pk, tier="limited", reason=" ", actor=officer, now=now)
    done = rule_tier(case_id=case.pk, tier="limited", reason="No decision about people.", actor=officer, now=now)

    assert (done, tier_standing(case).tier) == (True, "limited")


@pytest.mark.django_db
def test_leaving_prohibited_takes_two_persons_of_compliance(now: datetime) -> None:
    case, _owner = a_case("prohibited")
    first, second = (RoleGrantFactory(role="compliance").user for _ in range(2))

    found = [
        rule_tier(case_id=case.pk, tier="high", reason="Other scope.", actor=actor, now=now + day * DAY)
        for day, actor in enumerate([first, first, second])
    ]

    assert found == [False, False, True]
    assert tier_standing(case).tier == "high"


@pytest.mark.django_db
def test_questionnaire_is_asked_anew_after_a_pivot(now: datetime) -> None:
    case, owner = a_case()
    assess_tier(case_id=case.pk, answers=MILD, actor=owner, now=now)
    UseCase.objects.filter(pk=case.pk).update(iteration=2)
    case.refresh_from_db()
    case.spells.create(stage=0, iteration=2, entered_at=now + DAY)

    before = tier_standing(case).is_unasked_since_pivot
    assess_tier(case_id=case.pk, answers=MILD, actor=owner, now=now + 2 * DAY)

    assert (before, tier_standing(case).is_unasked_since_pivot) == (True, False)
    assert TierAssessment.objects.count() == 2


@pytest.mark.django_db
def test_answers_are_not_taken_while_the_records_are_locked(now: datetime) -> None:
    case, owner = a_case()
    UseCase.objects.filter(pk=case.pk).update(records_locked_at=now)

    with pytest.raises(NotAllowedNow):
        assess_tier(case_id=case.pk, answers=MILD, actor=owner, now=now)
