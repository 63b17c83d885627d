"""The checklist of a gate: what compliance signs for a case, and the evidence each signature is bound to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, Max, OuterRef, QuerySet

from gates.enums import OPEN_REVIEW_STATES, ChecklistKind, ReviewState, SignOffState
from gates.models import GateReview, SignOff, SignOffRevision
from gates.queries.evaluation import day_here
from portfolio.enums import Status
from portfolio.models import EvidenceRevision, UseCase
from scoring.models import AnswerEvidence, CriterionAnswer, CriterionResult
from scoring.queries.playbooks import current_playbook, playbook_of
from scoring.queries.probe_facts.basics import facts_of
from scoring.queries.readiness import in_reader_language
from scoring.rules.facts import CaseFacts, applies, asked
from scoring.rules.playbook import Criterion, Playbook
from scoring.rules.vocabulary import ATTESTED, MET, PARTLY, SIGNED

OPEN, ACCEPTED, RETURNED, OUTDATED, EXPIRED = "open", "accepted", "returned", "outdated", "expired"
GOVERNANCE = "governance"


@dataclass(frozen=True)
class BoundRevision:
    """A revision a signature is bound to; `newer` is the number of a later revision of the same evidence."""

    revision: EvidenceRevision
    newer: int | None


@dataclass(frozen=True)
class ChecklistItem:
    """One thing compliance signs at the gate. `state`: open, accepted, returned, outdated or expired.

    `answer` is the team's answer that a countersignature is about, None while there is none.
    """

    criterion: Criterion
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

    @property
    def key(self) -> str:
        """The criterion's key."""
        return self.criterion.key

    @property
    def is_due(self) -> bool:
        """Whether it waits for compliance. A returned item waits for the team, a countersignature for an answer."""
        if self.kind == ChecklistKind.COUNTERSIGN and self.answer is None:
            return False
        return self.state in (OPEN, OUTDATED, EXPIRED)

    @property
    def seen_evidence(self) -> frozenset[int]:
        """Evidence that was bound or named before: preselected when the item is signed again."""
        bound = {entry.revision.evidence_id for entry in self.bound}
        return frozenset(bound | {revision.evidence_id for revision in self.named})


@dataclass(frozen=True)
class Checklist:
    """The items of a case at its next gate, in the order of the playbook. `due_date` is None without an open review."""

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
    def is_open(self) -> bool:
        """Whether items can be signed: the case has a next gate and no vote on it is closed."""
        return self.review is None or self.review.state != ReviewState.CLOSED

    def item(self, key: str) -> ChecklistItem | None:
        """The item of a criterion."""
        return next((item for item in self.items if item.key == key), None)


def checklist_of(case: UseCase, *, now: datetime) -> Checklist | None:
    """The checklist of the case's next gate; None while it has none. About nine queries."""
    return next(iter(checklists_of([case], now=now)), None)


def checklists_of(cases: Iterable[UseCase], *, now: datetime) -> list[Checklist]:
    """The checklists of cases that have a next gate, with the same queries however many cases."""
    gated = [case for case in cases if case.next_gate is not None]
    ids = [case.pk for case in gated]
    reviews = {
        review.case_id: review for review in GateReview.objects.filter(case__in=ids, state__in=OPEN_REVIEW_STATES)
    }
    pinned = {review.playbook_id for review in reviews.values()}
    known = _Known(
        reviews=reviews,
        playbooks={pk: playbook_of(pk) for pk in pinned},
        in_force=current_playbook(),
        facts=facts_of(ids, now=now),
        sign_offs=_sign_offs(ids),
        bound=_bound(ids),
        answers=_answers(ids),
        named=_named(ids),
        expired=_expired(ids),
        uploads=_uploads(ids),
    )
    return [_checklist(case, known, now=now) for case in gated]


def sign_offs_outdated() -> QuerySet[SignOff]:
    """Accepted signatures on cases still on their way, bound to a revision that has a newer one."""
    newer = EvidenceRevision.objects.filter(
        evidence=OuterRef("revisions__revision__evidence"), number__gt=OuterRef("revisions__revision__number")
    )
    standing = SignOff.objects.filter(
        state=SignOffState.ACCEPTED,
        superseded_at__isnull=True,
        outdated_at__isnull=True,
        case__status__in=[Status.ACTIVE, Status.IN_REVIEW, Status.PAUSED],
    )
    overtaken = standing.filter(Exists(newer)).values("pk")
    return SignOff.objects.filter(pk__in=overtaken).order_by("pk")


@dataclass(frozen=True)
class _Known:
    """What was read for all cases at once."""

    reviews: Mapping[int, GateReview]
    playbooks: Mapping[int, Playbook]
    in_force: Playbook
    facts: Mapping[int, CaseFacts]
    sign_offs: Mapping[tuple[int, str], SignOff]
    bound: Mapping[int, list[BoundRevision]]
    answers: Mapping[tuple[int, str], CriterionAnswer]
    named: Mapping[int, list[EvidenceRevision]]
    expired: frozenset[tuple[int, str]]
    uploads: Mapping[int, datetime]


def _checklist(case: UseCase, known: _Known, *, now: datetime) -> Checklist:
    review = known.reviews.get(case.pk)
    gate = case.stage if case.stage is not None else 0
    playbook = known.playbooks[review.playbook_id] if review else known.in_force
    items = tuple(_items(case, gate, playbook, known))
    return Checklist(case, gate, review, items, due_day(review))


def due_day(review: GateReview | None) -> date | None:
    """By when items have to be signed: the close of the vote, else the day the review has to be decided by."""
    if review is None:
        return None
    return day_here(review.voting_closes_at) if review.voting_closes_at else review.decide_by


def _items(case: UseCase, gate: int, playbook: Playbook, known: _Known) -> Iterable[ChecklistItem]:
    facts = known.facts[case.pk]
    for criterion in playbook.criteria:
        level = applies(criterion, facts, gate)
        kind = _kind(criterion)
        if level is not None and kind is not None:
            yield _item(case, criterion, kind, level, known)


def _kind(criterion: Criterion) -> str | None:
    if criterion.kind == SIGNED:
        return ChecklistKind.SIGN_OFF.value
    if criterion.kind == ATTESTED and criterion.dimension == GOVERNANCE:
        return ChecklistKind.COUNTERSIGN.value
    return None


def _item(case: UseCase, criterion: Criterion, kind: str, level: str, known: _Known) -> ChecklistItem:
    sign_off = known.sign_offs.get((case.pk, criterion.key))
    bound = tuple(known.bound.get(sign_off.pk, [])) if sign_off else ()
    answer = known.answers.get((case.pk, criterion.key)) if kind == ChecklistKind.COUNTERSIGN else None
    return ChecklistItem(
        criterion=criterion,
        kind=kind,
        level=level,
        title=in_reader_language(criterion.title),
        asks=in_reader_language(asked(criterion, known.facts[case.pk])),
        how=in_reader_language(criterion.how),
        state=_state(
            sign_off,
            bound,
            answer,
            uploaded_at=known.uploads.get(case.pk),
            is_expired=(case.pk, criterion.key) in known.expired,
        ),
        sign_off=sign_off,
        bound=bound,
        answer=answer,
        named=tuple(known.named.get(answer.pk, [])) if answer else (),
    )


def _state(
    sign_off: SignOff | None,
    bound: tuple[BoundRevision, ...],
    answer: CriterionAnswer | None,
    *,
    uploaded_at: datetime | None,
    is_expired: bool,
) -> str:
    if sign_off is None:
        return OPEN
    if sign_off.state == SignOffState.RETURNED:
        # The team has answered or uploaded since: compliance looks again.
        answered_since = answer is not None and answer.answered_at > sign_off.signed_at
        uploaded_since = uploaded_at is not None and uploaded_at > sign_off.signed_at
        return OUTDATED if answered_since or uploaded_since else RETURNED
    if sign_off.outdated_at is not None or any(entry.newer for entry in bound):
        return OUTDATED
    if answer is not None and answer.answered_at > sign_off.signed_at:
        return OUTDATED
    return EXPIRED if is_expired else ACCEPTED


def _sign_offs(case_ids: list[int]) -> dict[tuple[int, str], SignOff]:
    rows = SignOff.objects.filter(case__in=case_ids, superseded_at__isnull=True).select_related("signed_by")
    return {(row.case_id, row.criterion): row for row in rows}


def _bound(case_ids: list[int]) -> dict[int, list[BoundRevision]]:
    rows = (
        SignOffRevision.objects.filter(sign_off__case__in=case_ids, sign_off__superseded_at__isnull=True)
        .annotate(newest=Max("revision__evidence__revisions__number"))
        .select_related("revision__evidence", "revision__uploaded_by")
        .order_by("pk")
    )
    found: dict[int, list[BoundRevision]] = {}
    for row in rows:
        newest = int(vars(row)["newest"])
        newer = newest if newest > row.revision.number else None
        found.setdefault(row.sign_off_id, []).append(BoundRevision(row.revision, newer))
    return found


def _answers(case_ids: list[int]) -> dict[tuple[int, str], CriterionAnswer]:
    rows = CriterionAnswer.objects.filter(
        case__in=case_ids, superseded_at__isnull=True, imported=False, answer__in=[MET, PARTLY, "not_applicable"]
    )
    return {(row.case_id, row.criterion): row for row in rows.select_related("author")}


def _named(case_ids: list[int]) -> dict[int, list[EvidenceRevision]]:
    rows = AnswerEvidence.objects.filter(answer__case__in=case_ids, answer__superseded_at__isnull=True)
    found: dict[int, list[EvidenceRevision]] = {}
    for row in rows.select_related("revision__evidence", "revision__uploaded_by").order_by("pk"):
        found.setdefault(row.answer_id, []).append(row.revision)
    return found


def _expired(case_ids: list[int]) -> frozenset[tuple[int, str]]:
    """As scoring computed it last: a signature ages with the criterion and with its evidence."""
    rows = CriterionResult.objects.filter(case__in=case_ids, reason="sign_off_expired")
    return frozenset(rows.values_list("case_id", "criterion"))


def _uploads(case_ids: list[int]) -> dict[int, datetime]:
    """When the newest revision of any evidence of the case came."""
    rows = EvidenceRevision.objects.filter(evidence__case__in=case_ids).values("evidence__case")
    return dict(rows.annotate(newest=Max("uploaded_at")).values_list("evidence__case", "newest"))
