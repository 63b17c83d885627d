"""The waterfall and the course to come, as they are drawn."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from scoring.queries.explaining.ahead import outlook_of
from scoring.queries.explaining.as_of import AsOf, as_of
from scoring.queries.explaining.changes import changes_between
from scoring.web.charts_of_change import outlook_chart, outlook_finding, waterfall_chart
from tests.factories.stage_set import a_case

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def found() -> AsOf:
    case, _owner = a_case(timezone.now())
    computed = as_of(case.pk, at=timezone.now())
    assert computed is not None
    return computed


def _rows(chart: Any, mark: str) -> list[dict[str, Any]]:
    return [row for layer in chart.spec["layer"] if layer["mark"]["type"] == mark for row in layer["data"]["values"]]


def test_each_bar_of_the_waterfall_begins_where_the_one_before_ended(found: AsOf) -> None:
    before = as_of(found.state.case_id, at=found.at - 7 * DAY)
    assert before is not None

    chart = waterfall_chart(changes_between(before, found))

    bars = _rows(chart, "bar")
    first, *steps, last = bars
    assert (first["from"], first["to"]) == (0.0, float(before.readiness.overall))
    level = first["to"]
    for step in steps:
        assert step["from"] == pytest.approx(level)
        level = step["to"]
    assert (last["from"], last["to"]) == (0.0, float(found.readiness.overall))
    assert level == pytest.approx(last["to"], abs=0.05)


def test_waterfall_of_no_change_is_not_drawn(found: AsOf) -> None:
    assert waterfall_chart(changes_between(found, found)) is None


def test_course_to_come_marks_the_first_must_that_fails_and_the_fall_under_the_bar(found: AsOf) -> None:
    ahead = outlook_of(found)

    chart = outlook_chart(ahead)

    assert chart is not None
    assert ahead.falls_under_bar is not None
    assert chart.title == outlook_finding(ahead)
    assert chart.title.startswith("Falls under the bar of 70 on ")
    line = [row["overall"] for row in _rows(chart, "line")]
    assert line[0] == 100.0
    assert line == sorted(line, reverse=True)
    assert len(chart.figures.rows) == len(ahead.outlook.steps)


def test_course_without_an_end_is_said_and_not_drawn(found: AsOf) -> None:
    ahead = outlook_of(found, length=DAY)

    assert outlook_chart(ahead) is None
    assert outlook_finding(ahead) == "Stays at or above the bar of 70 for two years"
