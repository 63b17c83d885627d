"""Reviews, dossiers, votes and decisions, in as many rounds as the busiest case had reviews.

Rounds, because the dossier of a review says what changed since the decision before it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from gates.models import Condition, Decision, Dossier, DossierOpening, GateReview, Vote, VoteChange
from gates.queries.votes import tally_json
from gates.rules.tally import CastVote, Seat, Tally, tally
from pocgate.demo.plan.people import CHAIR, COMPLIANCE, seats_of
from pocgate.demo.plan.shapes import CasePlan, ConditionPlan, DecisionPlan, ReviewPlan, VotePlan
from pocgate.demo.writing.dossiers import dossiers_of
from pocgate.demo.writing.frames import Frames
from pocgate.demo.writing.portion import BATCH, Portion
from pocgate.kernel.bulk import Row, write_rows
from pocgate.kernel.counters import next_numbers
from portfolio.models import UseCase
from scoring.rules.facts import CaseFacts
from scoring.rules.vocabulary import MUST, SATISFYING_VERDICTS, WAIVED


@dataclass
class Round:
    """One review of each case that had so many, with its rows."""

    portion: Portion
    frames: Frames
    reviews: list[tuple[CasePlan, UseCase, ReviewPlan, GateReview]] = field(default_factory=list)
    dossiers: dict[int, Dossier] = field(default_factory=dict)

    @property
    def playbook_id(self) -> int:
        """The version reviews are held under."""
        if self.frames.version.pk is None:
            raise ValueError("a review names a published playbook")
        return self.frames.version.pk


def write_reviews(portion: Portion, frames: Frames) -> list[tuple[ReviewPlan, GateReview]]:
    """Every review of the portion; those of cases with a story are returned."""
    numbers = _numbers(portion)
    told = []
    for position in range(max((len(plan.reviews) for plan in portion.plans), default=0)):
        sitting = Round(portion, frames)
        _write_rows(sitting, position)
        _write_dossiers(sitting)
        _write_votes(sitting)
        _write_decisions(sitting, numbers)
        told += [(review, row) for plan, _case, review, row in sitting.reviews if plan.detailed]
    _put_cases_back(portion)
    return told


def _numbers(portion: Portion) -> dict[tuple[int, int], tuple[int, int]]:
    """Year and number of each decision by case and position, without gaps, in the order of decision."""
    decided = sorted(
        (review.decision.at, case.number, position, case.pk)
        for plan, case in portion.pairs()
        for position, review in enumerate(plan.reviews)
        if review.decision
    )
    by_year: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for at, _number, position, case_id in decided:
        by_year[timezone.localdate(at, timezone.get_default_timezone()).year].append((case_id, position))
    return {
        key: (year, number)
        for year, keys in by_year.items()
        for key, number in zip(keys, next_numbers(f"decisions of {year}", len(keys)), strict=True)
    }


def _write_rows(sitting: Round, position: int) -> None:
    portion = sitting.portion
    for plan, case in portion.pairs():
        if position < len(plan.reviews):
            review = plan.reviews[position]
            sitting.reviews.append((plan, case, review, _row(sitting, case, plan, review)))
    GateReview.objects.bulk_create([row for *_rest, row in sitting.reviews], batch_size=BATCH)
    for plan, case, review, row in sitting.reviews:
        subject, after = ("review", row.pk), {"gate": row.gate, "kind": row.kind}
        by = review.requested_by
        portion.tell("review.requested", subject, plan, case, at=review.requested_at, by=by, after=after)
        _tell_course(portion, plan, case, review, row)


def _row(sitting: Round, case: UseCase, plan: CasePlan, review: ReviewPlan) -> GateReview:
    ground = sitting.portion.ground
    conditions = review.decision.conditions if review.decision else ()
    return GateReview(
        case=case,
        gate=review.gate,
        iteration=review.iteration,
        kind=review.kind,
        state=review.state,
        proposal=review.proposal,
        playbook_id=sitting.playbook_id,
        committee_id=ground.committees[review.gate],
        status_before="active",
        requested_by_id=ground.people[review.requested_by],
        requested_at=review.requested_at,
        decide_by=review.decide_by,
        voting_opened_at=review.opened_at,
        voting_closes_at=review.closes_at,
        closed_at=review.closed_at,
        decided_at=review.decision.at if review.decision else None,
        closing_plans=[_closing_plan(sitting, review, condition) for condition in conditions],
        tally=dict(tally_json(_tally(sitting, plan, review))) if review.closed_at else {},
    )


def _closing_plan(sitting: Round, review: ReviewPlan, condition: ConditionPlan) -> dict[str, object]:
    # The plan named the month after the request; the decision may have set another day.
    due = min(condition.due_date, review.decide_by)
    return {
        "criterion": condition.criterion,
        "owner": sitting.portion.ground.people[condition.owner],
        "due": due.isoformat(),
    }


def _tell_course(portion: Portion, plan: CasePlan, case: UseCase, review: ReviewPlan, row: GateReview) -> None:
    subject = ("review", row.pk)
    stations = (
        ("review.preparation_begun", review.prepared_at, CHAIR),
        ("review.voting_opened", review.opened_at, CHAIR),
        ("review.voting_closed", review.closed_at, CHAIR),
    )
    for verb, at, by in stations:
        if at is not None:
            portion.tell(verb, subject, plan, case, at=at, by=by)
    for vote in review.votes:
        if vote.earlier is not None:
            portion.tell("review.voted", subject, plan, case, at=vote.earlier.at, by=vote.person)
        verb = "review.vote_changed" if vote.earlier else "review.voted"
        portion.tell(verb, subject, plan, case, at=vote.at, by=vote.person)


def _tally(sitting: Round, plan: CasePlan, review: ReviewPlan) -> Tally:
    """The count, as gates would make it: who signed for compliance has no weight."""
    seats_by_person = sitting.portion.ground.seats
    facts = CaseFacts(tier=plan.tier) if plan.tier else CaseFacts()
    seats = [
        Seat(seats_by_person[review.gate, seat.person], seat.role, seat.discipline)
        for seat in seats_of(review.gate)
        if seat.person != COMPLIANCE
    ]
    votes = [CastVote(seats_by_person[review.gate, vote.person], vote.outcome) for vote in review.votes]
    return tally(sitting.frames.version.rules.gate(review.gate), facts, seats, votes)


def _write_dossiers(sitting: Round) -> None:
    made = [
        (plan, case, dossier)
        for plan, case, review, row in sitting.reviews
        for dossier in dossiers_of(plan, review, row, sitting.frames)
    ]
    keys = write_rows(Dossier, [_columns_of(dossier) for *_rest, dossier in made])
    for (plan, case, dossier), key in zip(made, keys, strict=True):
        dossier.pk = key
        sitting.dossiers[dossier.review_id] = dossier
        after = {"revision": dossier.revision, "digest": dossier.digest, "reason": dossier.reason}
        subject = ("review", dossier.review_id)
        sitting.portion.tell("review.dossier_frozen", subject, plan, case, at=dossier.frozen_at, by=CHAIR, after=after)


def _columns_of(dossier: Dossier) -> Row:
    names = ("review_id", "revision", "content", "digest", "recommended", "rule", "reason", "frozen_at")
    return {name: getattr(dossier, name) for name in names}


def _write_votes(sitting: Round) -> None:
    votes: list[Row] = []
    changes: list[Row] = []
    openings: list[Row] = []
    for _plan, _case, review, row in sitting.reviews:
        for place, vote in enumerate(review.votes):
            first = vote.earlier or vote
            openings.append(_opening(sitting, row, first, place))
            changed_at = vote.at if vote.earlier else None
            votes.append({**_ballot(sitting, row, vote), "cast_at": first.at, "changed_at": changed_at})
            changes += [{**_ballot(sitting, row, each), "cast_at": each.at} for each in _castings(vote)]
    write_rows(Vote, votes)
    write_rows(VoteChange, changes)
    write_rows(DossierOpening, openings)


def _opening(sitting: Round, row: GateReview, first: VotePlan, place: int) -> Row:
    """The voter read the dossier for some minutes, the longer the more they wrote."""
    minutes = 3 + (len(first.rationale) + 7 * place) % 31
    user_id = sitting.portion.ground.people[first.person]
    opened_at = first.at - timedelta(minutes=minutes)
    return {"dossier_id": sitting.dossiers[row.pk].pk, "user_id": user_id, "opened_at": opened_at}


def _castings(vote: VotePlan) -> Iterator[VotePlan]:
    if vote.earlier is not None:
        yield vote.earlier
    yield vote


def _ballot(sitting: Round, row: GateReview, vote: VotePlan) -> Row:
    ground = sitting.portion.ground
    return {
        "review_id": row.pk,
        "seat_id": ground.seats[row.gate, vote.person],
        "cast_by_id": ground.people[vote.person],
        "outcome": vote.outcome,
        "rationale": vote.rationale,
        "conditions": list(vote.conditions),
        "confidence": vote.confidence,
        "dossier_id": sitting.dossiers[row.pk].pk,
    }


def _write_decisions(sitting: Round, numbers: dict[tuple[int, int], tuple[int, int]]) -> None:
    portion = sitting.portion
    made = []
    for plan, case, review, row in sitting.reviews:
        if review.decision is not None:
            year, number = numbers[case.pk, plan.reviews.index(review)]
            made.append((plan, case, review, review.decision, _decision(sitting, row, review.decision, year, number)))
    Decision.objects.bulk_create([row for *_rest, row in made], batch_size=BATCH)
    Condition.objects.bulk_create(
        [_condition(portion, condition, row) for *_rest, decision, row in made for condition in decision.conditions],
        batch_size=BATCH,
    )
    for plan, case, review, decision, written in made:
        after = {"number": written.reference, "outcome": written.outcome, "digest": written.digest}
        portion.tell("decision.made", ("decision", written.pk), plan, case, at=decision.at, by=decision.by, after=after)
        before = {"stage": review.stage, "status": "in_review"}
        portion.tell("case.moved", ("use_case", case.pk), plan, case, at=decision.at, by=decision.by, before=before)


def _decision(sitting: Round, row: GateReview, decision: DecisionPlan, year: int, number: int) -> Decision:
    dossier = sitting.dossiers[row.pk]
    return Decision(
        year=year,
        number=number,
        review=row,
        outcome=decision.outcome,
        reason=decision.reason,
        reason_code=decision.reason_code,
        learning=decision.learning,
        funding_amount=decision.funding_amount,
        funding_until=decision.funding_until,
        funding_people=decision.funding_people,
        dossier=dossier,
        digest=dossier.digest,
        recommended=dossier.recommended,
        musts_open=_musts(dossier, is_open=True),
        musts_waived=_musts(dossier, is_open=False),
        tally=row.tally,
        decided_by_id=sitting.portion.ground.people[decision.by],
        decided_at=decision.at,
    )


def _musts(dossier: Dossier, *, is_open: bool) -> int:
    """Musts of the dossier that stood open, or else were waived."""
    musts = [entry["verdict"] for entry in json.loads(dossier.content)["criteria"] if entry["level"] == MUST]
    return sum(verdict not in SATISFYING_VERDICTS if is_open else verdict == WAIVED for verdict in musts)


def _condition(portion: Portion, condition: ConditionPlan, row: Decision) -> Condition:
    return Condition(
        decision=row,
        text=condition.text,
        criterion=condition.criterion,
        owner_id=portion.ground.people[condition.owner],
        due_date=condition.due_date,
        cleared_at=condition.cleared_at,
        cleared_by_id=portion.person(condition.cleared_by),
        clearing_note=condition.note,
    )


def _put_cases_back(portion: Portion) -> None:
    """The cases whose dossiers were read back from their past stand where they stand now again."""
    moved = []
    for plan, case in portion.pairs():
        if plan.detailed and plan.reviews:
            case.stage, case.status, case.iteration = plan.stage, plan.status, plan.iteration
            case.target_gate_date = plan.target_gate_date
            moved.append(case)
    UseCase.objects.bulk_update(moved, ["stage", "status", "iteration", "target_gate_date"], batch_size=BATCH)
