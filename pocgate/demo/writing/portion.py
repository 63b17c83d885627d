"""A portion of planned cases on its way into the database: the plans beside their rows, and what happened when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pocgate.demo.plan.shapes import CasePlan
from pocgate.demo.writing.organisation import Ground
from pocgate.kernel.bulk import write_rows
from pocgate.ledger.models import Activity
from portfolio.models import UseCase

BATCH = 1000
# As the command does: neither feed nor webhook tells that somebody voted.
_VOTES = frozenset({"review.voted", "review.vote_changed"})


@dataclass(frozen=True)
class Portion:
    """Planned cases with their rows, in the same order."""

    ground: Ground
    now: datetime
    plans: tuple[CasePlan, ...]
    cases: tuple[UseCase, ...]
    # Ids of revisions by case, key of the document and number.
    revisions: dict[tuple[int, str, int], int] = field(default_factory=dict)
    acts: list[dict[str, Any]] = field(default_factory=list)

    def pairs(self) -> Iterator[tuple[CasePlan, UseCase]]:
        """Each plan with its row."""
        return zip(self.plans, self.cases, strict=True)

    def person(self, name: str | None) -> int | None:
        """The id of a person."""
        return None if name is None else self.ground.people[name]

    def tell(
        self,
        verb: str,
        subject: tuple[str, object],
        plan: CasePlan,
        case: UseCase,
        *,
        at: datetime,
        by: str | None,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """Note an act for the ledger; of cases without a story only what moved them."""
        if not plan.detailed and verb not in _ALWAYS_TOLD:
            return
        self.acts.append(
            {
                "at": at,
                "actor_id": self.person(by),
                "verb": verb,
                "subject_type": subject[0],
                "subject_id": str(subject[1]),
                "case_id": case.pk,
                "before": dict(before or {}),
                "after": dict(after or {}),
                "is_told": verb not in _VOTES,
            }
        )

    def write_acts(self) -> None:
        """Everything noted, in the order in which it happened."""
        write_rows(Activity, sorted(self.acts, key=lambda act: act["at"]))


_ALWAYS_TOLD = frozenset({"case.registered", "case.submitted", "review.requested", "decision.made", "case.moved"})
