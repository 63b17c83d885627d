"""Numbers become places on small drawings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from scoring.models import ReadinessPoint
from scoring.rules.scorecard import AxisScore, Scorecard
from scoring.web.drawing import quadrant_dot, sparkline

START = datetime(2026, 1, 1, tzinfo=UTC)


def _point(overall: str, days: int) -> ReadinessPoint:
    return ReadinessPoint(overall=Decimal(overall), at=START + timedelta(days=days))


def test_sparkline_holds_each_score_until_the_next() -> None:
    drawn = sparkline([_point("0", 0), _point("100", 5)], 50, until=START + timedelta(days=10))

    assert drawn is not None
    assert (drawn.path, drawn.bar_y) == ("M4.0 52.0H120.0V4.0H236.0", 28.0)
    assert (drawn.last_x, drawn.last_y) == (236.0, 4.0)


def test_sparkline_of_a_single_moment_is_a_level_line() -> None:
    drawn = sparkline([_point("50", 0)], 70, until=START)

    assert drawn is not None
    assert drawn.path == "M4.0 28.0H236.0"


def test_sparkline_without_history_is_none() -> None:
    assert sparkline([], 70, until=START) is None


def _card(value: str | None, feasibility: str | None) -> Scorecard:
    axes = [
        AxisScore(name, None if score is None else Decimal(score), (), (), ())
        for name, score in (("value", value), ("feasibility", feasibility))
    ]
    return Scorecard(axes[0], axes[1], None, (), ())


def test_quadrant_dot_lies_right_for_feasible_and_up_for_valuable() -> None:
    dot = quadrant_dot(_card("100", "25"), 60)

    assert dot is not None
    assert (dot.x, dot.y, dot.bar, dot.rest) == (50.0, 0.0, 120.0, 80.0)


def test_quadrant_dot_without_an_axis_is_none() -> None:
    assert quadrant_dot(_card("100", None), 60) is None
    assert quadrant_dot(None, 60) is None
