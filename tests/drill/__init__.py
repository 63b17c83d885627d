"""The long fault and race drills: `python -m tests.drill [--only NAME] [--rounds N]`, or `make drill`.

A drill is a function of the number of rounds in a module of its own here, which prints its progress and returns what it
found lost and doubled as a `Loss`; adding one is a line in `DRILLS` of `__main__`. Whatever else is wrong, it raises.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Loss:
    """What was acknowledged and is gone, and what happened more than once."""

    lost: int
    doubled: int
