"""The whole portfolio, case by case: the story first, then as many more as are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from random import Random

from pocgate.demo.plan.case import plan_case
from pocgate.demo.plan.imported import imported_case
from pocgate.demo.plan.needs import Needs
from pocgate.demo.plan.random_scripts import random_script
from pocgate.demo.plan.scripts import UNKNOWN
from pocgate.demo.plan.shapes import CasePlan
from pocgate.demo.plan.story import STORY
from scoring.rules.playbook import Playbook


def plan_portfolio(count: int, *, seed: int, now: datetime, playbook: Playbook, start: int = 0) -> Iterator[CasePlan]:
    """`count` cases from the ordinal number `start` on. Each case has its own random numbers, so it never depends on
    how many others there are.
    """
    needs = Needs(playbook)
    for number in range(start, start + count):
        rng = Random(f"{seed}/{number}")  # noqa: S311 - a demonstration has to come out the same twice
        if number >= len(STORY):
            yield plan_case(random_script(number - len(STORY), rng), rng, now=now, needs=needs)
        elif STORY[number].state == UNKNOWN:
            row = sum(script.state == UNKNOWN for script in STORY[:number]) + 2
            yield imported_case(STORY[number].subject, row, now=now, age=STORY[number].age)
        else:
            yield plan_case(STORY[number], rng, now=now, needs=needs)
