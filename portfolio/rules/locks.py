"""When the owner's records may not change, whoever asks."""

from __future__ import annotations

from pocgate.kernel.errors import Blocker

ENDED = frozenset({"stopped", "retired"})


def editing_blockers(status: str, *, is_locked: bool, is_archived: bool = False) -> list[Blocker]:
    """Why the records of a case can not be changed now."""
    if is_archived:
        return [Blocker("case_archived", "This draft is archived; take it out of the archive first.")]
    if is_locked:
        return [Blocker("records_locked", "A vote is running on this case; its records stay as the voters saw them.")]
    if status in ENDED:
        return [Blocker("case_ended", "This case is {status}; it can only be read.", {"status": status})]
    return []


def measuring_blockers(status: str) -> list[Blocker]:
    """Why no reading or cost can be recorded now. Readings are appended even while a vote runs."""
    if status == "draft":
        return [Blocker("case_is_draft", "This case is a draft; hand it in first.")]
    return []
