"""Documents of a case with their revisions, and the answers, verifications and signatures that rest on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from pocgate.demo.plan.documents import Document, content
from pocgate.demo.plan.needs import Need
from pocgate.demo.plan.setting import Setting
from pocgate.demo.plan.shapes import AnswerPlan, EvidencePlan, RevisionPlan, SignOffPlan
from pocgate.demo.plan.timeline import Phase, at_work
from scoring.rules.playbook import Criterion

# A document is renewed when this share of its validity is over.
_RENEWED_AT = 0.8
_COUNTERSIGNED = "governance"
_COMMENTS = ("", "", "Seen with the sources.", "Clear and complete.")
_SIGNED_AFTER = timedelta(hours=24)
_PARTLY = "Done for written reports; for those by phone the notes are still being typed in."


@dataclass(frozen=True)
class Papers:
    """Everything on paper."""

    evidence: tuple[EvidencePlan, ...]
    answers: tuple[AnswerPlan, ...]
    sign_offs: tuple[SignOffPlan, ...]


@dataclass(frozen=True)
class _Due:
    """A document the case needs, and the phase in which it is written."""

    need: Need
    phase: Phase

    @property
    def document(self) -> Document:
        """The kind of document."""
        return self.need.document


@dataclass(frozen=True)
class _Version:
    """A revision of a document: when it came, and when the one after it."""

    number: int
    at: datetime
    after: datetime | None

    @property
    def signed_at(self) -> datetime:
        """When compliance signs it."""
        return self.at + _SIGNED_AFTER

    @property
    def signed_anew_at(self) -> datetime | None:
        """When the signature on the next one takes its place."""
        return self.after + _SIGNED_AFTER if self.after else None


def papers(setting: Setting) -> Papers:
    """All documents due by now, each with the revisions that kept it valid; without a story only the last of them."""
    evidence: list[EvidencePlan] = []
    answers: list[AnswerPlan] = []
    sign_offs: list[SignOffPlan] = []
    for due, first in _written(setting):
        moments = _moments(setting, due, first)
        if not setting.script.detailed:
            moments = moments[-1:]
        evidence.append(_evidence(setting, due, moments))
        for number, at in enumerate(moments, start=1):
            version = _Version(number, at, moments[number] if number < len(moments) else None)
            for criterion in due.need.criteria:
                answers += _answers(setting, due, criterion, version)
                sign_offs += _sign_offs(setting, due, criterion, version)
    return Papers(tuple(evidence), tuple(answers), tuple(sign_offs))


def _written(setting: Setting) -> Iterator[tuple[_Due, datetime]]:
    """The documents that exist, with the time of their first revision."""
    for stage in range(setting.last_stage + 1):
        phase = setting.first_phase(stage)
        if phase is None:
            continue
        due = [_Due(need, phase) for need in setting.needs.at(stage, setting.facts)]
        wanted = len(due) if phase.is_done else round(len(due) * setting.script.progress)
        span = phase.end - phase.start
        for position, each in enumerate(due[:wanted]):
            share = 0.12 + 0.7 * (position + setting.rng.random()) / max(len(due), 1)
            yield each, min(at_work(phase.start + share * span, setting.rng), phase.end - timedelta(hours=30))


def _moments(setting: Setting, due: _Due, first: datetime) -> list[datetime]:
    """When it was uploaded and renewed; nothing is renewed while a vote runs, or after the case fell silent."""
    moments = [first]
    step = timedelta(days=due.need.valid_days * _RENEWED_AT)
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
                content_type=document.media_type,
                by=setting.people.get(document.by, setting.owner),
                at=at,
            )
            for number, at in enumerate(moments, start=1)
        ),
    )


def _answers(setting: Setting, due: _Due, criterion: Criterion, version: _Version) -> Iterator[AnswerPlan]:
    if due.need.is_signed:
        if due.document.key not in setting.script.unsigned:
            yield _signature(setting, due, criterion, version)
        return
    author = setting.people.get(due.document.by, setting.owner)
    verifier = _verifier(setting, criterion, author)
    partly = criterion.key in setting.script.partly
    answered = version.at + timedelta(minutes=40)
    yield AnswerPlan(
        criterion=criterion.key,
        iteration=due.phase.iteration,
        answer="partly" if partly else "met",
        note=_PARTLY if partly else "",
        author=author,
        at=answered,
        verified_by=verifier,
        verified_at=answered + timedelta(hours=5 + setting.rng.randrange(18)) if verifier else None,
        superseded_at=version.after + timedelta(minutes=40) if version.after else None,
        evidence=((due.document.key, version.number),),
    )


def _signature(setting: Setting, due: _Due, criterion: Criterion, version: _Version) -> AnswerPlan:
    """What scoring keeps of a sign-off."""
    return AnswerPlan(
        criterion=criterion.key,
        iteration=due.phase.iteration,
        answer="accepted",
        note="",
        author=setting.signer,
        at=version.signed_at,
        verified_by=None,
        verified_at=None,
        superseded_at=version.signed_anew_at,
        evidence=((due.document.key, version.number),),
    )


def _verifier(setting: Setting, criterion: Criterion, author: str) -> str | None:
    """The person in the role the playbook names; before the pilot not everything is verified."""
    person = setting.people.get(criterion.verifier or "")
    if criterion.dimension == _COUNTERSIGNED:
        person = setting.signer
    if person is None or person == author:
        return setting.signer if setting.last_stage > 0 else None
    return person


def _sign_offs(setting: Setting, due: _Due, criterion: Criterion, version: _Version) -> Iterator[SignOffPlan]:
    countersigned = criterion.dimension == _COUNTERSIGNED and not due.need.is_signed
    if not (due.need.is_signed or countersigned) or due.document.key in setting.script.unsigned:
        return
    yield SignOffPlan(
        criterion=criterion.key,
        kind="countersign" if countersigned else "sign_off",
        gate=due.phase.stage,
        iteration=due.phase.iteration,
        state="accepted",
        comment=setting.rng.choice(_COMMENTS),
        by=setting.signer,
        at=version.signed_at,
        superseded_at=version.signed_anew_at,
        evidence=((due.document.key, version.number),),
    )
