"""What would bring a stopped case back: reported once, while the case is stopped."""

from __future__ import annotations

from dataclasses import dataclass

from pocgate.kernel.errors import Blocker


@dataclass(frozen=True)
class RevivalState:
    """What a report depends on."""

    case_status: str
    is_fired: bool
    is_dropped: bool


def report_blockers(state: RevivalState) -> list[Blocker]:
    """What stands in the way of reporting that it happened."""
    if state.is_fired:
        return [Blocker("reported_already", "Somebody reported this already.")]
    if state.is_dropped or state.case_status != "stopped":
        message = "This case is {status}; nothing waits for this any more."
        return [Blocker("nothing_waits", message, {"status": state.case_status.replace("_", " ")})]
    return []
