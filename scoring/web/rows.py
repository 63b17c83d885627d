"""The parts of readiness with what a person may do to each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pocgate.identity.models import User
from portfolio.models import EvidenceRevision, UseCase
from portfolio.permissions import standing_of
from scoring.permissions import acts_allowed, can_verify
from scoring.queries.answers import GivenAnswer, answers_of_case, evidence_choices
from scoring.queries.openness import openness_blockers
from scoring.queries.readiness import CaseReadiness, Dimension, Part
from scoring.rules.vocabulary import ATTESTED, MET, NOT_APPLICABLE, PARTLY

# A claim can be verified; "not met" claims nothing.
CLAIMS = (MET, PARTLY, NOT_APPLICABLE)


@dataclass(frozen=True)
class Row:
    """A part, the answer that stands, the evidence that may be added, and what this person may do."""

    part: Part
    given: GivenAnswer | None
    linkable: tuple[EvidenceRevision, ...]
    may_answer: bool
    may_verify: bool


@dataclass(frozen=True)
class Section:
    """A dimension with its rows."""

    dimension: Dimension
    rows: tuple[Row, ...]


def sections_of(found: CaseReadiness, case: UseCase, user: User, *, now: datetime) -> list[Section]:
    """Every dimension with its rows, in a fixed number of queries."""
    standing = standing_of(user, case, now=now)
    acts = acts_allowed(user, standing) if not openness_blockers(case) else frozenset()
    answers, evidence = answers_of_case(case), evidence_choices(case)

    def row(part: Part) -> Row:
        given = answers.get(part.key)
        attested = part.criterion.kind == ATTESTED
        named = given.revision_ids if given else ()
        answerable = attested and "answer_criterion" in acts
        return Row(
            part=part,
            given=given,
            linkable=tuple(revision for revision in evidence if revision.pk not in named) if answerable else (),
            may_answer=answerable,
            may_verify=attested and _is_open_claim(given, user) and can_verify(user, standing, part.criterion.verifier),
        )

    return [Section(dimension, tuple(row(part) for part in dimension.parts)) for dimension in found.dimensions]


def plain_sections_of(found: CaseReadiness) -> list[Section]:
    """Every dimension with rows that only show: of another day than today nothing can be answered."""
    return [
        Section(dimension, tuple(Row(part, None, (), may_answer=False, may_verify=False) for part in dimension.parts))
        for dimension in found.dimensions
    ]


def _is_open_claim(given: GivenAnswer | None, user: User) -> bool:
    if given is None:
        return False
    answer = given.answer
    return (
        answer.answer in CLAIMS and not answer.imported and answer.verified_at is None and answer.author_id != user.pk
    )
