"""Readings from the command line are refused for the same reasons as on the page and over the API."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from portfolio.models import Kpi, KpiReading
from tests.factories.portfolio import KpiFactory, TeamMemberFactory

pytestmark = pytest.mark.django_db
HEAD = "reference,kpi,value,observed_from,observed_to,sample_size,error,raters,agreement,unit,external_id"
GOOD = "{ref},{key},51.5,2026-03-01,2026-03-08T00:00:00Z,412,,2,0.71,%,{id}"


@pytest.fixture
def kpi() -> Kpi:
    return KpiFactory(case=TeamMemberFactory(user__username="maren").case)


def file_of(tmp_path: Path, *lines: str, head: str = HEAD) -> Path:
    path = tmp_path / "readings.csv"
    path.write_text("\n".join([head, *lines]), encoding="utf-8")
    return path


def good(kpi: Kpi, number: str = "a") -> str:
    return GOOD.format(ref=kpi.case.reference, key=kpi.key, id=number)


def test_good_rows_are_recorded_once(kpi: Kpi, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = file_of(tmp_path, good(kpi), good(kpi, "b"))

    for _ in range(2):
        call_command("record_readings", path, username="maren")

    assert capsys.readouterr().out.splitlines() == [
        "2 recorded, 0 known before, 0 refused.",
        "0 recorded, 2 known before, 0 refused.",
    ]
    row = KpiReading.objects.get(external_id="a")
    assert (row.value, row.sample_size, row.raters, str(row.agreement)) == (51.5, 412, 2, "0.7100")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (("51.5", "NaN"), "value [not_finite]"),
        (("51.5", "Infinity"), "value [not_finite]"),
        (("51.5", "much"), "value [not_a_number]"),
        (("51.5", ""), "value [required]"),
        ((",412,", ",many,"), "sample_size [count]"),
        ((",412,", ",0,"), "sample_size [count]"),
        (("2026-03-08T00:00:00Z", "2999-01-01T00:00:00Z"), "observed_to [from_the_future]"),
        (("2026-03-08T00:00:00Z", "2026-02-08T00:00:00Z"), "observed_from [period_order]"),
        (("2026-03-08T00:00:00Z", "2026-03-08T00:00:00"), "observed_to [no_time_zone]"),
        (("2026-03-08T00:00:00Z", "soon"), "observed_to [not_a_moment]"),
        (("2026-03-01", "2026-02-30"), "observed_from [not_a_moment]"),
        ((",%,", ",furlongs,"), "unit [unknown_unit]"),
        ((",0.71,", ",1.71,"), "agreement [agreement_range]"),
        (("UC-", "XY-"), "reference [unknown_case]"),
    ],
)
def test_bad_row_is_refused_with_line_field_and_reason_and_the_good_one_recorded(
    change: tuple[str, str], found: str, kpi: Kpi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file_of(tmp_path, good(kpi).replace(*change), good(kpi, "b"))

    with pytest.raises(CommandError, match="1 rows were refused") as refused:
        call_command("record_readings", path, username="maren")

    field, code = found.split()
    line = capsys.readouterr().err.strip()
    assert line.startswith(f"line 2: {field}: ")
    assert line.endswith(code)
    assert refused.value.returncode == 2
    assert KpiReading.objects.get().external_id == "b"


def test_reading_of_a_stranger_is_refused_as_if_the_case_did_not_exist(kpi: Kpi, tmp_path: Path) -> None:
    TeamMemberFactory(user__username="stranger")

    with pytest.raises(CommandError):
        call_command("record_readings", file_of(tmp_path, good(kpi)), username="stranger")

    assert not KpiReading.objects.exists()


@pytest.mark.parametrize("head", ["reference,kpi,value", HEAD + ",colour"])
def test_file_with_other_columns_is_refused_whole(head: str, kpi: Kpi, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="columns"):
        call_command("record_readings", file_of(tmp_path, good(kpi), head=head), username="maren")

    assert not KpiReading.objects.exists()


def test_unknown_person_records_nothing(kpi: Kpi, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nobody"):
        call_command("record_readings", file_of(tmp_path, good(kpi)), username="nobody")
