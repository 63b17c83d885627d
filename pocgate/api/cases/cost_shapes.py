"""What the API tells of the cost of a case."""

from __future__ import annotations

from pocgate.api.shapes import (
    BOOLEAN,
    COUNT,
    DAY,
    DECIMAL,
    INTEGER,
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
from portfolio.enums import CostLine
from scoring.enums import CapScope, CapState
from scoring.rules.costs.worth import ABOVE, AS_PROMISED, BELOW

RANGE = record(point=DECIMAL, lower=DECIMAL, upper=DECIMAL)
JUSTIFICATION = named("CostJustification", record(text=STRING, author=STRING, given_at=TIME))
STANDING = record(
    scope=one_of([CapScope.STAGE, CapScope.CASE]),
    stage=or_null(STAGE),
    cap=or_null(DECIMAL),
    used=DECIMAL,
    state=one_of(CapState.values),
    amount=or_null(RANGE),
    breach_day=or_null(DAY),
    breach_earliest=or_null(DAY),
    breach_latest=or_null(DAY),
)
FORECAST = record(
    state=one_of(CapState.values),
    reason=or_null(STRING),
    horizon=or_null(DAY),
    method=or_null(STRING),
    recorded_until=or_null(DAY),
    periods=or_null(COUNT),
    standings=array(STANDING),
)
LINE = record(
    line=one_of(CostLine.values),
    estimate_monthly=or_null(DECIMAL),
    zero_reason=STRING,
    actual_monthly=or_null(DECIMAL),
    actual=DECIMAL,
    committed=DECIMAL,
)
NOTICE = record(
    id=INTEGER,
    scope=one_of(CapScope.values),
    stage=or_null(STAGE),
    percent=COUNT,
    cap=DECIMAL,
    used=DECIMAL,
    noticed_at=TIME,
    stands=BOOLEAN,
    justification_asked=BOOLEAN,
    review_proposed=BOOLEAN,
    justification=or_null(JUSTIFICATION),
)


def _told(**value: Shape) -> Shape:
    """A value, or the reason why there is none."""
    return record(value=or_null(record(**value)), reason=or_null(STRING))


COST_OUTLOOK: dict[str, Shape] = {
    "run_rate": or_null(DECIMAL),
    "run_rate_at_scale": or_null(DECIMAL),
    "forecast": FORECAST,
    "lines": array(LINE),
    "notices": array(NOTICE),
    "unit_cost": _told(amount=DECIMAL, cost=DECIMAL, units=COUNT, kpi=STRING, first=DAY, until=DAY),
    "return": _told(ratio=RANGE, benefit_a_year=RANGE, cost_a_year=DECIMAL, has_interval=BOOLEAN),
    "business_case": _told(
        verdict=one_of([ABOVE, AS_PROMISED, BELOW]),
        percent_of_likely=or_null(INTEGER),
        measured_a_year=DECIMAL,
        at_scale_a_year=DECIMAL,
        promised=record(low=DECIMAL, likely=DECIMAL, high=DECIMAL),
        days_measured=COUNT,
    ),
}
