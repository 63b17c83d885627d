"""Rank intervals against ranks counted one by one."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.rules.ranks import Priorities, Ranking, RankInterval, as_priorities
from scoring.rules.sampling import DRAWS, STORED


def ranking_of(*chunks: Priorities) -> Ranking:
    ranking = Ranking()
    for chunk in chunks:
        ranking.add(chunk)
    return ranking


def certain(*priorities: int) -> Priorities:
    return as_priorities((b"", priority) for priority in priorities)


def test_certain_cases_have_one_rank_each_and_equal_tenths_share_the_better_one() -> None:
    cases = certain(7000, 9000, 7004, 0, 10000)

    found = ranking_of(cases).intervals(cases)

    assert [(each.low, each.high) for each in found] == [(3, 3), (2, 2), (3, 3), (5, 5), (1, 1)]


def test_uncertain_cases_rank_as_counted_one_by_one() -> None:
    drawn = np.random.default_rng(7).integers(0, 10_001, size=(9, DRAWS)).astype(STORED)

    found = ranking_of(drawn).intervals(drawn)

    drawn = (drawn + 5) // 10
    for index, interval in enumerate(found):
        ranks = sorted(int((drawn[:, draw] > drawn[index, draw]).sum()) + 1 for draw in range(DRAWS))
        assert interval == RankInterval(ranks[49], ranks[949])


@pytest.mark.parametrize("cut", [1, 3, 8])
def test_ranks_do_not_depend_on_the_chunks(cut: int) -> None:
    drawn = np.random.default_rng(11).integers(5000, 9000, size=(9, DRAWS)).astype(STORED)
    whole = ranking_of(drawn).intervals(drawn)

    ranking = ranking_of(drawn[:cut], drawn[cut:])

    assert [*ranking.intervals(drawn[:cut]), *ranking.intervals(drawn[cut:])] == whole


def test_stored_draws_are_read_as_they_were_written() -> None:
    drawn = np.arange(DRAWS, dtype=STORED)

    found = as_priorities([(drawn.tobytes(), 5), (b"", 123)])

    assert found[0].tolist() == drawn.tolist()
    assert set(found[1].tolist()) == {123}


def test_no_case_has_no_rank() -> None:
    nobody = as_priorities([])

    assert ranking_of(nobody).intervals(nobody) == []
