"""What the views of use cases answer."""

from __future__ import annotations

from gates.enums import StandingState
from pocgate.api.cases.columns import COLUMNS
from pocgate.api.cases.cost_shapes import COST_OUTLOOK
from pocgate.api.cases.explained_shapes import BREACHES, NEAR_LIMIT, OUTLOOK, WHAT_IT_TAKES
from pocgate.api.shapes import (
    ANY_OBJECT,
    BOOLEAN,
    COUNT,
    CURRENCY,
    DAY,
    DECIMAL,
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
    table,
)
from portfolio.enums import ReleaseKind
from scoring.rules.estimates import METHODS

_ROW = {column.name: {**column.schema, "description": column.description} for column in COLUMNS}

# `fields=` leaves members out, so that none is required.
CASE_ROW = named("UseCaseRow", {"type": "object", "properties": _ROW, "additionalProperties": False})
CASE_PAGE = named("UseCasePage", record(results=array(CASE_ROW), next_cursor=or_null(STRING)))

DECISION = named(
    "DecisionInShort", record(number=STRING, gate=STAGE, outcome=STRING, decided_at=TIME, dossier_digest=STRING)
)
STANDING = named(
    "Standing",
    record(
        state={**one_of(StandingState.values), "description": "Whether the latest go still stands."},
        decision={**or_null(STRING), "description": "The number of the latest go."},
        since=or_null(TIME),
        review_due={**or_null(DAY), "description": "Until when the committee should have looked at it."},
        next_review={**or_null(DAY), "description": "When the next operating or first review is due."},
        reasons=array(
            record(code=STRING, detail=STRING, since=or_null(DAY), subject=STRING, subject_id=STRING),
        ),
    ),
)
EVIDENCE = named(
    "KpiEvidence",
    record(
        gate={**INTEGER, "description": "The gate it is judged for: the next at which the KPI counts."},
        counts_now={**BOOLEAN, "description": "Whether that is the case's next gate."},
        counts_ahead={**BOOLEAN, "description": "False when no gate ahead asks for the KPI."},
        verdict=one_of(["pass", "fail", "stale", "not_enough_evidence"]),
        code=STRING,
        reason=STRING,
        threshold=or_null(DECIMAL),
        mean=or_null(DECIMAL),
        lower_bound={**or_null(DECIMAL), "description": "One-sided; null while nothing tells the error."},
        upper_bound=or_null(DECIMAL),
        confidence=or_null(NUMBER),
        method=or_null(one_of(METHODS)),
        samples=COUNT,
        sets=COUNT,
        more_samples={**or_null(COUNT), "description": "How many more would likely settle an inconclusive result."},
        more_sets=or_null(COUNT),
        futile=BOOLEAN,
        stale_at=or_null(TIME),
        counting={**array(INTEGER), "description": "The readings that count, by id."},
        not_counting=array(record(id=INTEGER, reason=STRING)),
    ),
)
THRESHOLD = record(
    gate=STAGE,
    value=DECIMAL,
    eased=BOOLEAN,
    set_late={**BOOLEAN, "description": "Set or eased after the first reading of its stage; stays for ever."},
    changes=array(
        record(
            value=DECIMAL,
            old_value=or_null(DECIMAL),
            set_at=TIME,
            set_by=or_null(STRING),
            reason=STRING,
            readings_existed=BOOLEAN,
        )
    ),
)
READING = named(
    "KpiReading",
    record(
        id=INTEGER,
        value=DECIMAL,
        sample_size=or_null(COUNT),
        error=or_null(DECIMAL),
        observed_from=TIME,
        observed_to=TIME,
        iteration=INTEGER,
        method=STRING,
        raters=or_null(COUNT),
        agreement=or_null(DECIMAL),
        release=STRING,
        source=STRING,
        external_id=or_null(STRING),
        recorded_at=TIME,
        recorded_by=or_null(STRING),
        superseded_by={**or_null(INTEGER), "description": "The reading that corrects this one."},
    ),
)
READINGS = named(
    "KpiReadings",
    record(key=STRING, unit=or_null(STRING), evidence=or_null(EVIDENCE), readings=array(READING)),
)
KPI = named(
    "Kpi",
    record(
        key=STRING,
        name=STRING,
        role=STRING,
        kind=STRING,
        gates=array(INTEGER),
        unit=or_null(STRING),
        direction=or_null(one_of(["higher", "lower"])),
        baseline=or_null(DECIMAL),
        target=or_null(DECIMAL),
        target_date=or_null(DAY),
        statistic={**STRING, "description": "mean, proportion or rate; empty for what the unit says."},
        human_rated=BOOLEAN,
        slo_of=STRING,
        thresholds=array(THRESHOLD),
        evidence=or_null(EVIDENCE),
    ),
)
CASE = named(
    "UseCase",
    record(
        **_ROW,
        facts=table(STRING),
        spell=or_null(
            record(
                stage=STAGE,
                entered_at=or_null(TIME),
                time_box_days=or_null(COUNT),
                extension_days=COUNT,
                time_box_ends_at=or_null(TIME),
                clock_stopped_at=or_null(TIME),
            )
        ),
        team=array(record(username=STRING, name=STRING, role=STRING, since=TIME, confirmed_at=or_null(TIME))),
        kpis=array(KPI),
        cost=record(
            currency=CURRENCY,
            actual=DECIMAL,
            committed=DECIMAL,
            case_cap=or_null(DECIMAL),
            monthly_cap=or_null(DECIMAL),
            stage_caps=array(record(stage=STAGE, amount=DECIMAL)),
            **COST_OUTLOOK,
        ),
        review=or_null(
            record(
                id=INTEGER,
                gate=STAGE,
                kind=STRING,
                state=STRING,
                requested_at=TIME,
                decide_by=DAY,
                voting_closes_at=or_null(TIME),
            )
        ),
        decision=or_null(DECISION),
        standing_detail=STANDING,
    ),
)
PART = named(
    "ReadinessPart",
    record(
        criterion=STRING,
        title=STRING,
        asks=STRING,
        how=STRING,
        dimension=STRING,
        kind=or_null(one_of(["C", "A", "S"])),
        level=one_of(["must", "should"]),
        verdict=STRING,
        is_blocker=BOOLEAN,
        achievement={"type": "number", "minimum": 0, "maximum": 1},
        points=NUMBER,
        points_possible=NUMBER,
        reason=STRING,
        detail=STRING,
        records=array(ANY_OBJECT),
        changes_at=or_null(TIME),
    ),
)
READINESS = named(
    "Readiness",
    record(
        reference=REFERENCE,
        next_gate=or_null(STAGE),
        gate=or_null(STAGE),
        readiness=or_null(SCORE),
        blockers=or_null(COUNT),
        shoulds_open=or_null(COUNT),
        playbook_version=or_null(INTEGER),
        computed_at=or_null(TIME),
        changes_at=or_null(TIME),
        is_current=BOOLEAN,
        dimensions=array(record(dimension=STRING, score=NUMBER, points=NUMBER, points_possible=NUMBER)),
        parts=array(PART),
        at={**or_null(TIME), "description": "The moment asked for; null for the present one."},
        is_forecast=BOOLEAN,
        what_it_takes=or_null(WHAT_IT_TAKES),
        outlook=or_null(OUTLOOK),
        near_limit=NEAR_LIMIT,
        breaches=BREACHES,
    ),
)
GATE_CHECK = named(
    "GateCheck",
    record(
        reference=REFERENCE,
        gate=or_null(STAGE),
        release=or_null(STRING),
        release_kind={**or_null(one_of(ReleaseKind.values)), "description": "A release not on record is a feature."},
        verdict=one_of(["allow", "deny"]),
        exit_status={"type": "integer", "enum": [0, 1], "description": "0 to allow, 1 to deny: for a pipeline's exit."},
        because={**STRING, "description": "Why, in a sentence."},
        recommended=or_null(STRING),
        rule=or_null(STRING),
        readiness=or_null(SCORE),
        decision=or_null(DECISION),
        standing=STANDING,
        blockers=array(
            record(code=STRING, criterion=or_null(STRING), title=or_null(STRING), detail=STRING, who=STRING, how=STRING)
        ),
        evaluated_at=TIME,
    ),
)
RECORDED = named("Recorded", record(id=INTEGER, outcome=one_of(["created", "unchanged"])))
BATCH = named(
    "BatchResult",
    record(
        results=array(
            record(
                outcome=one_of(["created", "unchanged", "refused"]),
                id=or_null(INTEGER),
                errors=array(record(pointer=STRING, code=STRING, detail=STRING)),
            )
        ),
        created=COUNT,
        unchanged=COUNT,
        refused=COUNT,
    ),
)
