"""Write docs/lifecycle.md from the one table of transitions, so that the two can not differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand

from portfolio.enums import Stage, Status
from portfolio.rules.transitions import LAST_STAGE, TRANSITIONS, move_of_outcome

OUTCOMES = ("go", "conditional_go", "pivot", "pause", "stop")


class Command(BaseCommand):
    """Prints; the caller redirects."""

    help = "Print docs/lifecycle.md: manage.py lifecycle_doc > docs/lifecycle.md"

    def handle(self, **options: Any) -> None:
        """Print the document."""
        self.stdout.write("\n".join(lifecycle_lines()))


def lifecycle_lines() -> Iterator[str]:
    """The document, a line at a time."""
    yield "# Lifecycle of a use case\n"
    yield "Written by `manage.py lifecycle_doc` from `portfolio/rules/transitions.py`; a test fails when they differ.\n"
    yield "## Stages\n"
    yield from (f"- **{stage.value}** {stage.label}, closed by Gate {stage.value}" for stage in Stage)
    yield "\nAn imported case may have no stage yet (*unknown*); it has no next gate until a person says which it is.\n"
    yield "## Status\n"
    yield from _diagram()
    yield "\n| from | to | by |\n| --- | --- | --- |"
    for transition in TRANSITIONS:
        yield f"| {Status(transition.before).label} | {Status(transition.after).label} | {transition.by} |"
    yield "\nEverything else is refused. Nothing moves a stage without a decision.\n"
    yield "## What an outcome does\n"
    yield "| gate | outcome | stage after | status after | the spell ends as | a new spell opens | next iteration |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    yield from (_outcome_row(gate, outcome) for gate in range(LAST_STAGE + 1) for outcome in OUTCOMES)
    yield "\nA pivot may return to any stage up to the present one; the table shows the present one."
    yield "An out-of-cycle *go* keeps the stage. One that brings a stopped case back opens a new spell in it, in"
    yield "the next iteration and with its own time-box; a stopped case can not be paused."


def _diagram() -> Iterator[str]:
    yield "```mermaid\nstateDiagram-v2\n    [*] --> draft"
    yield from (f"    {transition.before} --> {transition.after}" for transition in TRANSITIONS)
    yield "```"


def _outcome_row(gate: int, outcome: str) -> str:
    move = move_of_outcome(outcome, gate=gate, stage=gate, pivot_to=gate, scheduled=True)
    ends = move.exit_reason or "–"
    opens, next_iteration = ("yes" if flag else "–" for flag in (move.opens_spell, move.next_iteration))
    status = Status(move.status).label
    return f"| {gate} | {outcome.replace('_', ' ')} | {move.stage} | {status} | {ends} | {opens} | {next_iteration} |"
