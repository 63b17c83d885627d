"""Bounds against published figures, and what holds for all of them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scoring.rules.estimates import (
    MEAN,
    METHODS,
    PROPORTION,
    RATE,
    Estimate,
    More,
    Sample,
    estimate,
    more_to_settle,
)

# A two-sided interval of 95 % is a pair of one-sided bounds of 97.5 %.
TWO_SIDED_95 = Fraction(975, 1000)
NINETY = Fraction(9, 10)
WHOLES = {MEAN: None, PROPORTION: 100, RATE: None}


def bounds(*samples: Sample, statistic: str = MEAN, confidence: Fraction = NINETY) -> Estimate:
    return estimate(samples, statistic, WHOLES[statistic], confidence)


@pytest.mark.parametrize(
    ("events", "count", "lower", "upper"),
    [
        # Newcombe, Stat. Med. 17 (1998), table I, method 3 (Wilson's score without continuity correction).
        (81, 263, "0.2553", "0.3662"),
        (15, 148, "0.0624", "0.1605"),
        (0, 20, "0.0000", "0.1611"),
        (1, 29, "0.0061", "0.1718"),
    ],
)
def test_share_has_the_published_score_interval(events: int, count: int, lower: str, upper: str) -> None:
    found = estimate([Sample(Decimal(events) / count, count)], PROPORTION, 1, TWO_SIDED_95)

    assert (round(found.lower, 4), round(found.upper, 4), found.method) == (Decimal(lower), Decimal(upper), "wilson")


@pytest.mark.parametrize(
    ("events", "lower", "upper"),
    [
        # Garwood's limits of a Poisson count, as in Pearson and Hartley, Biometrika Tables, table 40.
        (0, "0.00", "3.69"),
        (1, "0.03", "5.57"),
        (5, "1.62", "11.67"),
        (10, "4.80", "18.39"),
    ],
)
def test_rate_has_the_published_limits(events: int, lower: str, upper: str) -> None:
    found = bounds(Sample(Decimal(events), 1), statistic=RATE, confidence=TWO_SIDED_95)

    assert (round(found.lower, 2), round(found.upper, 2), found.method) == (Decimal(lower), Decimal(upper), "poisson")


def test_sets_without_errors_have_the_interval_of_students_own_data() -> None:
    # Extra sleep under L-hyoscyamine, Student, Biometrika 6 (1908): mean 1.58, interval 0.70 to 2.46.
    hours = ["1.2", "2.4", "1.3", "1.3", "0.0", "1.0", "1.8", "0.8", "4.6", "1.4"]

    found = bounds(*(Sample(Decimal(each), 1) for each in hours), confidence=TWO_SIDED_95)

    assert (found.mean, round(found.lower, 2), round(found.upper, 2)) == (
        Decimal("1.58"),
        Decimal("0.70"),
        Decimal("2.46"),
    )
    assert found.method == "set_spread"


def test_single_set_with_its_error_has_students_bound() -> None:
    # t(0.90, 10) = 1.372.
    found = bounds(Sample(Decimal(50), 11, Decimal(2)))

    assert (round(found.lower, 3), round(found.upper, 3), found.method) == (
        Decimal("47.256"),
        Decimal("52.744"),
        "student_t",
    )


def test_sets_that_agree_are_pooled_by_their_samples() -> None:
    found = bounds(Sample(Decimal(10), 100, Decimal(2)), Sample(Decimal(12), 300, Decimal(2)))

    # Weights 1/4 and 3/4: mean 11.5, error √(0.25 + 2.25) = 1.5811; t(0.90, 398) = 1.2837.
    assert (found.mean, round(found.lower, 3), found.method) == (Decimal("11.5"), Decimal("9.470"), "student_t")


def test_sets_that_differ_by_more_than_their_errors_widen_the_bound() -> None:
    sets = [Sample(Decimal(value), 100, Decimal(1)) for value in (10, 20, 30)]

    found = bounds(*sets)

    # τ² = 100 - 1, Σw² = 1/3, t(0.90, 2) = 1.8856; own variance 1/3, t(0.90, 297) = 1.2844.
    # √(1.2844² / 3 + 1.8856² · 99 / 3) = 10.857.
    assert (round(found.mean - found.lower, 2), found.method) == (Decimal("10.86"), "student_t_between_sets")


def test_set_without_an_error_takes_the_largest_deviation_of_a_sample() -> None:
    known, unknown = Sample(Decimal(10), 100, Decimal(2)), Sample(Decimal(10), 400)

    # A deviation of 20 a sample makes an error of 1 over 400.
    assert bounds(known, unknown) == bounds(known, replace(unknown, error=Decimal(1)))


@pytest.mark.parametrize(
    ("samples", "statistic", "method"),
    [
        ([Sample(Decimal(7), 100)], MEAN, "mean_alone"),
        ([Sample(Decimal(7), 100), Sample(Decimal(7), 50)], MEAN, "mean_alone"),
        ([Sample(Decimal(7), 100), Sample(Decimal(8), 50)], MEAN, "set_spread"),
        ([Sample(Decimal(7), 100, Decimal(0))], MEAN, "student_t"),
        ([Sample(Decimal(70), 100)], PROPORTION, "wilson"),
        ([Sample(Decimal(40), 100), Sample(Decimal(90), 100)], PROPORTION, "wilson_between_sets"),
        ([Sample(Decimal(70), 100, Decimal(3))], PROPORTION, "student_t"),
        ([Sample(Decimal(107), 100)], PROPORTION, "mean_alone"),
        ([Sample(Decimal(-7), 100)], PROPORTION, "mean_alone"),
        ([Sample(Decimal("0.1"), 100)], RATE, "poisson"),
        ([Sample(Decimal("0.1"), 100), Sample(Decimal(3), 100)], RATE, "poisson_between_sets"),
        ([Sample(Decimal("-0.1"), 100)], RATE, "mean_alone"),
    ],
)
def test_method_follows_what_was_recorded(samples: list[Sample], statistic: str, method: str) -> None:
    found = bounds(*samples, statistic=statistic)

    assert found.method == method
    assert (found.lower is None) is (method == "mean_alone")


def test_share_of_nothing_or_everything_keeps_the_bound_inside() -> None:
    none, every = (
        bounds(Sample(Decimal(0), 20), statistic=PROPORTION),
        bounds(Sample(Decimal(100), 20), statistic=PROPORTION),
    )

    assert (none.lower, every.upper) == (0, 100)
    assert 0 < none.upper < 10
    assert 90 < every.lower < 100


@pytest.mark.parametrize(
    ("sets", "threshold", "expected"),
    [
        # 71.5 % of 412: at 1,533 samples Wilson's lower bound reaches 70 %.
        ([("71.5", 412)], "70", More(1121)),
        ([("70", 412)], "70", None),
        ([("70.000001", 412)], "70", None),
    ],
)
def test_more_samples_are_the_fewest_that_settle_it(
    sets: list[tuple[str, int]], threshold: str, expected: More | None
) -> None:
    samples = [Sample(Decimal(value), size) for value, size in sets]

    assert more_to_settle(samples, PROPORTION, 100, NINETY, Decimal(threshold)) == expected
    if expected:
        grown = [Sample(Decimal(sets[0][0]), 412 + expected.samples + step) for step in (-1, 0)]
        reached = [bounds(each, statistic=PROPORTION).lower >= Decimal(threshold) for each in grown]
        assert reached == [False, True]


def test_more_samples_of_sets_that_differ_mean_more_sets() -> None:
    sets = [Sample(Decimal(value), 100, Decimal(1)) for value in (70, 72, 77)]

    more = more_to_settle(sets, MEAN, None, NINETY, Decimal(71))

    assert more is not None
    assert more.sets >= 1
    assert more.samples > 0


_value = st.decimals(0, 100, places=2)
_samples = st.lists(
    st.builds(Sample, _value, st.integers(2, 2000), st.none() | st.decimals(0, 5, places=3)), min_size=1, max_size=6
)
_statistic = st.sampled_from([MEAN, PROPORTION, RATE])


@given(_samples, _statistic)
def test_bounds_enclose_the_mean_and_the_mean_its_sets(samples: list[Sample], statistic: str) -> None:
    found = bounds(*samples, statistic=statistic)

    assert found.method in METHODS
    values, rounding = [sample.value for sample in samples], Decimal("0.000001")
    assert min(values) - rounding <= found.mean <= max(values) + rounding
    if found.lower is not None:
        assert found.lower <= found.mean <= found.upper


@given(_samples, _statistic, st.randoms())
def test_order_of_sets_is_irrelevant(samples: list[Sample], statistic: str, random) -> None:
    shuffled = samples.copy()
    random.shuffle(shuffled)

    assert bounds(*shuffled, statistic=statistic) == bounds(*samples, statistic=statistic)


@given(_samples)
def test_mirrored_values_have_mirrored_bounds(samples: list[Sample]) -> None:
    mirrored = bounds(*(replace(sample, value=-sample.value) for sample in samples))

    found = bounds(*samples)

    assert mirrored.mean == -found.mean
    if found.lower is not None:
        assert (mirrored.lower, mirrored.upper) == (-found.upper, -found.lower)


@given(_value, st.integers(2, 500), st.integers(1, 500), _statistic, st.integers(1, 4))
def test_more_samples_at_the_same_mean_never_widen(
    value: Decimal, size: int, more: int, statistic: str, sets: int
) -> None:
    error = Decimal(3) if statistic == MEAN else None

    def width(count: int) -> Decimal:
        # The error of a mean of `count` samples whose deviation is the same.
        own = None if error is None else error / Decimal(count).sqrt()
        found = bounds(*[Sample(value, count, own)] * sets, statistic=statistic)
        return found.upper - found.lower

    assert width(size + more) <= width(size) + Decimal("0.000002")


@given(_samples, _statistic)
def test_higher_confidence_never_narrows(samples: list[Sample], statistic: str) -> None:
    wide, narrow = (bounds(*samples, statistic=statistic, confidence=Fraction(share)) for share in ("0.95", "0.9"))
    assume(narrow.lower is not None)

    assert wide.lower <= narrow.lower
    assert wide.upper >= narrow.upper
