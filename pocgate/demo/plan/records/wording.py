"""What committee members write."""

from __future__ import annotations

from random import Random

from pocgate.demo.plan.subjects import Subject

_RATIONALES = {
    "go": (
        "The figures hold and the desk wants it.",
        "Musts pass, cost is known, the owner is in the room.",
        "Clear thin slice, clear stop rule.",
        "I read the sample report twice; it is honest about its gaps.",
        "Good value for the money asked for.",
        "",
    ),
    "conditional_go": (
        "Go, once the data tests are complete.",
        "I agree if the open item is closed within the month.",
        "The rest is convincing; the condition must have a name and a date.",
    ),
    "pivot": (
        "The problem is real, this approach does not solve it.",
        "Results stay where they were; another source of data might help.",
        "Same desk, other question: that is worth a second iteration.",
    ),
    "pause": (
        "Right idea, wrong quarter: the core system moves first.",
        "Nobody on the desk has time before the renewal season.",
        "Wait for the vendor's new contract.",
    ),
    "stop": (
        "We learned what we wanted to know: it does not carry its cost.",
        "The readings do not move. Free the people for something else.",
        "Stopping now is the good decision; thank you for the clear figures.",
    ),
}
_DISSENT = {
    "go": ("conditional_go", "I would have liked a date for the remaining labels."),
    "conditional_go": ("go", "The condition is small enough to trust the team."),
    "pivot": ("stop", "I doubt that a second iteration finds what the first did not."),
    "pause": ("go", "A pause costs more than it saves."),
    "stop": ("pivot", "Another source of data might still turn it."),
}
_REASONS = {
    "go": "All must-meets pass and the vote is clear. Funded for the next stage.",
    "conditional_go": "One item is still open; it has an owner and a date.",
    "pivot": "The desk keeps the problem; approach and data change. Thresholds are registered anew.",
    "pause": "Held until the date below; people and money are free meanwhile.",
    "stop": "The case does not carry its cost at scale.",
}


def rationale(outcome: str, rng: Random) -> str:
    """A voter's reason; a go may have none."""
    found = rng.choice(_RATIONALES[outcome])
    return found or ("" if outcome == "go" else _RATIONALES[outcome][0])


def dissent(outcome: str) -> tuple[str, str]:
    """Another outcome than the decision's, with its reason."""
    return _DISSENT[outcome]


def reason(outcome: str, given: str, subject: Subject) -> str:
    """The chair's reason."""
    return given or (_REASONS[outcome] if outcome != "go" else f"{_REASONS['go']} Thin slice: {subject.slice}.")
