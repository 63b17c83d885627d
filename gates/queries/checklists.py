"""The checklist of a gate: what compliance signs for a case, and the evidence each signature is bound to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gates.enums import ChecklistKind, ReviewState, SignOffState
from gates.models import GateReview, SignOff
from gates.queries.checklist_records import BoundRevision, Known, known_of, sign_offs_outdated
from gates.queries.checklist_templates import ExtraItem, PublishedLists
from gates.queries.days import day_here
from gates.rules.signing import SeenRevision, SignedState, changes_since, outdating_changes
from pocgate.kernel.errors import Blocker
from portfolio.models import EvidenceRevision, Release, UseCase
from scoring.models import CriterionAnswer
from scoring.queries.readiness import in_reader_language
from scoring.rules.facts import applies, asked
from scoring.rules.playbook import Criterion, Playbook
from scoring.rules.vocabulary import ATTESTED, MUST, SHOULD, SIGNED

__all__ = [
    "BoundRevision",
    "Checklist",
    "ChecklistItem",
    "checklist_of",
    "checklists_of",
    "extra_items_of",
    "sign_offs_outdated",
]

OPEN, ACCEPTED, RETURNED, OUTDATED, EXPIRED = "open", "accepted", "returned", "outdated", "expired"
WAIVED = "waived"
GOVERNANCE = "governance"


@dataclass(frozen=True)
class ChecklistItem:
    """One thing compliance signs at the gate. `state`: open, accepted, returned, waived, outdated or expired.

    `answer` is the team's answer that a countersignature is about, None while there is none. `criterion` is None for
    an extra item, whose `reference` says where it comes from. `changes` are those since the current signature.
    """

    key: str
    criterion: Criterion | None
    kind: str
    level: str
    title: str
    asks: str
    how: str
    state: str
    sign_off: SignOff | None
    bound: tuple[BoundRevision, ...]
    answer: CriterionAnswer | None
    named: tuple[EvidenceRevision, ...]
    changes: tuple[Blocker, ...] = ()
    reference: str = ""
    expires_on: date | None = None

    @property
    def is_due(self) -> bool:
        """Whether it waits for compliance. A returned item waits for the team, a countersignature for an answer."""
        if self.kind == ChecklistKind.COUNTERSIGN and self.answer is None:
            return False
        return self.state in (OPEN, OUTDATED, EXPIRED)

    @property
    def was_accepted(self) -> bool:
        """Whether the current signature accepts the item, even if something overtook it."""
        return self.sign_off is not None and self.sign_off.state == SignOffState.ACCEPTED

    @property
    def rests_on_something(self) -> bool:
        """Whether the current signature binds evidence, or says why none is needed."""
        return bool(self.bound) or (self.sign_off is not None and bool(self.sign_off.comment))

    @property
    def can_be_attested_again(self) -> bool:
        """Whether it was accepted and nothing changed since."""
        return self.was_accepted and self.rests_on_something and not self.changes and self.state in (ACCEPTED, EXPIRED)

    @property
    def seen_evidence(self) -> frozenset[int]:
        """Evidence that was bound or named before: preselected when the item is signed again."""
        bound = {entry.revision.evidence_id for entry in self.bound}
        return frozenset(bound | {revision.evidence_id for revision in self.named})


@dataclass(frozen=True)
class Checklist:
    """The items of a case at its next gate, in the order of the playbook, then the extra ones.

    `due_date` is None without an open review.
    """

    case: UseCase
    gate: int
    review: GateReview | None
    items: tuple[ChecklistItem, ...]
    due_date: date | None

    @property
    def due(self) -> tuple[ChecklistItem, ...]:
        """Items that wait for compliance."""
        return tuple(item for item in self.items if item.is_due)

    @property
    def again(self) -> tuple[ChecklistItem, ...]:
        """Items that were accepted and of which nothing changed since."""
        return tuple(item for item in self.items if item.can_be_attested_again)

    @property
    def changed(self) -> tuple[ChecklistItem, ...]:
        """Items that were accepted and of which something changed since."""
        return tuple(item for item in self.items if item.was_accepted and item.changes)

    @property
    def is_open(self) -> bool:
        """Whether items can be signed: the case has a next gate and no vote on it is closed."""
        return self.review is None or self.review.state != ReviewState.CLOSED

    def item(self, key: str) -> ChecklistItem | None:
        """The item of a criterion, or the extra item of this name."""
        return next((item for item in self.items if item.key == key), None)


def checklist_of(case: UseCase, *, now: datetime) -> Checklist | None:
    """The checklist of the case's next gate; None while it has none. About a dozen queries."""
    return next(iter(checklists_of([case], now=now)), None)


def checklists_of(cases: Iterable[UseCase], *, now: datetime) -> list[Checklist]:
    """The checklists of cases that have a next gate, with the same queries however many cases."""
    gated = [case for case in cases if case.next_gate is not None]
    known = known_of([case.pk for case in gated], now=now)
    return [_checklist(case, known, now=now) for case in gated]


def extra_items_of(case: UseCase, *, gate: int, tier: str, at: datetime, now: datetime) -> tuple[ChecklistItem, ...]:
    """The extra items of lists that were in force `at` a moment, as they stand now. One query where there is none."""
    extras = PublishedLists().asked(at=at, gate=gate, tier=tier)
    if not extras:
        return ()
    known = known_of([case.pk], now=now)
    return tuple(_extra(case, extra, known, now) for extra in extras)


def due_day(review: GateReview | None) -> date | None:
    """By when items have to be signed: the close of the vote, else the day the review has to be decided by."""
    if review is None:
        return None
    return day_here(review.voting_closes_at) if review.voting_closes_at else review.decide_by


def item_kind(criterion: Criterion) -> str | None:
    """How compliance signs a criterion; None when it does not."""
    if criterion.kind == SIGNED:
        return ChecklistKind.SIGN_OFF.value
    if criterion.kind == ATTESTED and criterion.dimension == GOVERNANCE:
        return ChecklistKind.COUNTERSIGN.value
    return None


def _checklist(case: UseCase, known: Known, *, now: datetime) -> Checklist:
    review = known.reviews.get(case.pk)
    gate = case.stage if case.stage is not None else 0
    playbook = known.playbooks[review.playbook_id] if review else known.in_force
    items = (*_items(case, gate, playbook, known), *_extras(case, gate, known, now))
    return Checklist(case, gate, review, items, due_day(review))


def _items(case: UseCase, gate: int, playbook: Playbook, known: Known) -> Iterable[ChecklistItem]:
    facts = known.facts[case.pk]
    for criterion in playbook.criteria:
        level = applies(criterion, facts, gate)
        kind = item_kind(criterion)
        if level is not None and kind is not None:
            yield _item(case, criterion, kind, level, known)


def _item(case: UseCase, criterion: Criterion, kind: str, level: str, known: Known) -> ChecklistItem:
    sign_off = known.sign_offs.get((case.pk, criterion.key))
    answer = known.answers.get((case.pk, criterion.key)) if kind == ChecklistKind.COUNTERSIGN else None
    links = known.named.get(answer.pk, []) if answer else []
    state = _signed_state(case, sign_off, known, answer)
    is_expired = (case.pk, criterion.key) in known.expired
    return ChecklistItem(
        key=criterion.key,
        criterion=criterion,
        kind=kind,
        level=level,
        title=in_reader_language(criterion.title),
        asks=in_reader_language(asked(criterion, known.facts[case.pk])),
        how=in_reader_language(criterion.how),
        state=_state(sign_off, state, answer, uploaded_at=known.uploads.get(case.pk), is_expired=is_expired),
        sign_off=sign_off,
        bound=_bound(sign_off, known),
        answer=answer,
        named=tuple(link.revision for link in links),
        changes=tuple(changes_since(state)) if state else (),
        expires_on=_expiry(sign_off, criterion.valid_days),
    )


def _extras(case: UseCase, gate: int, known: Known, now: datetime) -> Iterable[ChecklistItem]:
    """A review keeps the lists that were in force when it was asked for, as it keeps its playbook."""
    review, tier = known.reviews.get(case.pk), known.facts[case.pk].tier
    at = review.requested_at if review is not None else now
    for extra in known.lists.asked(at=at, gate=gate, tier=tier):
        yield _extra(case, extra, known, now)


def _extra(case: UseCase, extra: ExtraItem, known: Known, now: datetime) -> ChecklistItem:
    sign_off = known.sign_offs.get((case.pk, extra.name))
    state = _signed_state(case, sign_off, known, None, worded_at=extra.worded_at)
    expires_on = _expiry(sign_off, extra.item.validity_days)
    is_expired = expires_on is not None and expires_on < day_here(now)
    return ChecklistItem(
        key=extra.name,
        criterion=None,
        kind=ChecklistKind.EXTRA.value,
        level=MUST if extra.item.is_must else SHOULD,
        title=extra.item.title,
        asks=extra.item.asks,
        how=extra.item.how,
        state=_state(sign_off, state, None, uploaded_at=known.uploads.get(case.pk), is_expired=is_expired),
        sign_off=sign_off,
        bound=_bound(sign_off, known),
        answer=None,
        named=(),
        changes=tuple(changes_since(state)) if state else (),
        reference=extra.item.reference or extra.template.title,
        expires_on=expires_on,
    )


def _bound(sign_off: SignOff | None, known: Known) -> tuple[BoundRevision, ...]:
    return tuple(known.bound.get(sign_off.pk, [])) if sign_off else ()


def _expiry(sign_off: SignOff | None, valid_days: int | None) -> date | None:
    """The last day on which an accepted signature holds by its age."""
    if sign_off is None or sign_off.state != SignOffState.ACCEPTED or valid_days is None:
        return None
    return day_here(sign_off.signed_at) + timedelta(days=valid_days)


def _signed_state(
    case: UseCase,
    sign_off: SignOff | None,
    known: Known,
    answer: CriterionAnswer | None,
    *,
    worded_at: datetime | None = None,
) -> SignedState | None:
    if sign_off is None:
        return None
    links = known.named.get(answer.pk, []) if answer else []
    return SignedState(
        criterion=sign_off.criterion,
        signed_at=sign_off.signed_at,
        iteration=sign_off.iteration,
        case_iteration=case.iteration,
        revisions=tuple(_seen(entry) for entry in _bound(sign_off, known)),
        answered_at=answer.answered_at if answer else None,
        named_since=tuple(link.revision.evidence.title for link in links if link.named_at > sign_off.signed_at),
        release=sign_off.release.label if sign_off.release else "",
        newest_release=_newer_release(sign_off, known.releases.get(case.pk)),
        facts=tuple(change for change in known.fact_changes.get(case.pk, []) if change.at > sign_off.signed_at),
        worded_at=worded_at,
    )


def _seen(entry: BoundRevision) -> SeenRevision:
    evidence = entry.revision.evidence
    newest = entry.newer or entry.revision.number
    return SeenRevision(evidence.title, entry.revision.number, newest, evidence.withdrawn_at is not None)


def _newer_release(sign_off: SignOff, newest: Release | None) -> str:
    if newest is None or sign_off.release_id is None or newest.pk <= sign_off.release_id:
        return ""
    return newest.label


def _state(
    sign_off: SignOff | None,
    signed: SignedState | None,
    answer: CriterionAnswer | None,
    *,
    uploaded_at: datetime | None,
    is_expired: bool,
) -> str:
    if sign_off is None or signed is None:
        return OPEN
    if sign_off.state == SignOffState.RETURNED:
        # The team has answered or uploaded since: compliance looks again.
        answered_since = answer is not None and answer.answered_at > sign_off.signed_at
        uploaded_since = uploaded_at is not None and uploaded_at > sign_off.signed_at
        return OUTDATED if answered_since or uploaded_since else RETURNED
    if sign_off.outdated_at is not None or outdating_changes(signed):
        return OUTDATED
    if sign_off.state == SignOffState.WAIVED:
        return WAIVED
    return EXPIRED if is_expired else ACCEPTED
