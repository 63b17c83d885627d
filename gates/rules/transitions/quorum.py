"""Why a vote has no quorum: too few voters, or a discipline that nobody spoke for."""

from __future__ import annotations

from gates.rules.tally import Tally
from pocgate.kernel.errors import Blocker


def quorum_blockers(tally: Tally) -> list[Blocker]:
    """The one reason, or none when the quorum is met."""
    if tally.quorum_met:
        return []
    counts = {"voters": tally.voters, "needed": tally.voters_needed, "absent": ", ".join(tally.absent)}
    if tally.absent and tally.voters >= tally.voters_needed:
        message = "No quorum: {voters} members voted, but nobody for {absent}."
    elif tally.absent:
        message = "No quorum: {voters} of at least {needed} members voted, and nobody for {absent}."
    else:
        message = "No quorum: {voters} of at least {needed} members voted."
    return [Blocker("no_quorum", message, counts)]
