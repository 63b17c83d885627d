"""Plausible scripts without a story, for portfolios larger than the demonstration's forty cases."""

from __future__ import annotations

from random import Random

from pocgate.demo.plan.scripts import ACTIVE, DRAFT, VOTING, Script, Step
from pocgate.demo.plan.subjects import subjects

_LINES = (
    *("motor", "household", "buildings", "liability", "legal expenses"),
    *("travel", "life", "health", "marine", "cyber"),
)
_PLACES = ("Hollen", "Brakesund", "Orrelau", "Vennmark", "Tarnholm", "Aldersee", "Kvistad", "Morvane", "Sellbrook")
_CAUSES = ("value", "data", "infrastructure", "governance", "problem_choice", "organisation", "cost", "priority")
# Kind of script and its share in a hundred.
_MIX = (
    *((DRAFT, 7), ("discovery", 20), ("prototype", 24), ("pilot", 15), ("production", 17)),
    *(("stopped", 12), ("paused", 3), ("retired", 1), ("voting", 1)),
)


def random_script(number: int, rng: Random) -> Script:
    """The script of the case with this ordinal number; its title is told apart by line of business, place and wave."""
    kind = rng.choices([name for name, _share in _MIX], [share for _name, share in _MIX])[0]
    about = subjects()[number % len(subjects())]
    turn = number // len(subjects())
    line, place = _LINES[turn % len(_LINES)], _PLACES[turn // len(_LINES) % len(_PLACES)]
    wave = turn // (len(_LINES) * len(_PLACES))
    variant = f"{line}, {place}" + (f", wave {wave + 1}" if wave else "")
    return _scripted(kind, about.key, variant, rng)


def _scripted(kind: str, subject: str, variant: str, rng: Random) -> Script:
    steps = _steps(kind, rng)
    # A review takes at most two weeks with its weekends.
    past = sum(step.days + 16 for step in steps)
    lasting = {DRAFT: 25, "discovery": 40, "prototype": 60, "pilot": 110, "production": 200, "voting": 30}
    age = past + 6 + rng.randrange(lasting.get(kind, 60))
    age = max(age, 28) if kind == "voting" else age
    idle = rng.choice([1, 1, 2, 4, 9, 20, 45]) if kind in ("discovery", "prototype", "pilot", "production") else 1
    return Script(
        subject=subject,
        age=age,
        steps=steps,
        state={DRAFT: DRAFT, "voting": VOTING}.get(kind, ACTIVE),
        progress=1.0 if kind == "voting" else round(rng.uniform(0.1, 0.95), 2),
        idle=min(idle, max(age - past - 2, 1)),
        spend=rng.choice([0.5, 0.6, 0.7, 0.8, 0.9, 1.2]),
        reach=rng.choice([1.0, 1.0, 0.9, 0.4]) if kind != "production" else 1.0,
        rating=rng.choice([3.0, 3.5, 4.0, 4.0, 4.4]),
        detailed=False,
        variant=variant,
    )


def _steps(kind: str, rng: Random) -> tuple[Step, ...]:
    go = tuple(Step(days + rng.randrange(-6, 7), "go") for days in (20, 36, 78))
    end = Step(20 + rng.randrange(30), "stop", "", rng.choice(_CAUSES), "Kept with the decision.")
    if kind == "stopped":
        return (*go[: rng.randrange(3)], end)
    if kind == "retired":
        return (*go, Step(90, "stop", "", "superseded"))
    if kind == "paused":
        return (*go[: rng.randrange(1, 3)], Step(30, "pause", "", rng.choice(_CAUSES), revive_in=60))
    counts = {"prototype": 1, "pilot": 2, "production": 3}
    return go[: counts.get(kind, 0)]
