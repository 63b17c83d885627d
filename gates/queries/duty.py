"""Something people still have to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Duty:
    """Something people still have to do. `since` is the first day on which they are reminded of it.

    `head_ids` are told with the persons for the seat they hold on the committee concerned, `chair_ids` once it is long
    overdue; both for another reason than the persons'. `is_state` says that it is no date to keep but something that
    is so since the deadline, such as a signal.
    """

    kind: str
    subject_type: str
    subject_id: int
    case_id: int | None
    deadline: date
    since: date
    person_ids: tuple[int, ...]
    chair_ids: tuple[int, ...]
    what: str
    reason: str
    url: str
    is_state: bool = False
    head_ids: tuple[int, ...] = ()
