"""What the checklists of many cases are made of, read for all of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery

from gates.enums import OPEN_REVIEW_STATES, SignOffState
from gates.models import GateReview, SignOff, SignOffRevision
from gates.queries.checklist_templates import PublishedLists
from gates.rules.signing import TIER_CONFIRMED, FactChange
from portfolio.enums import FACT_VALUES, FactKey, ReleaseKind, Status
from portfolio.models import CaseFact, EvidenceRevision, Release, UseCase
from scoring.models import AnswerEvidence, CriterionAnswer, CriterionResult
from scoring.queries.playbooks import current_playbook, playbook_of
from scoring.queries.probe_facts.basics import facts_of
from scoring.rules.facts import CaseFacts
from scoring.rules.playbook import Playbook
from scoring.rules.vocabulary import MET, PARTLY


@dataclass(frozen=True)
class BoundRevision:
    """A revision a signature is bound to; `newer` is the number of a later revision of the same evidence."""

    revision: EvidenceRevision
    newer: int | None


@dataclass(frozen=True)
class Known:
    """What was read for all cases at once."""

    reviews: Mapping[int, GateReview]
    playbooks: Mapping[int, Playbook]
    in_force: Playbook
    facts: Mapping[int, CaseFacts]
    fact_changes: Mapping[int, list[FactChange]]
    sign_offs: Mapping[tuple[int, str], SignOff]
    bound: Mapping[int, list[BoundRevision]]
    answers: Mapping[tuple[int, str], CriterionAnswer]
    named: Mapping[int, list[AnswerEvidence]]
    expired: frozenset[tuple[int, str]]
    uploads: Mapping[int, datetime]
    releases: Mapping[int, Release]
    lists: PublishedLists


def known_of(ids: list[int], *, now: datetime) -> Known:
    """The records of these cases; the same queries however many."""
    rows = GateReview.objects.filter(case__in=ids, state__in=OPEN_REVIEW_STATES)
    reviews = {review.case_id: review for review in rows}
    pinned = {review.playbook_id for review in reviews.values()}
    return Known(
        reviews=reviews,
        playbooks={pk: playbook_of(pk) for pk in pinned},
        in_force=current_playbook(),
        facts=facts_of(ids, now=now),
        fact_changes=_fact_changes(ids),
        sign_offs=_sign_offs(ids),
        bound=_bound(ids),
        answers=_answers(ids),
        named=_named(ids),
        expired=_expired(ids),
        uploads=_uploads(ids),
        releases=_releases(ids),
        lists=PublishedLists(),
    )


def sign_offs_outdated() -> QuerySet[SignOff]:
    """Accepted signatures on cases still on their way that something overtook.

    A newer revision of bound evidence or its withdrawal, a newer release than the bound one; for the tier also a pivot
    or another tier or role.
    """
    newer = EvidenceRevision.objects.filter(
        evidence=OuterRef("revisions__revision__evidence"), number__gt=OuterRef("revisions__revision__number")
    )
    released = Release.objects.filter(case=OuterRef("case"), pk__gt=OuterRef("release")).exclude(
        kind=ReleaseKind.ROLLBACK
    )
    restated = CaseFact.objects.filter(
        case=OuterRef("case"), key__in=[FactKey.TIER, FactKey.ROLE], valid_from__gt=OuterRef("signed_at")
    )
    standing = SignOff.objects.filter(
        state=SignOffState.ACCEPTED,
        superseded_at__isnull=True,
        outdated_at__isnull=True,
        case__status__in=[Status.ACTIVE, Status.IN_REVIEW, Status.PAUSED],
    )
    overtaken = standing.filter(
        Exists(newer)
        | Q(revisions__revision__evidence__withdrawn_at__isnull=False)
        | Exists(released)
        | (Q(criterion=TIER_CONFIRMED) & (Exists(restated) | ~Q(iteration=F("case__iteration"))))
    )
    return SignOff.objects.filter(pk__in=overtaken.values("pk")).order_by("pk")


def _fact_changes(case_ids: list[int]) -> dict[int, list[FactChange]]:
    """Facts stated otherwise than before, in the order in which it happened."""
    found: dict[int, list[FactChange]] = {}
    last: dict[tuple[int, str], str] = {}
    for row in CaseFact.objects.filter(case__in=case_ids).order_by("valid_from", "pk"):
        words = _value_words(row)
        before = last.get((row.case_id, row.key))
        if before is not None and before != words:
            change = FactChange(row.key, str(row.get_key_display()), before, words, row.valid_from)
            found.setdefault(row.case_id, []).append(change)
        last[row.case_id, row.key] = words
    return found


def _value_words(fact: CaseFact) -> str:
    values = FACT_VALUES.get(fact.key)
    return str(dict(values.choices).get(fact.value, fact.value)) if values else fact.value


def _sign_offs(case_ids: list[int]) -> dict[tuple[int, str], SignOff]:
    rows = SignOff.objects.filter(case__in=case_ids, superseded_at__isnull=True)
    return {(row.case_id, row.criterion): row for row in rows.select_related("signed_by", "release")}


def _bound(case_ids: list[int]) -> dict[int, list[BoundRevision]]:
    # One look at an index for each; a join with all revisions and a group by all columns took minutes on new tables.
    last = EvidenceRevision.objects.filter(evidence=OuterRef("revision__evidence")).order_by("-number")
    rows = (
        SignOffRevision.objects.filter(sign_off__case__in=case_ids, sign_off__superseded_at__isnull=True)
        .annotate(newest=Subquery(last.values("number")[:1]))
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


def _named(case_ids: list[int]) -> dict[int, list[AnswerEvidence]]:
    rows = AnswerEvidence.objects.filter(answer__case__in=case_ids, answer__superseded_at__isnull=True)
    found: dict[int, list[AnswerEvidence]] = {}
    for row in rows.select_related("revision__evidence", "revision__uploaded_by").order_by("pk"):
        found.setdefault(row.answer_id, []).append(row)
    return found


def _expired(case_ids: list[int]) -> frozenset[tuple[int, str]]:
    """As scoring computed it last: a signature ages with the criterion and with its evidence."""
    rows = CriterionResult.objects.filter(case__in=case_ids, reason="sign_off_expired")
    return frozenset(rows.values_list("case_id", "criterion"))


def _uploads(case_ids: list[int]) -> dict[int, datetime]:
    """When the newest revision of any evidence of the case came."""
    rows = EvidenceRevision.objects.filter(evidence__case__in=case_ids).values("evidence__case")
    return dict(rows.annotate(newest=Max("uploaded_at")).values_list("evidence__case", "newest"))


def _releases(case_ids: list[int]) -> dict[int, Release]:
    """The newest release of each case that is no rollback: that one returns to what was known."""
    rows = Release.objects.filter(case__in=case_ids).exclude(kind=ReleaseKind.ROLLBACK).order_by("pk")
    return {row.case_id: row for row in rows}


def releases_of(case: UseCase) -> list[Release]:
    """What a signature can be bound to, the newest first."""
    return list(Release.objects.filter(case=case).order_by("-pk")[:20])
