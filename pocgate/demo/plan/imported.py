"""Cases that came from a spreadsheet, of which hardly anything is known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from pocgate.demo.plan.people import ADMINISTRATOR
from pocgate.demo.plan.shapes import CasePlan, CellPlan, FactPlan

FILE_NAME = "tools-with-ai.csv"
HEADERS = ("Tool", "Department", "What for", "Phase", "Contact")
ROWS: Mapping[str, tuple[str, str, str, str, str]] = {
    "tool_list_1": (
        *("Wording assistant of the product team", "Direct sales"),
        *("Suggests product wordings in the mail program", "", "product team, phone list"),
    ),
    "tool_list_2": (
        *("Camera count of visitors in the Hollen branch", "Direct sales"),
        *("Counts visitors to plan the counter", "in use?", "branch manager"),
    ),
}


def imported_case(key: str, row: int, *, now: datetime, age: int, variant: str = "") -> CasePlan:
    """A case as the importer leaves it: active, of unknown stage, without an owner."""
    cells = ROWS[key]
    at = now - timedelta(days=age)
    return CasePlan(
        title=f"{cells[0]} {variant}".strip(),
        problem="",
        process=cells[2],
        users="",
        benefit="",
        technology=(),
        category="",
        unit=cells[1],
        vendor="",
        stage=None,
        status="active",
        iteration=1,
        tier="unassessed",
        created_by=ADMINISTRATOR,
        created_at=at,
        submitted_at=None,
        updated_at=at,
        target_gate_date=None,
        detailed=True,
        facts=(FactPlan("tier", "unassessed", at, ADMINISTRATOR),),
        cells=CellPlan(row, tuple(zip(HEADERS, cells, strict=True))),
    )


def file_text() -> str:
    """The file they came from."""
    return "\n".join(";".join(cells) for cells in (HEADERS, *ROWS.values())) + "\n"
