"""What the views of scorecards and the matrix answer."""

from __future__ import annotations

from pocgate.api.shapes import (
    BOOLEAN,
    COUNT,
    INTEGER,
    NUMBER,
    REFERENCE,
    SCORE,
    STAGE,
    STRING,
    TIME,
    array,
    named,
    one_of,
    or_null,
    record,
)
from scoring.rules.agreement import CANNOT_TELL, LOW, RELIABLE, TENTATIVE
from scoring.rules.leniency import LENIENT, LIKE_OTHERS, STRICT, TOO_FEW
from scoring.rules.vocabulary import AXES, QUADRANTS

QUADRANT = one_of(QUADRANTS)
MARK = {"type": "integer", "minimum": 1, "maximum": 5}
CHANCE = {"type": "number", "minimum": 0, "maximum": 1}
RANK = {"type": "integer", "minimum": 1}

RATING = named(
    "Rating",
    record(
        assessor=STRING,
        discipline=STRING,
        rating=MARK,
        low=or_null(MARK),
        high=or_null(MARK),
        rationale=STRING,
        is_own=BOOLEAN,
        is_counted={**BOOLEAN, "description": "False for the owner's, which is shown and not counted."},
        rated_at=TIME,
    ),
)
CRITERION = named(
    "ScorecardCriterion",
    record(
        key=STRING,
        title=STRING,
        weight=NUMBER,
        knock_out=BOOLEAN,
        means_1=STRING,
        means_3=STRING,
        means_5=STRING,
        raters=COUNT,
        is_hidden={**BOOLEAN, "description": "Others' ratings wait for the caller's own."},
        mean=or_null(NUMBER),
        spread=or_null(INTEGER),
        disagreement=or_null(BOOLEAN),
        ratings=array(RATING),
    ),
)
SCORECARD = named(
    "Scorecard",
    record(
        reference=REFERENCE,
        may_rate=BOOLEAN,
        is_hidden=BOOLEAN,
        quadrant=or_null(QUADRANT),
        priority=or_null(SCORE),
        assessors=COUNT,
        reasons=array(STRING),
        axes=array(
            record(
                key=one_of(AXES), title=STRING, score=or_null(SCORE), capped_by=array(STRING), criteria=array(CRITERION)
            )
        ),
    ),
)
SHIFT = record(criterion=STRING, percent=INTEGER, axis=one_of(AXES), before=SCORE, after=SCORE, quadrant=QUADRANT)
BOUNDS = record(score=SCORE, low=SCORE, high=SCORE)
MATRIX_ROW = named(
    "MatrixRow",
    record(
        reference=REFERENCE,
        title=STRING,
        stage=or_null(STAGE),
        status=STRING,
        department=or_null(STRING),
        quadrant=QUADRANT,
        priority=SCORE,
        value=BOUNDS,
        feasibility=BOUNDS,
        rank=record(low=RANK, high=RANK),
        commit_chance=CHANCE,
        assessors=COUNT,
        disagreements=array(STRING),
        weight_shifts=array(SHIFT),
        rated_at=TIME,
        computed_at=TIME,
    ),
)
MATRIX = named(
    "Matrix",
    record(
        results=array(MATRIX_ROW),
        next_cursor=or_null(STRING),
        shown={**COUNT, "description": "Cases of the filter whose ratings the caller may see."},
        waiting={**COUNT, "description": "Rated cases of the filter that wait for the caller's own rating."},
        unrated={**COUNT, "description": "Cases of the filter without enough ratings."},
        ranked={**COUNT, "description": "Among how many cases the ranks are, whatever the filter."},
    ),
)
ALPHA = {"type": "number", "maximum": 1}
AGREEMENT = {
    "alpha": or_null(ALPHA),
    "reading": one_of([RELIABLE, TENTATIVE, LOW, CANNOT_TELL]),
    "is_thin": BOOLEAN,
    "units": COUNT,
    "ratings": COUNT,
}
ASSESSORS = named(
    "Assessors",
    record(
        cases=COUNT,
        agreement=record(**AGREEMENT),
        criteria=array(record(key=STRING, title=STRING, **AGREEMENT)),
        assessors=array(
            record(
                name={
                    **or_null(STRING),
                    "description": "Told to the chair, auditors and administrators; else one's own.",
                },
                is_own=BOOLEAN,
                points={**NUMBER, "description": "On the scale of 1 to 5, above or below peers' mean."},
                low=or_null(NUMBER),
                high=or_null(NUMBER),
                cases=COUNT,
                ratings=COUNT,
                reading=one_of([LENIENT, STRICT, LIKE_OTHERS, TOO_FEW]),
            )
        ),
    ),
)
