"""Pairs by ascending distance, never across a tie."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping


def pair_nearest(distances: Mapping[tuple[int, int], int], tie: Callable[[int], None]) -> list[tuple[int, int]]:
    """Pairs (case, row) by ascending distance; whoever is equally near to two others is left unpaired.

    ``tie`` is told each row left out that way.
    """
    pairs: list[tuple[int, int]] = []
    levels: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for pair, distance in distances.items():
        levels[distance].append(pair)
    done_cases: set[int] = set()
    done_rows: set[int] = set()
    for distance in sorted(levels):
        near = [(case, row) for case, row in levels[distance] if case not in done_cases and row not in done_rows]
        case_counts = _count(case for case, _ in near)
        row_counts = _count(row for _, row in near)
        for case, row in near:
            if case_counts[case] == row_counts[row] == 1:
                pairs.append((case, row))
            else:
                tie(row)
            done_cases.add(case)
            done_rows.add(row)
    return pairs


def _count(places: Iterable[int]) -> dict[int, int]:
    counts: dict[int, int] = defaultdict(int)
    for place in places:
        counts[place] += 1
    return counts
