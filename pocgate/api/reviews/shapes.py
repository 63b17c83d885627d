"""What the views of reviews, decisions and checklists answer."""

from __future__ import annotations

from gates.enums import ChecklistKind, Discipline, Outcome, ReviewKind, ReviewState, SeatRole
from pocgate.api.shapes import (
    ANY_OBJECT,
    BOOLEAN,
    COUNT,
    DAY,
    DECIMAL,
    INTEGER,
    REFERENCE,
    STAGE,
    STRING,
    TIME,
    Shape,
    array,
    named,
    one_of,
    or_null,
    record,
)

_SHORT: dict[str, Shape] = {
    "id": INTEGER,
    "reference": REFERENCE,
    "title": STRING,
    "gate": STAGE,
    "iteration": INTEGER,
    "kind": one_of(ReviewKind.values),
    "state": one_of(ReviewState.values),
    "proposal": or_null(one_of(Outcome.values)),
    "committee": STRING,
    "requested_by": or_null(STRING),
    "requested_at": TIME,
    "decide_by": DAY,
    "voting_opened_at": or_null(TIME),
    "voting_closes_at": or_null(TIME),
    "closed_at": or_null(TIME),
    "decided_at": or_null(TIME),
    "withdrawn_at": or_null(TIME),
    "version": INTEGER,
}
REVIEW_ROW = named("ReviewRow", record(**_SHORT))
REVIEW_PAGE = named("ReviewPage", record(results=array(REVIEW_ROW), next_cursor=or_null(STRING)))
_BALLOT: dict[str, Shape] = {
    "outcome": STRING,
    "rationale": STRING,
    "conditions": array(STRING),
    "veto_criterion": or_null(STRING),
    "veto_lifts_when": or_null(STRING),
    "confidence": or_null(INTEGER),
    "dossier_revision": INTEGER,
    "cast_by": STRING,
    "by_delegate": BOOLEAN,
    "cast_at": TIME,
}
VOTE = named(
    "Vote",
    record(
        **_BALLOT,
        veto_lifted_at=or_null(TIME),
        veto_lifted_by=or_null(STRING),
        veto_lift_note=or_null(STRING),
        changed_at=or_null(TIME),
        changed_after_sight=BOOLEAN,
        history={
            **array(record(**_BALLOT)),
            "description": "What the seat voted before, the first cast first; empty until the close.",
        },
    ),
)
SEAT = named(
    "SeatAtReview",
    record(
        seat=INTEGER,
        username=STRING,
        filled_by={"type": "string", "description": "The delegate while the seat is delegated, else its holder."},
        delegated_until=or_null(TIME),
        name=STRING,
        role=one_of(SeatRole.values),
        discipline=one_of(Discipline.values),
        weight=COUNT,
        can_vote=BOOLEAN,
        ended_at={**or_null(TIME), "description": "Where the seat ended after its vote, which stays counted."},
        conflict=or_null(STRING),
        recusal=or_null(STRING),
        has_voted={**or_null(BOOLEAN), "description": "Null for callers who may not know."},
        is_stale=or_null(BOOLEAN),
        vote={**or_null(VOTE), "description": "Only where its content is open to the caller; never before to a token."},
    ),
)
DOSSIER = record(revision=INTEGER, digest=STRING, recommended=STRING, rule=STRING, frozen_at=TIME)
REVIEW = named(
    "Review",
    record(
        **_SHORT,
        convened_reason=or_null(STRING),
        withdrawal_reason=or_null(STRING),
        dossier=or_null(DOSSIER),
        seats=array(SEAT),
        tally={**or_null(ANY_OBJECT), "description": "Kept from the close of the vote on; null before."},
        veto_appeals=array(
            record(
                id=INTEGER,
                seat=INTEGER,
                criterion=STRING,
                text=STRING,
                appealed_by=STRING,
                appealed_at=TIME,
                answer=or_null(STRING),
                answered_by=or_null(STRING),
                answered_at=or_null(TIME),
            )
        ),
        decision=or_null(STRING),
    ),
)
_REVISION = record(id=INTEGER, evidence=INTEGER, number=INTEGER, sha256=STRING, valid_until=or_null(DAY))
CONDITION = named(
    "Condition",
    record(
        id=INTEGER,
        text=STRING,
        criterion=or_null(STRING),
        owner=STRING,
        due_date=DAY,
        cleared_at=or_null(TIME),
        cleared_by=or_null(STRING),
        clearing_note=or_null(STRING),
        clearing_evidence=or_null(_REVISION),
    ),
)
DECISION = named(
    "Decision",
    record(
        number={"type": "string", "pattern": "^GD-[0-9]{4}-[0-9]{3,}$"},
        review=INTEGER,
        reference=REFERENCE,
        title=STRING,
        gate=STAGE,
        outcome=one_of(Outcome.values),
        recommended=STRING,
        reason=or_null(STRING),
        reason_code=or_null(STRING),
        learning=or_null(STRING),
        funding_amount=or_null(DECIMAL),
        funding_until=or_null(DAY),
        funding_people=or_null(DECIMAL),
        freed_amount=or_null(DECIMAL),
        freed_people=or_null(DECIMAL),
        release={**or_null(STRING), "description": "The label of the release that was approved."},
        thresholds={
            **array(record(kpi=INTEGER, name=STRING, gate=STAGE, value=STRING)),
            "description": "Those of the next gate that an approval confirmed.",
        },
        pivot_changes={
            "type": "object",
            "additionalProperties": record(before=STRING, after=STRING),
            "description": "By problem, users, approach and data.",
        },
        is_override={**BOOLEAN, "description": "More lenient than policy or vote, and signed by a second person."},
        musts_open={**COUNT, "description": "Must-meets that did not pass when it was decided."},
        musts_waived=COUNT,
        corrects={**or_null(STRING), "description": "The number of the decision that this one corrects."},
        correction_note=or_null(STRING),
        corrected_by={**or_null(STRING), "description": "The number of the decision that corrects this one."},
        decided_by=STRING,
        decided_at=TIME,
        dossier_revision=INTEGER,
        dossier_digest=STRING,
        tally=or_null(ANY_OBJECT),
        conditions=array(CONDITION),
    ),
)
DECISION_PAGE = named("DecisionPage", record(results=array(DECISION), next_cursor=or_null(STRING)))
CHECKLIST = named(
    "Checklist",
    record(
        reference=REFERENCE,
        gate=STAGE,
        review=or_null(INTEGER),
        due_date=or_null(DAY),
        is_open=BOOLEAN,
        items=array(
            record(
                criterion=STRING,
                title=STRING,
                asks=STRING,
                kind=one_of(ChecklistKind.values),
                level=STRING,
                state=STRING,
                is_due=BOOLEAN,
                comment=or_null(STRING),
                signed_by=or_null(STRING),
                signed_at=or_null(TIME),
                bound_revisions=array(_REVISION),
                named_revisions=array(_REVISION),
            )
        ),
    ),
)
