"""Waivers: who asks, who signs, what is never waived, and when one stops counting."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from gates.queries.evaluation import evaluate
from pocgate.identity.models import User
from pocgate.identity.rules import SignIn
from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow, RecentSignInRequired
from pocgate.ledger.models import Activity
from portfolio.commands.recompute import request_recompute
from portfolio.enums import Section
from portfolio.models import CaseFact, KpiThreshold, UseCase
from scoring.commands.readiness import recompute_cases, recompute_due
from scoring.commands.waivers import Wish, expire_waivers, refuse_waiver, request_waiver, revoke_waiver, sign_waiver
from scoring.models import CriterionAnswer, CriterionResult, Waiver
from scoring.queries.playbooks import current_playbook
from tests.factories.identity import RoleGrantFactory
from tests.factories.stage_set import TOKEN, StageSet, a_stage_set

pytestmark = pytest.mark.django_db
ATTESTED, SIGNED, COMPUTED = "sources_mapped", "privacy_screening", "thresholds_preregistered"


def codes(refused: Any) -> list[str]:
    return [blocker.code for blocker in refused.value.blockers]


def a_wish(now: datetime, criterion: str = ATTESTED, days: int = 90) -> Wish:
    return Wish(criterion, "The register is rebuilt until spring.", (now + timedelta(days=days)).date(), "By hand.")


def ask(stage: StageSet, now: datetime, criterion: str = ATTESTED, days: int = 90) -> Waiver:
    return request_waiver(case_id=stage.case.pk, wish=a_wish(now, criterion, days), actor=stage.owner, now=now)


def sign(waiver: Waiver, actor: User, now: datetime) -> Waiver:
    return sign_waiver(waiver_id=waiver.pk, actor=actor, sign_in=TOKEN, now=now)


def lose(criterion: str, now: datetime) -> None:
    CriterionAnswer.objects.filter(criterion=criterion).update(superseded_at=now)


def verdicts(stage: StageSet, now: datetime) -> tuple[str, dict[str, str]]:
    found = evaluate(UseCase.objects.get(pk=stage.case.pk), gate=0, playbook=current_playbook(), now=now)
    return found.recommended.outcome, {result.key: result.verdict for result in found.readiness.results}


def test_waived_must_allows_a_conditional_go_at_best_until_its_last_day_is_over(now: datetime) -> None:
    stage = a_stage_set(now)
    lose(ATTESTED, now)
    waiver = ask(stage, now)

    before = verdicts(stage, now)
    sign(waiver, stage.officer, now)
    during = verdicts(stage, now)
    after = verdicts(stage, now + timedelta(days=91))

    assert (before[0], before[1][ATTESTED]) == ("not_ready", "not_enough_evidence")
    assert (during[0], during[1][ATTESTED]) == ("conditional_go", "waived")
    assert after[1][ATTESTED] == "not_enough_evidence"


def test_waiver_counts_for_computed_criteria_too(now: datetime) -> None:
    stage = a_stage_set(now)
    KpiThreshold.objects.update(superseded_at=now)
    sign(ask(stage, now, COMPUTED), stage.officer, now)

    outcome, found = verdicts(stage, now)

    assert (outcome, found[COMPUTED]) == ("conditional_go", "waived")
    assert list(found).count(COMPUTED) == 1


def test_waiver_of_a_computed_criterion_outlives_a_change_that_reads_no_answers(now: datetime) -> None:
    stage = a_stage_set(now)
    KpiThreshold.objects.update(superseded_at=now)
    sign(ask(stage, now, COMPUTED), stage.officer, now)
    recompute_cases([stage.case.pk], now=now)

    request_recompute(stage.case.pk, Section.KPIS)
    recompute_due([stage.case.pk], now=now)

    assert CriterionResult.objects.get(case=stage.case, criterion=COMPUTED).verdict == "waived"


def test_signed_criterion_needs_compliance_and_a_second_person(now: datetime) -> None:
    stage = a_stage_set(now)
    lose(SIGNED, now)
    waiver = ask(stage, now, SIGNED)

    with pytest.raises(NotAllowedNow) as by_member_first:
        sign(waiver, stage.members[0], now)
    first = sign(waiver, stage.officer, now)
    with pytest.raises(NotAllowedNow) as by_the_same:
        sign(waiver, stage.officer, now)
    with pytest.raises(NotAllowedNow) as by_owner:
        sign(waiver, stage.owner, now)
    between = verdicts(stage, now)[1][SIGNED]
    second = sign(waiver, stage.members[0], now)

    assert codes(by_member_first) == ["compliance_first"]
    assert codes(by_the_same) == ["second_person"]
    assert "four_eyes" in codes(by_owner)
    assert (first.state, between, second.state) == ("requested", "not_enough_evidence", "granted")
    assert verdicts(stage, now)[1][SIGNED] == "waived"
    assert (second.first_by, second.second_by) == (stage.officer, stage.members[0])


@pytest.mark.parametrize(
    ("criterion", "personal_data"),
    [
        ("tier_confirmed", "no"),
        ("business_owner", "no"),
        ("kpi_baseline_target", "no"),
        ("privacy_screening", "yes"),
    ],
)
def test_what_the_playbook_never_waives_is_refused(now: datetime, criterion: str, personal_data: str) -> None:
    stage = a_stage_set(now)
    CaseFact.objects.filter(case=stage.case, key="personal_data").update(value=personal_data)

    with pytest.raises(NotAllowedNow) as refused:
        ask(stage, now, criterion)

    assert codes(refused) == ["never_waived"]
    assert Waiver.objects.count() == 0


def test_rollback_is_never_waived_at_gate_2(now: datetime) -> None:
    stage = a_stage_set(now)
    UseCase.objects.filter(pk=stage.case.pk).update(stage=2)

    with pytest.raises(NotAllowedNow) as refused:
        ask(stage, now, "rollback_tested")

    assert "never_waived" in codes(refused)


def test_third_waiver_of_a_case_is_refused(now: datetime) -> None:
    stage = a_stage_set(now)
    for criterion in (ATTESTED, "compute_mapped"):
        sign(ask(stage, now, criterion), stage.officer, now)

    with pytest.raises(NotAllowedNow) as refused:
        ask(stage, now, "ai_justified")

    assert codes(refused) == ["waivers_full"]


@pytest.mark.parametrize(("days", "allowed"), [(-1, False), (0, True), (180, True), (181, False)])
def test_waiver_ends_within_180_days(now: datetime, days: int, allowed: bool) -> None:
    stage = a_stage_set(now)
    if allowed:
        assert ask(stage, now, days=days).state == "requested"
        return
    with pytest.raises(Invalid) as refused:
        ask(stage, now, days=days)
    assert [problem.pointer for problem in refused.value.problems] == ["expires_on"]


def test_waiver_is_renewed_once_and_never_again(now: datetime) -> None:
    stage = a_stage_set(now)
    first = sign(ask(stage, now), stage.officer, now)
    later = now + timedelta(days=80)
    second = sign(ask(stage, later), stage.officer, later)

    with pytest.raises(NotAllowedNow) as refused:
        ask(stage, later + timedelta(days=80))

    first.refresh_from_db()
    assert (second.renews, first.state, second.state) == (first, "expired", "granted")
    assert codes(refused) == ["renewed_already"]


def test_only_the_team_asks_and_a_should_is_never_waived(now: datetime) -> None:
    stage = a_stage_set(now)
    should = next(
        key
        for key, criterion in current_playbook().criteria_by_key.items()
        if all(rule.gate > 0 for rule in criterion.counts)
    )

    with pytest.raises(Forbidden):
        request_waiver(case_id=stage.case.pk, wish=a_wish(now), actor=stage.officer, now=now)
    with pytest.raises(NotAllowedNow) as refused:
        ask(stage, now, should)

    assert "not_a_must" in codes(refused)


def test_revoked_waiver_stops_counting_at_once(now: datetime) -> None:
    stage = a_stage_set(now)
    lose(ATTESTED, now)
    waiver = sign(ask(stage, now), stage.officer, now)
    later = now + timedelta(days=3)

    with pytest.raises(Forbidden):
        revoke_waiver(waiver_id=waiver.pk, note="No.", actor=stage.owner, sign_in=TOKEN, now=later)
    ended = revoke_waiver(waiver_id=waiver.pk, note="It leaked.", actor=stage.officer, sign_in=TOKEN, now=later)

    assert ended.state == "revoked"
    assert verdicts(stage, later)[1][ATTESTED] == "not_enough_evidence"
    assert Activity.objects.get(verb="waiver.revoked").after["note"] == "It leaked."


def test_request_is_refused_by_compliance_or_taken_back(now: datetime) -> None:
    stage = a_stage_set(now)
    refused = refuse_waiver(waiver_id=ask(stage, now).pk, note="Mend it.", actor=stage.officer, now=now)
    taken_back = refuse_waiver(waiver_id=ask(stage, now).pk, note="Mended.", actor=stage.owner, now=now)

    assert (refused.state, taken_back.state) == ("refused", "refused")
    with pytest.raises(Invalid):
        refuse_waiver(waiver_id=ask(stage, now).pk, note=" ", actor=stage.officer, now=now)


def test_officer_on_the_team_of_the_case_can_not_sign(now: datetime) -> None:
    stage = a_stage_set(now)
    RoleGrantFactory(user=stage.owner, role="compliance")

    with pytest.raises(NotAllowedNow) as refused:
        sign(ask(stage, now), stage.owner, now)

    assert codes(refused) == ["four_eyes"]


def test_signing_needs_a_recent_sign_in(now: datetime, settings: Any) -> None:
    stage = a_stage_set(now)
    waiver = ask(stage, now)

    with pytest.raises(RecentSignInRequired):
        sign_waiver(waiver_id=waiver.pk, actor=stage.officer, sign_in=SignIn(at=now - settings.RECENT_SIGN_IN), now=now)


def test_sweep_ends_what_is_over_with_the_moment_it_ended(now: datetime) -> None:
    stage = a_stage_set(now)
    waiver = sign(ask(stage, now, days=10), stage.officer, now)
    later = now + timedelta(days=20)

    ended = (expire_waivers(now=now), expire_waivers(now=later), expire_waivers(now=later))

    waiver.refresh_from_db()
    assert ended == (0, 1, 0)
    assert waiver.state == "expired"
    assert waiver.ended_at is not None
    assert waiver.ended_at.date() - date.fromisoformat(str(waiver.expires_on)) <= timedelta(days=1)
