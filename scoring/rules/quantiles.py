"""Quantiles of the normal, Student's t and chi-squared distribution: the adapter to SciPy, rounded to six decimals."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from statistics import NormalDist

_PLACES = Decimal("0.000001")


@lru_cache(maxsize=64)
def normal_quantile(confidence: Fraction) -> Decimal:
    """The one-sided standard normal quantile (90 % → 1.281552)."""
    return _rounded(NormalDist().inv_cdf(float(confidence)))


@lru_cache(maxsize=4096)
def student_quantile(confidence: Fraction, freedom: int) -> Decimal:
    """The one-sided quantile of Student's t with `freedom` (at least 1) degrees of freedom (90 %, 1 → 3.077684)."""
    from scipy.special import stdtrit  # noqa: PLC0415 - loaded at the first call, for weight

    return _rounded(stdtrit(freedom, float(confidence)))


@lru_cache(maxsize=4096)
def chi_squared_quantile(probability: Fraction, freedom: Decimal) -> Decimal:
    """The quantile of chi-squared with `freedom` degrees of freedom, which need not be whole; 0 for none."""
    from scipy.special import gammaincinv  # noqa: PLC0415 - loaded at the first call, for weight

    return _rounded(2 * gammaincinv(float(freedom) / 2, float(probability))) if freedom > 0 else Decimal(0)


def _rounded(value: float) -> Decimal:
    with localcontext(prec=60):
        return Decimal(repr(float(value))).quantize(_PLACES)
