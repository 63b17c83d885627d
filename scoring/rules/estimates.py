"""One-sided confidence bounds of a mean, a share or a rate over several sets of samples, by a named method.

The sets are weighted by their samples. Their own errors give a bound by Student's t for means, by Wilson's score for
shares (J. Am. Stat. Assoc. 22, 1927) and by Garwood's exact Poisson limits for rates (Biometrika 28, 1936). Where the
sets differ by more than their own errors say, the variance between them, by the moment estimator of Hedges (Psychol.
Bull. 93, 1983), is added with Student's t over sets - 1 degrees of freedom, after Knapp and Hartung (Stat. Med. 22,
2003): √(own² + t²·τ²·Σw²). Without any own error, the spread between the sets alone gives the bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from math import ceil

from scoring.rules.quantiles import chi_squared_quantile, normal_quantile, student_quantile

MEAN, PROPORTION, RATE = "mean", "proportion", "rate"
STUDENT, WILSON, POISSON = "student_t", "wilson", "poisson"
SPREAD_ONLY, MEAN_ALONE, BETWEEN_SETS = "set_spread", "mean_alone", "_between_sets"
METHODS = (
    *(method + suffix for method in (STUDENT, WILSON, POISSON) for suffix in ("", BETWEEN_SETS)),
    SPREAD_ONLY,
    MEAN_ALONE,
)
PLACES = Decimal("0.000001")
# Beyond this many times the samples so far, "more samples" is no advice any more.
_MOST_TIMES = 1000


@dataclass(frozen=True)
class Sample:
    """One set: its mean, how many samples it has, and the standard error of the mean where it is known."""

    value: Decimal
    size: int
    error: Decimal | None = None


@dataclass(frozen=True)
class Estimate:
    """A mean with its one-sided bounds, six decimals each; both None while nothing tells the error."""

    mean: Decimal
    samples: int
    sets: int
    method: str
    confidence: Fraction
    lower: Decimal | None = None
    upper: Decimal | None = None


@dataclass(frozen=True)
class More:
    """What would likely settle a comparison: so many more samples, in so many more sets when the sets differ."""

    samples: int
    sets: int = 0


@dataclass(frozen=True)
class _Pool:
    """Sets put together. `whole` is 100 or 1 for shares; `own` the variance of the mean by the sets' own errors.

    `between` is the variance of the mean that the own errors do not explain.
    """

    mean: Decimal
    samples: int
    sets: int
    statistic: str
    whole: Decimal
    own: Decimal | None
    between: Decimal

    @property
    def method(self) -> str:
        if self.own is None:
            return SPREAD_ONLY if self.between else MEAN_ALONE
        named = {MEAN: STUDENT, PROPORTION: WILSON, RATE: POISSON}[self.statistic]
        return named + BETWEEN_SETS if self.between else named


def estimate(samples: Sequence[Sample], statistic: str, whole: int | None, confidence: Fraction) -> Estimate:
    """The estimate over at least one set with samples. `whole` is 100 for percent and 1 for shares, else None."""
    pool = _pooled(samples, statistic, whole)
    known = Estimate(_rounded(pool.mean), pool.samples, pool.sets, pool.method, confidence)
    if pool.method == MEAN_ALONE:
        return known
    below, above = _distances(pool, confidence)
    return replace(known, lower=_rounded(pool.mean - below), upper=_rounded(pool.mean + above))


def more_to_settle(
    samples: Sequence[Sample], statistic: str, whole: int | None, confidence: Fraction, threshold: Decimal
) -> More | None:
    """The fewest further samples with which the bound towards the threshold would no longer pass it.

    Supposes that they come out as the others did. None when the mean lies on the threshold, or nearly.
    """
    pool = _pooled(samples, statistic, whole)
    if pool.method == MEAN_ALONE or pool.mean == threshold:
        return None
    enough, most = pool.samples, pool.samples * _MOST_TIMES
    if not _is_settled(pool, most, confidence, threshold):
        return None
    while most - enough > 1:
        middle = (enough + most) // 2
        enough, most = (enough, middle) if _is_settled(pool, middle, confidence, threshold) else (middle, most)
    further = ceil(Fraction(pool.sets * most, pool.samples)) - pool.sets if pool.between else 0
    return More(most - pool.samples, further)


def _is_settled(pool: _Pool, samples: int, confidence: Fraction, threshold: Decimal) -> bool:
    """Whether the bound would clear the threshold with so many samples in all."""
    times = Decimal(samples) / pool.samples
    grown = replace(
        pool,
        samples=samples,
        # Own errors shrink with samples in the same sets; what lies between sets shrinks with further sets alone.
        sets=int(pool.sets * times) if pool.between else pool.sets,
        own=None if pool.own is None else pool.own / times,
        between=pool.between / times,
    )
    below, above = _distances(grown, confidence)
    gap = pool.mean - threshold
    return below <= gap if gap > 0 else above < -gap


def _pooled(samples: Sequence[Sample], statistic: str, whole: int | None) -> _Pool:
    total = sum(sample.size for sample in samples)
    mean = sum((sample.value * sample.size for sample in samples), Decimal(0)) / total
    errors_given = any(sample.error is not None for sample in samples)
    kind = _kind(samples, statistic, whole, errors_given=errors_given)
    unit = Decimal(whole or 1)
    if kind == PROPORTION:
        per_sample: Decimal | None = mean * (unit - mean)
    elif kind == RATE:
        per_sample = mean
    else:
        # A set without an error takes the largest deviation of a single sample that another set tells of.
        known = [sample.error**2 * sample.size for sample in samples if sample.error is not None]
        per_sample = max(known, default=None)
    own = _own_variances(samples, per_sample, given=kind == MEAN)
    squares = sum(((Decimal(sample.size) / total) ** 2 for sample in samples), Decimal(0))
    spread = _spread(samples, own) * squares
    shares = [(Decimal(sample.size) / total) ** 2 for sample in samples]
    variance = None if own is None else sum((w * v for w, v in zip(shares, own, strict=True)), Decimal(0))
    return _Pool(mean, total, len(samples), kind, unit, variance, spread)


def _kind(samples: Sequence[Sample], statistic: str, whole: int | None, *, errors_given: bool) -> str:
    """A share or a rate is one only while its values can be; given errors know more than either."""
    top = whole if statistic == PROPORTION else None
    is_possible = all(sample.value >= 0 and (top is None or sample.value <= top) for sample in samples)
    return statistic if statistic != MEAN and is_possible and not errors_given else MEAN


def _own_variances(samples: Sequence[Sample], per_sample: Decimal | None, *, given: bool) -> list[Decimal] | None:
    if per_sample is None:
        return None
    return [sample.error**2 if given and sample.error is not None else per_sample / sample.size for sample in samples]


def _spread(samples: Sequence[Sample], own: Sequence[Decimal] | None) -> Decimal:
    """The variance between sets: their sample variance less the mean of their own; never negative."""
    count = len(samples)
    if count == 1:
        return Decimal(0)
    centre = sum((sample.value for sample in samples), Decimal(0)) / count
    variance = sum(((sample.value - centre) ** 2 for sample in samples), Decimal(0)) / (count - 1)
    return max(variance - (sum(own, Decimal(0)) / count if own else 0), Decimal(0))


def _distances(pool: _Pool, confidence: Fraction) -> tuple[Decimal, Decimal]:
    """How far the lower and the upper bound lie from the mean."""
    below, above = _own_distances(pool, confidence)
    if not pool.between:
        return below, above
    extra = student_quantile(confidence, max(pool.sets - 1, 1)) ** 2 * pool.between
    return (below**2 + extra).sqrt(), (above**2 + extra).sqrt()


def _own_distances(pool: _Pool, confidence: Fraction) -> tuple[Decimal, Decimal]:
    if pool.own is None:
        return Decimal(0), Decimal(0)
    if pool.statistic == PROPORTION:
        return _wilson(pool, normal_quantile(confidence))
    if pool.statistic == RATE:
        return _garwood(pool, confidence)
    margin = student_quantile(confidence, max(pool.samples - pool.sets, 1)) * pool.own.sqrt()
    return margin, margin


def _wilson(pool: _Pool, quantile: Decimal) -> tuple[Decimal, Decimal]:
    share, count, square = pool.mean / pool.whole, Decimal(pool.samples), quantile**2
    centre = (share + square / (2 * count)) / (1 + square / count)
    half = quantile * (share * (1 - share) / count + square / (4 * count**2)).sqrt() / (1 + square / count)
    # At 0 and at 1 the bound is exact; rounding must not move it past the mean.
    return max(share - centre + half, Decimal(0)) * pool.whole, max(centre + half - share, Decimal(0)) * pool.whole


def _garwood(pool: _Pool, confidence: Fraction) -> tuple[Decimal, Decimal]:
    events = pool.mean * pool.samples
    lower = chi_squared_quantile(1 - confidence, 2 * events) / 2
    upper = chi_squared_quantile(confidence, 2 * events + 2) / 2
    return (events - lower) / pool.samples, (upper - events) / pool.samples


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(PLACES, rounding=ROUND_HALF_EVEN)
