"""Numbers become places on small drawings."""

from __future__ import annotations

from decimal import Decimal

from scoring.rules.scorecard import AxisScore, Scorecard
from scoring.web.drawing import quadrant_dot


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
