"""Between which ranks each case lies, when all of them are as unsure as their assessors said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.rules.sampling import DRAWS, STORED, quantiles

# Ranks compare tenths of a point: less than that says nothing about two cases. 0 to 100 are so many levels.
LEVELS = 1001

Priorities = npt.NDArray[np.uint16]


@dataclass(frozen=True)
class RankInterval:
    """Ranks from 1, the best; `low` is the better end. Equals share the better rank."""

    low: int
    high: int


class Ranking:
    """Ranks of cases by their drawn priorities, in two passes over chunks of them: `add` all, then ask for `intervals`.

    In each draw a case stands behind those above it, so its rank is a look-up in a table of draws × levels (4 MB),
    whatever the number of cases.
    """

    def __init__(self) -> None:
        self._counts = np.zeros((DRAWS, LEVELS), dtype=np.int32)
        self._above: npt.NDArray[np.int32] | None = None
        self._cases = 0

    def add(self, priorities: Priorities) -> None:
        """Count a chunk of cases: an array of cases × `DRAWS`."""
        for draw, column in enumerate(np.ascontiguousarray(_tenths(priorities).T)):
            self._counts[draw] += np.bincount(column, minlength=LEVELS).astype(np.int32)
        self._cases += len(priorities)
        self._above = None

    def intervals(self, priorities: Priorities) -> list[RankInterval]:
        """The 5 and 95 % quantiles of the rank of each case of a chunk, among all cases that were added."""
        if self._above is None:
            self._above = self._cases - np.cumsum(self._counts, axis=1, dtype=np.int32)
        ranks = self._above[np.arange(DRAWS)[None, :], _tenths(priorities)] + 1
        return [RankInterval(low, high) for low, high in quantiles(ranks)]


def _tenths(priorities: Priorities) -> Priorities:
    return (priorities + 5) // 10


def as_priorities(stored: Iterable[tuple[bytes, int]]) -> Priorities:
    """Cases × draws from what is kept of each case: its draws, or without any its one priority in hundredths."""
    rows = [
        np.frombuffer(draws, dtype=STORED) if draws else np.full(DRAWS, priority, dtype=STORED)
        for draws, priority in stored
    ]
    return np.vstack(rows) if rows else np.empty((0, DRAWS), dtype=STORED)
