"""Costs on the command line: good rows are booked, bad ones refused with line, field and reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from portfolio.models import CostEntry, UseCase
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory

pytestmark = pytest.mark.django_db
HEAD = (
    "reference,line,amount,state,recurrence,period_start,period_end,currency,external_id,"
    "billed_currency,billed_amount,exchange_rate,exchange_date"
)
GOOD = "{ref},people,108.00,actual,one_off,2024-03-01,2024-04-01,EUR,{id},USD,120.00,0.9,2024-03-02"


@pytest.fixture
def case() -> UseCase:
    case: UseCase = UseCaseFactory(currency="EUR")
    TeamMemberFactory(case=case, user__username="maren")
    return case


def file_of(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "costs.csv"
    path.write_text("\n".join((head, *rows)), encoding="utf-8")
    return path


def good(case: UseCase, number: str = "a") -> str:
    return GOOD.format(ref=case.reference, id=number)


def test_good_rows_are_booked_once(case: UseCase, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = file_of(tmp_path, good(case), good(case, "b"))

    for _ in range(2):
        call_command("record_costs", path, username="maren")

    assert capsys.readouterr().out.splitlines() == [
        "2 recorded, 0 known before, 0 refused.",
        "0 recorded, 2 known before, 0 refused.",
    ]
    row = CostEntry.objects.get(external_id="a")
    assert (row.amount, row.billed_currency, row.billed_amount) == (108, "USD", 120)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (("108.00", "NaN"), "amount [not_finite]"),
        (("108.00", "-108.00"), "amount [negative]"),
        (("108.00", "much"), "amount [not_a_number]"),
        (("108.00", ""), "amount [required]"),
        (("people", "snacks"), "line [unknown_line]"),
        ((",actual,", ",paid,"), "state [unknown_state]"),
        ((",EUR,", ",CHF,"), "currency [other_currency]"),
        ((",USD,", ",ABC,"), "bill/currency [unknown_currency]"),
        ((",USD,", ",EUR,"), "bill/currency [not_foreign]"),
        ((",0.9,", ",1.9,"), "bill/rate [rate_misses_amount]"),
        ((",0.9,", ",NaN,"), "bill/rate [not_finite]"),
        ((",2024-03-02", ","), "exchange_date [not_a_day]"),
        (("2024-04-01", "2024-02-30"), "period_end [not_a_day]"),
        (("2024-04-01", "2024-02-01"), "period_end [period_order]"),
        (("UC-", "XY-"), "reference [unknown_case]"),
    ],
)
def test_bad_row_is_refused_with_line_field_and_reason_and_the_good_one_booked(
    change: tuple[str, str], found: str, case: UseCase, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file_of(tmp_path, good(case).replace(*change), good(case, "b"))

    with pytest.raises(CommandError, match="1 rows were refused") as refused:
        call_command("record_costs", path, username="maren")

    field, code = found.split()
    line = capsys.readouterr().err.strip()
    assert line.startswith(f"line 2: {field}: ")
    assert line.endswith(code)
    assert refused.value.returncode == 2
    assert CostEntry.objects.get().external_id == "b"


def test_costs_of_a_stranger_are_refused_as_if_the_case_did_not_exist(case: UseCase, tmp_path: Path) -> None:
    TeamMemberFactory(user__username="stranger")

    with pytest.raises(CommandError):
        call_command("record_costs", file_of(tmp_path, good(case)), username="stranger")

    assert not CostEntry.objects.exists()


def test_file_with_other_columns_is_refused_whole(case: UseCase, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="columns"):
        call_command("record_costs", file_of(tmp_path, good(case), head=HEAD + ",colour"), username="maren")

    assert not CostEntry.objects.exists()
