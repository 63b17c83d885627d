"""Taking over answers from an import."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from pocgate.ledger.commands import Act, record_many
from portfolio.commands.recompute import request_recompute_of
from portfolio.enums import Section
from portfolio.models import UseCase
from scoring.enums import Answer
from scoring.models import CriterionAnswer
from scoring.queries.imports import ImportedAnswers
from scoring.queries.playbooks import current_playbook

# What an import may say. A signature is given here or not at all.
IMPORTABLE = frozenset(Answer.values) - {Answer.ACCEPTED, Answer.RETURNED, Answer.OUTDATED, Answer.UNANSWERED}


def take_over_answers(origins: Sequence[ImportedAnswers], *, now: datetime) -> int:
    """Write the imported answers of these cases; how many are new or differ from those imported before.

    An answer given here is never replaced; unknown criteria and words are left where they are. Repeating changes
    nothing.
    """
    case_ids = [origin.case_id for origin in origins]
    with transaction.atomic():
        locked = UseCase.objects.select_for_update(no_key=True).filter(pk__in=case_ids).order_by("pk")
        present = set(locked.values_list("pk", flat=True))
        current = {
            (answer.case_id, answer.criterion): answer
            for answer in CriterionAnswer.objects.filter(case__in=present, superseded_at__isnull=True)
        }
        fresh = [
            answer
            for origin in origins
            if origin.case_id in present
            for answer in _answers(origin, now)
            if _replaces(answer, current.get((answer.case_id, answer.criterion)))
        ]
        _replace(fresh, current, now=now)
    return len(fresh)


def _answers(origin: ImportedAnswers, now: datetime) -> list[CriterionAnswer]:
    known = current_playbook().criteria_by_key
    return [
        CriterionAnswer(
            case_id=origin.case_id,
            criterion=criterion,
            iteration=origin.iteration,
            answer=word,
            # A reason is demanded of people; a file gave none.
            note="–" if word == Answer.NOT_APPLICABLE else "",
            imported=True,
            answered_at=now,
        )
        for criterion, word in sorted(origin.words.items())
        if word in IMPORTABLE and criterion in known
    ]


def _replaces(answer: CriterionAnswer, current: CriterionAnswer | None) -> bool:
    return current is None or (current.imported and current.answer != answer.answer)


def _replace(
    fresh: Sequence[CriterionAnswer], current: dict[tuple[int, str], CriterionAnswer], *, now: datetime
) -> None:
    replaced = [current[key].pk for answer in fresh if (key := (answer.case_id, answer.criterion)) in current]
    CriterionAnswer.objects.filter(pk__in=replaced).update(superseded_at=now)
    CriterionAnswer.objects.bulk_create(fresh, batch_size=500)
    counts: dict[int, int] = {}
    for answer in fresh:
        counts[answer.case_id] = counts.get(answer.case_id, 0) + 1
    acts = [
        Act("answers.imported", "use_case", case_id, case_id, {}, {"answers": count})
        for case_id, count in counts.items()
    ]
    record_many(acts, actor=None, now=now)
    request_recompute_of(counts, Section.ANSWERS)
