"""Numbers as they may be stored: finite, of limited size and precision."""

from __future__ import annotations

from decimal import Decimal

from pocgate.kernel.errors import FieldProblem

MEASURE_PLACES = Decimal("0.000001")
MEASURE_LIMIT = Decimal(10) ** 14
COUNT_LIMIT = 2_147_483_647


def measure(value: Decimal) -> Decimal:
    """A measured value as it is stored: six decimals, rounded half to even. The value must be finite."""
    return value.quantize(MEASURE_PLACES)


def measure_problems(pointer: str, value: Decimal | None, *, minimum: Decimal | None = None) -> list[FieldProblem]:
    """What is wrong with a measured value; None is fine."""
    if value is None:
        return []
    if not value.is_finite():
        return [FieldProblem(pointer, "not_finite", "Give a finite number; NaN and infinity are no measurements.")]
    if abs(value) >= MEASURE_LIMIT:
        return [FieldProblem(pointer, "too_large", "The number is too large; it must be below 10¹⁴.")]
    if minimum is not None and value < minimum:
        return [FieldProblem(pointer, "too_small", "Give at least {minimum}.", {"minimum": minimum})]
    return []


def count_problems(pointer: str, value: int | None, *, minimum: int = 1) -> list[FieldProblem]:
    """What is wrong with a count; None is fine."""
    if value is None or minimum <= value <= COUNT_LIMIT:
        return []
    params = {"minimum": minimum, "limit": COUNT_LIMIT}
    return [FieldProblem(pointer, "count", "Give a whole number from {minimum} to {limit}.", params)]


def short_text_problems(pointer: str, value: str, limit: int, *, required: bool = False) -> list[FieldProblem]:
    """What is wrong with a one-line text."""
    if required and not value.strip():
        return [FieldProblem(pointer, "required", "This is needed.")]
    if "\x00" in value:
        return [FieldProblem(pointer, "nul_character", "The text holds a NUL character; remove it.")]
    if len(value) > limit:
        params = {"length": len(value), "limit": limit}
        return [FieldProblem(pointer, "too_long", "The text has {length} characters; at most {limit} fit.", params)]
    return []
