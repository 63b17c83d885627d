"""Checkpoints seal what is old enough, and tell when a sealed row was changed behind the program's back."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from pocgate.kernel.db import append_only_lifted
from pocgate.ledger.commands import Act, record
from pocgate.ledger.commands.checkpoints import make_checkpoint
from pocgate.ledger.models import Activity, LedgerCheckpoint
from pocgate.ledger.queries.checkpoints import verified

pytestmark = pytest.mark.django_db


def _acts(count: int, *, now: datetime) -> list[Activity]:
    return [
        record(Act("case.edited", "use_case", n, after={"b": n, "a": "é"}), actor=None, now=now) for n in range(count)
    ]


def test_checkpoint_seals_what_is_older_than_an_hour_and_goes_on_from_there(now: datetime) -> None:
    _acts(3, now=now - timedelta(hours=2))
    _acts(2, now=now)

    first = make_checkpoint(now=now)
    again = make_checkpoint(now=now)
    second = make_checkpoint(now=now + timedelta(hours=2))

    assert first is not None
    assert second is not None
    assert (first.rows, again, second.rows, second.after) == (3, None, 2, first.through)
    assert first.digest != second.digest


def test_ledger_that_nobody_touched_is_whole(now: datetime) -> None:
    _acts(5, now=now - timedelta(hours=2))
    make_checkpoint(now=now)
    _acts(1, now=now)

    found = verified()

    assert (found.is_whole, found.rows, found.checkpoints, found.unsealed) == (True, 5, 1, 1)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_activity SET verb = 'case.made' WHERE sequence = %s",
        "DELETE FROM ledger_activity WHERE sequence = %s",
    ],
)
def test_sealed_act_that_was_changed_or_removed_breaks_its_checkpoint(now: datetime, change: str) -> None:
    _acts(3, now=now - timedelta(hours=3))
    whole = make_checkpoint(now=now)
    acts = _acts(3, now=now - timedelta(hours=2))
    broken = make_checkpoint(now=now)
    assert whole is not None
    assert broken is not None
    with append_only_lifted(), connection.cursor() as cursor:
        cursor.execute(change, [acts[1].pk])

    found = verified()

    assert (found.broken, found.through, found.rows) == (broken, whole.through, 3)
    out = StringIO()
    with pytest.raises(SystemExit) as exit_:
        call_command("verify_ledger", "--json", stdout=out)
    assert exit_.value.code == 1
    assert json.loads(out.getvalue())["broken"] == {"after": broken.after, "through": broken.through}


def test_place_in_the_feed_given_later_breaks_nothing(now: datetime) -> None:
    act, *_rest = _acts(2, now=now - timedelta(hours=2))
    make_checkpoint(now=now)
    Activity.objects.filter(pk=act.pk).update(position=9_000_001)

    assert verified().is_whole


def test_checkpoint_can_not_be_rewritten_by_sql(now: datetime) -> None:
    _acts(1, now=now - timedelta(hours=2))
    make_checkpoint(now=now)

    with pytest.raises(DatabaseError), transaction.atomic():
        LedgerCheckpoint.objects.update(digest="0" * 64)


def test_verify_ledger_says_in_words_what_is_whole(now: datetime) -> None:
    _acts(2, now=now - timedelta(hours=2))
    make_checkpoint(now=now)
    out = StringIO()

    call_command("verify_ledger", stdout=out)

    assert out.getvalue().startswith("Whole: 2 acts in 1 checkpoints, up to act ")
