"""What the status view answers."""

from __future__ import annotations

from gates.enums import OPEN_REVIEW_STATES, StandingState
from pocgate.api.shapes import COUNT, CURRENCY, DECIMAL, SCORE, STRING, TIME, array, named, or_null, record
from pocgate.api.status.counts import STAGE_KEYS
from portfolio.enums import Stage, Status, Tier
from scoring.enums import FindingState, SwampKind
from scoring.rules.vocabulary import DETECTORS

_BY_STATUS = record(**dict.fromkeys(Status.values, COUNT))
_STAGES = record(**dict.fromkeys(STAGE_KEYS, COUNT))
_READINESS = record(average=or_null(SCORE), median=or_null(SCORE), measured=COUNT)

STATUS = named(
    "PortfolioStatus",
    record(
        as_of=TIME,
        total=COUNT,
        open=COUNT,
        by_stage={**_STAGES, "description": "Open cases: active, in review or paused. `unknown` have no stage yet."},
        by_status=_BY_STATUS,
        by_stage_and_status={**record(**dict.fromkeys(STAGE_KEYS, _BY_STATUS)), "description": "Every case."},
        by_tier=record(**dict.fromkeys(Tier.values, COUNT)),
        by_department=array(record(department=or_null(STRING), total=COUNT, open=COUNT, high=COUNT)),
        readiness=record(**{str(stage): _READINESS for stage in Stage.values}),
        cost=array(
            record(
                currency=CURRENCY,
                actual=DECIMAL,
                committed=DECIMAL,
                cap=DECIMAL,
                forecast=or_null(DECIMAL),
                untold=or_null(COUNT),
                breaches=or_null(COUNT),
            )
        ),
        gates=or_null(
            record(
                overdue=COUNT, next_30_days=COUNT, **{f"reviews_{state.value}": COUNT for state in OPEN_REVIEW_STATES}
            )
        ),
        findings=or_null(record(**dict.fromkeys(DETECTORS, record(**dict.fromkeys(FindingState.values, COUNT))))),
        standing={
            **or_null(record(**dict.fromkeys(StandingState.values, COUNT))),
            "description": "Open cases by whether their latest go still stands.",
        },
        swamp={
            **record(cases=COUNT, **dict.fromkeys(SwampKind.values, COUNT)),
            "description": "Cases that linger, and how many show each sign. A case may show several.",
        },
    ),
)
