"""What is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Notice:
    """What to tell. `reason` says why this person is told; `url` is a path of this installation, such as `/reviews/4/`.

    The same kind, subject and occasion reach a person once, however often they are handed in. With `committee_id` it
    may be told to a room, too: the committee's channels and the organisation's.
    """

    kind: str
    subject_type: str
    subject_id: object
    occasion: str
    title: str
    reason: str
    url: str
    case_id: int | None = None
    committee_id: int | None = None

    @property
    def key(self) -> str:
        """Names it in a channel, which is told once whoever else is."""
        return f"{self.kind}:{self.subject_type}:{self.subject_id}:{self.occasion}"[:200]


@dataclass(frozen=True)
class NoticeQuery:
    """Notices of one kind. `select` follows `begin` and has user_id, subject_id, occasion, case_id, title and url.

    `begin` is the head of a statement, `WITH …`, and comes first; the parameters are those of both.
    """

    kind: str
    subject_type: str
    reason: str
    begin: str
    select: str
    params: tuple[Any, ...]
