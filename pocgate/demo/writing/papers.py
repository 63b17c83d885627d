"""Evidence with its files, and the answers, signatures and ratings of cases."""

from __future__ import annotations

from collections.abc import Iterable

from gates.models import SignOff, SignOffRevision
from pocgate.demo.plan.shapes import AnswerPlan, CasePlan, EvidencePlan, RevisionPlan, SignOffPlan
from pocgate.demo.writing.files import Files
from pocgate.demo.writing.portion import Portion
from pocgate.kernel.bulk import Row, write_rows
from pocgate.kernel.stored_files import StoredFile
from portfolio.models import Evidence, EvidenceRevision, UseCase
from scoring.models import AnswerEvidence, Assessment, CriterionAnswer

Attached = tuple[CasePlan, UseCase, EvidencePlan, int, RevisionPlan]


def write_evidence(portion: Portion, files: Files) -> None:
    """Documents and every revision of them, the bytes in the store."""
    planned = [(plan, case, document) for plan, case in portion.pairs() for document in plan.evidence]
    keys = write_rows(
        Evidence,
        [
            {"case_id": case.pk, "title": document.title, "created_at": document.revisions[0].at}
            for _plan, case, document in planned
        ],
    )
    attached: list[Attached] = [
        (plan, case, document, key, revision)
        for (plan, case, document), key in zip(planned, keys, strict=True)
        for revision in document.revisions
    ]
    kept = [files.keep(revision.content) for *_rest, revision in attached]
    revision_keys = write_rows(
        EvidenceRevision, [_revision(portion, *each) for each in zip(attached, kept, strict=True)]
    )
    for each, file, key in zip(attached, kept, revision_keys, strict=True):
        _plan, case, document, _evidence, revision = each
        portion.revisions[case.pk, document.key, revision.number] = key
        _tell_revision(portion, each, file)


def _revision(portion: Portion, attached: Attached, file: StoredFile) -> Row:
    _plan, _case, _document, evidence, revision = attached
    return {
        "evidence_id": evidence,
        "number": revision.number,
        "sha256": file.sha256,
        "size": file.size,
        "content_type": revision.content_type,
        "file_name": revision.file_name,
        "uploaded_by_id": portion.person(revision.by),
        "uploaded_at": revision.at,
    }


def _tell_revision(portion: Portion, attached: Attached, file: StoredFile) -> None:
    plan, case, document, evidence, revision = attached
    verb = "evidence.attached" if revision.number == 1 else "evidence.revised"
    after = {
        "title": document.title,
        "number": revision.number,
        "sha256": file.sha256,
        "file_name": revision.file_name,
    }
    portion.tell(verb, ("evidence", evidence), plan, case, at=revision.at, by=revision.by, after=after)


def write_answers(portion: Portion) -> None:
    """Answers with the revisions they name."""
    planned = [(plan, case, answer) for plan, case in portion.pairs() for answer in plan.answers]
    keys = write_rows(CriterionAnswer, [_answer(portion, case, answer) for _plan, case, answer in planned])
    write_rows(
        AnswerEvidence,
        [
            {"answer_id": key, "revision_id": revision, "named_at": answer.at}
            for (_plan, case, answer), key in zip(planned, keys, strict=True)
            for revision in _named(portion, case, answer.evidence)
        ],
    )
    for (plan, case, answer), key in zip(planned, keys, strict=True):
        if answer.answer != "accepted":
            _tell_answer(portion, plan, case, answer, key)


def _answer(portion: Portion, case: UseCase, answer: AnswerPlan) -> Row:
    return {
        "case_id": case.pk,
        "criterion": answer.criterion,
        "iteration": answer.iteration,
        "answer": answer.answer,
        "note": answer.note,
        "author_id": portion.person(answer.author),
        "answered_at": answer.at,
        "verified_by_id": portion.person(answer.verified_by),
        "verified_at": answer.verified_at,
        "superseded_at": answer.superseded_at,
    }


def _named(portion: Portion, case: UseCase, evidence: Iterable[tuple[str, int]]) -> list[int]:
    return [portion.revisions[case.pk, key, number] for key, number in evidence]


def _tell_answer(portion: Portion, plan: CasePlan, case: UseCase, answer: AnswerPlan, key: int) -> None:
    subject, after = ("criterion_answer", key), {"criterion": answer.criterion, "answer": answer.answer}
    portion.tell("answer.given", subject, plan, case, at=answer.at, by=answer.author, after=after)
    if answer.verified_at is not None:
        at = answer.verified_at
        portion.tell("answer.verified", subject, plan, case, at=at, by=answer.verified_by, after=after)


def write_sign_offs(portion: Portion) -> None:
    """Signatures of compliance with the revisions they are bound to."""
    planned = [(plan, case, signed) for plan, case in portion.pairs() for signed in plan.sign_offs]
    keys = write_rows(SignOff, [_sign_off(portion, case, signed) for _plan, case, signed in planned])
    write_rows(
        SignOffRevision,
        [
            {"sign_off_id": key, "revision_id": revision}
            for (_plan, case, signed), key in zip(planned, keys, strict=True)
            for revision in _named(portion, case, signed.evidence)
        ],
    )
    for (plan, case, signed), key in zip(planned, keys, strict=True):
        subject, after = ("sign_off", key), {"criterion": signed.criterion, "state": signed.state}
        portion.tell(f"sign_off.{signed.state}", subject, plan, case, at=signed.at, by=signed.by, after=after)


def _sign_off(portion: Portion, case: UseCase, signed: SignOffPlan) -> Row:
    return {
        "case_id": case.pk,
        "criterion": signed.criterion,
        "kind": signed.kind,
        "gate": signed.gate,
        "iteration": signed.iteration,
        "state": signed.state,
        "comment": signed.comment,
        "signed_by_id": portion.person(signed.by),
        "signed_at": signed.at,
        "superseded_at": signed.superseded_at,
    }


def write_ratings(portion: Portion) -> None:
    """The scorecard's ratings; what was rated stays out of the ledger."""
    write_rows(
        Assessment,
        [
            {
                "case_id": case.pk,
                "assessor_id": portion.person(rating.person),
                "criterion": rating.criterion,
                "iteration": rating.iteration,
                "discipline": rating.discipline,
                "rating": rating.rating,
                "low": rating.low,
                "high": rating.high,
                "rationale": rating.rationale,
                "assessed_at": rating.at,
                "superseded_at": rating.superseded_at,
            }
            for plan, case in portion.pairs()
            for rating in plan.ratings
        ],
    )
    for plan, case in portion.pairs():
        for person, at, discipline in sorted({(each.person, each.at, each.discipline) for each in plan.ratings}):
            subject, after = ("use_case", case.pk), {"discipline": discipline}
            portion.tell("scorecard.rated", subject, plan, case, at=at, by=person, after=after)
