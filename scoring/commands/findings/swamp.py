"""The rows of swamp signals: one that no longer holds is ended, and stays as history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from scoring.models import SwampSignal
from scoring.rules.canonical import plain
from scoring.rules.detectors import SwampSign
from scoring.rules.detectors.swamp import VERSION

UPDATED = ("version", "since", "params", "records")


def write_signals(found: Mapping[int, tuple[SwampSign, ...]], *, now: datetime) -> None:
    """Open what is new, end what is over, and bring the others up to date."""
    standing = {
        (row.case_id, row.kind): row for row in SwampSignal.objects.filter(case__in=list(found), ended_at__isnull=True)
    }
    wanted = {(case_id, sign.kind): _values(sign) for case_id, signs in found.items() for sign in signs}
    opened, moved = [], []
    for (case_id, kind), values in wanted.items():
        row = standing.get((case_id, kind))
        if row is None:
            opened.append(SwampSignal(case_id=case_id, kind=kind, first_seen_at=now, **values))
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            moved.append(row)
    over = [row.pk for key, row in standing.items() if key not in wanted]
    if over:
        SwampSignal.objects.filter(pk__in=over).update(ended_at=now)
    if moved:
        SwampSignal.objects.bulk_update(moved, UPDATED, batch_size=500)
    SwampSignal.objects.bulk_create(opened, batch_size=1000)


def _values(sign: SwampSign) -> dict[str, Any]:
    return {
        "version": VERSION,
        "since": sign.since,
        "params": plain(dict(sign.params)),
        "records": [plain(record) for record in sign.records],
    }
