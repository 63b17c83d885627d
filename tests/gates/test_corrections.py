"""Corrections: a later decision with its own number that refers to the earlier one, which stays as it was written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from gates.commands.corrections import correct_decision
from gates.commands.decisions import ConditionTerms, Ruling, clear_condition
from gates.commands.reminders import remind
from gates.commands.standing import check_standings
from gates.models import Condition, Decision, GateStanding
from gates.queries.health import Period, health_of
from gates.queries.precheck import open_conditions_of
from pocgate.identity.models import User
from pocgate.identity.rules import SignIn
from pocgate.inbox.models import Notification
from pocgate.kernel.errors import Invalid, NotAllowedNow, RecentSignInRequired
from pocgate.ledger.models import Activity
from pocgate.web.queries.waiting import waiting_for
from portfolio.models import CostCap, CostPlan, Release, UseCase
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import TeamMemberFactory
from tests.factories.stage_set import FUNDING, FUNDING_IN_BODY, TOKEN, StageSet, a_stage_set

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FUNDED = {"funding_amount": Decimal(50_000), "reason": "It pays."}


def correct(stage: StageSet, decision: Decision, now: datetime, **values: Any) -> Decision:
    actor = values.pop("actor", stage.chair)
    funding = {name: getattr(decision, name) for name in FUNDING}
    ruling = Ruling(decision.outcome, **{"reason": decision.reason, **funding, **values})
    terms = {"note": "A digit was lost.", "ruling": ruling, "actor": actor, "sign_in": TOKEN}
    return correct_decision(decision_id=decision.pk, now=now, **terms)


def codes(refused: Any) -> list[str]:
    return [blocker.code for blocker in refused.value.blockers]


def pointers(refused: Any) -> list[str]:
    return [problem.pointer for problem in refused.value.problems]


def cap_of(case: UseCase, stage: int) -> Decimal:
    return CostCap.objects.get(plan__case=case, plan__superseded_at__isnull=True, stage=stage).amount


def test_correction_is_a_new_number_that_refers_to_the_decision_and_keeps_its_outcome(now: datetime) -> None:
    stage = a_stage_set(now)
    decision = stage.decide(stage.closed(now), "go", now, **FUNDED)

    made = correct(stage, decision, now + DAY, funding_amount=Decimal(45_000))

    decision.refresh_from_db()
    assert (made.reference, made.corrects, made.correction_note) == ("GD-2026-002", decision, "A digit was lost.")
    assert (made.outcome, made.digest, made.tally) == (decision.outcome, decision.digest, decision.tally)
    assert (decision.funding_amount, made.funding_amount) == (Decimal(50_000), Decimal(45_000))
    case = UseCase.objects.get(pk=stage.case.pk)
    assert (case.stage, cap_of(case, 1)) == (1, Decimal(45_000))


def test_correction_is_told_and_leaves_what_changed(now: datetime) -> None:
    stage = a_stage_set(now)
    decision = stage.decide(stage.closed(now), "go", now, **FUNDED)

    made = correct(stage, decision, now + DAY, funding_amount=Decimal(45_000))

    told = Activity.objects.get(verb="decision.corrected")
    notice = Notification.objects.get(user=stage.owner, kind="decision_made", subject_id=str(made.pk))
    assert (told.before["funding_amount"], told.after["funding_amount"]) == ("50000", "45000")
    assert notice.title.startswith("GD-2026-002 corrects GD-2026-001")


def test_correction_neither_lapses_nor_renews_the_approval(now: datetime) -> None:
    stage = a_stage_set(now)
    decision = stage.decide(stage.closed(now), "go", now, **FUNDED)

    correct(stage, decision, now + DAY, funding_amount=Decimal(45_000))

    standing = GateStanding.objects.get(case=stage.case)
    assert (standing.state, standing.decision, standing.since) == ("valid", decision, now)


def test_conditions_are_stated_anew_and_what_was_cleared_stays_cleared(now: datetime) -> None:
    stage = a_stage_set(now)
    owner = UserFactory()
    terms = [ConditionTerms(text, owner.pk, date(2026, 12, 20)) for text in ("Measure it", "Name the owner")]
    review = stage.closed(now, "conditional_go")
    decision = stage.decide(review, "conditional_go", now, reason="Almost.", conditions=tuple(terms))
    first, second = decision.conditions.order_by("pk")
    clear_condition(condition_id=first.pk, note="Measured.", actor=owner, now=now)

    later = replace(terms[1], due_date=date(2026, 12, 24))
    made = correct(stage, decision, now + DAY, conditions=(later,))

    carried = {row.text: (row.cleared_at, row.due_date) for row in made.conditions.all()}
    assert carried == {"Measure it": (now, date(2026, 12, 20)), "Name the owner": (None, date(2026, 12, 24))}
    assert [row.decision for row in open_conditions_of(stage.case)] == [made]
    with pytest.raises(NotAllowedNow) as refused:
        clear_condition(condition_id=second.pk, note="Done.", actor=owner, now=now + DAY)
    assert codes(refused) == ["decision_corrected"]


def test_corrected_conditions_are_counted_reminded_of_and_waited_for_once(now: datetime) -> None:
    stage = a_stage_set(now)
    owner = UserFactory()
    terms = (ConditionTerms("Measure it", owner.pk, now.date() + DAY),)
    review = stage.closed(now, "conditional_go")
    decision = stage.decide(review, "conditional_go", now, reason="Almost.", conditions=terms)
    correct(stage, decision, now, reason="Almost there.", conditions=terms)

    remind(now=now + DAY)
    period = Period(now.date() - 9 * DAY, now.date() + 9 * DAY)
    health = health_of(RoleGrantFactory(role="auditor").user, period, now=now + 9 * DAY)

    assert Notification.objects.filter(kind="condition_due", user=owner).count() == 1
    assert [row.kind for row in waiting_for(owner, frozenset(), now=now)] == ["condition"]
    assert health.whole.conditions_overdue.whole == 1


def test_overdue_condition_may_stay_as_it_is_in_a_correction(now: datetime) -> None:
    stage = a_stage_set(now)
    terms = ConditionTerms("Measure it", UserFactory().pk, now.date())
    review = stage.closed(now, "conditional_go")
    decision = stage.decide(review, "conditional_go", now, reason="Almost.", conditions=(terms,))

    made = correct(stage, decision, now + 9 * DAY, reason="Almost there.", conditions=(terms,))

    assert made.conditions.get().due_date == now.date()


@pytest.mark.parametrize(
    ("changed", "places"),
    [
        ({"note": " "}, ["note"]),
        ({"outcome": "go"}, ["outcome"]),
        ({"conditions": ()}, ["conditions"]),
        ({"reason": ""}, ["reason"]),
        ({}, ["note"]),
    ],
)
def test_correction_with_values_that_can_not_be_taken_is_refused(
    changed: dict[str, Any], places: list[str], now: datetime
) -> None:
    stage = a_stage_set(now)
    terms = (ConditionTerms("Measure it", UserFactory().pk, date(2026, 12, 20)),)
    review = stage.closed(now, "conditional_go")
    decision = stage.decide(review, "conditional_go", now, reason="Almost.", conditions=terms)
    note = changed.pop("note", "A digit was lost.")
    ruling = Ruling(**{"outcome": "conditional_go", "reason": "Almost.", "conditions": terms, **FUNDING, **changed})

    with pytest.raises(Invalid) as refused:
        correct_decision(decision_id=decision.pk, note=note, ruling=ruling, actor=stage.chair, sign_in=TOKEN, now=now)

    assert pointers(refused) == places
    assert (Decision.objects.count(), Condition.objects.count()) == (1, 1)


MUST = "tier_confirmed"


def conditional(stage: StageSet, now: datetime, *conditions: ConditionTerms, **values: Any) -> Decision:
    review = stage.closed(now, "conditional_go")
    return stage.decide(review, "conditional_go", now, reason="Almost.", conditions=conditions, **values)


def test_condition_that_closes_a_must_keeps_criterion_and_date_and_may_be_worded_anew(now: datetime) -> None:
    stage = a_stage_set(now)
    owner, other = UserFactory(), UserFactory()
    terms = ConditionTerms("Confirm the tier", owner.pk, date(2026, 12, 20), MUST)
    decision = conditional(stage, now, terms)

    made = correct(stage, decision, now, conditions=(ConditionTerms("Confirm it", other.pk, date(2026, 12, 18), MUST),))

    row = made.conditions.get()
    assert (row.text, row.owner, row.due_date, row.criterion) == ("Confirm it", other, date(2026, 12, 18), MUST)


@pytest.mark.parametrize(
    "stated",
    [
        [("Anything", date(2035, 1, 1), "")],
        [("Confirm the tier", date(2026, 12, 20), "")],
        [("Confirm the tier", date(2026, 12, 21), MUST)],
        [("Confirm the tier", date(2026, 12, 20), "privacy_screening")],
    ],
)
def test_condition_that_closes_a_must_is_neither_dropped_nor_put_off(
    stated: list[tuple[str, date, str]], now: datetime
) -> None:
    stage = a_stage_set(now)
    owner = UserFactory()
    decision = conditional(stage, now, ConditionTerms("Confirm the tier", owner.pk, date(2026, 12, 20), MUST))

    with pytest.raises(Invalid) as refused:
        correct(stage, decision, now, conditions=tuple(ConditionTerms(t, owner.pk, d, c) for t, d, c in stated))

    (problem,) = refused.value.problems
    assert (problem.pointer, problem.code) == ("conditions", "loosened")
    assert "20 Dec 2026" in problem.text
    assert (Decision.objects.count(), Condition.objects.get().criterion) == (1, MUST)


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"funding_amount": Decimal(50_001)}, "funding_amount"),
        ({"funding_amount": Decimal(9_000_000)}, "funding_amount"),
        ({"funding_until": date(2027, 4, 1)}, "funding_until"),
        ({"funding_until": None}, "funding_until"),
        ({"funding_amount": None}, "funding_amount"),
        ({"funding_people": None}, "funding_people"),
    ],
)
def test_correction_gives_neither_more_money_nor_money_for_longer(
    changed: dict[str, Any], place: str, now: datetime
) -> None:
    stage = a_stage_set(now)
    decision = stage.decide(stage.closed(now), "go", now, **FUNDED, funding_until=date(2027, 3, 31))

    with pytest.raises(Invalid) as refused:
        correct(stage, decision, now, **changed)

    assert pointers(refused) == [place]
    assert (Decision.objects.count(), cap_of(stage.case, 1)) == (1, Decimal(50_000))


def test_cap_raised_by_the_team_still_lapses_the_approval_after_a_correction(now: datetime) -> None:
    stage = a_stage_set(now)
    decision = stage.decide(stage.closed(now), "go", now, **FUNDED)
    in_force = CostPlan.objects.filter(case=stage.case, superseded_at__isnull=True)
    in_force.update(superseded_at=now + DAY)
    values = {"case_cap": Decimal(900_000), "monthly_cap": Decimal(9_000), "agreed_by": stage.owner}
    plan = CostPlan.objects.create(case=stage.case, version=9, proposed_at=now + DAY, agreed_at=now + DAY, **values)
    CostCap.objects.create(plan=plan, stage=1, amount=Decimal(80_000))
    check_standings(now=now + DAY)
    before = GateStanding.objects.get(case=stage.case)

    made = correct(stage, decision, now + 2 * DAY, funding_amount=Decimal(45_000))
    again = correct(stage, made, now + 3 * DAY, funding_amount=Decimal(40_000))
    check_standings(now=now + 4 * DAY)

    after = GateStanding.objects.get(case=stage.case)
    assert (before.state, [reason["code"] for reason in before.reasons]) == ("lapsed", ["cap_raised"])
    assert (after.state, after.reasons, after.since) == ("lapsed", before.reasons, before.since)
    assert (again.funding_amount, cap_of(stage.case, 1)) == (Decimal(40_000), Decimal(40_000))


@pytest.mark.parametrize("criterion", ["", MUST])
def test_overdue_condition_lapses_the_approval_since_the_same_day_after_a_correction(
    criterion: str, now: datetime
) -> None:
    stage = a_stage_set(now)
    terms = ConditionTerms("Measure it", UserFactory().pk, now.date(), criterion)
    decision = conditional(stage, now, terms)
    check_standings(now=now + DAY)
    before = GateStanding.objects.get(case=stage.case)

    with pytest.raises(Invalid) as refused:
        correct(stage, decision, now + 9 * DAY, conditions=(replace(terms, due_date=date(2026, 12, 24)),))
    correct(stage, decision, now + 9 * DAY, conditions=(replace(terms, text="Measure it twice"),))

    after = GateStanding.objects.get(case=stage.case)
    assert pointers(refused) == ["conditions"]
    assert (after.state, after.review_due) == ("lapsed", before.review_due)
    assert [reason["text"] for reason in after.reasons] == ["Measure it twice"]


def test_release_that_lapsed_the_approval_is_not_approved_by_a_correction(now: datetime) -> None:
    stage = a_stage_set(now)
    Release.objects.create(case=stage.case, label="1.0", kind="feature", recorded_at=now - DAY)
    decision = stage.decide(stage.closed(now), "go", now, **FUNDED, release="1.0")
    Release.objects.create(case=stage.case, label="1.1", kind="feature", recorded_at=now + DAY)

    for label in ("1.1", ""):
        with pytest.raises(Invalid) as refused:
            correct(stage, decision, now + DAY, release=label)
        assert pointers(refused) == ["release"]
    made = correct(stage, decision, now + DAY, release="1.0", reason="It pays well.")

    assert made.release == decision.release
    assert GateStanding.objects.get(case=stage.case).state == "lapsed"


def test_correction_by_others_again_or_after_a_later_decision_is_refused(now: datetime) -> None:
    stage = a_stage_set(now)
    decision = stage.decide(
        stage.closed(now, "pause"),
        "pause",
        now,
        reason="No data.",
        reason_code="data",
        revive_trigger="The feed is there.",
    )
    values = {"reason": "No data yet.", "reason_code": "data"}

    with pytest.raises(NotAllowedNow) as by_member:
        correct(stage, decision, now, actor=stage.members[0], **values)
    made = correct(stage, decision, now, **values)
    with pytest.raises(NotAllowedNow) as again:
        correct(stage, decision, now, **values)
    review = stage.request(now + DAY)
    with pytest.raises(NotAllowedNow) as reviewed:
        correct(stage, made, now + DAY, reason="None.", reason_code="data")

    assert codes(by_member) == ["not_chair"]
    assert codes(again) == ["corrected_already"]
    assert codes(reviewed) == ["review_open"]
    assert review.state == "requested"


def test_chair_in_conflict_or_without_a_fresh_sign_in_does_not_correct(now: datetime) -> None:
    stage = a_stage_set(now)
    decision = stage.decide(stage.closed(now), "go", now, **FUNDED)
    TeamMemberFactory(case=stage.case, user=stage.chair, role="sponsor")
    ruling = Ruling("go", reason="It pays.", **FUNDING)

    with pytest.raises(NotAllowedNow) as refused:
        correct(stage, decision, now + DAY, funding_amount=Decimal(1))
    with pytest.raises(RecentSignInRequired):
        correct_decision(
            decision_id=decision.pk, note="No.", ruling=ruling, actor=stage.deputy, sign_in=SignIn(), now=now
        )

    assert codes(refused) == ["in_conflict"]


def test_correction_without_a_reason_can_not_be_stored(now: datetime) -> None:
    stage = a_stage_set(now)
    decision = stage.decide(stage.closed(now), "go", now, **FUNDED)
    decision.pk, decision.number, decision.corrects_id = None, 9, decision.pk

    with pytest.raises(IntegrityError, match="gates_decision_correction_reasoned"), transaction.atomic():
        decision.save(force_insert=True)


def test_both_records_show_the_link(signed_in: Callable[[User], Client]) -> None:
    now = timezone.now()
    stage = a_stage_set(now)
    decision = stage.decide(stage.closed(now), "go", now, **FUNDED)
    client = signed_in(stage.chair)
    page = f"/decisions/{decision.reference}/"

    form = client.get(f"{page}correct/").content.decode()
    body = {"note": "A digit was lost.", "reason": "It pays.", **FUNDING_IN_BODY, "funding_amount": "45000"}
    answer = client.post(f"{page}correct/", body)
    old, new = (client.get(path).content.decode() for path in (page, answer["Location"]))
    refused = client.post(answer["Location"] + "correct/", {"note": "", "reason": "It pays."})

    made = Decision.objects.get(corrects=decision)
    assert "Why is it corrected?" in form
    assert f"Corrected by {made.reference}" in old
    assert f"Corrects {decision.reference}" in new
    assert refused.status_code == 422
