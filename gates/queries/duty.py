"""Something people still have to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Duty:
    """Something people still have to do. `since` is the first day on which they are reminded of it.

    `chair_ids` are told as well once it is long overdue.
    """

    kind: str
    subject_type: str
    subject_id: int
    case_id: int
    deadline: date
    since: date
    person_ids: tuple[int, ...]
    chair_ids: tuple[int, ...]
    what: str
    reason: str
    url: str
