"""Answers that came with imported cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portfolio.models import CaseOrigin

BATCH = 500


@dataclass(frozen=True)
class ImportedAnswers:
    """The words given for criteria in the row a case came from, by criterion key."""

    case_id: int
    iteration: int
    words: Mapping[str, str]


def cases_with_imported_answers(run_id: int | None = None) -> Iterator[list[ImportedAnswers]]:
    """Imported cases whose row has answers, of one run or of all, in batches in pk order."""
    origins = CaseOrigin.objects.all() if run_id is None else CaseOrigin.objects.filter(run=run_id)
    last = 0
    while rows := list(
        origins.filter(case__gt=last).order_by("case").values_list("case_id", "case__iteration", "values")[:BATCH]
    ):
        found = [ImportedAnswers(case_id, iteration, _words(values)) for case_id, iteration, values in rows]
        yield [answers for answers in found if answers.words]
        last = rows[-1][0]


def _words(values: object) -> dict[str, str]:
    answers: Any = values.get("answers") if isinstance(values, dict) else None
    if not isinstance(answers, dict):
        return {}
    return {key: word for key, word in answers.items() if isinstance(key, str) and isinstance(word, str)}
