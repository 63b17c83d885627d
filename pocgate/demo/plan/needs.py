"""Which documents a case needs at which gate: the same for all cases with the same facts, so worked out once."""

from __future__ import annotations

from dataclasses import dataclass

from pocgate.demo.plan.documents import Document, documents
from scoring.rules.facts import CaseFacts, applies
from scoring.rules.playbook import Criterion, Playbook
from scoring.rules.vocabulary import SIGNED


@dataclass(frozen=True)
class Need:
    """A document with those of its criteria that begin to count at a gate."""

    document: Document
    criteria: tuple[Criterion, ...]

    @property
    def is_signed(self) -> bool:
        """Whether compliance signs it."""
        return self.criteria[0].kind == SIGNED

    @property
    def valid_days(self) -> int:
        """The shortest validity among its criteria."""
        return min(criterion.valid_days or 365 for criterion in self.criteria)


class Needs:
    """The needs under one playbook."""

    def __init__(self, playbook: Playbook) -> None:
        self.playbook = playbook
        self._known: dict[tuple[CaseFacts, int], tuple[Need, ...]] = {}

    def at(self, gate: int, facts: CaseFacts) -> tuple[Need, ...]:
        """What begins to count at the gate for a case with these facts, in the order in which it is written."""
        known = self._known.get((facts, gate))
        if known is None:
            found = ((document, self._beginning(document, facts, gate)) for document in documents())
            known = tuple(Need(document, criteria) for document, criteria in found if criteria)
            self._known[facts, gate] = known
        return known

    def _beginning(self, document: Document, facts: CaseFacts, gate: int) -> tuple[Criterion, ...]:
        asked = (self.playbook.criteria_by_key[key] for key in document.criteria)
        return tuple(
            criterion
            for criterion in asked
            if applies(criterion, facts, gate) is not None
            and (gate == 0 or applies(criterion, facts, gate - 1) is None)
        )
