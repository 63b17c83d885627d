"""Gives committed acts their place in the event feed, one placer at a time."""

from __future__ import annotations

from django.db import connection, transaction

from pocgate.kernel.counters import held
from pocgate.ledger.models import Activity
from pocgate.ledger.queries.feed import FEED_COUNTER, end_of_feed

BATCH = 5000

# The numbers of a case go on from its last one; both windows see the batch alone, however much waits.
_PLACE = """
UPDATE ledger_activity SET position = %s + numbered.place,
  case_sequence = CASE WHEN numbered.case_id IS NOT NULL THEN coalesce(numbered.top, 0) + numbered.place_in_case END
FROM (
  WITH batch AS (
    SELECT sequence, case_id FROM ledger_activity WHERE is_told AND position IS NULL ORDER BY sequence LIMIT %s
  ), tops AS (
    SELECT case_id, (SELECT max(case_sequence) FROM ledger_activity told WHERE told.case_id = found.case_id) AS top
    FROM (SELECT DISTINCT case_id FROM batch WHERE case_id IS NOT NULL) AS found
  )
  SELECT sequence, batch.case_id, top, row_number() OVER (ORDER BY sequence) AS place,
    row_number() OVER (PARTITION BY batch.case_id ORDER BY sequence) AS place_in_case
  FROM batch LEFT JOIN tops ON tops.case_id = batch.case_id
) AS numbered
WHERE ledger_activity.sequence = numbered.sequence
"""


def place_all() -> int:
    """Place everything that was committed, and return the last place: in a transaction the line between old and new.

    Until that commits nobody else can place anything.
    """
    while place_events(most=BATCH) == BATCH:
        continue
    return end_of_feed()


def place_events(*, most: int = BATCH) -> int:
    """Place up to `most` acts that were committed and have no place yet; how many there were.

    The counter's row is locked until the places commit. So they become visible in their order, and whoever waits for
    the lock sees every act that was placed before. An act of a transaction that is still open is simply placed later.
    """
    if not Activity.objects.filter(is_told=True, position__isnull=True).exists():
        return 0
    with transaction.atomic():
        counter = held(FEED_COUNTER)
        with connection.cursor() as cursor:
            cursor.execute(_PLACE, [counter.value, most])
            placed: int = cursor.rowcount
        counter.value += placed
        counter.save(update_fields=["value"])
    return placed
