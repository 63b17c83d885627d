"""How an extra item of the checklist stands before a gate: as a criterion that compliance signs, outside readiness.

A waived one is done with: unlike a waived criterion it does not keep the outcome at conditional go.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from scoring.rules.readiness import CriterionResult
from scoring.rules.reasons import Reason, Record
from scoring.rules.vocabulary import MUST, NOT_ENOUGH_EVIDENCE, PASS, RETURNED, SHOULD, STALE, WAIVED

EXTRA = "extra"
DIMENSION = "governance"
# By the state of the item on the checklist.
_FOUND: Mapping[str, tuple[str, str]] = {
    "open": (NOT_ENOUGH_EVIDENCE, "awaiting_sign_off"),
    "accepted": (PASS, "signed"),
    "waived": (WAIVED, "waived"),
    "returned": (RETURNED, "sign_off_returned"),
    "outdated": (STALE, "sign_off_outdated"),
    "expired": (STALE, "sign_off_expired"),
}
_ZERO = Decimal("0.0000")


def extra_result(name: str, state: str, *, is_must: bool, records: tuple[Record, ...] = ()) -> CriterionResult:
    """The verdict of an item; what is in no known state never passes. It weighs nothing and may never stay open."""
    verdict, reason = _FOUND.get(state, _FOUND["open"])
    return CriterionResult(
        key=name,
        dimension=DIMENSION,
        kind=EXTRA,
        level=MUST if is_must else SHOULD,
        verdict=verdict,
        achievement=_ZERO,
        weight=_ZERO,
        reason=Reason(reason),
        records=records,
        closable=False,
        standing=False,
    )
