"""What a dry run counts: stages, tiers, departments, and the words that were only guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from .rows import MappedRow
from .text import squeeze

BUCKETS = ("0", "1", "2", "3", "retired", "closed", "unknown")
TIERS = ("unassessed", "minimal", "limited", "high", "prohibited")


@dataclass
class WordCount:
    """One word of theirs: how often, what it was read as, how surely, and whether that is a guess."""

    word: str
    target: str | None
    confidence: float
    imputed: bool
    count: int = 0


@dataclass
class Summary:
    """Counts over the rows seen so far; refused rows count only as refused."""

    rows: int = 0
    refused: int = 0
    stages: Counter[str] = field(default_factory=Counter)
    tiers: Counter[str] = field(default_factory=Counter)
    departments: Counter[str] = field(default_factory=Counter)
    high: Counter[str] = field(default_factory=Counter)
    suspicions: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    stage_words: dict[str, WordCount] = field(default_factory=dict)
    tier_words: dict[str, WordCount] = field(default_factory=dict)

    def add(self, row: MappedRow) -> None:
        """Count one row."""
        self.rows += 1
        self.problems.update(problem.code for problem in row.problems)
        if row.refused:
            self.refused += 1
            return
        self.stages[row.bucket] += 1
        self.tiers[row.values["tier"]] += 1
        department = row.values["department"]
        self.departments[department] += 1
        self.high[department] += row.values["tier"] == "high"
        self.suspicions.update(cell.suspicion for cell in row.dates.values() if cell.suspicion)
        self._word(self.stage_words, row.stage.word, row.stage.target, row.stage.confidence, imputed=row.stage.imputed)
        self._word(self.tier_words, row.tier.word, row.tier.target, row.tier.confidence, imputed=row.tier.imputed)

    def as_json(self) -> dict[str, object]:
        """``stages``, ``departments`` and ``tiers`` as the command prints them."""
        return {
            "stages": {bucket: self.stages[bucket] for bucket in BUCKETS},
            "departments": [
                {"name": name, "total": total, "high": self.high[name]}
                for name, total in sorted(self.departments.items())
            ],
            "tiers": {tier: self.tiers[tier] for tier in TIERS},
        }

    def imputed_words(self) -> list[WordCount]:
        """Stage and tier words that were only guessed: applying them needs a person's consent."""
        words = [*self.stage_words.values(), *self.tier_words.values()]
        return sorted((word for word in words if word.imputed), key=lambda word: (-word.count, word.word))

    @staticmethod
    def _word(words: dict[str, WordCount], word: str, target: str | None, confidence: float, *, imputed: bool) -> None:
        key = squeeze(word)
        words.setdefault(key, WordCount(key, target, confidence, imputed)).count += 1


def summarise(rows: Iterable[MappedRow]) -> Summary:
    """The summary of all rows."""
    summary = Summary()
    for row in rows:
        summary.add(row)
    return summary
