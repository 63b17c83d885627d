"""Each signal of each detector: where it holds, where it does not, and where it can not be told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules.detectors import (
    DETECTORS_BY_KEY,
    DetectorFacts,
    FeedbackGiven,
    ScopeChange,
    Turn,
    find,
    find_all,
    find_nothing,
    next_moment,
    swamp_signs,
)
from scoring.rules.detectors.hype_chasing import buzzwords_in
from scoring.rules.detectors.shapes import Signal, both, conclude
from scoring.rules.probes import CostPlan, Estimate, Threshold
from scoring.rules.reasons import Record
from scoring.rules.vocabulary import DETECTORS
from tests.scoring.rules.detector_cases import (
    ACCEPTANCE,
    BOX,
    BUSINESS,
    DAY,
    PLAN,
    PRIMARY,
    clean,
    reading,
    team,
    without,
)
from tests.scoring.rules.examples import NOW, default_playbook, revision
from tests.scoring.rules.test_probes_cost import cost

PAST_HALF = replace(BOX, percent=50)
OVER = replace(BOX, percent=130, ends_at=NOW - 9 * DAY)
NO_BOX = replace(BOX, percent=None, ends_at=None, days=None)
NO_GOVERNANCE = without(
    *(criterion.key for criterion in default_playbook().criteria if criterion.dimension == "governance")
)
PASSING = replace(ACCEPTANCE, readings=(reading("0.85", 30), reading("0.86", 29, id_=2)))
PARTLY_ESTIMATED = replace(PLAN, estimates=(Estimate("people", Decimal(9)),))


def _plan(**changes: Any) -> CostPlan:
    return replace(PLAN, **changes)


def _late(count: int, early: int, requested_days_ago: int = 1) -> dict[str, Any]:
    """So many pieces of governance evidence in the last 72 hours before the request, and so many earlier ones."""
    revisions = [
        replace(revision(days), record=Record("evidence_revision", at, "paper"))
        for at, days in enumerate([requested_days_ago + 1] * count + [requested_days_ago + 20] * early)
    ]
    answers = without("preliminary_plan")
    answers["tier_confirmed"] = replace(answers["tier_confirmed"], evidence=tuple(revisions))
    return {"answers": answers, "requested_at": NOW - requested_days_ago * DAY}


def _feedback(days_ago: int, answered_days_ago: int | None = None) -> FeedbackGiven:
    answered_at = None if answered_days_ago is None else NOW - answered_days_ago * DAY
    return FeedbackGiven(Record("feedback", 1, "slow"), NOW - days_ago * DAY, answered_at)


def _scope(days_ago: int) -> tuple[ScopeChange, ...]:
    return (ScopeChange(Record("scope_item", 1, "one more thing"), NOW - days_ago * DAY),)


# detector, signal, state, stage, what of the clean case is changed
CASES: list[tuple[str, str, str, int, dict[str, Any]]] = [
    ("sandbox_heroics", "no_production_path", "fired", 1, {"answers": without("production_path"), "box": PAST_HALF}),
    ("sandbox_heroics", "no_production_path", "clear", 1, {"answers": without("production_path")}),
    ("sandbox_heroics", "no_production_path", "clear", 1, {"box": PAST_HALF}),
    ("sandbox_heroics", "no_production_path", "clear", 0, {"answers": without("production_path"), "box": PAST_HALF}),
    ("sandbox_heroics", "no_production_path", "fired", 3, {"answers": without("production_path"), "box": NO_BOX}),
    ("sandbox_heroics", "no_production_path", "cannot_tell", 1, {"answers": without("production_path"), "box": NO_BOX}),
    ("sandbox_heroics", "no_production_path", "cannot_tell", 1, {"answers": without("production_path"), "box": None}),
    ("sandbox_heroics", "no_operations_person", "fired", 2, {"probe": {"team": team("engineering", "data_owner")}}),
    ("sandbox_heroics", "no_operations_person", "clear", 2, {}),
    ("sandbox_heroics", "no_operations_person", "clear", 1, {"probe": {"team": team("engineering")}}),
    ("sandbox_heroics", "few_disciplines", "fired", 1, {"probe": {"team": team("data_science", "data_owner")}}),
    ("sandbox_heroics", "few_disciplines", "clear", 1, {"probe": {"team": team("data_science", "engineering")}}),
    ("sandbox_heroics", "few_disciplines", "cannot_tell", 1, {"probe": {"team": ()}}),
    ("sandbox_heroics", "nothing_instrumented", "fired", 1, {"answers": without("instrumented")}),
    ("sandbox_heroics", "nothing_instrumented", "clear", 0, {"answers": without("instrumented")}),
    ("sandbox_heroics", "nothing_instrumented", "clear", 1, {}),
    ("hype_chasing", "technology_first", "fired", 0, {"probe": {"kpis": (replace(PRIMARY, baseline=None),)}}),
    ("hype_chasing", "technology_first", "fired", 0, {"probe": {"kpis": (replace(PRIMARY, target=None),)}}),
    ("hype_chasing", "technology_first", "fired", 0, {"probe": {"team": team("engineering")}}),
    ("hype_chasing", "technology_first", "clear", 0, {"probe": {"kpis": ()}, "technology": ()}),
    ("hype_chasing", "technology_first", "clear", 0, {}),
    ("hype_chasing", "many_buzzwords", "fired", 0, {"title": " ".join(["AI-powered generative AI"] * 30)}),
    ("hype_chasing", "many_buzzwords", "clear", 0, {}),
    ("hype_chasing", "ai_not_justified", "fired", 0, {"answers": without("ai_justified")}),
    ("hype_chasing", "ai_not_justified", "clear", 0, {}),
    ("governance_later", "governance_untouched", "fired", 1, {"answers": NO_GOVERNANCE, "box": PAST_HALF}),
    ("governance_later", "governance_untouched", "clear", 1, {"answers": NO_GOVERNANCE}),
    ("governance_later", "governance_untouched", "clear", 1, {"box": PAST_HALF}),
    ("governance_later", "governance_untouched", "cannot_tell", 1, {"answers": NO_GOVERNANCE, "box": NO_BOX}),
    ("governance_later", "governance_in_last_days", "fired", 1, _late(5, 3)),
    ("governance_later", "governance_in_last_days", "clear", 1, _late(4, 4)),
    ("governance_later", "governance_in_last_days", "clear", 1, _late(6, 0)),
    ("governance_later", "governance_in_last_days", "clear", 1, {**_late(8, 0), "requested_at": None}),
    ("cost_blindness", "run_rate_over_cap", "fired", 1, {"probe": {"cost_plan": _plan(
        estimates=tuple(Estimate(line.line, Decimal("10.01")) for line in PLAN.estimates))}}),
    ("cost_blindness", "run_rate_over_cap", "clear", 1, {}),
    ("cost_blindness", "run_rate_over_cap", "cannot_tell", 1, {"probe": {"cost_plan": _plan(caps=())}}),
    ("cost_blindness", "run_rate_over_cap", "cannot_tell", 1, {
        "probe": {"cost_plan": PARTLY_ESTIMATED, "business_case": None}}),
    ("cost_blindness", "run_rate_over_benefit", "fired", 1, {
        "probe": {"business_case": replace(BUSINESS, benefit_likely=Decimal(1943))}}),
    ("cost_blindness", "run_rate_over_benefit", "clear", 1, {
        "probe": {"business_case": replace(BUSINESS, benefit_likely=Decimal(1944))}}),
    ("cost_blindness", "run_rate_over_benefit", "cannot_tell", 1, {"probe": {"business_case": None}}),
    ("cost_blindness", "cap_breach_sure", "clear", 1, {}),
    ("cost_blindness", "cap_breach_sure", "cannot_tell", 1, {"probe": {"cost_plan": None}}),
    ("cost_blindness", "cost_lines_missing", "fired", 1, {"probe": {"cost_plan": PARTLY_ESTIMATED}}),
    ("cost_blindness", "cost_lines_missing", "fired", 1, {"probe": {"cost_plan": None}}),
    ("cost_blindness", "cost_lines_missing", "clear", 0, {"probe": {"cost_plan": None}}),
    ("cost_blindness", "no_optimisation_plan", "fired", 2, {"answers": without("optimisation_plan")}),
    ("cost_blindness", "no_optimisation_plan", "clear", 1, {"answers": without("optimisation_plan")}),
    ("cost_blindness", "no_optimisation_plan", "clear", 2, {}),
    ("no_change_management", "users_not_prepared", "fired", 2, {
        "answers": without("training_plan"), "probe": {"team": team("engineering", "operations")}}),
    ("no_change_management", "users_not_prepared", "clear", 1, {
        "answers": without("training_plan"), "probe": {"team": team("engineering", "operations")}}),
    ("no_change_management", "users_not_prepared", "clear", 2, {
        "answers": without("training_plan"), "probe": {"team": team("engineering")}, "feedback": (_feedback(3),)}),
    ("no_change_management", "users_not_prepared", "clear", 2, {
        "answers": without("training_plan"), "probe": {"team": team("engineering")},
        "training": (Record("training_session", 1, "first"),)}),
    ("no_change_management", "users_not_prepared", "clear", 2, {"answers": without("training_plan")}),
    ("no_change_management", "no_user_representative", "fired", 1, {"probe": {"team": team("engineering")}}),
    ("no_change_management", "no_user_representative", "clear", 0, {"probe": {"team": team("engineering")}}),
    ("no_change_management", "no_user_representative", "clear", 1, {}),
    ("no_change_management", "feedback_unanswered", "fired", 2, {"feedback": (_feedback(30),)}),
    ("no_change_management", "feedback_unanswered", "clear", 2, {"feedback": (_feedback(29),)}),
    ("no_change_management", "feedback_unanswered", "clear", 2, {"feedback": (_feedback(60, 2),)}),
    ("weak_metrics", "no_baseline_or_target", "fired", 1, {"probe": {"kpis": ()}}),
    ("weak_metrics", "no_baseline_or_target", "fired", 1, {"probe": {"kpis": (replace(PRIMARY, target=None),)}}),
    ("weak_metrics", "no_baseline_or_target", "clear", 0, {"probe": {"kpis": (replace(PRIMARY, target=None),)}}),
    ("weak_metrics", "no_baseline_or_target", "clear", 1, {}),
    ("weak_metrics", "no_baseline_or_target", "cannot_tell", 0, {"probe": {"kpis": ()}}),
    ("weak_metrics", "threshold_eased", "fired", 1, {"eased": (Record("kpi_threshold", 1, "gate 1"),)}),
    ("weak_metrics", "threshold_eased", "clear", 1, {}),
    ("weak_metrics", "threshold_eased", "cannot_tell", 0, {"probe": {"kpis": ()}}),
    ("weak_metrics", "readings_stale", "fired", 1, {
        "probe": {"kpis": (PRIMARY, replace(ACCEPTANCE, readings=(reading("0.7", 31),)))}}),
    ("weak_metrics", "readings_stale", "clear", 1, {}),
    ("weak_metrics", "readings_stale", "clear", 0, {}),
    ("weak_metrics", "readings_stale", "cannot_tell", 1, {"probe": {"kpis": (PRIMARY, ACCEPTANCE)}}),
    ("weak_metrics", "target_is_baseline", "fired", 1, {"probe": {"kpis": (replace(PRIMARY, target=Decimal(40)),)}}),
    ("weak_metrics", "target_is_baseline", "clear", 1, {}),
    ("weak_metrics", "target_is_baseline", "cannot_tell", 1, {"probe": {"kpis": (replace(PRIMARY, target=None),)}}),
    ("gold_plating", "kept_in_prototype", "fired", 1, {"probe": {"kpis": (PRIMARY, PASSING)}, "box": OVER}),
    ("gold_plating", "kept_in_prototype", "clear", 1, {"probe": {"kpis": (PRIMARY, PASSING)}}),
    ("gold_plating", "kept_in_prototype", "clear", 1, {"box": OVER}),
    ("gold_plating", "kept_in_prototype", "clear", 1, {
        "probe": {"kpis": (PRIMARY, PASSING)}, "box": OVER, "requested_at": NOW - DAY}),
    ("gold_plating", "kept_in_prototype", "clear", 2, {"probe": {"kpis": (PRIMARY, PASSING)}, "box": OVER}),
    ("gold_plating", "kept_in_prototype", "cannot_tell", 1, {"probe": {"kpis": (PRIMARY,)}, "box": OVER}),
    ("gold_plating", "kept_in_prototype", "cannot_tell", 1, {"probe": {"kpis": (PRIMARY, PASSING)}, "box": NO_BOX}),
    ("gold_plating", "scope_after_pass", "fired", 1, {"probe": {"kpis": (PRIMARY, PASSING)}, "scope": _scope(2)}),
    ("gold_plating", "scope_after_pass", "clear", 1, {"probe": {"kpis": (PRIMARY, PASSING)}, "scope": _scope(29)}),
    ("gold_plating", "scope_after_pass", "clear", 1, {"scope": _scope(2)}),
    ("gold_plating", "scope_after_pass", "clear", 1, {
        "probe": {"kpis": (PRIMARY, PASSING)}, "scope": _scope(2), "requested_at": NOW - DAY}),
    ("gold_plating", "scope_after_pass", "cannot_tell", 1, {"probe": {"kpis": (PRIMARY, ACCEPTANCE)},
        "scope": _scope(2)}),
    ("gold_plating", "little_gained", "fired", 1, {"probe": {"kpis": (PRIMARY, replace(
        PASSING, readings=(*PASSING.readings, reading("0.861", 1, id_=3))))}}),
    ("gold_plating", "little_gained", "clear", 1, {"probe": {"kpis": (PRIMARY, replace(
        PASSING, readings=(*PASSING.readings, reading("0.89", 1, id_=3))))}}),
    ("gold_plating", "little_gained", "clear", 1, {}),
    ("gold_plating", "little_gained", "cannot_tell", 1, {"probe": {"kpis": (PRIMARY, PASSING)}}),
    ("gold_plating", "little_gained", "cannot_tell", 1, {"probe": {"kpis": (PRIMARY, replace(
        PASSING, readings=(*PASSING.readings, reading("0.861", 25, id_=3))))}}),
]  # fmt: skip


@pytest.mark.parametrize(("detector", "code", "state", "stage", "changes"), CASES)
def test_signal_of_a_case_has_the_expected_state(
    detector: str, code: str, state: str, stage: int, changes: dict[str, Any]
) -> None:
    found = find(detector, clean(stage, **changes), default_playbook())

    assert {signal.code: signal.state for signal in found.signals}[code] == state


def test_every_signal_has_a_case_where_it_holds_and_one_where_it_does_not() -> None:
    known = {(key, signal.code) for key in DETECTORS for signal in find(key, clean(), default_playbook()).signals}

    assert {(detector, code) for detector, code, state, *_rest in CASES if state == "clear"} == known
    missing = known - {(detector, code) for detector, code, state, *_rest in CASES if state == "fired"}
    assert missing == {("cost_blindness", "cap_breach_sure")}


@pytest.mark.parametrize("detector", DETECTORS)
@pytest.mark.parametrize("stage", [0, 1, 2])
def test_case_in_good_order_is_clear(detector: str, stage: int) -> None:
    assert find(detector, clean(stage), default_playbook()).state == "clear"


def test_entries_over_the_cap_are_a_sure_breach_with_their_records() -> None:
    found = find("cost_blindness", clean(probe={"costs": (cost(1001),)}), default_playbook())

    (signal,) = [signal for signal in found.signals if signal.state == "fired"]
    assert (found.state, found.severity, signal.code) == ("fired", "serious", "cap_exceeded")
    assert signal.params == {"spent": Decimal(1001), "cap": Decimal(1000), "scope": "stage"}
    assert {record.type for record in found.records} == {"cost_cap", "cost"}


def test_fired_signal_names_numbers_and_records() -> None:
    facts = clean(2, probe={"team": team("engineering", "data_owner")})

    found = find("sandbox_heroics", facts, default_playbook())

    (signal,) = [signal for signal in found.signals if signal.state == "fired"]
    assert (signal.code, dict(signal.params), signal.records) == ("no_operations_person", {"stage": 2}, (facts.case,))
    assert found.records == (facts.case,)


def test_pass_is_dated_by_the_reading_that_brought_it() -> None:
    readings = (reading("0.60", 40), reading("0.61", 39, id_=2), reading("0.99", 20, id_=3), reading("0.99", 6, id_=4))
    facts = clean(probe={"kpis": (PRIMARY, replace(ACCEPTANCE, readings=readings))}, scope=_scope(7))

    found = find("gold_plating", facts, default_playbook())

    # Means of 0.605, 0.733 and 0.798 miss 0.80 until more of 0.99 comes in.
    assert {signal.code: signal.state for signal in found.signals}["scope_after_pass"] == "clear"


def test_stale_readings_were_a_pass_all_the_same() -> None:
    old = replace(ACCEPTANCE, readings=(reading("0.85", 130), reading("0.86", 129, id_=2)))

    found = find("gold_plating", clean(probe={"kpis": (PRIMARY, old)}, box=OVER), default_playbook())

    assert (found.state, found.severity) == ("fired", "serious")


def _signals(*states: tuple[bool, str]) -> tuple[Signal, ...]:
    return tuple(Signal("x", strong, state) for strong, state in states)


@pytest.mark.parametrize(
    ("signals", "state", "severity"),
    [
        ([(True, "fired")], "fired", "serious"),
        ([(True, "fired"), (True, "cannot_tell")], "fired", "serious"),
        ([(False, "fired"), (False, "fired")], "fired", "moderate"),
        ([(False, "fired")], "clear", ""),
        ([(False, "fired"), (False, "cannot_tell")], "cannot_tell", ""),
        ([(True, "cannot_tell"), (False, "clear")], "cannot_tell", ""),
        ([(False, "cannot_tell"), (False, "clear")], "clear", ""),
        ([(False, "cannot_tell"), (False, "cannot_tell")], "cannot_tell", ""),
        ([], "clear", ""),
    ],
)
def test_one_strong_or_two_weak_signals_fire(signals: list[tuple[bool, str]], state: str, severity: str) -> None:
    found = conclude("weak_metrics", 1, _signals(*signals), default_playbook().findings)

    assert (found.state, found.severity) == (state, severity)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["fired", "clear", "cannot_tell"])), max_size=6))
def test_knowing_more_never_turns_a_sure_finding(signals: list[tuple[bool, str]]) -> None:
    policy = default_playbook().findings
    before = conclude("weak_metrics", 1, _signals(*signals), policy).state

    for answer in ("fired", "clear"):
        known = [(strong, answer if state == "cannot_tell" else state) for strong, state in signals]
        after = conclude("weak_metrics", 1, _signals(*known), policy).state
        assert after in ("fired", "clear")
        assert before in (after, "cannot_tell")


@pytest.mark.parametrize(
    ("parts", "result"),
    [((True, True), True), ((True, None), None), ((False, None), False), ((), True), ((None, None), None)],
)
def test_conjunction_is_false_as_soon_as_one_part_is(parts: tuple[bool | None, ...], result: bool | None) -> None:
    assert both(*parts) is result


def test_case_that_is_not_judged_can_not_be_told_by_any_detector() -> None:
    found = find_nothing("ungated")

    assert [finding.detector for finding in found] == list(DETECTORS)
    assert {(finding.state, finding.severity, finding.signals[0].code) for finding in found} == {
        ("cannot_tell", "", "ungated")
    }


def test_registry_has_the_detectors_of_the_vocabulary_in_order() -> None:
    assert tuple(DETECTORS_BY_KEY) == DETECTORS


@pytest.mark.parametrize(
    ("text", "counted", "words"),
    [
        ("Generative AI for claims", 2, 4),
        ("An AI-powered, seamless chat", 2, 4),
        ("Sorting claims by hand", 0, 4),
        ("", 0, 0),
        ("GENERATIVE ai", 2, 2),
    ],
)
def test_buzzwords_are_counted_by_words_the_longest_phrase_first(text: str, counted: int, words: int) -> None:
    assert buzzwords_in(text, ["generative AI", "AI", "AI-powered", "seamless"]) == (counted, words)


@given(st.text(max_size=300))
def test_buzzwords_never_exceed_the_words(text: str) -> None:
    counted, words = buzzwords_in(text, default_playbook().findings.buzzwords)

    assert 0 <= counted <= words


_AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False)
_MOMENTS = st.integers(min_value=-400, max_value=400).map(lambda days: NOW + timedelta(days=days))
_READINGS = st.builds(
    lambda value, at, size, iteration, id_: reading(
        str(value), id_=id_, observed_from=at - DAY, observed_to=at, sample_size=size, iteration=iteration
    ),
    _AMOUNTS, _MOMENTS, st.integers(0, 500), st.integers(1, 2), st.integers(1, 9),
)  # fmt: skip
_KPIS = st.builds(
    lambda role, direction, baseline, target, threshold, readings, cadence: replace(
        PRIMARY, role=role, direction=direction, baseline=baseline, target=target, cadence_days=cadence,
        readings=tuple(readings),
        thresholds=() if threshold is None else tuple(Threshold(gate, threshold) for gate in (1, 2, 3)),
    ),
    st.sampled_from(["primary", "acceptance", "guardrail"]),
    st.sampled_from(["higher", "lower", ""]),
    st.none() | _AMOUNTS, st.none() | _AMOUNTS, st.none() | _AMOUNTS, st.lists(_READINGS, max_size=5),
    st.integers(0, 400),
)  # fmt: skip


def _anything(**drawn: Any) -> DetectorFacts:
    return clean(
        drawn["stage"],
        probe={"kpis": tuple(drawn["kpis"]), "business_case": drawn["business"], "team": (), "cost_plan": None},
        box=replace(BOX, percent=drawn["percent"], ends_at=drawn["ends_at"]),
        requested_at=drawn["requested_at"],
        last_act=drawn["last_act"],
        scope=tuple(ScopeChange(Record("scope_item", at, ""), moment) for at, moment in enumerate(drawn["scoped"])),
        feedback=tuple(FeedbackGiven(Record("feedback", 1, ""), moment, None) for moment in drawn["scoped"]),
        turns=tuple(Turn(moment, True, Record("hold", 1, "")) for moment in drawn["scoped"]),
        title=drawn["title"],
        answers={},
    )


ANYTHING = st.builds(
    _anything,
    stage=st.integers(0, 3),
    kpis=st.lists(_KPIS, max_size=3),
    percent=st.none() | st.integers(-10, 10_000),
    ends_at=st.none() | _MOMENTS,
    requested_at=st.none() | _MOMENTS,
    last_act=st.none() | _MOMENTS,
    scoped=st.lists(_MOMENTS, max_size=3),
    business=st.none()
    | st.builds(
        lambda likely, cost_at_scale: replace(BUSINESS, benefit_likely=likely, cost_at_scale=cost_at_scale),
        st.none() | _AMOUNTS,
        st.none() | _AMOUNTS,
    ),
    title=st.text(max_size=40),
)


@given(ANYTHING)
def test_detectors_never_raise_and_always_answer(facts: DetectorFacts) -> None:
    found = find_all(facts, default_playbook())

    assert [finding.detector for finding in found] == list(DETECTORS)
    assert {finding.state for finding in found} <= {"fired", "clear", "cannot_tell"}
    assert all((finding.state == "fired") == bool(finding.severity) for finding in found)


@given(ANYTHING)
def test_next_moment_lies_ahead(facts: DetectorFacts) -> None:
    moment = next_moment(facts, default_playbook())

    assert moment is None or moment > facts.now


@given(ANYTHING)
def test_swamp_signs_never_raise_and_come_once_each(facts: DetectorFacts) -> None:
    kinds = [sign.kind for sign in swamp_signs(facts, default_playbook())]

    assert len(kinds) == len(set(kinds))
