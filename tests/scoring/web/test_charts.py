"""The history of readiness as a chart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from pocgate.kernel.charts import Chart
from scoring.models import ReadinessPoint
from scoring.queries.history import history_of
from scoring.rules.playbook import Playbook
from scoring.web.charts import readiness_chart
from tests.scoring.rules.examples import default_playbook

START = datetime(2026, 1, 1, tzinfo=UTC)


def _point(overall: str, days: int, *, gate: int = 0, changes: list[dict[str, Any]] | None = None) -> ReadinessPoint:
    at = START + timedelta(days=days)
    return ReadinessPoint(overall=Decimal(overall), at=at, gate=gate, musts_open=3, changes=changes or [])


def _drawn(points: list[ReadinessPoint], *, days: int) -> Chart | None:
    rules: Playbook = default_playbook()
    return readiness_chart(points, history_of(points, rules), rules, until=START + timedelta(days=days))


def _rows(chart: Chart, layer: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = chart.spec["layer"][layer]["data"]["values"]
    return rows


def test_readiness_holds_each_score_until_the_next_and_to_the_end() -> None:
    chart = _drawn([_point("0", 0), _point("100", 5)], days=10)

    assert chart is not None
    assert _rows(chart, 1) == [
        {"at": "2026-01-01T00:00:00", "overall": 0.0},
        {"at": "2026-01-06T00:00:00", "overall": 100.0},
        {"at": "2026-01-11T00:00:00", "overall": 100.0},
    ]


def test_readiness_chart_marks_the_day_another_gate_became_the_next() -> None:
    moved = [{"gate": {"before": 0, "after": 1}}]

    chart = _drawn([_point("80", 0), _point("30", 5, gate=1, changes=moved)], days=10)

    assert chart is not None
    assert _rows(chart, 1) == [{"day": "2026-01-06T00:00:00", "label": "for gate 1"}]
    assert [row["bar"] for row in _rows(chart, 0)] == [70, 85, 85]


def test_readiness_chart_says_how_far_from_the_bar() -> None:
    under, over = (_drawn([_point(score, 0)], days=1) for score in ("65.95", "70"))

    assert under is not None
    assert over is not None
    assert under.title == "Readiness 66.0, 4.0 under the bar of 70"
    assert over.title == "Readiness 70.0 reaches the bar of 70"


def test_readiness_chart_has_every_point_in_its_table() -> None:
    chart = _drawn([_point("0", 0), _point("62.345", 5)], days=10)

    assert chart is not None
    assert [[cell.shown for cell in row][1:] for row in chart.figures.rows] == [
        ["0", "0.0", "70", "3"],
        ["0", "62.3", "70", "3"],
    ]


def test_readiness_chart_without_history_is_none() -> None:
    assert _drawn([], days=0) is None
