"""The facts of a case that switch criteria on and off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scoring.rules.playbook.criteria import Condition, Criterion
from scoring.rules.playbook.texts import Texts
from scoring.rules.vocabulary import COUNTS_AS, FACT_VALUES, MUST


@dataclass(frozen=True)
class CaseFacts:
    """What is known of a case at one moment. What is not known counts as the value that asks for more.

    The words are those of `vocabulary.FACT_VALUES`; any other raises ValueError.
    """

    delivery: str = "unknown"
    personal_data: str = "unknown"
    affects_people: str = "unknown"
    tier: str = "unassessed"
    stage1_real_data: str = "unknown"

    def __post_init__(self) -> None:
        for fact, allowed in FACT_VALUES.items():
            if getattr(self, fact) not in allowed:
                raise ValueError(f"{fact} is {getattr(self, fact)!r}; it may be {', '.join(allowed)}")

    def counts_as(self, fact: str) -> tuple[str, ...]:
        """The values the fact stands for: its own, or for an unknown one those that ask for more."""
        value: str = getattr(self, fact)
        return COUNTS_AS[fact].get(value, (value,))

    @property
    def effective_tier(self) -> str:
        """The tier that policy is applied with: unassessed counts as high."""
        return self.counts_as("tier")[0]


def holds(conditions: Sequence[Condition], facts: CaseFacts) -> bool:
    """Whether every condition holds; no condition always does."""
    return all(any(value in condition.values for value in facts.counts_as(condition.fact)) for condition in conditions)


def applies(criterion: Criterion, facts: CaseFacts, gate: int) -> str | None:
    """`must`, `should`, or None when the criterion does not count at this gate for a case with these facts."""
    levels = {rule.level for rule in criterion.counts if rule.gate <= gate and holds(rule.when, facts)}
    if not levels:
        return None
    return MUST if MUST in levels else levels.pop()


def asked(criterion: Criterion, facts: CaseFacts) -> Texts:
    """What the criterion asks of a case with these facts."""
    for variant in criterion.variants:
        if holds(variant.when, facts):
            return variant.asks
    return criterion.asks
