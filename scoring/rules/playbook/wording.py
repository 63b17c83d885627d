"""The words a playbook puts beside keys: facts, dimensions, outcomes, reason codes."""

from __future__ import annotations

from dataclasses import dataclass

from scoring.rules.playbook.scorecard import read_titles
from scoring.rules.playbook.section import Section
from scoring.rules.playbook.texts import Texts
from scoring.rules.vocabulary import DIMENSIONS, FACT_VALUES, LAST_GATE, OTHER_CAUSES, OUTCOMES, ROOT_CAUSES


@dataclass(frozen=True)
class FactWording:
    """How a fact is asked and how each of its values reads."""

    key: str
    asks: Texts
    values: tuple[tuple[str, Texts], ...]


@dataclass(frozen=True)
class OutcomeWording:
    """An outcome's name, the words people elsewhere use for it, and what it means in operation (gate 3)."""

    key: str
    title: Texts
    alias: Texts
    in_operation: Texts


@dataclass(frozen=True)
class Wording:
    """Every title that is no criterion's."""

    facts: tuple[FactWording, ...]
    dimensions: tuple[tuple[str, Texts], ...]
    stages: tuple[tuple[str, Texts], ...]
    outcomes: tuple[OutcomeWording, ...]
    root_causes: tuple[tuple[str, Texts], ...]
    other_causes: tuple[tuple[str, Texts], ...]


def read_wording(document: Section) -> Wording:
    """The sections that only name things."""
    return Wording(
        facts=_read_facts(document),
        dimensions=read_titles(document, "dimensions", DIMENSIONS),
        stages=read_titles(document, "stages", tuple(f"stage_{stage}" for stage in range(LAST_GATE + 1))),
        outcomes=_read_outcomes(document),
        root_causes=read_titles(document, "root_causes", ROOT_CAUSES),
        other_causes=read_titles(document, "other_causes", OTHER_CAUSES),
    )


def _read_facts(document: Section) -> tuple[FactWording, ...]:
    facts = document.section("facts")
    found = tuple(_read_fact(facts, key, values) for key, values in FACT_VALUES.items())
    facts.finish()
    return found


def _read_fact(facts: Section, key: str, values: tuple[str, ...]) -> FactWording:
    entry = facts.section(key)
    wording = FactWording(key, entry.texts("asks"), read_titles(entry, "values", values))
    entry.finish()
    return wording


def _read_outcomes(document: Section) -> tuple[OutcomeWording, ...]:
    outcomes = document.section("outcomes")
    found = tuple(_read_outcome(outcomes, key) for key in OUTCOMES)
    outcomes.finish()
    return found


def _read_outcome(outcomes: Section, key: str) -> OutcomeWording:
    entry = outcomes.section(key)
    wording = OutcomeWording(key, entry.texts("title"), entry.texts("alias"), entry.texts("in_operation"))
    entry.finish()
    return wording
