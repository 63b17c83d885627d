"""KPI readings against their thresholds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules.probes import Kpi, Reading, Threshold, futile_kpis, kpi_evidence, run_probe
from scoring.rules.probes.kpis.evidence import figure
from scoring.rules.readiness import ProbeResult
from tests.scoring.rules.examples import NOW, default_playbook, probe_facts, record

DAY = timedelta(days=1)
FACTS = probe_facts(gate=1, stage=1)
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


def both(readings: tuple[Reading, ...], **changes: object) -> tuple[Reading, ...]:
    return tuple(replace(item, **changes) for item in readings)


def judged(*readings: Reading, gate: int = 1, iteration: int = 1, **kpi: object) -> ProbeResult:
    facts = probe_facts(gate=gate, stage=gate, iteration=iteration, kpis=(replace(ACCURACY, readings=readings, **kpi),))
    return run_probe("kpi_meets_threshold", facts, default_playbook())


@pytest.mark.parametrize(
    ("readings", "verdict", "code"),
    [
        # Two readings of 0.02 pool to an error of 0.0141; t(0.90, 198) = 1.2858 puts the bound 0.0182 off the mean.
        (two_sets("0.82", "0.02"), "pass", "kpi_meets_threshold"),
        (two_sets("0.81", "0.02"), "not_enough_evidence", "kpi_inconclusive"),
        (two_sets("0.79", "0.02"), "not_enough_evidence", "kpi_inconclusive"),
        (two_sets("0.80", "0.02"), "not_enough_evidence", "kpi_at_threshold"),
        (two_sets("0.78", "0.02"), "fail", "kpi_misses_threshold"),
        (two_sets("0.80", "0"), "pass", "kpi_meets_threshold"),
        (two_sets("0.79", "0"), "fail", "kpi_misses_threshold"),
        # Nothing tells the error: the mean alone neither passes nor fails.
        (two_sets("0.99"), "not_enough_evidence", "kpi_error_unknown"),
        (two_sets("0.10"), "not_enough_evidence", "kpi_error_unknown"),
        # Without errors two sets still show how much sets differ: t(0.90, 1) = 3.0777.
        ((reading("0.84"), reading("0.90", set_key="b", id_=2)), "not_enough_evidence", "kpi_inconclusive_sets"),
        ((reading("0.89"), reading("0.90", set_key="b", id_=2)), "pass", "kpi_meets_threshold"),
        ((), "not_enough_evidence", "kpi_without_readings"),
        ((reading("0.9", "0.01"),), "not_enough_evidence", "kpi_too_few_sets"),
        ((reading("0.9", "0.01"), reading("0.9", "0.01", id_=2)), "not_enough_evidence", "kpi_too_few_sets"),
        (both(two_sets("0.9", "0.01"), set_key=""), "not_enough_evidence", "kpi_too_few_sets"),
        (both(two_sets("0.9", "0.01"), sample_size=24), "not_enough_evidence", "kpi_too_few_samples"),
        (both(two_sets("0.9", "0.01"), sample_size=25), "pass", "kpi_meets_threshold"),
        (both(two_sets("0.9", "0.01"), sample_size=0), "not_enough_evidence", "kpi_no_reading_counts"),
        (both(two_sets("0.9", "0.01"), iteration=2), "not_enough_evidence", "kpi_no_reading_counts"),
        (both(two_sets("0.9", "0.01"), observed_to=NOW + DAY), "not_enough_evidence", "kpi_no_reading_counts"),
        (both(two_sets("0.9", "0.01"), observed_to=NOW - 30 * DAY), "stale", "kpi_readings_stale"),
        (both(two_sets("0.9", "0.01"), observed_to=NOW - 29 * DAY), "pass", "kpi_meets_threshold"),
    ],
)
def test_kpi_at_gate_1(readings, verdict, code):
    result = judged(*readings)

    assert (result.verdict, result.code) == (verdict, code)
    assert result.achievement == (1 if verdict == "pass" else 0)


def test_kpi_where_less_is_better_turns_the_comparison():
    threshold = (Threshold(1, Decimal(3)),)

    below = judged(*two_sets("2.9", "0.01"), direction="lower", thresholds=threshold)
    above = judged(*two_sets("3.1", "0.01"), direction="lower", thresholds=threshold)

    assert (below.verdict, below.params["side"], below.params["relation"]) == ("pass", "upper", "below")
    assert (above.verdict, above.params["side"], above.params["relation"]) == ("fail", "lower", "above")


def test_result_states_bound_side_method_and_samples():
    found = judged(*two_sets("0.90", "0.02")).params

    assert found == {
        "kpi": "Accuracy",
        "unit": "share",
        "threshold": Decimal("0.80"),
        "method": "student_t",
        "samples": 200,
        "confidence": "90",
        "side": "lower",
        "bound": Decimal("0.882"),
        "relation": "above",
    }


def test_share_without_an_error_is_judged_by_its_score_interval():
    # 71.5 % of 412 in two sets: Wilson's lower 90 % bound is 68.57 %.
    sets = [replace(item, sample_size=206) for item in two_sets("71.5")]
    share = {"unit": "%", "statistic": "proportion", "whole": 100}

    passes = judged(*sets, **share, thresholds=(Threshold(1, Decimal("68.56")),))
    between = judged(*sets, **share, thresholds=(Threshold(1, Decimal(70)),))

    assert (passes.verdict, passes.params["method"], passes.params["bound"]) == ("pass", "wilson", Decimal("68.6"))
    assert (between.code, between.params["more_samples"]) == ("kpi_inconclusive", 1121)


@pytest.mark.parametrize(
    ("value", "threshold", "shown"),
    [
        ("71.234567", "70", "71.2"),
        ("70.000123", "70", "70.0001"),
        ("69.999999", "70", "69.999999"),
        ("70", "70", "70"),
        ("1234567.891", "1000000", "1234568"),
        ("0.000123456", "0", "0.000123"),
        ("0", "0", "0"),
    ],
)
def test_figure_is_short_but_stays_on_its_side(value, threshold, shown):
    assert figure(Decimal(value), Decimal(threshold)) == Decimal(shown)


def test_inconclusive_result_says_how_many_more_samples_would_settle_it():
    # The margin of 0.0182 at 200 samples has to shrink to 0.01: 200 · 1.82² = 659 with t(0.90, 657) in all.
    assert judged(*two_sets("0.81", "0.02")).params["more_samples"] == 459


def test_set_measured_again_counts_once_with_its_newest_reading():
    first, second = two_sets("0.9", "0.01")
    old = replace(first, value=Decimal("0.1"), record=record("reading", 3), observed_to=NOW - 6 * DAY)

    found = kpi_evidence(replace(ACCURACY, readings=(old, first, second)), FACTS, default_playbook().kpis)

    assert (found.result.verdict, found.estimate.sets) == ("pass", 2)
    assert found.counting.excluded == {3: "same_set"}


def test_label_delay_keeps_readings_fresh_for_longer():
    old = tuple(
        replace(item, observed_to=NOW - 35 * DAY, observed_from=NOW - 36 * DAY) for item in two_sets("0.9", "0.01")
    )

    assert (judged(*old).verdict, judged(*old, label_delay_days=7).verdict) == ("stale", "pass")


def test_result_changes_when_the_newest_reading_gets_old():
    assert judged(*two_sets("0.9", "0.01")).changes_at == NOW + 26 * DAY


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
        for item in two_sets("0.9", "0.01")
    ]

    assert judged(*rated, human_rated=True).verdict == verdict


def test_readings_before_the_end_of_warm_up_do_not_count():
    assert judged(*two_sets("0.9", "0.01"), counts_from=NOW - 4 * DAY).code == "kpi_no_reading_counts"


def test_readings_that_began_before_a_threshold_was_eased_do_not_count():
    eased = (Threshold(1, Decimal("0.70"), eased_at=NOW - 4 * DAY),)

    assert judged(*two_sets("0.9", "0.01"), thresholds=eased).code == "kpi_no_reading_counts"


def test_kpi_without_a_threshold_is_not_enough():
    assert judged(*two_sets("0.9", "0.01"), thresholds=()).code == "kpi_threshold_missing"


def test_gate_without_a_counting_kpi_is_not_enough():
    assert judged(*two_sets("0.9", "0.01"), role="guardrail").code == "no_kpi_for_gate"


def weekly(weeks: int, value: str = "0.9", per_week: int = 1) -> list[Reading]:
    """Readings of the last weeks, the newest a day old."""
    ends = [NOW - DAY - 7 * DAY * week - timedelta(hours=at) for week in range(weeks) for at in range(per_week)]
    return [
        reading(value, "0.01", observed_from=end - 6 * DAY, observed_to=end, id_=number)
        for number, end in enumerate(ends, 1)
    ]


@pytest.mark.parametrize(
    ("readings", "kpi", "code"),
    [
        (weekly(5), {}, "kpi_meets_threshold"),
        (weekly(3), {}, "kpi_too_few_periods"),
        (weekly(2, per_week=5), {}, "kpi_too_few_periods"),
        (weekly(4), {"cadence_days": 30}, "kpi_too_few_periods"),
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
        replace(ACCURACY, record=record("kpi", number), readings=two_sets(value, "0.01") if value else ())
        for number, value in enumerate(verdicts)
    )

    result = run_probe("kpi_meets_threshold", probe_facts(gate=1, stage=1, kpis=kpis), default_playbook())

    assert (result.verdict, result.code) == expected


@pytest.mark.parametrize(
    ("value", "error", "futile"),
    [("0.69", "0", True), ("0.70", "0", False), ("0.69", "0.02", False), ("0.60", "0.02", True), ("0.10", None, False)],
)
def test_kpi_is_futile_under_half_of_what_was_promised(value, error, futile):
    kpi = replace(ACCURACY, readings=two_sets(value, error))

    found = futile_kpis(probe_facts(gate=1, stage=1, kpis=(kpi,)), default_playbook())

    assert found == ((kpi.record,) if futile else ())


@pytest.mark.parametrize("changes", [{"baseline": None}, {"readings": ()}, {"baseline": Decimal("0.80")}])
def test_kpi_without_promise_or_readings_is_never_futile(changes):
    kpi = replace(ACCURACY, **{"readings": two_sets("0.1", "0.01"), **changes})

    assert futile_kpis(probe_facts(gate=1, stage=1, kpis=(kpi,)), default_playbook()) == ()


@pytest.mark.parametrize("gate", [2, 3])
def test_gap_between_periods_breaks_the_run(gate):
    weeks = weekly(8)
    threshold = (Threshold(gate, Decimal("0.80")),)

    whole = judged(*weeks, gate=gate, role="primary", thresholds=threshold)
    broken = judged(*weeks[:2], *weeks[3:], gate=gate, role="primary", thresholds=threshold)

    assert whole.verdict == "pass"
    assert (broken.code, broken.params["periods"]) == ("kpi_too_few_periods", 2)


def test_weeks_that_end_before_midnight_are_whole_weeks():
    end = timedelta(hours=23, minutes=59)
    readings = [
        replace(item, observed_from=NOW - 29 * DAY + 7 * week * DAY, observed_to=NOW - 23 * DAY + 7 * week * DAY + end)
        for week, item in enumerate(weekly(4))
    ]

    assert judged(*readings, gate=2, role="primary").verdict == "pass"


@pytest.mark.parametrize(
    ("gate", "cadence", "days_ago", "verdict"),
    [
        (1, 7, 29, "pass"),
        (1, 60, 31, "stale"),
        (2, 7, 13, "pass"),
        (2, 7, 14, "stale"),
        (2, 28, 27, "pass"),
        (2, 28, 28, "stale"),
        (3, 7, 29, "pass"),
        (3, 7, 30, "stale"),
        (3, 90, 89, "pass"),
    ],
)
def test_window_of_freshness_follows_gate_and_cadence(gate, cadence, days_ago, verdict):
    number = 2 if gate == 1 else 5
    step = timedelta(days=cadence)
    readings = [
        reading(
            "0.9",
            "0.01",
            set_key=str(index),
            id_=index + 1,
            observed_to=NOW - days_ago * DAY - index * step,
            observed_from=NOW - days_ago * DAY - (index + 1) * step,
        )
        for index in range(number)
    ]
    threshold = (Threshold(gate, Decimal("0.80")),)
    role = "acceptance" if gate == 1 else "primary"

    assert judged(*readings, gate=gate, role=role, cadence_days=cadence, thresholds=threshold).verdict == verdict


def test_reading_that_names_one_rater_is_no_rating_even_if_the_kpi_does_not_ask():
    assert judged(*both(two_sets("0.9", "0.01"), raters=1)).code == "kpi_no_reading_counts"


@pytest.mark.parametrize(("agreement", "counts"), [("0.01", True), ("0", False), ("-0.2", False)])
def test_raters_have_to_agree_better_than_by_chance(agreement, counts):
    rated = both(two_sets("0.9", "0.01"), raters=3, agreement=Decimal(agreement))

    assert (judged(*rated, human_rated=True).verdict == "pass") is counts


def test_marked_threshold_is_named_among_the_records():
    mark = record("kpi_threshold", 7)
    plain, marked = (Threshold(1, Decimal("0.8"), late=late, record=mark) for late in (False, True))

    found = [judged(*two_sets("0.9", "0.01"), thresholds=(each,)).records for each in (plain, marked)]

    assert [mark in records for records in found] == [False, True]


def test_records_name_the_kpi_and_then_the_newest_reading_first():
    older, newer = sorted(two_sets("0.9", "0.01"), key=lambda reading: reading.observed_to)

    assert judged(older, newer).records[1:] == (newer.record, older.record)


def test_evidence_says_why_each_other_reading_does_not_count():
    spoiled = {
        2: {"iteration": 2},
        3: {"sample_size": 0},
        4: {"observed_from": NOW - 40 * DAY},
        5: {"observed_from": NOW - 20 * DAY},
        6: {"raters": 1},
        7: {"observed_to": NOW + DAY},
        8: {"observed_to": NOW - 6 * DAY, "observed_from": NOW - 7 * DAY},
    }
    readings = [reading("0.9", id_=number, **changes) for number, changes in spoiled.items()]
    kpi = replace(
        ACCURACY,
        readings=(*readings, reading("0.9")),
        counts_from=NOW - 30 * DAY,
        thresholds=(Threshold(1, Decimal("0.8"), eased_at=NOW - 10 * DAY),),
    )

    found = kpi_evidence(kpi, FACTS, default_playbook().kpis).counting

    assert [item.record.id for item in found.readings] == [1]
    assert dict(found.excluded) == {
        2: "other_iteration",
        3: "no_samples",
        4: "before_start",
        5: "before_eased",
        6: "raters",
        7: "not_yet",
        8: "same_set",
    }


def test_stale_kpi_is_not_futile():
    old = both(two_sets("0.10", "0.01"), observed_to=NOW - 40 * DAY, observed_from=NOW - 41 * DAY)

    assert futile_kpis(probe_facts(gate=1, stage=1, kpis=(replace(ACCURACY, readings=old),)), default_playbook()) == ()


_sets = st.lists(
    st.tuples(st.decimals(0, 1, places=3), st.integers(30, 400), st.none() | st.decimals(0, "0.1", places=3)),
    min_size=2,
    max_size=5,
)
_RANK = {"fail": 0, "not_enough_evidence": 1, "pass": 2}


def verdict_of(sets, threshold, **kpi):
    readings = [
        reading(str(value), sample_size=size, error=None if error is None else str(error), set_key=str(at), id_=at + 1)
        for at, (value, size, error) in enumerate(sets)
    ]
    return judged(*readings, thresholds=(Threshold(1, threshold),), **kpi).verdict


@given(_sets, st.decimals(0, 1, places=3), st.decimals(0, 1, places=3), st.sampled_from(["mean", "proportion"]))
def test_tightening_a_threshold_never_improves_the_verdict(sets, one, other, statistic):
    easier, harder = sorted([one, other])
    kpi = {"statistic": statistic, "whole": 1 if statistic == "proportion" else None}

    assert _RANK[verdict_of(sets, harder, **kpi)] <= _RANK[verdict_of(sets, easier, **kpi)]


@given(_sets, st.decimals(0, 1, places=3))
def test_directions_are_symmetric(sets, threshold):
    mirrored = [(-value, size, error) for value, size, error in sets]

    assert verdict_of(sets, threshold) == verdict_of(mirrored, -threshold, direction="lower")


@given(_sets, st.decimals(0, 1, places=3), st.randoms())
def test_order_of_readings_is_irrelevant(sets, threshold, random):
    readings = [
        reading(str(value), sample_size=size, set_key=str(at % 3), id_=at + 1)
        for at, (value, size, _error) in enumerate(sets)
    ]
    shuffled = readings.copy()
    random.shuffle(shuffled)
    kpi = {"thresholds": (Threshold(1, threshold),)}

    assert judged(*shuffled, **kpi) == judged(*readings, **kpi)
