"""Evidence with its files, and the answers, signatures and ratings of cases."""

from __future__ import annotations

from collections.abc import Iterable

from gates.models import SignOff, SignOffRevision
from pocgate.demo.plan.shapes import AnswerPlan, CasePlan, EvidencePlan, RevisionPlan
from pocgate.demo.writing.files import Files
from pocgate.demo.writing.portion import BATCH, Portion
from portfolio.models import Evidence, EvidenceRevision, UseCase
from scoring.models import AnswerEvidence, Assessment, CriterionAnswer


def write_evidence(portion: Portion, files: Files) -> None:
    """Documents and every revision of them, the bytes in the store."""
    rows = [
        (plan, case, document, Evidence(case=case, title=document.title, created_at=document.revisions[0].at))
        for plan, case in portion.pairs()
        for document in plan.evidence
    ]
    Evidence.objects.bulk_create([row for *_rest, row in rows], batch_size=BATCH)
    revisions = [
        (plan, case, document, revision, _revision(portion, row, revision, files))
        for plan, case, document, row in rows
        for revision in document.revisions
    ]
    EvidenceRevision.objects.bulk_create([row for *_rest, row in revisions], batch_size=BATCH)
    for plan, case, document, revision, row in revisions:
        portion.revisions[case.pk, document.key, revision.number] = row
        _tell_revision(portion, plan, case, document, row)


def _revision(portion: Portion, row: Evidence, revision: RevisionPlan, files: Files) -> EvidenceRevision:
    kept = files.keep(revision.content)
    return EvidenceRevision(
        evidence=row,
        number=revision.number,
        sha256=kept.sha256,
        size=kept.size,
        content_type=revision.content_type,
        file_name=revision.file_name,
        uploaded_by_id=portion.person(revision.by),
        uploaded_at=revision.at,
    )


def _tell_revision(
    portion: Portion, plan: CasePlan, case: UseCase, document: EvidencePlan, row: EvidenceRevision
) -> None:
    verb = "evidence.attached" if row.number == 1 else "evidence.revised"
    after = {"title": document.title, "number": row.number, "sha256": row.sha256, "file_name": row.file_name}
    by = document.revisions[row.number - 1].by
    portion.tell(verb, ("evidence", row.evidence_id), plan, case, at=row.uploaded_at, by=by, after=after)


def write_answers(portion: Portion) -> None:
    """Answers with the revisions they name."""
    rows = [
        (plan, case, answer, CriterionAnswer(
            case=case,
            criterion=answer.criterion,
            iteration=answer.iteration,
            answer=answer.answer,
            note=answer.note,
            author_id=portion.person(answer.author),
            answered_at=answer.at,
            verified_by_id=portion.person(answer.verified_by),
            verified_at=answer.verified_at,
            superseded_at=answer.superseded_at,
        ))
        for plan, case in portion.pairs()
        for answer in plan.answers
    ]  # fmt: skip
    CriterionAnswer.objects.bulk_create([row for *_rest, row in rows], batch_size=BATCH)
    AnswerEvidence.objects.bulk_create(
        [
            AnswerEvidence(answer=row, revision=revision)
            for _plan, case, answer, row in rows
            for revision in _named(portion, case, answer.evidence)
        ],
        batch_size=BATCH,
    )
    for plan, case, answer, row in rows:
        if answer.answer != "accepted":
            _tell_answer(portion, plan, case, answer, row)


def _named(portion: Portion, case: UseCase, evidence: Iterable[tuple[str, int]]) -> list[EvidenceRevision]:
    return [portion.revisions[case.pk, key, number] for key, number in evidence]


def _tell_answer(portion: Portion, plan: CasePlan, case: UseCase, answer: AnswerPlan, row: CriterionAnswer) -> None:
    subject, after = ("criterion_answer", row.pk), {"criterion": answer.criterion, "answer": answer.answer}
    portion.tell("answer.given", subject, plan, case, at=answer.at, by=answer.author, after=after)
    if answer.verified_at is not None:
        at = answer.verified_at
        portion.tell("answer.verified", subject, plan, case, at=at, by=answer.verified_by, after=after)


def write_sign_offs(portion: Portion) -> None:
    """Signatures of compliance with the revisions they are bound to."""
    rows = [
        (plan, case, signed, SignOff(
            case=case,
            criterion=signed.criterion,
            kind=signed.kind,
            gate=signed.gate,
            iteration=signed.iteration,
            state=signed.state,
            comment=signed.comment,
            signed_by_id=portion.ground.people[signed.by],
            signed_at=signed.at,
            superseded_at=signed.superseded_at,
        ))
        for plan, case in portion.pairs()
        for signed in plan.sign_offs
    ]  # fmt: skip
    SignOff.objects.bulk_create([row for *_rest, row in rows], batch_size=BATCH)
    SignOffRevision.objects.bulk_create(
        [
            SignOffRevision(sign_off=row, revision=revision)
            for _plan, case, signed, row in rows
            for revision in _named(portion, case, signed.evidence)
        ],
        batch_size=BATCH,
    )
    for plan, case, signed, row in rows:
        subject, after = ("sign_off", row.pk), {"criterion": signed.criterion, "state": signed.state}
        portion.tell(f"sign_off.{signed.state}", subject, plan, case, at=signed.at, by=signed.by, after=after)


def write_ratings(portion: Portion) -> None:
    """The scorecard's ratings; what was rated stays out of the ledger."""
    Assessment.objects.bulk_create(
        [
            Assessment(
                case=case,
                assessor_id=portion.ground.people[rating.person],
                criterion=rating.criterion,
                iteration=rating.iteration,
                discipline=rating.discipline,
                rating=rating.rating,
                rationale=rating.rationale,
                assessed_at=rating.at,
                superseded_at=rating.superseded_at,
            )
            for plan, case in portion.pairs()
            for rating in plan.ratings
        ],
        batch_size=BATCH,
    )
    for plan, case in portion.pairs():
        for person, at, discipline in sorted({(each.person, each.at, each.discipline) for each in plan.ratings}):
            subject, after = ("use_case", case.pk), {"discipline": discipline}
            portion.tell("scorecard.rated", subject, plan, case, at=at, by=person, after=after)
