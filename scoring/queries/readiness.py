"""A case's readiness for its next gate as it was last computed: the score, every part, and what it still takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from django.utils.translation import get_language

from portfolio.models import UseCase
from scoring.enums import Level, Verdict
from scoring.models import CriterionResult, ReadinessPoint, ReadinessScore
from scoring.queries.playbooks import PublishedPlaybook, published_playbook
from scoring.queries.probe_facts.basics import facts_of
from scoring.queries.wording import reason_text
from scoring.rules.facts import CaseFacts, asked
from scoring.rules.playbook import Criterion, Texts
from scoring.rules.readiness import NO_SHARE, Share, Sums, Weighed, in_points, sums
from scoring.rules.reasons import Record
from scoring.rules.vocabulary import EFFORTS, SATISFYING_VERDICTS

# Of a dimension: its score 0–100, its points of the overall score, and the points possible.
Total: TypeAlias = tuple[Decimal | None, Decimal, Decimal]
NO_TOTAL: Total = (None, Decimal(0), Decimal(0))


@dataclass(frozen=True)
class Part:
    """One criterion in the score. `achievement` is 0–1, points are of 100; texts are in the reader's language."""

    criterion: Criterion
    title: str
    asks: str
    how: str
    level: str
    verdict: str
    achievement: Decimal
    points: Decimal
    points_possible: Decimal
    reason: str
    reason_text: str
    records: tuple[Record, ...]
    changes_at: datetime | None

    @property
    def key(self) -> str:
        """The criterion's key."""
        return self.criterion.key

    @property
    def is_must(self) -> bool:
        """A must-meet of this gate."""
        return self.level == Level.MUST

    @property
    def is_open(self) -> bool:
        """Neither passing nor waived nor not applicable."""
        return self.verdict not in SATISFYING_VERDICTS

    @property
    def gain(self) -> Decimal:
        """The points it would bring."""
        return self.points_possible - self.points


@dataclass(frozen=True)
class Dimension:
    """One of the six; `score` is 0–100, None when nothing counts at this gate."""

    key: str
    title: str
    score: Decimal | None
    points: Decimal
    points_possible: Decimal
    parts: tuple[Part, ...]

    @property
    def open_musts(self) -> int:
        """Must-meets that do not pass."""
        return sum(part.is_must and part.is_open for part in self.parts)


@dataclass(frozen=True)
class CaseReadiness:
    """Readiness of one case for `gate`. `is_current` is False while a change waits to be computed."""

    gate: int
    question: str
    overall: Decimal
    bar: int
    dimensions: tuple[Dimension, ...]
    computed_at: datetime
    changes_at: datetime | None
    is_current: bool
    playbook: PublishedPlaybook

    @property
    def parts(self) -> tuple[Part, ...]:
        """Every part, dimension by dimension."""
        return tuple(part for dimension in self.dimensions for part in dimension.parts)

    @property
    def musts_open(self) -> tuple[Part, ...]:
        """Must-meets that do not pass, the cheapest to mend first."""
        return what_next(part for part in self.parts if part.is_must and part.is_open)

    @property
    def shoulds_open(self) -> tuple[Part, ...]:
        """Should-meets that do not pass, the cheapest to mend first."""
        return what_next(part for part in self.parts if not part.is_must and part.is_open)

    @property
    def reaches_bar(self) -> bool:
        """At or above the bar, which warns and never refuses."""
        return self.overall >= self.bar


def readiness_of(case: UseCase, *, now: datetime) -> CaseReadiness | None:
    """The stored readiness, or None before the first computation and without a next gate. Four queries."""
    score = ReadinessScore.objects.filter(case=case).first()
    if score is None:
        return None
    playbook = published_playbook()
    facts = facts_of([case.pk], now=now)[case.pk]
    rows = list(CriterionResult.objects.filter(case=case).order_by("position", "pk"))
    found = sums_of(rows)
    totals = {
        each.dimension: (in_points(each.score), in_points(each.share.points), in_points(each.share.possible))
        for each in found.dimensions
    }
    policy = playbook.rules.gate(score.gate)
    return CaseReadiness(
        gate=score.gate,
        question=in_reader_language(policy.question),
        overall=score.overall,
        bar=policy.readiness_bar,
        dimensions=in_dimensions(_parts(rows, found, playbook, facts), totals, playbook),
        computed_at=score.computed_at,
        changes_at=score.changes_at,
        is_current=case.computed_version >= case.requested_version,
        playbook=playbook,
    )


def open_musts(case: UseCase, *, now: datetime) -> tuple[Part, ...]:
    """The must-meets of the next gate that do not pass, the cheapest to mend first."""
    found = readiness_of(case, now=now)
    return found.musts_open if found else ()


def what_next(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Parts by effort (S, M, L), lead days, then the points they bring."""
    return tuple(
        sorted(parts, key=lambda part: (EFFORTS.index(part.criterion.effort), part.criterion.lead_days, -part.gain))
    )


def readiness_points(case: UseCase, *, limit: int = 120) -> Sequence[ReadinessPoint]:
    """The latest points of the history, the oldest first."""
    latest = list(ReadinessPoint.objects.filter(case=case).order_by("-at", "-pk")[:limit])
    return latest[::-1]


def in_reader_language(texts: Texts) -> str:
    """A playbook text in the language of the page."""
    return texts.in_language(get_language() or "en")


def sums_of(rows: Iterable[CriterionResult]) -> Sums:
    """The scores and shares, in hundredths of a point, that follow from the parts of a case in their order."""
    return sums(
        [
            Weighed(row.criterion, row.dimension, row.weight, row.achieved)
            for row in rows
            if row.verdict != Verdict.NOT_APPLICABLE
        ]
    )


def _parts(rows: Iterable[CriterionResult], found: Sums, playbook: PublishedPlaybook, facts: CaseFacts) -> list[Part]:
    known = playbook.rules.criteria_by_key
    return [
        _part(row, found.shares.get(row.criterion, NO_SHARE), known[row.criterion], facts)
        for row in rows
        if row.criterion in known
    ]


def _part(row: CriterionResult, share: Share, criterion: Criterion, facts: CaseFacts) -> Part:
    return Part(
        criterion=criterion,
        title=in_reader_language(criterion.title),
        asks=in_reader_language(asked(criterion, facts)),
        how=in_reader_language(criterion.how),
        level=row.level,
        verdict=row.verdict,
        achievement=row.achievement,
        points=in_points(share.points),
        points_possible=in_points(share.possible),
        reason=row.reason,
        reason_text=reason_text(row.reason, row.reason_params),
        records=tuple(Record(record["type"], record["id"], record["label"]) for record in row.records),
        changes_at=row.changes_at,
    )


def in_dimensions(
    parts: Sequence[Part], totals: Mapping[str, Total], playbook: PublishedPlaybook
) -> tuple[Dimension, ...]:
    """The parts under the dimensions of the playbook; `totals` names those that have a criterion in the score."""
    return tuple(
        Dimension(
            key,
            in_reader_language(title),
            *totals.get(key, NO_TOTAL),
            tuple(part for part in parts if part.criterion.dimension == key),
        )
        for key, title in playbook.rules.wording.dimensions
    )
