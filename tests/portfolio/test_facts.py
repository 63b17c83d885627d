"""Dated facts, and the protection that only compliance may take away."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow
from pocgate.ledger.models import Activity
from portfolio.commands import facts
from portfolio.models import CaseFact, UseCase
from portfolio.rules.facts import TIER_ORDER, needs_compliance, proposed_tier
from tests.factories.identity import RoleGrantFactory
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory

pytestmark = pytest.mark.django_db


def _compliance():
    return RoleGrantFactory(role="compliance").user


def test_set_fact_closes_the_old_row_and_copies_the_tier(now: datetime) -> None:
    case, officer, later = UseCaseFactory(), _compliance(), now + timedelta(days=1)
    facts.set_fact(case_id=case.pk, key="tier", value="limited", actor=officer, now=now)

    facts.set_fact(case_id=case.pk, key="tier", value="high", actor=officer, now=later, reason="Hiring")

    rows = list(CaseFact.objects.order_by("pk").values_list("value", "valid_from", "valid_until"))
    act = Activity.objects.order_by("pk").last()
    assert rows == [("limited", now, later), ("high", later, None)]
    assert UseCase.objects.get().tier == "high"
    assert (act.verb, act.before, act.after) == ("fact.set", {"tier": "limited"}, {"tier": "high", "reason": "Hiring"})


def test_set_fact_to_the_same_value_changes_nothing(now: datetime) -> None:
    case, officer = UseCaseFactory(), _compliance()

    for _ in range(2):
        facts.set_fact(case_id=case.pk, key="tier", value="limited", actor=officer, now=now)

    assert (CaseFact.objects.count(), Activity.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("key", "old", "new"),
    [
        ("tier", None, "minimal"),
        ("tier", None, "high"),
        ("tier", "high", "limited"),
        ("personal_data", None, "no"),
        ("personal_data", "yes", "no"),
    ],
)
def test_protection_is_taken_away_by_compliance_alone(key: str, old: str | None, new: str, now: datetime) -> None:
    owner = TeamMemberFactory()
    if old:
        facts.set_fact(case_id=owner.case_id, key=key, value=old, actor=_compliance(), now=now)

    with pytest.raises(Forbidden):
        facts.set_fact(case_id=owner.case_id, key=key, value=new, actor=owner.user, now=now)

    assert list(CaseFact.objects.filter(valid_until=None).values_list("value", flat=True)) == ([old] if old else [])
    assert facts.set_fact(case_id=owner.case_id, key=key, value=new, actor=_compliance(), now=now).value == new


def test_owner_may_raise_the_tier_and_state_personal_data(now: datetime) -> None:
    owner = TeamMemberFactory()
    facts.set_fact(case_id=owner.case_id, key="tier", value="limited", actor=_compliance(), now=now)

    facts.set_facts(case_id=owner.case_id, values={"tier": "high", "personal_data": "yes"}, actor=owner.user, now=now)

    assert UseCase.objects.get().tier == "high"


def test_team_member_may_not_change_facts(now: datetime) -> None:
    engineer = TeamMemberFactory(role="engineering")

    with pytest.raises(Forbidden):
        facts.set_fact(case_id=engineer.case_id, key="delivery", value="built", actor=engineer.user, now=now)


def test_leaving_prohibited_takes_two_persons(now: datetime) -> None:
    case, first, second = UseCaseFactory(), _compliance(), _compliance()
    facts.set_fact(case_id=case.pk, key="tier", value="prohibited", actor=first, now=now)
    change = {"case_id": case.pk, "key": "tier", "value": "high", "now": now}
    with pytest.raises(NotAllowedNow):
        facts.set_fact(**change, actor=first)

    facts.propose_leaving_prohibited(case_id=case.pk, value="high", reason="Other scope", actor=first, now=now)

    with pytest.raises(NotAllowedNow):
        facts.set_fact(**change, actor=first)
    assert facts.set_fact(**change, actor=second).value == "high"


@pytest.mark.parametrize(("key", "value"), [("colour", "red"), ("tier", "huge"), ("affects_people", "unknown")])
def test_set_fact_with_an_unknown_word_is_refused(key: str, value: str, now: datetime) -> None:
    owner = TeamMemberFactory()

    with pytest.raises(Invalid):
        facts.set_fact(case_id=owner.case_id, key=key, value=value, actor=owner.user, now=now)


def test_set_facts_with_one_bad_value_sets_none(now: datetime) -> None:
    owner = TeamMemberFactory()

    with pytest.raises(Forbidden):
        facts.set_facts(
            case_id=owner.case_id, values={"delivery": "built", "tier": "minimal"}, actor=owner.user, now=now
        )

    assert not CaseFact.objects.exists()


@pytest.mark.parametrize("old", [None, "unassessed", *TIER_ORDER])
@pytest.mark.parametrize("new", ["unassessed", *TIER_ORDER])
def test_needs_compliance_for_every_pair_of_tiers(old: str | None, new: str) -> None:
    before = old or "unassessed"
    raised = before in TIER_ORDER and new in TIER_ORDER and TIER_ORDER.index(new) >= TIER_ORDER.index(before)

    assert needs_compliance("tier", old, new) is (before != new and not raised)


@pytest.mark.parametrize(
    ("answers", "tier"),
    [
        ({}, "unassessed"),
        ({"prohibited_practice": "yes"}, "prohibited"),
        (dict.fromkeys(["prohibited_practice", "sensitive_area", "faces_people", "affects_people"], "no"), "minimal"),
        (
            dict.fromkeys(["prohibited_practice", "sensitive_area", "affects_people"], "no") | {"faces_people": "yes"},
            "limited",
        ),
        (
            dict.fromkeys(["prohibited_practice", "faces_people", "affects_people"], "no")
            | {"sensitive_area": "unknown"},
            "high",
        ),
    ],
)
def test_proposed_tier_follows_the_answers(answers: dict[str, str], tier: str) -> None:
    assert proposed_tier(answers) == tier
