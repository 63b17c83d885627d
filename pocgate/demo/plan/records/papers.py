"""Documents of a case with their revisions, and the answers, verifications and signatures that rest on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from pocgate.demo.plan.documents import DOCUMENTS, Document, content
from pocgate.demo.plan.setting import Setting
from pocgate.demo.plan.shapes import AnswerPlan, EvidencePlan, RevisionPlan, SignOffPlan
from pocgate.demo.plan.timeline import Phase, at_work
from scoring.rules.facts import applies
from scoring.rules.playbook import Criterion
from scoring.rules.vocabulary import SIGNED

# A document is renewed when this share of its validity is over.
_RENEWED_AT = 0.8
_COUNTERSIGNED = "governance"


@dataclass(frozen=True)
class Papers:
    """Everything on paper."""

    evidence: tuple[EvidencePlan, ...]
    answers: tuple[AnswerPlan, ...]
    sign_offs: tuple[SignOffPlan, ...]


@dataclass(frozen=True)
class _Due:
    """A document the case needs, from which phase on, with the criteria that count."""

    document: Document
    phase: Phase
    criteria: tuple[Criterion, ...]

    @property
    def is_signed(self) -> bool:
        """Whether compliance signs it."""
        return self.criteria[0].kind == SIGNED

    @property
    def valid_days(self) -> int:
        """The shortest validity among its criteria."""
        return min(criterion.valid_days or 365 for criterion in self.criteria)


def papers(setting: Setting) -> Papers:
    """All documents due by now, each with the revisions that kept it valid."""
    evidence: list[EvidencePlan] = []
    answers: list[AnswerPlan] = []
    sign_offs: list[SignOffPlan] = []
    for due, first in _written(setting):
        moments = _moments(setting, due, first)
        evidence.append(_evidence(setting, due, moments))
        for number, at in enumerate(moments, start=1):
            after = moments[number] if number < len(moments) else None
            for criterion in due.criteria:
                answers += _answers(setting, due, criterion, number, at, after)
                sign_offs += _sign_offs(setting, due, criterion, number, at, after)
    return Papers(tuple(evidence), tuple(answers), tuple(sign_offs))


def _written(setting: Setting) -> Iterator[tuple[_Due, datetime]]:
    """The documents that exist, with the time of their first revision."""
    for stage in range(setting.last_stage + 1):
        phase = setting.first_phase(stage)
        if phase is None:
            continue
        due = [each for document in DOCUMENTS if (each := _due(setting, document, phase)) is not None]
        wanted = len(due) if phase.is_done else round(len(due) * setting.script.progress)
        span = phase.end - phase.start
        for position, each in enumerate(due[:wanted]):
            share = 0.12 + 0.7 * (position + setting.rng.random()) / max(len(due), 1)
            yield each, min(at_work(phase.start + share * span, setting.rng), phase.end - timedelta(hours=30))


def _due(setting: Setting, document: Document, phase: Phase) -> _Due | None:
    """The document with those of its criteria that begin to count at the phase's gate."""
    facts, gate = setting.facts, phase.stage
    criteria = tuple(
        criterion
        for key in document.criteria
        if applies(criterion := setting.playbook.criteria_by_key[key], facts, gate) is not None
        and (gate == 0 or applies(criterion, facts, gate - 1) is None)
    )
    return _Due(document, phase, criteria) if criteria else None


def _moments(setting: Setting, due: _Due, first: datetime) -> list[datetime]:
    """When it was uploaded and renewed; nothing is renewed while a vote runs, or after the case fell silent."""
    moments = [first]
    step = timedelta(days=due.valid_days * _RENEWED_AT)
    while (at := moments[-1] + step) < setting.course.until - timedelta(days=6):
        moments.append(at_work(_outside_sittings(setting, at), setting.rng))
    return moments


def _outside_sittings(setting: Setting, at: datetime) -> datetime:
    for sitting in setting.course.sittings:
        ended = sitting.decided_at or setting.now
        if sitting.requested_at - timedelta(days=4) <= at <= ended:
            return sitting.requested_at - timedelta(days=6)
    return at


def _evidence(setting: Setting, due: _Due, moments: list[datetime]) -> EvidencePlan:
    document, subject = due.document, setting.subject
    detailed = setting.script.detailed
    return EvidencePlan(
        document.key,
        document.title,
        tuple(
            RevisionPlan(
                number=number,
                # Cases without a story share the files of their subject, or a hundred thousand would fill a disk.
                content=content(document, subject, setting.title if detailed else "", number, at if detailed else None),
                file_name=document.file_name(number),
                content_type=document.form[1],
                by=setting.people.get(document.by, setting.owner),
                at=at,
            )
            for number, at in enumerate(moments, start=1)
        ),
    )


def _answers(
    setting: Setting, due: _Due, criterion: Criterion, number: int, at: datetime, after: datetime | None
) -> Iterator[AnswerPlan]:
    named = ((due.document.key, number),)
    if due.is_signed:
        if due.document.key not in setting.script.unsigned:
            signed = at + timedelta(hours=24)
            yield AnswerPlan(
                *(criterion.key, due.phase.iteration, "accepted", "", setting.signer, signed, None, None),
                *(_plus_day(after), named),
            )
        return
    author = setting.people.get(due.document.by, setting.owner)
    verifier = _verifier(setting, criterion, author)
    answered = at + timedelta(minutes=40)
    verified = answered + timedelta(hours=5 + setting.rng.randrange(18)) if verifier else None
    yield AnswerPlan(
        *(criterion.key, due.phase.iteration, "met", "", author, answered, verifier, verified),
        *(after + timedelta(minutes=40) if after else None, named),
    )


def _verifier(setting: Setting, criterion: Criterion, author: str) -> str | None:
    """The person in the role the playbook names; before the pilot not everything is verified."""
    person = setting.people.get(criterion.verifier or "")
    if criterion.dimension == _COUNTERSIGNED:
        person = setting.signer
    if person is None or person == author:
        return setting.signer if setting.last_stage > 0 else None
    return person


def _sign_offs(
    setting: Setting, due: _Due, criterion: Criterion, number: int, at: datetime, after: datetime | None
) -> Iterator[SignOffPlan]:
    countersigned = criterion.dimension == _COUNTERSIGNED and not due.is_signed
    if not (due.is_signed or countersigned) or due.document.key in setting.script.unsigned:
        return
    comment = setting.rng.choice(["", "", "Seen with the sources.", "Clear and complete."])
    yield SignOffPlan(
        *(criterion.key, "countersign" if countersigned else "sign_off", due.phase.stage, due.phase.iteration),
        *("accepted", comment, setting.signer, at + timedelta(hours=24), _plus_day(after)),
        ((due.document.key, number),),
    )


def _plus_day(after: datetime | None) -> datetime | None:
    return after + timedelta(hours=24) if after else None
