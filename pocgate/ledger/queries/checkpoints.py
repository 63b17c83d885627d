"""The digest over a range of the ledger, and whether what is there still has the digests that were sealed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from pocgate.ledger.models import Activity, LedgerCheckpoint

NOTHING = "0" * 64
CHUNK = 2000
# What is sealed of a row: all of it but its place in the event feed, which it gets later.
SEALED = (
    "sequence",
    "at",
    "actor_id",
    "on_behalf_of_id",
    "request_id",
    "verb",
    "subject_type",
    "subject_id",
    "case_id",
    "before",
    "after",
)


@dataclass(frozen=True)
class Verified:
    """What a verification found. `broken` names the first checkpoint whose rows are not those that were sealed."""

    checkpoints: int
    rows: int
    through: int
    digest: str
    unsealed: int
    broken: LedgerCheckpoint | None = None
    found: str = ""

    @property
    def is_whole(self) -> bool:
        """Everything that was sealed is as it was."""
        return self.broken is None


def digest_of(after: int, through: int, previous: str) -> tuple[str, int]:
    """SHA-256 (hex) over the digest before and the rows after `after` up to and with `through`; and how many rows.

    A row is one line of JSON: an array of the columns of `SEALED`, names of objects sorted, times in UTC.
    """
    digest = sha256(previous.encode())
    rows = 0
    for line in _lines(after, through):
        digest.update(line)
        rows += 1
    return digest.hexdigest(), rows


def last_checkpoint() -> LedgerCheckpoint | None:
    """The newest seal."""
    return LedgerCheckpoint.objects.order_by("-through").first()


def verified() -> Verified:
    """Recompute every checkpoint from its rows, oldest first, until one is broken."""
    digest, rows, through, count = NOTHING, 0, 0, 0
    for checkpoint in LedgerCheckpoint.objects.order_by("through"):
        found, seen = digest_of(checkpoint.after, checkpoint.through, digest)
        if (found, seen, checkpoint.after) != (checkpoint.digest, checkpoint.rows, through):
            return Verified(count, rows, through, digest, _unsealed(through), checkpoint, found)
        digest, through, rows, count = found, checkpoint.through, rows + seen, count + 1
    return Verified(count, rows, through, digest, _unsealed(through))


def _unsealed(through: int) -> int:
    return Activity.objects.filter(sequence__gt=through).count()


def _lines(after: int, through: int) -> Iterator[bytes]:
    rows = Activity.objects.filter(sequence__gt=after, sequence__lte=through).order_by("sequence")
    for row in rows.values_list(*SEALED).iterator(chunk_size=CHUNK):
        yield json.dumps(row, sort_keys=True, separators=(",", ":"), default=_time).encode() + b"\n"


def _time(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} in the ledger")
    return value.astimezone(UTC).isoformat(timespec="microseconds")
