"""Words that must be among known ones."""

from __future__ import annotations

from collections.abc import Iterable

from pocgate.kernel.errors import FieldProblem


def choice_problems(pointer: str, value: str, known: Iterable[str]) -> list[FieldProblem]:
    """Names the known words when the value is not one of them."""
    words = tuple(known)
    if value in words:
        return []
    params = {"known": ", ".join(words)}
    return [FieldProblem(pointer, f"unknown_{pointer}", "Give one of: {known}.", params)]
