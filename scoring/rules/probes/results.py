"""Short ways to say what a probe found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from types import MappingProxyType

from scoring.rules.readiness.answers import ProbeResult
from scoring.rules.reasons import Record
from scoring.rules.vocabulary import FAIL, NOT_ENOUGH_EVIDENCE, PASS, STALE

Params = Mapping[str, object]

_NO_PARAMS: Params = MappingProxyType({})
_FULL, _NEARLY, _NOTHING = Decimal("1.0000"), Decimal("0.9999"), Decimal("0.0000")


def passed(
    code: str, params: Params = _NO_PARAMS, *, records: Sequence[Record] = (), changes_at: datetime | None = None
) -> ProbeResult:
    """Shown: the full achievement."""
    return ProbeResult(_FULL, PASS, code, dict(params), tuple(records), changes_at)


def failed(
    code: str,
    params: Params = _NO_PARAMS,
    *,
    records: Sequence[Record] = (),
    changes_at: datetime | None = None,
    achieved: Fraction = Fraction(0),
) -> ProbeResult:
    """Shown to be otherwise, or reached only to the fraction `achieved`."""
    return ProbeResult(_four_decimals(achieved), FAIL, code, dict(params), tuple(records), changes_at)


def outdated(
    code: str,
    params: Params = _NO_PARAMS,
    *,
    records: Sequence[Record] = (),
    changes_at: datetime | None = None,
    achieved: Fraction = Fraction(0),
) -> ProbeResult:
    """Was shown once, and too long ago; the fraction `achieved` still is."""
    return ProbeResult(_four_decimals(achieved), STALE, code, dict(params), tuple(records), changes_at)


def missing(
    code: str,
    params: Params = _NO_PARAMS,
    *,
    records: Sequence[Record] = (),
    changes_at: datetime | None = None,
    achieved: Fraction = Fraction(0),
) -> ProbeResult:
    """Not shown, or only to the fraction `achieved`."""
    share = _four_decimals(achieved)
    return ProbeResult(share, NOT_ENOUGH_EVIDENCE, code, dict(params), tuple(records), changes_at)


def _four_decimals(share: Fraction) -> Decimal:
    # A hair under the whole must not be rounded up to it.
    exact = Decimal(share.numerator) / Decimal(share.denominator)
    return min(exact.quantize(_NOTHING, rounding=ROUND_HALF_UP), _NEARLY)
