"""Answers as pages show them, and the evidence that can be named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from portfolio.models import EvidenceRevision, UseCase
from scoring.models import AnswerEvidence, CriterionAnswer


@dataclass(frozen=True)
class GivenAnswer:
    """The answer that stands, with the revisions it names."""

    answer: CriterionAnswer
    revisions: tuple[EvidenceRevision, ...]

    @property
    def revision_ids(self) -> tuple[int, ...]:
        """Their primary keys."""
        return tuple(revision.pk for revision in self.revisions)


def answers_of_case(case: UseCase) -> Mapping[str, GivenAnswer]:
    """The answers that stand, by criterion, with author and verifier. Two queries."""
    named = AnswerEvidence.objects.select_related("revision__evidence", "revision__uploaded_by").order_by("pk")
    answers = (
        CriterionAnswer.objects.filter(case=case, superseded_at__isnull=True)
        .select_related("author", "verified_by")
        .prefetch_related(Prefetch("evidence", queryset=named))
    )
    return {
        answer.criterion: GivenAnswer(answer, tuple(link.revision for link in answer.evidence.all()))
        for answer in answers
    }


def evidence_choices(case: UseCase) -> Sequence[EvidenceRevision]:
    """The latest revision of each piece of evidence that was not withdrawn, the newest first."""
    revisions = EvidenceRevision.objects.filter(evidence__case=case, evidence__withdrawn_at__isnull=True)
    latest: dict[int, EvidenceRevision] = {}
    for revision in revisions.select_related("evidence").order_by("number"):
        latest[revision.evidence_id] = revision
    return sorted(latest.values(), key=lambda revision: (revision.uploaded_at, revision.pk), reverse=True)
