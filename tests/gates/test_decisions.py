"""Decisions: what moves the case, what refuses them, and their numbers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from gates.commands.decisions import ConditionTerms, Ruling, clear_condition, decide
from gates.commands.decisions.terms import ruling_problems
from gates.commands.reviews import Request, close_voting, open_voting, recuse, request_review
from gates.models import Condition, Decision, GateReview
from pocgate.identity.rules import SignIn
from pocgate.inbox.models import Notification
from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow, RecentSignInRequired, Stale
from pocgate.kernel.models import Counter
from pocgate.ledger.models import Activity
from portfolio.models import CostPlan, EvidenceRevision, Hold, Release, StageSpell, UseCase
from scoring.models import CriterionAnswer
from scoring.queries.playbooks import current_playbook
from tests.factories.portfolio import EvidenceRevisionFactory
from tests.factories.stage_set import FUNDING, TOKEN, StageSet, a_case, a_stage_set

pytestmark = pytest.mark.django_db


def codes(refused: Any) -> list[str]:
    return [blocker.code for blocker in refused.value.blockers]


def a_condition(stage: StageSet, now: datetime, criterion: str = "") -> ConditionTerms:
    return ConditionTerms("Map the compute", stage.owner.pk, (now + timedelta(days=20)).date(), criterion)


def test_go_promotes_the_case_with_a_fresh_time_box_in_one_transaction(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.closed(now)

    decision = stage.decide(review, "go", now, funding_amount=Decimal(40_000), funding_until=date(2027, 3, 31))

    case = UseCase.objects.get(pk=stage.case.pk)
    assert (case.stage, case.status, case.records_locked_at) == (1, "active", None)
    spells = list(StageSpell.objects.filter(case=case).order_by("pk").values_list("stage", "exit_reason"))
    assert spells == [(0, "promoted"), (1, "")]
    fresh = StageSpell.objects.get(case=case, exit_reason="")
    assert (fresh.entered_at, fresh.time_box_days) == (now, 42)
    assert decision.reference == "GD-2026-001"
    assert decision.digest == review.dossiers.order_by("-revision")[0].digest
    assert (decision.recommended, decision.tally["outcome"], decision.tally["voters"]) == ("go", "go", 3)
    assert GateReview.objects.get(pk=review.pk).state == "decided"
    made = Activity.objects.get(verb="decision.made")
    assert (made.after["number"], made.after["outcome"], made.actor) == ("GD-2026-001", "go", stage.chair)


def test_decision_tells_team_and_committee_but_not_its_maker(now: datetime) -> None:
    stage = a_stage_set(now)

    stage.decide(stage.closed(now), "go", now)

    told = set(Notification.objects.filter(kind="decision_made").values_list("user", flat=True))
    assert {stage.owner.pk, stage.deputy.pk, *(member.pk for member in stage.members)} <= told
    assert stage.chair.pk not in told


def test_numbers_are_gapless_within_a_year_of_the_installation(now: datetime, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Zurich"
    new_year_in_zurich = datetime.fromisoformat("2026-12-31T23:30:00+00:00")
    stage = a_stage_set(now)
    decisions = []
    for at in (now, now, new_year_in_zurich):
        stage.case, stage.owner = a_case(now)
        decisions.append(stage.decide(stage.closed(at), "go", at))

    assert [decision.reference for decision in decisions] == ["GD-2026-001", "GD-2026-002", "GD-2027-001"]


def test_go_while_a_must_fails_is_refused_and_nothing_changes(
    now: datetime, sent_tasks: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    stage = a_stage_set(now)
    CriterionAnswer.objects.filter(criterion="sources_mapped").update(superseded_at=now)
    review = _convened_and_closed(stage, now)
    before = Activity.objects.count()

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(NotAllowedNow) as refused:
        stage.decide(review, "go", now)

    assert codes(refused) == ["musts_open", "more_lenient_than_policy"]
    assert (Decision.objects.count(), Activity.objects.count()) == (0, before)
    assert Counter.objects.filter(name__startswith="decisions").count() == 0
    assert (UseCase.objects.get(pk=stage.case.pk).status, sent_tasks) == ("in_review", [])


def _convened_and_closed(stage: StageSet, now: datetime, outcome: str = "go") -> GateReview:
    request = Request(convened_reason="The board asked.")
    review = request_review(case_id=stage.case.pk, request=request, actor=stage.chair, now=now)
    open_voting(review_id=review.pk, closes_at=now + timedelta(days=5), actor=stage.chair, now=now)
    for member in stage.members:
        stage.vote(review, member, outcome, now)
    return close_voting(review_id=review.pk, actor=stage.chair, now=now)


def test_closable_must_stays_open_under_a_conditional_go_with_owner_and_date(now: datetime) -> None:
    stage = a_stage_set(now)
    CriterionAnswer.objects.filter(criterion="compute_mapped").update(superseded_at=now)
    review = _convened_and_closed(stage, now)

    with pytest.raises(NotAllowedNow) as without_condition:
        stage.decide(review, "conditional_go", now, reason="Good but for the platform.")
    with pytest.raises(NotAllowedNow) as as_go:
        stage.decide(review, "go", now)
    terms = a_condition(stage, now, "compute_mapped")
    decision = stage.decide(review, "conditional_go", now, reason="Good but for that.", conditions=(terms,))

    assert "conditions_missing" in codes(without_condition)
    assert "musts_open" in codes(as_go)
    condition = Condition.objects.get(decision=decision)
    assert (condition.criterion, condition.owner, condition.due_date) == ("compute_mapped", stage.owner, terms.due_date)
    assert UseCase.objects.get(pk=stage.case.pk).stage == 1


def test_open_condition_blocks_the_next_request_until_it_is_cleared(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.closed(now, "conditional_go")
    decision = stage.decide(review, "conditional_go", now, reason="Almost.", conditions=(a_condition(stage, now),))
    condition = decision.conditions.get()

    with pytest.raises(NotAllowedNow) as refused:
        stage.request(now)
    with pytest.raises(Forbidden):
        clear_condition(condition_id=condition.pk, note="Done", actor=stage.members[0], now=now)
    with pytest.raises(Invalid):
        clear_condition(condition_id=condition.pk, note=" ", actor=stage.owner, now=now)
    cleared = clear_condition(condition_id=condition.pk, note="See evidence 12", actor=stage.owner, now=now)
    with pytest.raises(NotAllowedNow) as twice:
        clear_condition(condition_id=condition.pk, note="Again", actor=stage.owner, now=now)

    assert "no_committee" in codes(refused)
    assert "conditions_open" in codes(refused)
    assert (cleared.cleared_by, cleared.clearing_note) == (stage.owner, "See evidence 12")
    assert codes(twice) == ["condition_cleared"]


@pytest.mark.parametrize(
    ("outcome", "values", "expected"),
    [
        ("pivot", {"pivot_to": 0, "pivot_changes": {"users": "Brokers"}}, (0, "active", 2)),
        ("pause", {"revive_trigger": "The new data feed is there."}, (0, "paused", 1)),
        ("stop", {"learning": "Rules are enough for this."}, (0, "stopped", 1)),
    ],
)
def test_pivot_pause_and_stop_move_the_case_as_the_table_says(
    now: datetime, outcome: str, values: dict[str, Any], expected: tuple[int, str, int]
) -> None:
    stage = a_stage_set(now)
    review = stage.closed(now, outcome)

    decision = stage.decide(review, outcome, now, reason="As voted.", reason_code="data", **values)

    case = UseCase.objects.get(pk=stage.case.pk)
    assert (case.stage, case.status, case.iteration) == expected
    assert decision.learning == values.get("learning", "")
    assert Hold.objects.filter(case=case, ended_at__isnull=True).count() == (1 if outcome == "pause" else 0)


def test_decision_may_be_more_cautious_than_the_vote_with_a_reason_but_never_more_lenient(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.closed(now, "pause")

    with pytest.raises(NotAllowedNow) as lenient:
        stage.decide(review, "go", now)
    with pytest.raises(NotAllowedNow) as unreasoned:
        stage.decide(review, "stop", now, learning="Money goes first.")
    stage.decide(review, "stop", now, reason="The budget went.", reason_code="priority", learning="Money goes first.")

    assert codes(lenient) == ["more_lenient_than_vote"]
    assert codes(unreasoned) == ["reason_code_missing", "reason_missing"]


def test_decision_before_the_close_or_by_another_person_is_refused(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)
    ruling = Ruling("go", **FUNDING)

    with pytest.raises(NotAllowedNow) as too_early:
        stage.decide(review, "go", now)
    with pytest.raises(NotAllowedNow) as by_member:
        decide(review_id=review.pk, ruling=ruling, actor=stage.members[0], sign_in=TOKEN, now=now)

    assert codes(too_early) == ["wrong_status", "no_quorum"]
    assert "not_chair" in codes(by_member)


def test_vote_whose_time_is_over_is_closed_by_the_decision_when_no_job_did(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now, days=1)
    for member in stage.members:
        stage.vote(review, member, "go", now)

    decision = stage.decide(review, "go", now + timedelta(days=1))

    assert decision.outcome == "go"
    assert Activity.objects.filter(verb="review.voting_closed", actor=None).count() == 1


def test_deputy_decides_while_the_chair_is_recused(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.voting(now)
    for member in stage.members:
        stage.vote(review, member, "go", now)
    recuse(review_id=review.pk, reason="My sister runs the vendor.", actor=stage.chair, now=now)
    close_voting(review_id=review.pk, actor=stage.deputy, now=now)

    with pytest.raises(NotAllowedNow) as refused:
        stage.decide(review, "go", now)
    decision = decide(review_id=review.pk, ruling=Ruling("go", **FUNDING), actor=stage.deputy, sign_in=TOKEN, now=now)

    assert "not_chair" in codes(refused)
    assert decision.decided_by == stage.deputy


def test_verdict_that_changed_since_the_vote_is_refused_as_stale(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.closed(now)
    CriterionAnswer.objects.filter(criterion="tier_confirmed").update(superseded_at=now)

    with pytest.raises(Stale):
        stage.decide(review, "go", now)

    assert Decision.objects.count() == 0


def test_decision_without_a_recent_sign_in_is_refused(now: datetime, settings: Any) -> None:
    stage = a_stage_set(now)
    review = stage.closed(now)
    old = SignIn(at=now - settings.RECENT_SIGN_IN)

    with pytest.raises(RecentSignInRequired):
        decide(review_id=review.pk, ruling=Ruling("go", **FUNDING), actor=stage.chair, sign_in=old, now=now)


def test_decision_twice_is_refused(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.closed(now)
    stage.decide(review, "go", now)

    with pytest.raises(NotAllowedNow) as refused:
        stage.decide(review, "go", now)

    assert "wrong_status" in codes(refused)
    assert Decision.objects.count() == 1


@pytest.mark.parametrize(
    ("outcome", "values", "pointer"),
    [
        ("pause", {}, "revive_date"),
        ("pause", {"revive_date": date(2027, 6, 1)}, "revive_date"),
        ("pivot", {"pivot_to": 2}, "pivot_to"),
        ("pivot", {}, "pivot_changes"),
        ("pivot", {"pivot_changes": {"users": " "}}, "pivot_changes"),
        ("stop", {}, "learning"),
        ("go", {"funding_amount": Decimal(0)}, "funding_amount"),
        ("go", {"freed_people": Decimal(-1)}, "freed_people"),
        ("go", {"release": "v9"}, "release"),
        ("go", {"funding_amount": Decimal(-1)}, "funding_amount"),
        ("go", {"funding_until": date(2020, 1, 1)}, "funding_until"),
        ("go", {"time_box_days": 0}, "time_box_days"),
        ("go", {"reason": "a\x00b"}, "reason"),
        ("go", {"conditions": (ConditionTerms("Do it", 1, date(2026, 12, 1)),)}, "conditions"),
    ],
)
def test_ruling_with_values_out_of_range_is_invalid(
    now: datetime, outcome: str, values: dict[str, Any], pointer: str
) -> None:
    stage = a_stage_set(now)
    review = stage.closed(now, outcome)

    with pytest.raises(Invalid) as refused:
        stage.decide(review, outcome, now, **({"reason": "So.", "reason_code": "data"} | values))

    assert pointer in [problem.pointer for problem in refused.value.problems]
    assert Decision.objects.count() == 0


@pytest.mark.parametrize("name", FUNDING)
@pytest.mark.parametrize("outcome", ["go", "conditional_go"])
def test_go_without_its_funding_is_invalid(now: datetime, outcome: str, name: str) -> None:
    stage = a_stage_set(now)
    review = stage.closed(now, outcome)
    conditions = (ConditionTerms("Do it", stage.owner.pk, date(2026, 12, 20)),) if outcome == "conditional_go" else ()

    with pytest.raises(Invalid) as refused:
        stage.decide(review, outcome, now, reason="So.", conditions=conditions, **{name: None})

    assert [(problem.pointer, problem.code) for problem in refused.value.problems] == [(name, "required")]
    assert Decision.objects.count() == 0


@pytest.mark.parametrize(
    ("outcome", "stage", "due"),
    [
        ("go", 0, list(FUNDING)),
        ("conditional_go", 1, list(FUNDING)),
        ("go", 2, list(FUNDING)),
        ("go", 3, []),
        ("conditional_go", 3, []),
        ("pause", 0, []),
        ("pivot", 1, []),
        ("stop", 2, []),
    ],
)
def test_funding_is_due_for_a_go_before_the_last_gate(
    now: datetime, outcome: str, stage: int, due: list[str], db: None
) -> None:
    problems = ruling_problems(Ruling(outcome), stage=stage, playbook=current_playbook(), today=now.date())

    assert [problem.pointer for problem in problems if problem.pointer in FUNDING] == due


def test_funding_sets_the_cap_of_the_next_stage_in_a_new_plan_of_the_decider(now: datetime) -> None:
    stage = a_stage_set(now)

    decision = stage.decide(stage.closed(now), "go", now, funding_amount=Decimal(55_000), funding_people=Decimal("2.5"))

    plan = CostPlan.objects.get(case=stage.case, superseded_at__isnull=True)
    assert (plan.version, plan.agreed_by, plan.agreed_at) == (2, stage.chair, now)
    assert dict(plan.caps.values_list("stage", "amount")) == {0: 40_000, 1: 55_000, 2: 40_000, 3: 40_000}
    assert plan.case_cap == 250_000
    assert Activity.objects.get(verb="cost_plan.agreed").after["decision"] == decision.reference
    assert decision.funding_people == Decimal("2.5")


def test_approval_keeps_the_thresholds_of_the_next_gate_as_they_were(now: datetime) -> None:
    stage = a_stage_set(now)

    decision = stage.decide(stage.closed(now), "go", now)

    kept = [(row["name"], row["gate"], row["value"]) for row in decision.thresholds]
    assert kept == [("sorting-time", 1, "80"), ("accuracy", 1, "80")]


def test_pivot_keeps_what_it_changes_and_asks_for_the_tier_again(now: datetime) -> None:
    stage = a_stage_set(now)
    changes = {"users": "Brokers", "approach": "Rules first", "data": ""}

    decision = stage.decide(
        stage.closed(now, "pivot"), "pivot", now, reason="So.", reason_code="data", pivot_changes=changes
    )

    assert decision.pivot_changes == {
        "users": [stage.case.affected_users, "Brokers"],
        "approach": ["", "Rules first"],
    }
    tier = CriterionAnswer.objects.get(case=stage.case, criterion="tier_confirmed", superseded_at__isnull=True)
    assert tier.answer == "outdated"


def test_stop_frees_money_and_people_and_says_what_would_revive_it(now: datetime) -> None:
    stage = a_stage_set(now)

    decision = stage.decide(
        stage.closed(now, "stop"),
        "stop",
        now,
        reason="Rules do it.",
        reason_code="problem_choice",
        learning="Try rules first.",
        freed_amount=Decimal(30_000),
        freed_people=Decimal(2),
        revive_trigger="Letters double",
    )

    trigger = decision.revive_triggers.get()
    assert (trigger.case, trigger.text, trigger.fired_at) == (stage.case, "Letters double", None)
    assert (decision.freed_amount, decision.freed_people) == (30_000, 2)


def test_release_is_approved_by_its_label(now: datetime) -> None:
    stage = a_stage_set(now)
    release = Release.objects.create(case=stage.case, label="v1", recorded_at=now)

    assert stage.decide(stage.closed(now), "go", now, release="v1").release == release


def test_condition_is_cleared_with_evidence_of_its_own_case_only(now: datetime) -> None:
    stage = a_stage_set(now)
    review = stage.closed(now, "conditional_go")
    stage.decide(review, "conditional_go", now, reason="One thing left.", conditions=(a_condition(stage, now),))
    condition = Condition.objects.get()
    own = EvidenceRevision.objects.filter(evidence__case=stage.case)[0]
    foreign = EvidenceRevisionFactory()

    with pytest.raises(Invalid):
        clear_condition(condition_id=condition.pk, note="Done.", revision_id=foreign.pk, actor=stage.owner, now=now)
    cleared = clear_condition(condition_id=condition.pk, note="Done.", revision_id=own.pk, actor=stage.owner, now=now)

    assert cleared.clearing_evidence == own


def test_stop_proposed_by_the_owner_is_decided_without_a_vote(now: datetime) -> None:
    stage = a_stage_set(now, ready=False)
    review = stage.request(now, kind="out_of_cycle", proposal="stop")

    with pytest.raises(NotAllowedNow) as as_pause:
        stage.decide(review, "pause", now, reason="Wait.", reason_code="data", revive_trigger="Later")
    decision = stage.decide(
        review, "stop", now, reason="Rules do it.", reason_code="problem_choice", learning="Try rules first."
    )

    assert "wrong_status" in codes(as_pause)
    assert (decision.outcome, decision.learning) == ("stop", "Try rules first.")
    assert UseCase.objects.get(pk=stage.case.pk).status == "stopped"


@pytest.mark.parametrize("table", ["gates_decision", "gates_dossier", "gates_votechange"])
@pytest.mark.parametrize("act", ["UPDATE {} SET id = id + 1000", "DELETE FROM {}"])
def test_decided_rows_cannot_be_changed_by_sql(now: datetime, table: str, act: str) -> None:
    stage = a_stage_set(now)
    stage.decide(stage.closed(now), "go", now)

    with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act.format(table))
