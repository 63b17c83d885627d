"""What the views of explained readiness answer."""

from __future__ import annotations

from pocgate.api.shapes import (
    ANY_OBJECT,
    BOOLEAN,
    COUNT,
    DAY,
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

_LEVEL = one_of(["must", "should"])
_WAY = named(
    "WayToPass",
    record(
        readiness=SCORE,
        reaches_bar=BOOLEAN,
        effort={**COUNT, "description": "The sum of efforts: S 1, M 3, L 8."},
        lead_days={**COUNT, "description": "Calendar days when all begins today and runs side by side."},
        lead_days_in_turn={**COUNT, "description": "Calendar days one after the other."},
        earliest_date=DAY,
        changes=array(
            record(
                criterion=STRING,
                title=STRING,
                how=STRING,
                level=_LEVEL,
                effort=one_of(["S", "M", "L"]),
                lead_days=COUNT,
                who={**array(STRING), "description": "Who acts, in this order: `team`, `compliance` or a role."},
                gain=NUMBER,
                only_for_the_bar=BOOLEAN,
                waivable=BOOLEAN,
            )
        ),
        left_open=array(STRING),
        renew_meanwhile=array(record(criterion=STRING, by=TIME)),
    ),
)
WHAT_IT_TAKES = named(
    "WhatItTakes",
    record(to_go=_WAY, to_conditional_go=_WAY, scorecard_asked=STRING, is_prohibited=BOOLEAN),
)
OUTLOOK = named(
    "Outlook",
    record(
        until=DAY,
        bar=COUNT,
        is_under_bar=BOOLEAN,
        falls_under_bar_at=or_null(TIME),
        first_must_fails_at=or_null(TIME),
        steps=array(record(at=TIME, readiness=SCORE, blockers=COUNT, lost=array(STRING))),
        renewals=array(
            record(
                by=TIME,
                points=NUMBER,
                criterion=STRING,
                title=STRING,
                level=_LEVEL,
                records=array(ANY_OBJECT),
                detail=STRING,
            )
        ),
    ),
)
NEAR_LIMIT = array(
    record(
        criterion=STRING,
        title=STRING,
        level=_LEVEL,
        records=array(ANY_OBJECT),
        detail=STRING,
        figure=STRING,
        limit=STRING,
        share_left=NUMBER,
    )
)
BREACHES = array(
    record(
        scope=one_of(["stage", "case"]),
        cap=STRING,
        state=STRING,
        day=or_null(DAY),
        earliest=or_null(DAY),
        latest=or_null(DAY),
    )
)
READINESS_CHANGES = named(
    "ReadinessChanges",
    record(
        reference=REFERENCE,
        since=or_null(TIME),
        until=or_null(TIME),
        gate_before=or_null(STAGE),
        gate_after=or_null(STAGE),
        start=or_null(SCORE),
        end=or_null(SCORE),
        points=or_null(NUMBER),
        moves=array(
            record(
                cause=one_of(["playbook", "gate", "facts", "records"]),
                points=NUMBER,
                parts=array(
                    record(
                        criterion=STRING,
                        title=STRING,
                        change=one_of(["entered", "left", "verdict", "achievement", "share"]),
                        points=NUMBER,
                        before=or_null(STRING),
                        after=or_null(STRING),
                        detail=STRING,
                        records=array(ANY_OBJECT),
                    )
                ),
            )
        ),
    ),
)
