"""Why an act on a webhook is refused."""

from __future__ import annotations

from pocgate.kernel.errors import Blocker


def endpoint_removed() -> Blocker:
    """The endpoint is only kept for its log."""
    return Blocker("endpoint_removed", "This endpoint was removed. Make a new one.")


def already_active() -> Blocker:
    """Nothing to enable."""
    return Blocker("already_active", "This endpoint is active already.")


def already_disabled() -> Blocker:
    """Nothing to disable."""
    return Blocker("already_disabled", "This endpoint is disabled already.")


def too_many_secrets(most: int) -> Blocker:
    """The overlaps promised before still run."""
    return Blocker(
        "too_many_secrets",
        "{most} older secrets still sign each delivery. Make a new one when the overlap of the oldest has ended.",
        params={"most": most},
    )


def still_open() -> Blocker:
    """A replay would only come beside the first sending."""
    return Blocker("still_open", "This delivery is still on its way; a replay is for one that has ended.")
