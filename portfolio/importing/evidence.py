"""What the cells of a column look like: evidence for or against what its header says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .dates import read_date
from .fields import DATE_FIELDS
from .stages import is_blank, propose_stage
from .text import squeeze
from .tiers import propose_answer, propose_tier

SAMPLE_ROWS = 400
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NUMBER = re.compile(r"[\d\s.,%€$£-]+")


@dataclass(frozen=True)
class Evidence:
    """Shares (0–1) over the filled cells of a sample; ``length`` is their mean length in characters.

    ``stages`` are all words of stages, ``steps`` those that surely name one of ours.
    """

    filled: int
    distinct: float
    length: float
    stages: float
    steps: float
    tiers: float
    answers: float
    dates: float
    emails: float
    numbers: float

    def factor(self, field: str) -> float:
        """How much the cells speak for the field: 1 neutral, below doubt, above support."""
        if self.filled < 2:
            return 1.0
        return _FACTORS.get(field, lambda _: 1.0)(self)


def column_evidence(cells: Iterable[str], header: str) -> Evidence:
    """Evidence from a sample of the cells of one column."""
    values = [text for cell in cells if (text := squeeze(cell)) and not is_blank(text)]
    count = len(values)
    if not count:
        return Evidence(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    counts = Counter(values)
    return Evidence(
        filled=count,
        distinct=len(counts) / count,
        length=sum(map(len, values)) / count,
        stages=_share(counts, _is_stage),
        steps=_share(counts, _is_step),
        tiers=_share(counts, lambda value: _is_tier(value, header)),
        answers=_share(counts, lambda value: propose_answer(value).target in ("yes", "no")),
        dates=_share(counts, lambda value: read_date(value).value is not None, longest=60),
        emails=_share(counts, lambda value: _EMAIL.search(value) is not None),
        numbers=_share(counts, lambda value: _NUMBER.fullmatch(value) is not None, longest=60),
    )


def _share(counts: Counter[str], holds: Callable[[str], bool], longest: int = 250) -> float:
    """The share of the cells for which a test holds; longer cells never do."""
    return sum(often for value, often in counts.items() if len(value) <= longest and holds(value)) / counts.total()


def _is_stage(value: str) -> bool:
    found = propose_stage(value)
    if found.reason == "paused":
        return True
    # Words of stages occur in any long text; only short cells or a clear head count.
    return found.target is not None and (found.reason == "exact" or (found.confidence >= 0.6 and len(value) <= 120))


def _is_step(value: str) -> bool:
    """Whether a cell surely names a stage of work; being alive or ended is none."""
    found = propose_stage(value)
    return found.stage is not None and not found.imputed


def _is_tier(value: str, header: str) -> bool:
    found = propose_tier(value, header)
    return found.target != "unassessed" or found.reason == "open"


def _stage(found: Evidence) -> float:
    if found.stages >= 0.5 and found.distinct < 0.9:
        return 1.1
    return 1.0 if found.stages >= 0.5 else 0.7 if found.stages >= 0.2 else 0.35


def _tier(found: Evidence) -> float:
    return 1.05 if found.tiers >= 0.5 else 0.9 if found.tiers >= 0.2 else 0.4


def _answer(found: Evidence) -> float:
    return 1.05 if found.answers >= 0.6 else 0.85 if found.answers >= 0.3 else 0.5


def _date(found: Evidence) -> float:
    return 1.05 if found.dates >= 0.5 else 0.8 if found.dates >= 0.2 else 0.3


def _title(found: Evidence) -> float:
    if found.numbers > 0.6 or found.dates > 0.6 or found.emails > 0.3 or found.answers > 0.8:
        return 0.3
    if found.filled >= 8 and found.distinct < 0.3:
        return 0.55
    return 0.8 if found.length > 250 else 1.0


def _prose(found: Evidence) -> float:
    if found.answers > 0.8 or found.numbers > 0.8 or found.dates > 0.8:
        return 0.4
    return 1.03 if found.length > 60 else 0.9 if found.length < 15 else 1.0


def _name(found: Evidence) -> float:
    if found.emails > 0.5 or found.numbers > 0.8 or found.dates > 0.8 or found.answers > 0.9:
        return 0.4
    return 0.6 if found.length > 150 else 1.0


def _identifier(found: Evidence) -> float:
    if (found.filled >= 5 and found.distinct < 0.8) or found.length > 60 or (found.answers > 0.9 and found.filled > 4):
        return 0.5
    return 1.0


def _contact(found: Evidence) -> float:
    return 1.05 if found.emails > 0.5 else 1.0


_FACTORS = {
    "stage": _stage,
    "status": lambda found: 0.95 if found.length < 80 else 0.5,
    "tier": _tier,
    "personal_data": _answer,
    "title": _title,
    "problem_statement": _prose,
    "expected_benefit": _prose,
    "outputs": _prose,
    "affected_process": _name,
    "department": _name,
    "unit": _name,
    "category": _name,
    "vendor": _name,
    "owner": _name,
    "department_abbreviation": lambda found: 1.0 if found.length <= 20 else 0.5,
    "external_id": _identifier,
    "contact": _contact,
    **dict.fromkeys(DATE_FIELDS, _date),
}
