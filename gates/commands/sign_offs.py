"""Compliance's signatures: bound to the evidence that was seen, never on one's own, outdated by newer evidence."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from gates.commands.dossiers import refreeze_when_material
from gates.commands.notices import tell_sign_off_outdated, tell_sign_off_returned
from gates.commands.reviews.opening import begin_preparation
from gates.commands.states import lock_review, refuse
from gates.commands.texts import check_texts
from gates.enums import ChecklistKind, SignOffState
from gates.models import GateReview, SignOff, SignOffRevision
from gates.permissions import can_sign
from gates.queries.checklists import Checklist, ChecklistItem, checklist_of, sign_offs_outdated
from gates.queries.committees import conflicts_of
from gates.queries.reviews import open_review_of
from gates.rules.signing import TIER_CONFIRMED, attesting_blockers
from gates.rules.transitions import SignOffRequest, evidence_problems, sign_off_blockers
from pocgate.identity.commands import require_recent_sign_in
from pocgate.identity.models import User
from pocgate.identity.rules import SignIn
from pocgate.kernel.errors import Blocker, FieldProblem, Invalid, NotAllowedNow, Stale
from pocgate.ledger.commands import Act, record
from portfolio.commands.lifecycle import lock_case
from portfolio.commands.tiering import confirm_tier
from portfolio.models import EvidenceRevision, Release, UseCase
from portfolio.queries.tiering import TierStanding, tier_standing
from scoring.commands.answers import revisions_of, verify_answer
from scoring.commands.sign_offs import outdate_sign_off, record_sign_off

NOTHING_CHOSEN = Blocker("nothing_chosen", "Choose at least one item to attest again.")
NO_CHECKLIST = Blocker("no_checklist", "This case has no next gate, so there is nothing to sign.")


def sign_off(
    *,
    case_id: int,
    criterion: str,
    state: str,
    comment: str,
    revision_ids: Collection[int],
    actor: User,
    sign_in: SignIn,
    now: datetime,
    release_id: int | None = None,
    tier: str = "",
) -> SignOff:
    """Accept, return or waive one item of the checklist of the case's next gate, bound to the revisions that were seen.

    `release_id` binds it to a release too; `tier` is the one that accepting `tier_confirmed` confirms, by default the
    one in force, else the one the questionnaire proposes. Raises RecentSignInRequired, Invalid (also when something is
    accepted on no evidence without a comment), Stale when one of the revisions is no longer the latest, and
    NotAllowedNow (not compliance, on the team, own evidence or answer, not on the checklist, a return or waiver without
    a comment, a criterion waived).
    """
    require_recent_sign_in(sign_in, now=now)
    check_texts(comment=comment)
    with transaction.atomic():
        review = _lock(case_id)
        case = UseCase.objects.get(pk=case_id)
        checklist = checklist_of(case, now=now)
        item = _item(checklist, criterion)
        seen = tuple(revisions_of(case, revision_ids))
        given = Signature(state, comment, seen, release_of(case, release_id), tier)
        standing = tier_standing(case) if item.key == TIER_CONFIRMED else None
        refuse(sign_off_blockers(_request(case, checklist, item, given, standing, actor=actor, now=now)))
        if problems := evidence_problems(state, comment, binds_evidence=bool(seen)):
            raise Invalid(problems)
        _refuse_outdated_sight(given.revisions)
        signed = _write(case, item, given, actor=actor, now=now)
        if standing is not None and state == SignOffState.ACCEPTED:
            confirm_tier(case_id=case_id, tier=standing.confirmed_as(tier), reason=comment, actor=actor, now=now)
        _carry_on(review, signed, actor=actor, now=now)
    return signed


def attest_again(
    *, case_id: int, criteria: Collection[str], actor: User, sign_in: SignIn, now: datetime
) -> list[SignOff]:
    """Accept several items once more, all or none: only those that were accepted and of which nothing changed since.

    Each is bound to what it was bound to. Raises NotAllowedNow that names for each item what changed.
    """
    require_recent_sign_in(sign_in, now=now)
    with transaction.atomic():
        review = _lock(case_id)
        case = UseCase.objects.get(pk=case_id)
        checklist = checklist_of(case, now=now)
        items = [_item(checklist, criterion) for criterion in dict.fromkeys(criteria)]
        if not items:
            raise NotAllowedNow([NOTHING_CHOSEN])
        comment = gettext("Attested again: nothing changed since the last signature.")
        refuse(_attesting(case, checklist, items, actor=actor, now=now))
        signed = [_write(case, item, _same(item, comment), actor=actor, now=now) for item in items]
        for one in signed:
            _carry_on(None, one, actor=actor, now=now)
        if review is not None:
            _carry_on(review, signed[-1], actor=actor, now=now)
    return signed


def outdate_overtaken(*, now: datetime) -> int:
    """Mark every accepted signature whose evidence has a newer revision, for scoring too; the number marked."""
    return sum(_outdate(sign_off_id, now=now) for sign_off_id in sign_offs_outdated().values_list("pk", flat=True))


def _lock(case_id: int) -> GateReview | None:
    """The open review, then the case: the order in which decisions lock them."""
    open_review = open_review_of(case_id)
    review = lock_review(open_review.pk) if open_review else None
    lock_case(case_id)
    return review


def _item(checklist: Checklist | None, criterion: str) -> ChecklistItem:
    if checklist is None:
        raise NotAllowedNow([NO_CHECKLIST])
    item = checklist.item(criterion)
    if item is None:
        message = "“{criterion}” is not on the checklist of gate {gate} for this case."
        shown = {"criterion": criterion, "gate": checklist.gate}
        raise NotAllowedNow([Blocker("not_on_checklist", message, shown)])
    return item


@dataclass(frozen=True)
class Signature:
    """What is signed: the result, what is said of it, and what was seen."""

    state: str
    comment: str
    revisions: tuple[EvidenceRevision, ...]
    release: Release | None = None
    tier: str = ""


def _same(item: ChecklistItem, comment: str) -> Signature:
    """Bound to the same; where that is no evidence, what was said of it still holds."""
    earlier = item.sign_off
    said = earlier.comment if earlier is not None and not item.bound else comment
    release = earlier.release if earlier else None
    return Signature(SignOffState.ACCEPTED, said, tuple(entry.revision for entry in item.bound), release)


def _attesting(
    case: UseCase, checklist: Checklist | None, items: Sequence[ChecklistItem], *, actor: User, now: datetime
) -> list[Blocker]:
    """Every reason against any of the items, each once."""
    found: list[Blocker] = []
    for item in items:
        found += sign_off_blockers(_request(case, checklist, item, _same(item, ""), None, actor=actor, now=now))
        found += attesting_blockers(
            item.title,
            was_accepted=item.was_accepted,
            rests_on_something=item.rests_on_something,
            changes=item.changes,
        )
    return [blocker for place, blocker in enumerate(found) if blocker not in found[:place]]


def _request(
    case: UseCase,
    checklist: Checklist | None,
    item: ChecklistItem,
    given: Signature,
    standing: TierStanding | None,
    *,
    actor: User,
    now: datetime,
) -> SignOffRequest:
    # Leaving one's own evidence unticked does not make it somebody else's.
    seen = {revision.pk: revision for revision in (*given.revisions, *item.named, *_newer_ones(item))}
    return SignOffRequest(
        is_compliance=can_sign(actor, now=now),
        on_team=actor.pk in conflicts_of(case.pk, now=now),
        uploaded_revision=any(revision.uploaded_by_id == actor.pk for revision in seen.values()),
        checklist_open=checklist is not None and checklist.is_open,
        result=given.state,
        comment=given.comment,
        kind=item.kind,
        wrote_answer=item.answer is not None and item.answer.author_id == actor.pk,
        lacks_tier=standing is not None and not standing.confirmed_as(given.tier),
        unasked=standing is not None and standing.is_unasked_since_pivot,
    )


def _newer_ones(item: ChecklistItem) -> Sequence[EvidenceRevision]:
    """Revisions that came after those of the current signature."""
    overtaken = [entry.revision for entry in item.bound if entry.newer is not None]
    if not overtaken:
        return ()
    rows = EvidenceRevision.objects.filter(evidence__in=[revision.evidence_id for revision in overtaken])
    number = {revision.evidence_id: revision.number for revision in overtaken}
    return [row for row in rows if row.number > number[row.evidence_id]]


def _refuse_outdated_sight(revisions: Sequence[EvidenceRevision]) -> None:
    for revision in revisions:
        if EvidenceRevision.objects.filter(evidence=revision.evidence_id, number__gt=revision.number).exists():
            raise Stale("A newer revision of this evidence was uploaded; look at it before you sign.")


def _write(case: UseCase, item: ChecklistItem, given: Signature, *, actor: User, now: datetime) -> SignOff:
    standing = SignOff.objects.filter(case=case, criterion=item.key, superseded_at__isnull=True)
    before = {"state": item.state} if standing.update(superseded_at=now) else {}
    signed = SignOff.objects.create(
        case=case,
        criterion=item.key,
        kind=item.kind,
        gate=case.stage or 0,
        iteration=case.iteration,
        state=given.state,
        comment=given.comment.strip(),
        release=given.release,
        signed_by=actor,
        signed_at=now,
    )
    SignOffRevision.objects.bulk_create(SignOffRevision(sign_off=signed, revision=row) for row in given.revisions)
    _write_through(signed, item, [revision.pk for revision in given.revisions], actor=actor, now=now)
    after = {
        "criterion": item.key,
        "state": given.state,
        "comment": signed.comment,
        "revisions": [{"id": revision.pk, "sha256": revision.sha256} for revision in given.revisions],
        **({"release": given.release.label} if given.release else {}),
    }
    record(Act(f"sign_off.{given.state}", "sign_off", signed.pk, case.pk, before, after), actor=actor, now=now)
    return signed


def _write_through(
    signed: SignOff, item: ChecklistItem, revision_ids: list[int], *, actor: User, now: datetime
) -> None:
    """Readiness counts a signature; a countersignature verifies the team's answer where nobody has yet."""
    if signed.kind == ChecklistKind.SIGN_OFF:
        record_sign_off(
            case_id=signed.case_id,
            criterion=signed.criterion,
            state=signed.state,
            comment=signed.comment,
            revision_ids=revision_ids,
            actor=actor,
            now=now,
        )
    elif signed.state == SignOffState.ACCEPTED and _is_unverified(item, actor):
        verify_answer(case_id=signed.case_id, criterion=signed.criterion, actor=actor, now=now)


def release_of(case: UseCase, release_id: int | None) -> Release | None:
    """The named release of the case; raises `Invalid` for any other."""
    if release_id is None:
        return None
    found = Release.objects.filter(case=case, pk=release_id).first()
    if found is None:
        raise Invalid([FieldProblem("release", "unknown_release", "This case has no such release.")])
    return found


def _is_unverified(item: ChecklistItem, actor: User) -> bool:
    return item.answer is not None and item.answer.verified_at is None and item.answer.author_id != actor.pk


def _carry_on(review: GateReview | None, signed: SignOff, *, actor: User, now: datetime) -> None:
    """What follows for the review: preparation has begun, and a vote that runs gets a new revision where it matters."""
    if review is not None:
        begin_preparation(review, actor=actor, now=now)
        refreeze_when_material(review_id=review.pk, actor=actor, now=now)
    if signed.state == SignOffState.RETURNED:
        tell_sign_off_returned(signed, now=now)


def _outdate(sign_off_id: int, *, now: datetime) -> bool:
    with transaction.atomic():
        case_id = SignOff.objects.values_list("case_id", flat=True).get(pk=sign_off_id)
        review = _lock(case_id)
        standing = SignOff.objects.filter(pk=sign_off_id, superseded_at__isnull=True, outdated_at__isnull=True)
        if not standing.update(outdated_at=now):
            return False
        signed = SignOff.objects.select_related("case").get(pk=sign_off_id)
        if signed.kind == ChecklistKind.SIGN_OFF:
            outdate_sign_off(case_id=case_id, criterion=signed.criterion, now=now)
        after = {"criterion": signed.criterion}
        record(Act("sign_off.outdated", "sign_off", signed.pk, case_id, after=after), actor=None, now=now)
        if review is not None:
            refreeze_when_material(review_id=review.pk, actor=None, now=now)
        tell_sign_off_outdated(signed, now=now)
    return True
