"""Sign-offs, written down for gates, which rules who signs and writes the activity."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from pocgate.identity.models import User
from pocgate.kernel.errors import Invalid, NotAllowedNow
from portfolio.commands.lifecycle import lock_case
from portfolio.commands.recompute import request_recompute
from portfolio.enums import Section
from portfolio.models import EvidenceRevision
from scoring import errors
from scoring.commands.answers import current_answer, known_criterion, revisions_of, write_answer
from scoring.enums import Answer
from scoring.models import CriterionAnswer
from scoring.rules.vocabulary import ACCEPTED, RETURNED, SIGNED


def record_sign_off(
    *,
    case_id: int,
    criterion: str,
    state: str,
    comment: str,
    revision_ids: Collection[int],
    actor: User,
    now: datetime,
) -> CriterionAnswer:
    """Write a sign-off (`accepted` or `returned`) on a signed criterion, in the caller's transaction.

    The revisions are those that were seen: a newer one of any of them outdates the signature.
    """
    with transaction.atomic():
        case = lock_case(case_id)
        _refuse_unsigned(criterion)
        problems = []
        if state not in (ACCEPTED, RETURNED):
            problems.append(errors.unknown_answer(state, f"{ACCEPTED}, {RETURNED}"))
        if state == RETURNED and not comment.strip():
            problems.append(errors.note_missing())
        if "\x00" in comment:
            problems.append(errors.text_unreadable("comment"))
        if problems:
            raise Invalid(problems)
        revisions = revisions_of(case, revision_ids)
        signed = write_answer(case, criterion, state, comment, revisions, author=actor, now=now)
        request_recompute(case.pk, Section.ANSWERS)
    return signed


def outdate_sign_off(*, case_id: int, criterion: str, now: datetime) -> bool:
    """Say that an accepted sign-off no longer holds, such as after a new release; False when there was none."""
    with transaction.atomic():
        case = lock_case(case_id)
        _refuse_unsigned(criterion)
        standing = current_answer(case.pk, criterion)
        if standing is None or standing.answer != ACCEPTED:
            return False
        seen = EvidenceRevision.objects.filter(answers__answer=standing).order_by("pk")
        write_answer(case, criterion, Answer.OUTDATED, standing.note, seen, author=None, now=now)
        request_recompute(case.pk, Section.ANSWERS)
    return True


def _refuse_unsigned(criterion: str) -> None:
    found = known_criterion(criterion)
    if found.kind != SIGNED:
        raise NotAllowedNow([errors.not_signed_criterion(str(found.title))])
