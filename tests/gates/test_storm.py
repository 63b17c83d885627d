"""Fifty clients at once vote, change and delegate while the chair closes and evidence changes. On PostgreSQL only.

`POCGATE_RACE_ROUNDS` sets the number of rounds; the suite runs few, `make drill ONLY=gate_race ROUNDS=200` many.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta

import pytest
from django.db import connection

from tests.gates.storm import Count, a_committee, gaps, one_round

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]
ROUNDS = int(os.environ.get("POCGATE_RACE_ROUNDS", "3"))


def test_storm_of_votes_changes_delegations_close_and_evidence_loses_and_doubles_none(now: datetime) -> None:
    stage, voters = a_committee(now)

    counts = [one_round(number, stage, voters, now + timedelta(days=10 * number)) for number in range(ROUNDS)]

    total = sum(counts, Count())
    assert (total.lost, total.doubled, gaps()) == (0, 0, 0)
    assert total.acknowledged > 0
    assert total.decided > 0
