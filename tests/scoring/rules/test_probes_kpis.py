"""KPI readings against their thresholds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules.probes import Kpi, Reading, Threshold, futile_kpis, run_probe
from scoring.rules.probes.kpis import normal_quantile, pooled
from scoring.rules.readiness import ProbeResult
from tests.scoring.rules.examples import NOW, default_playbook, probe_facts, record

DAY = timedelta(days=1)
ACCURACY = Kpi(
    record("kpi", 1, "Accuracy"),
    role="acceptance",
    kind="quality",
    unit="share",
    direction="higher",
    baseline=Decimal("0.60"),
    target=Decimal("0.95"),
    thresholds=(Threshold(1, Decimal("0.80")), Threshold(2, Decimal("0.80"))),
)


def reading(value: str, error: str | None = None, **changes: object) -> Reading:
    usual = Reading(
        record=record("reading", int(changes.pop("id_", 1))),
        value=Decimal(value),
        sample_size=100,
        observed_from=NOW - 5 * DAY,
        observed_to=NOW - 4 * DAY,
        iteration=1,
        error=None if error is None else Decimal(error),
        set_key="a",
    )
    return replace(usual, **changes)


def two_sets(value: str, error: str | None = None) -> tuple[Reading, Reading]:
    return reading(value, error), reading(value, error, set_key="b", id_=2)


def judged(*readings: Reading, gate: int = 1, iteration: int = 1, **kpi: object) -> ProbeResult:
    facts = probe_facts(gate=gate, stage=gate, iteration=iteration, kpis=(replace(ACCURACY, readings=readings, **kpi),))
    return run_probe("kpi_meets_threshold", facts, default_playbook())


@pytest.mark.parametrize(
    ("readings", "verdict", "code"),
    [
        (two_sets("0.80"), "pass", "kpi_meets_threshold"),
        (two_sets("0.79"), "fail", "kpi_misses_threshold"),
        # Two readings of 0.02 pool to an error of 0.0141; at 90 % the bound lies 0.0181 off the mean.
        (two_sets("0.82", "0.02"), "pass", "kpi_meets_threshold"),
        (two_sets("0.81", "0.02"), "not_enough_evidence", "kpi_inconclusive"),
        (two_sets("0.79", "0.02"), "not_enough_evidence", "kpi_inconclusive"),
        (two_sets("0.80", "0.02"), "not_enough_evidence", "kpi_at_threshold"),
        (two_sets("0.78", "0.02"), "fail", "kpi_misses_threshold"),
        ((), "not_enough_evidence", "kpi_without_readings"),
        ((reading("0.9"),), "not_enough_evidence", "kpi_too_few_sets"),
        ((reading("0.9"), reading("0.9", id_=2)), "not_enough_evidence", "kpi_too_few_sets"),
        (tuple(replace(item, set_key="") for item in two_sets("0.9")), "not_enough_evidence", "kpi_too_few_sets"),
        (
            tuple(replace(item, sample_size=24) for item in two_sets("0.9")),
            "not_enough_evidence",
            "kpi_too_few_samples",
        ),
        (tuple(replace(item, sample_size=25) for item in two_sets("0.9")), "pass", "kpi_meets_threshold"),
        (
            tuple(replace(item, sample_size=0) for item in two_sets("0.9")),
            "not_enough_evidence",
            "kpi_without_readings",
        ),
        (tuple(replace(item, iteration=2) for item in two_sets("0.9")), "not_enough_evidence", "kpi_without_readings"),
        (
            tuple(replace(item, observed_to=NOW + DAY) for item in two_sets("0.9")),
            "not_enough_evidence",
            "kpi_without_readings",
        ),
        (tuple(replace(item, observed_to=NOW - 30 * DAY) for item in two_sets("0.9")), "stale", "kpi_readings_stale"),
        (tuple(replace(item, observed_to=NOW - 29 * DAY) for item in two_sets("0.9")), "pass", "kpi_meets_threshold"),
    ],
)
def test_kpi_at_gate_1(readings, verdict, code):
    result = judged(*readings)

    assert (result.verdict, result.code) == (verdict, code)
    assert result.achievement == (1 if verdict == "pass" else 0)


def test_kpi_where_less_is_better_turns_the_comparison():
    threshold = (Threshold(1, Decimal(3)),)

    below = judged(*two_sets("2.9"), direction="lower", thresholds=threshold)
    above = judged(*two_sets("3.1"), direction="lower", thresholds=threshold)

    assert (below.verdict, above.verdict) == ("pass", "fail")


def test_result_states_bound_and_method():
    bounded = judged(*two_sets("0.90", "0.02"))
    point = judged(*two_sets("0.90"))

    assert (bounded.params["bound"], bounded.params["method"]) == (Decimal("0.881875"), "normal_bound_90")
    assert (point.params["bound"], point.params["method"]) == (Decimal("0.9"), "point_estimate")


def test_inconclusive_result_says_how_many_more_samples_would_settle_it():
    # The margin of 0.018124 at 200 samples has to shrink to 0.01: 200 · 1.8124² = 657 in all.
    assert judged(*two_sets("0.81", "0.02")).params["more_samples"] == 457


def test_reading_without_error_takes_the_largest_given():
    known, unknown = reading("0.9", "0.02"), reading("0.9", set_key="b", id_=2)

    assert pooled([known, unknown]) == pooled([known, replace(unknown, error=Decimal("0.02"))])


def test_label_delay_keeps_readings_fresh_for_longer():
    old = tuple(replace(item, observed_to=NOW - 35 * DAY, observed_from=NOW - 36 * DAY) for item in two_sets("0.9"))

    assert (judged(*old).verdict, judged(*old, label_delay_days=7).verdict) == ("stale", "pass")


def test_result_changes_when_the_newest_reading_gets_old():
    assert judged(*two_sets("0.9")).changes_at == NOW + 26 * DAY


@pytest.mark.parametrize(
    ("raters", "agreement", "verdict"),
    [
        (2, "0.7", "pass"),
        (1, "0.7", "not_enough_evidence"),
        (None, None, "not_enough_evidence"),
        (2, None, "not_enough_evidence"),
    ],
)
def test_human_rating_needs_two_raters_and_their_agreement(raters, agreement, verdict):
    rated = [
        replace(item, raters=raters, agreement=None if agreement is None else Decimal(agreement))
        for item in two_sets("0.9")
    ]

    assert judged(*rated, human_rated=True).verdict == verdict


def test_readings_before_the_end_of_warm_up_do_not_count():
    assert judged(*two_sets("0.9"), counts_from=NOW - 4 * DAY).code == "kpi_without_readings"


def test_readings_that_began_before_a_threshold_was_eased_do_not_count():
    eased = (Threshold(1, Decimal("0.70"), eased_at=NOW - 4 * DAY),)

    assert judged(*two_sets("0.9"), thresholds=eased).code == "kpi_without_readings"


def test_kpi_without_a_threshold_is_not_enough():
    assert judged(*two_sets("0.9"), thresholds=()).code == "kpi_threshold_missing"


def test_gate_without_a_counting_kpi_is_not_enough():
    assert judged(*two_sets("0.9"), role="guardrail").code == "no_kpi_for_gate"


def weekly(weeks: int, value: str = "0.9", per_week: int = 1) -> list[Reading]:
    """Readings of the last weeks, the newest a day old."""
    ends = [NOW - DAY - 7 * DAY * week - timedelta(hours=at) for week in range(weeks) for at in range(per_week)]
    return [
        reading(value, observed_from=end - 6 * DAY, observed_to=end, id_=number) for number, end in enumerate(ends, 1)
    ]


@pytest.mark.parametrize(
    ("readings", "kpi", "code"),
    [
        (weekly(5), {}, "kpi_meets_threshold"),
        (weekly(3), {}, "kpi_too_few_periods"),
        (weekly(2, per_week=5), {}, "kpi_too_few_periods"),
        (weekly(5), {"cadence_days": 30}, "kpi_too_few_periods"),
        (weekly(10), {"cadence_days": 30}, "kpi_meets_threshold"),
    ],
)
def test_kpi_at_gate_2_needs_periods_over_weeks(readings, kpi, code):
    assert judged(*readings, gate=2, role="primary", **kpi).code == code


def test_only_one_reading_of_a_period_counts_at_gate_2():
    spread = judged(*weekly(5, per_week=3), gate=2, role="primary", min_samples=501)

    assert (spread.code, spread.params["samples"]) == ("kpi_too_few_samples", 500)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (("0.9", "0.9"), ("pass", "kpis_meet_threshold")),
        (("0.9", "0.7"), ("fail", "kpi_misses_threshold")),
        (("0.9", None), ("not_enough_evidence", "kpi_without_readings")),
        ((None, "0.7"), ("fail", "kpi_misses_threshold")),
    ],
)
def test_worst_kpi_decides_for_all(verdicts, expected):
    kpis = tuple(
        replace(ACCURACY, record=record("kpi", number), readings=two_sets(value) if value else ())
        for number, value in enumerate(verdicts)
    )

    result = run_probe("kpi_meets_threshold", probe_facts(gate=1, stage=1, kpis=kpis), default_playbook())

    assert (result.verdict, result.code) == expected


@pytest.mark.parametrize(
    ("value", "error", "futile"),
    [("0.69", None, True), ("0.70", None, False), ("0.69", "0.02", False), ("0.60", "0.02", True)],
)
def test_kpi_is_futile_under_half_of_what_was_promised(value, error, futile):
    kpi = replace(ACCURACY, readings=two_sets(value, error))

    found = futile_kpis(probe_facts(gate=1, stage=1, kpis=(kpi,)), default_playbook())

    assert found == ((kpi.record,) if futile else ())


@pytest.mark.parametrize("changes", [{"baseline": None}, {"readings": ()}, {"baseline": Decimal("0.80")}])
def test_kpi_without_promise_or_readings_is_never_futile(changes):
    kpi = replace(ACCURACY, **{"readings": two_sets("0.1"), **changes})

    assert futile_kpis(probe_facts(gate=1, stage=1, kpis=(kpi,)), default_playbook()) == ()


def test_normal_quantile_is_the_known_one():
    assert [normal_quantile(Fraction(*share)) for share in ((9, 10), (4, 5))] == [Decimal("1.2816"), Decimal("0.8416")]


@given(st.lists(st.tuples(st.integers(-100, 100), st.integers(1, 500)), min_size=1, max_size=6))
def test_pooled_mean_lies_between_the_readings(values):
    readings = [reading(str(value), sample_size=size) for value, size in values]

    result = pooled(readings)

    assert min(item.value for item in readings) <= round(result.mean, 20) <= max(item.value for item in readings)
