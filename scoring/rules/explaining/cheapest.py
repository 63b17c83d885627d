"""The cheapest set of changes that lifts a score to where it is asked to be: an exact search over whole numbers.

The score of a dimension takes few distinct values, because its criteria have small weights. So the best choices for
each value it can take are few, too, and combining them dimension by dimension finds the true optimum (dynamic
programming over Pareto fronts, after Nemhauser and Ullmann, 1969) with the roundings of the score itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scoring.rules.readiness.sums import half_up

# Effort, summed lead days, number of changes: compared in this order.
Cost = tuple[int, int, int]
FREE: Cost = (0, 0, 0)


@dataclass(frozen=True)
class Option:
    """A change that may be made. `gain` is what it adds to the sum of its dimension, weight times achievement.

    `slots` is how many of the places for things left open it takes when it is not made: 0 or 1.
    """

    key: str
    cost: Cost
    gain: int
    slots: int = 0


@dataclass(frozen=True)
class Ground:
    """A dimension as it stands: what it achieves and its whole weight, in the units of `Option.gain`, and options."""

    achieved: int
    weight: int
    options: tuple[Option, ...]

    def score(self, gain: int) -> int:
        """The score in hundredths, rounded half up as readiness rounds it."""
        return half_up(self.achieved + gain, self.weight)


@dataclass(frozen=True)
class _Choice:
    cost: Cost
    gain: int
    slots: int
    made: tuple[str, ...] = ()

    def beside(self, other: _Choice) -> _Choice:
        cost = (self.cost[0] + other.cost[0], self.cost[1] + other.cost[1], self.cost[2] + other.cost[2])
        return _Choice(cost, self.gain + other.gain, self.slots + other.slots, self.made + other.made)


def cheapest(grounds: Sequence[Ground], *, needed: int, slots: int) -> frozenset[str] | None:
    """Keys of the cheapest changes with which the dimension scores add up to `needed` hundredths.

    At most `slots` options that take a slot stay unmade. None when no choice reaches that much. Among choices of equal
    cost the one that gains most is taken, then the one whose options come first.
    """
    whole = [_Choice(FREE, 0, 0)]
    for ground in grounds:
        inside = _inside(ground, slots)
        whole = _undominated((left.beside(right) for left in whole for right in inside), slots)
    reaching = [choice for choice in whole if choice.gain >= needed]
    if not reaching:
        return None
    return frozenset(min(reaching, key=lambda choice: (choice.cost, -choice.gain)).made)


def _inside(ground: Ground, slots: int) -> list[_Choice]:
    """The best choices inside one dimension, with its score as their gain."""
    choices = [_Choice(FREE, 0, 0)]
    for option in ground.options:
        made, unmade = _Choice(option.cost, option.gain, 0, (option.key,)), _Choice(FREE, 0, option.slots)
        choices = _undominated((choice.beside(done) for choice in choices for done in (made, unmade)), slots)
    scored = (_Choice(choice.cost, ground.score(choice.gain), choice.slots, choice.made) for choice in choices)
    return _undominated(scored, slots)


def _undominated(choices: Iterable[_Choice], slots: int) -> list[_Choice]:
    """Those that no other beats in cost, gain and slots at once."""
    kept: list[_Choice] = []
    ordered = sorted(
        (choice for choice in choices if choice.slots <= slots),
        key=lambda choice: (choice.cost, -choice.gain, choice.slots),
    )
    # Sorted by cost, a choice is beaten only by one kept already: with as much gain and as few slots.
    gains = dict.fromkeys(range(slots + 1), -1)
    for choice in ordered:
        if choice.gain > max(gains[used] for used in range(choice.slots + 1)):
            kept.append(choice)
            gains[choice.slots] = choice.gain
    return kept
