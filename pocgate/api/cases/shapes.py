"""What the views of use cases answer."""

from __future__ import annotations

from pocgate.api.cases.columns import COLUMNS
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

_ROW = {column.name: {**column.schema, "description": column.description} for column in COLUMNS}

# `fields=` leaves members out, so that none is required.
CASE_ROW = named("UseCaseRow", {"type": "object", "properties": _ROW, "additionalProperties": False})
CASE_PAGE = named("UseCasePage", record(results=array(CASE_ROW), next_cursor=or_null(STRING)))

DECISION = named(
    "DecisionInShort", record(number=STRING, gate=STAGE, outcome=STRING, decided_at=TIME, dossier_digest=STRING)
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
        thresholds=array(record(gate=STAGE, value=DECIMAL, eased=BOOLEAN)),
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
    ),
)
GATE_CHECK = named(
    "GateCheck",
    record(
        reference=REFERENCE,
        gate=or_null(STAGE),
        release=or_null(STRING),
        verdict=one_of(["allow", "deny"]),
        exit_status={"type": "integer", "enum": [0, 1], "description": "0 to allow, 1 to deny: for a pipeline's exit."},
        recommended=or_null(STRING),
        rule=or_null(STRING),
        readiness=or_null(SCORE),
        decision=or_null(DECISION),
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
