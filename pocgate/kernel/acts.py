"""Acts of the apps under the ledger, which may not import it: the ledger hangs its writer in here when it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True)
class PlainAct:
    """What happened to what, by whom (the account's id, None for the system), in JSON values."""

    verb: str
    subject_type: str
    subject_id: object
    actor_id: int | None
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


class Writer(Protocol):
    """Writes one act in the caller's transaction."""

    def __call__(self, act: PlainAct, *, now: datetime) -> None: ...


_writers: list[Writer] = []


def hang_in(writer: Writer) -> None:
    """Called once, by the ledger."""
    _writers[:] = [writer]


def tell(act: PlainAct, *, now: datetime) -> None:
    """Have the act written; without a ledger this is a mistake in the installation, not something to pass over."""
    if not _writers:
        raise RuntimeError("no ledger is installed to write this act")
    _writers[0](act, now=now)
