"""Charts as specifications: their colours, words and figures, and that the library draws them."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils import timezone, translation

from pocgate.kernel.charts import ACCENT, GO, STOP, Chart, Column, Field, Kind, Plot, figures, moment, number
from pocgate.kernel.charts.colours import theme_colours, with_colours
from pocgate.kernel.charts.library import NAME, ChartLibraryFinder
from pocgate.kernel.charts.plot import category_axis, money_axis, time_axis

DAYS = [
    {"at": f"2026-11-{day:02}T00:00:00", "spent": 100.0 * day, "low": 90.0 * day, "high": 110.0 * day} for day in (1, 9)
]


def _chart() -> Chart:
    plot = Plot(time_axis(), money_axis("Spent"), currency="EUR")
    plot.area(DAYS, "at", "low", "high")
    plot.whiskers(DAYS, "at", "low", "high")
    plot.line(DAYS, "at", "spent")
    plot.points(DAYS, "at", "spent", shown=(Field("at", "When", "date"), Field("spent", "Spent", "money")))
    plot.across(Decimal(800), "cap", colour=STOP)
    plot.upright(date(2026, 11, 5), "review")
    table = figures([Column("When", Kind.DATE), Column("Spent", Kind.NUMBER)], [(date(2026, 11, 1), 100)])
    return plot.chart(title="Over the cap", description="Spending by day", figures=table)


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for key, item in value.items() if key != "values" for text in _strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in _strings(item)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("dark", [False, True])
def test_every_colour_of_a_chart_is_one_of_the_theme(dark: bool) -> None:
    names = {text for text in _strings(_chart().spec) if text.startswith("--")}

    assert ACCENT in names
    assert names - theme_colours(dark=dark).keys() == set()


def test_colours_resolve_by_name_and_leave_the_rows_alone() -> None:
    spec = {"mark": {"color": GO}, "data": {"values": [{"title": GO}]}}

    assert with_colours(spec, dark=False) == {"mark": {"color": "#1f8a50"}, "data": {"values": [{"title": GO}]}}
    assert with_colours(spec, dark=True)["mark"] == {"color": "#3fa66b"}


def test_unknown_colour_is_refused() -> None:
    with pytest.raises(KeyError, match="--purple"):
        with_colours({"color": "--purple"}, dark=False)


def test_moment_is_what_the_clock_of_the_reader_shows() -> None:
    with timezone.override("America/New_York"):
        assert moment(datetime(2026, 1, 1, 2, 30, tzinfo=UTC)) == "2025-12-31T21:30:00"
        assert moment(date(2026, 1, 1)) == "2026-01-01T00:00:00"


def test_number_that_is_missing_leaves_a_gap() -> None:
    assert [number(value) for value in (Decimal("1.50"), 2, None)] == [1.5, 2.0, None]


def test_numbers_and_months_follow_the_language_of_the_page() -> None:
    with translation.override("de"):
        locale = _chart().spec["config"]["locale"]

    assert (locale["number"]["decimal"], locale["number"]["thousands"]) == (",", ".")
    assert locale["number"]["currency"] == ["EUR\u00a0", ""]
    assert (locale["time"]["days"][0], locale["time"]["months"][2]) == ("Sonntag", "März")


def test_figures_are_shown_for_people_and_raw_for_programs() -> None:
    columns = [
        Column("What"),
        Column("Rounded", Kind.NUMBER, places=1),
        Column("Exact", Kind.NUMBER),
        Column("At", Kind.MOMENT),
    ]

    table = figures(columns, [("a", Decimal("1234.25"), Decimal("0.1500"), datetime(2026, 11, 3, 9, 5, tzinfo=UTC))])

    assert [cell.shown for cell in table.rows[0]] == ["a", "1,234.3", "0.15", "3 Nov 2026, 09:05"]
    assert [cell.raw for cell in table.rows[0]] == ["a", "1234.25", "0.15", "2026-11-03T09:05:00+00:00"]


def test_figure_that_is_missing_is_a_dash() -> None:
    assert figures([Column("n", Kind.NUMBER)], [(None,)]).rows[0][0].shown == "–"


def test_row_without_a_value_for_each_column_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        figures([Column("a"), Column("b")], [(1,)])


def test_bars_take_each_row_in_its_own_colour() -> None:
    plot = Plot(category_axis(), money_axis("Change"))

    plot.bars([{"part": "a", "to": 1, "colour": GO}, {"part": "b", "to": 2, "colour": STOP}], "part", "to", base="from")

    assert plot.layers[0]["encoding"]["color"]["scale"] == {"domain": ["go-fill", "stop-fill"], "range": [GO, STOP]}
    assert [row["colour"] for row in plot.layers[0]["data"]["values"]] == ["go-fill", "stop-fill"]


def test_time_is_told_in_days_whatever_the_span() -> None:
    axis = time_axis().of("at")["axis"]

    assert axis["tickMinStep"] == timedelta(days=1) / timedelta(milliseconds=1)


def test_library_is_a_static_file_found_by_name() -> None:
    path = finders.find(NAME)

    assert isinstance(path, str)
    assert "window.vegaEmbed" in Path(path).read_text(encoding="utf-8")
    assert [name for name, _storage in ChartLibraryFinder().list(None)] == [NAME]
    assert ChartLibraryFinder().find("js/app.js") == []


def test_chart_is_drawn_as_svg_and_png_without_a_network(tmp_path: Path) -> None:
    # In a process of its own: one that has drawn must not fork afterwards, and other tests do.
    code = (
        "import sys, django; django.setup()\n"
        "from pathlib import Path\n"
        "from pocgate.kernel.charts.drawing import draw_png, draw_svg\n"
        "from tests.kernel.test_charts import _chart\n"
        "out = Path(sys.argv[1]); chart = _chart()\n"
        "(out / 'c.svg').write_text(draw_svg(chart, width=500)); (out / 'c.png').write_bytes(draw_png(chart))\n"
    )
    environment = {"DJANGO_SETTINGS_MODULE": "pocgate.settings", "PATH": "/usr/bin", "HOME": str(tmp_path)}

    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=settings.BASE_DIR, env=environment, check=True)

    svg = (tmp_path / "c.svg").read_text()
    assert re.search(r'<svg [^>]*width="500" height="240"', svg)
    assert "EUR\u00a0200" in svg
    assert theme_colours(dark=False)[STOP] in svg
    assert (tmp_path / "c.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
