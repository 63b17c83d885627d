"""Record costs from a CSV file on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from pocgate.identity.models import User
from portfolio.commands.costs import CostRow, record_costs
from portfolio.commands.rows import RowResult
from portfolio.management.rows import RowsCommand, case_number_of, day_of, decimal_of
from portfolio.rules.money import Bill, Cost

NEEDED = ("reference", "line", "amount", "state", "recurrence", "period_start", "period_end")
BILL = ("billed_currency", "billed_amount", "exchange_rate", "exchange_date")
TEXTS = ("note", "source", "external_id")
COLUMNS = (*NEEDED, "currency", *TEXTS, *BILL)


class Command(RowsCommand[CostRow]):
    """Costs of any cases, in the currency of each."""

    help = (
        f"Record costs from a CSV file with a header. Columns: {', '.join(COLUMNS)}. "
        "The end of a period is the day after its last. Exit status 2 when a row is refused."
    )
    needed, columns = NEEDED, COLUMNS

    def row_of(self, given: Mapping[str, str]) -> CostRow:
        """The row from its cells."""
        number = case_number_of(given)
        cost = Cost(
            line=given["line"],
            amount=decimal_of("amount", given["amount"]),
            state=given["state"],
            recurrence=given["recurrence"],
            period_start=day_of("period_start", given["period_start"]),
            period_end=day_of("period_end", given["period_end"]),
            note=given.get("note", ""),
            source=given.get("source", ""),
            external_id=given.get("external_id") or None,
            bill=_bill(given),
        )
        return CostRow(number, cost, given.get("currency") or None)

    def record(self, rows: Sequence[CostRow], *, actor: User, now: datetime) -> list[RowResult]:
        """Book the rows."""
        return record_costs(rows=rows, actor=actor, now=now)


def _bill(given: Mapping[str, str]) -> Bill | None:
    """The foreign bill, of which all columns are filled or none."""
    if not any(given.get(name) for name in BILL):
        return None
    return Bill(
        currency=given.get("billed_currency", ""),
        amount=decimal_of("billed_amount", given.get("billed_amount", "")),
        rate=decimal_of("exchange_rate", given.get("exchange_rate", "")),
        on=day_of("exchange_date", given.get("exchange_date", "")),
    )
