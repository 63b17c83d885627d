"""The rules of standing and of reviews that come by themselves, without a database."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.rules.proposals import (
    ProposalState,
    baseline_review_due,
    dismissal_blockers,
    months_after,
    operating_review_due,
    overdue_step,
    recommended_when_overdue,
)
from gates.rules.standing import (
    CapName,
    Cause,
    Standing,
    caps_raised,
    counts,
    is_outside_approval,
    lost,
    standing_of,
)
from scoring.rules.playbook.pace import BaselineReviews, OperatingReviews

TODAY = date(2026, 11, 29)
INCIDENT = Cause("serious_incident", "incident", "4", "It leaked.")
OPERATING = OperatingReviews(90, 6, (("high", 3),))
BASELINE = BaselineReviews((("high", 60), ("limited", 120)), 365)
CAUSES = st.lists(
    st.builds(
        Cause,
        st.sampled_from(["serious_incident", "cap_raised"]),
        st.just("incident"),
        st.sampled_from(["1", "2", "3"]),
    ),
    max_size=4,
)


def judged(before: Standing, causes: list[Cause], today: date = TODAY, *, has_go: bool = True) -> Standing:
    return standing_of(has_go=has_go, before=before, causes=causes, today=today, grace_days=14)


def test_go_lapses_with_a_cause_and_is_valid_again_without() -> None:
    valid = judged(Standing("valid"), [])
    lapsed = judged(valid, [INCIDENT])

    assert valid == Standing("valid")
    assert (lapsed.state, lapsed.review_due) == ("lapsed", date(2026, 12, 13))
    assert judged(lapsed, []) == Standing("valid")


def test_case_without_a_go_is_ungated_whatever_happens() -> None:
    assert judged(Standing("valid"), [INCIDENT], has_go=False) == Standing("ungated")


@given(CAUSES, CAUSES, st.integers(0, 400))
def test_looking_again_changes_nothing_and_a_known_cause_keeps_its_day(
    first: list[Cause], second: list[Cause], days: int
) -> None:
    once = judged(Standing("valid"), first)
    later = judged(once, second, TODAY + timedelta(days=days))

    assert judged(once, first, TODAY + timedelta(days=days)) == once
    assert (later.state == "lapsed") == bool(second)
    kept = {cause.identity for cause in first}
    for cause in later.causes:
        assert cause.since == (TODAY if cause.identity in kept else TODAY + timedelta(days=days))


def test_lost_criterion_is_another_subject_each_time_and_an_incident_always_the_same() -> None:
    criterion = Cause("standing_criterion_lost", "criterion", "rollback_tested", since=TODAY)

    assert criterion.subject == "criterion rollback_tested since 2026-11-29"
    assert INCIDENT.subject == "incident 4"
    assert (criterion.trigger, INCIDENT.trigger) == ("standing", "incident")


def test_playbook_chooses_what_reopens_but_not_overdue_conditions_and_breaches() -> None:
    assert counts("serious_incident", ["serious_incident"])
    assert not counts("serious_incident", ["cap_raised"])
    assert [counts(code, []) for code in ("condition_overdue", "cost_breach_sure")] == [True, True]


@pytest.mark.parametrize("kind", ["feature", "security_fix", "rollback"])
@pytest.mark.parametrize("is_approved", [False, True])
@pytest.mark.parametrize("any_approved", [False, True])
@pytest.mark.parametrize("stage", [None, 0, 1, 2, 3])
def test_release_is_outside_what_was_approved(
    kind: str, is_approved: bool, any_approved: bool, stage: int | None
) -> None:
    expected = kind == "feature" and not is_approved and (any_approved or stage == 3)

    assert is_outside_approval(kind=kind, is_approved=is_approved, any_approved=any_approved, stage=stage) == expected


def test_cap_is_raised_by_a_higher_amount_or_by_its_end_but_not_for_a_later_stage() -> None:
    before = {("case", None): Decimal(100), ("run_rate", None): Decimal(9), ("stage", 1): Decimal(5)}
    before |= {("stage", 2): Decimal(5)}
    now = {("case", None): Decimal(100), ("stage", 1): Decimal(6), ("stage", 2): Decimal(60), ("stage", 3): Decimal(1)}

    assert caps_raised(before, now, stage=1) == (("run_rate", None), ("stage", 1))
    assert caps_raised(before, now, stage=2) == (("run_rate", None), ("stage", 1), ("stage", 2))


CASE, RUN_RATE = ("case", None), ("run_rate", None)
AGREED = {CASE: 100, RUN_RATE: 9, ("stage", 0): 20, ("stage", 1): 40, ("stage", 2): 30}


@pytest.mark.parametrize(
    ("changed", "stage", "raised"),
    [
        ({CASE: 150, ("stage", 3): 50}, 2, ()),
        ({CASE: 120, ("stage", 3): 50}, 2, ()),
        ({CASE: 151, ("stage", 3): 50}, 2, (CASE,)),
        ({CASE: 150}, 2, (CASE,)),
        ({CASE: 150, ("stage", 3): 50}, 1, ()),
        # It is the present stage's now, and an addition of its own.
        ({CASE: 150, ("stage", 3): 50}, 3, (CASE,)),
        ({CASE: 150, ("stage", 3): 50}, None, (CASE,)),
        # A later stage's cap that was there already is raised by its own gate and makes no room.
        ({CASE: 110, ("stage", 2): 40}, 1, (CASE,)),
        ({CASE: 160, ("stage", 2): 80, ("stage", 3): 50}, 1, (CASE,)),
        ({CASE: 150, ("stage", 2): 31, ("stage", 3): 50}, 2, (("stage", 2),)),
        ({CASE: 150, RUN_RATE: 10, ("stage", 3): 50}, 2, (RUN_RATE,)),
        ({CASE: None, ("stage", 3): 50}, 2, (CASE,)),
    ],
)
def test_cap_of_the_case_may_rise_by_the_caps_added_for_later_stages(
    changed: dict[CapName, int | None], stage: int | None, raised: tuple[CapName, ...]
) -> None:
    before = {key: Decimal(amount) for key, amount in AGREED.items()}
    now = {key: Decimal(amount) for key, amount in {**AGREED, **changed}.items() if amount is not None}

    assert caps_raised(before, now, stage=stage) == raised


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100))
def test_cap_of_the_case_is_raised_when_it_rises_by_more_than_was_added(second: int, third: int, rise: int) -> None:
    before = {CASE: Decimal(100), ("stage", 1): Decimal(40)}
    now = {**before, ("stage", 2): Decimal(second), ("stage", 3): Decimal(third), CASE: Decimal(100 + rise)}

    assert caps_raised(before, now, stage=1) == ((CASE,) if rise > second + third else ())


def test_criterion_is_lost_only_when_it_was_settled_before() -> None:
    settled = frozenset({"pass", "waived"})
    before = {"a": "pass", "b": "fail", "c": "waived", "d": "pass"}
    now = {"a": "stale", "b": "stale", "c": "fail", "d": "pass", "e": "fail"}

    assert lost(before, now, settled=settled) == ("a", "c")


def test_operating_review_comes_round_by_tier() -> None:
    live, reviewed = date(2026, 1, 10), date(2026, 8, 31)
    first = operating_review_due(went_live=live, last_review=None, tier="high", policy=OPERATING)

    assert first == date(2026, 4, 10)
    assert operating_review_due(went_live=live, last_review=reviewed, tier="high", policy=OPERATING) == date(
        2026, 11, 30
    )
    assert operating_review_due(went_live=live, last_review=reviewed, tier="minimal", policy=OPERATING) == date(
        2027, 2, 28
    )
    assert operating_review_due(went_live=None, last_review=None, tier="high", policy=OPERATING) is None


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 120))
def test_months_later_is_the_same_day_or_the_last_of_the_month(day: date, months: int) -> None:
    later = months_after(day, months)

    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@pytest.mark.parametrize(("tier", "days"), [("high", 60), ("limited", 120), ("minimal", 365), ("unassessed", 365)])
def test_baseline_reviews_are_spread_evenly_within_the_days_of_the_tier(tier: str, days: int) -> None:
    numbers = range(1, days // 7 * 10 + 1)

    due = Counter(baseline_review_due(imported=TODAY, number=n, tier=tier, policy=BASELINE) for n in numbers)

    assert all(TODAY < day <= TODAY + timedelta(days=days) for day in due)
    assert set(due.values()) == {10}


@pytest.mark.parametrize(
    ("percent", "step"), [(None, None), (0, None), (149, None), (150, 150), (199, 150), (200, 200), (1_049, 1_000)]
)
def test_review_opens_at_one_and_a_half_time_boxes_and_every_half_after(percent: int | None, step: int | None) -> None:
    assert overdue_step(percent, Fraction(3, 2)) == step


@pytest.mark.parametrize(("ago", "outcome"), [(None, "stop"), (31, "stop"), (30, "pause"), (0, "pause")])
def test_silence_turns_the_recommended_pause_into_a_stop(ago: int | None, outcome: str) -> None:
    last = None if ago is None else TODAY - timedelta(days=ago)

    assert recommended_when_overdue(last_reading=last, today=TODAY, silent_days=30) == outcome


def test_proposal_is_dismissed_once_and_with_a_reason() -> None:
    assert dismissal_blockers(ProposalState(is_open=True, is_chair=True, reason="Seen.")) == []
    codes = [b.code for b in dismissal_blockers(ProposalState(is_open=False, is_chair=True, reason=" "))]
    assert codes == ["proposal_settled", "reason_missing"]
