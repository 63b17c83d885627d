"""Answers to criteria: given by the team, verified by another person. Every change supersedes the earlier row."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction

from pocgate.identity.models import User
from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow, Stale
from pocgate.ledger.commands import Act, record
from portfolio.commands.lifecycle import lock_case
from portfolio.commands.recompute import request_recompute
from portfolio.enums import Section
from portfolio.models import EvidenceRevision, UseCase
from portfolio.permissions import standing_of
from scoring import errors
from scoring.commands.openness import refuse_unless_open
from scoring.models import AnswerEvidence, CriterionAnswer
from scoring.permissions import can_verify, require
from scoring.queries.playbooks import current_playbook
from scoring.rules.playbook import Criterion
from scoring.rules.vocabulary import ANSWERS, COMPUTED, MET, NOT_APPLICABLE, PARTLY, SIGNED


def answer_criterion(
    *,
    case_id: int,
    criterion: str,
    answer: str,
    note: str = "",
    revision_ids: Collection[int] = (),
    actor: User,
    now: datetime,
) -> CriterionAnswer:
    """Answer an attested criterion, naming the evidence. Repeating one's own answer word for word changes nothing.

    Raises `NotAllowedNow` for computed and signed criteria, drafts, ended cases and while a vote runs.
    """
    with transaction.atomic():
        case = lock_case(case_id)
        require("answer_criterion", actor, case, now=now)
        _attested(criterion)
        refuse_unless_open(case)
        _check_answer(answer, note)
        revisions = revisions_of(case, revision_ids)
        before = current_answer(case.pk, criterion)
        if before is not None and _repeats(before, answer, note, revisions, actor):
            return before
        given = write_answer(case, criterion, answer, note, revisions, author=actor, now=now)
        act = Act("answer.given", "criterion_answer", given.pk, case.pk, _shown(before), _shown(given))
        record(act, actor=actor, now=now)
        request_recompute(case.pk, Section.ANSWERS)
    return given


def verify_answer(
    *, case_id: int, criterion: str, actor: User, now: datetime, answer_id: int | None = None
) -> CriterionAnswer:
    """Confirm another person's answer, as compliance or in the role the playbook names.

    `answer_id` is the answer that was looked at; raises `Stale` when another one took its place.
    """
    with transaction.atomic():
        case = lock_case(case_id)
        asked = _attested(criterion)
        if not can_verify(actor, standing_of(actor, case, now=now), asked.verifier):
            raise Forbidden(errors.not_a_verifier(asked.verifier or ""))
        answer = _verifiable(current_answer(case.pk, criterion), actor)
        if answer_id is not None and answer.pk != answer_id:
            raise Stale("Another answer took its place; look at it before you verify.")
        answer.verified_by, answer.verified_at = actor, now
        answer.save(update_fields=["verified_by", "verified_at"])
        record(Act("answer.verified", "criterion_answer", answer.pk, case.pk, {}, _shown(answer)), actor=actor, now=now)
        request_recompute(case.pk, Section.ANSWERS)
    return answer


def attach_revision_to_answer(
    *, case_id: int, criterion: str, revision_ids: Collection[int], actor: User, now: datetime
) -> CriterionAnswer:
    """Add evidence to the answer as it stands; author, time and verification stay."""
    with transaction.atomic():
        case = lock_case(case_id)
        require("link_evidence", actor, case, now=now)
        _attested(criterion)
        refuse_unless_open(case)
        if not revision_ids:
            raise Invalid([errors.no_revisions()])
        revisions = revisions_of(case, revision_ids)
        answer = current_answer(case.pk, criterion)
        if answer is None or answer.imported:
            raise NotAllowedNow([errors.nothing_to_verify()])
        named = set(answer.evidence.values_list("revision_id", flat=True))
        fresh = [revision for revision in revisions if revision.pk not in named]
        _name_evidence(answer, fresh, now)
        if fresh:
            after = {"criterion": criterion, "revisions": [revision.pk for revision in fresh]}
            act = Act("answer.evidence_linked", "criterion_answer", answer.pk, case.pk, {}, after)
            record(act, actor=actor, now=now)
            request_recompute(case.pk, Section.ANSWERS)
    return answer


def current_answer(case_id: int, criterion: str) -> CriterionAnswer | None:
    """The answer that stands."""
    return CriterionAnswer.objects.filter(case=case_id, criterion=criterion, superseded_at__isnull=True).first()


def revisions_of(case: UseCase, revision_ids: Iterable[int]) -> list[EvidenceRevision]:
    """The named revisions of the case's evidence; raises `Invalid` for any that are not its own or were withdrawn."""
    wanted = sorted(set(revision_ids))
    found = list(
        EvidenceRevision.objects.filter(
            pk__in=wanted, evidence__case=case, evidence__withdrawn_at__isnull=True
        ).order_by("pk")
    )
    foreign = set(wanted) - {revision.pk for revision in found}
    if foreign:
        raise Invalid([errors.foreign_revisions(", ".join(str(pk) for pk in sorted(foreign)))])
    return found


def write_answer(
    case: UseCase,
    criterion: str,
    answer: str,
    note: str,
    revisions: Iterable[EvidenceRevision],
    *,
    author: User | None,
    now: datetime,
) -> CriterionAnswer:
    """Supersede the answer that stands and write the new one, in the caller's transaction and lock."""
    CriterionAnswer.objects.filter(case=case, criterion=criterion, superseded_at__isnull=True).update(superseded_at=now)
    given = CriterionAnswer.objects.create(
        case=case,
        criterion=criterion,
        iteration=case.iteration,
        answer=answer,
        note=note.strip(),
        author=author,
        answered_at=now,
    )
    _name_evidence(given, revisions, now)
    return given


def known_criterion(criterion: str) -> Criterion:
    """The criterion of the playbook in force; raises `Invalid` when there is none."""
    found = current_playbook().criteria_by_key.get(criterion)
    if found is None:
        raise Invalid([errors.unknown_criterion(criterion)])
    return found


def _name_evidence(answer: CriterionAnswer, revisions: Iterable[EvidenceRevision], now: datetime) -> None:
    AnswerEvidence.objects.bulk_create(
        AnswerEvidence(answer=answer, revision=revision, named_at=now) for revision in revisions
    )


def _attested(criterion: str) -> Criterion:
    found = known_criterion(criterion)
    if found.kind == COMPUTED:
        raise NotAllowedNow([errors.computed_criterion(str(found.title))])
    if found.kind == SIGNED:
        raise NotAllowedNow([errors.signed_criterion(str(found.title))])
    return found


def _check_answer(answer: str, note: str) -> None:
    problems = []
    if answer not in ANSWERS:
        problems.append(errors.unknown_answer(answer, ", ".join(ANSWERS)))
    if answer == NOT_APPLICABLE and not note.strip():
        problems.append(errors.note_missing())
    if "\x00" in note:
        problems.append(errors.text_unreadable("note"))
    if problems:
        raise Invalid(problems)


def _repeats(
    before: CriterionAnswer, answer: str, note: str, revisions: Iterable[EvidenceRevision], actor: User
) -> bool:
    if before.imported or (before.answer, before.note, before.author_id) != (answer, note.strip(), actor.pk):
        return False
    return set(before.evidence.values_list("revision_id", flat=True)) == {revision.pk for revision in revisions}


def _verifiable(answer: CriterionAnswer | None, actor: User) -> CriterionAnswer:
    if answer is None or answer.imported or answer.answer not in (MET, PARTLY, NOT_APPLICABLE):
        raise NotAllowedNow([errors.nothing_to_verify()])
    if answer.author_id == actor.pk:
        raise NotAllowedNow([errors.own_answer()])
    if answer.verified_at is not None:
        raise NotAllowedNow([errors.already_verified()])
    return answer


def _shown(answer: CriterionAnswer | None) -> dict[str, object]:
    if answer is None:
        return {}
    return {
        "criterion": answer.criterion,
        "answer": answer.answer,
        "note": answer.note,
        "revisions": sorted(answer.evidence.values_list("revision_id", flat=True)),
    }
