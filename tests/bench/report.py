"""What was measured, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.db import connection

from portfolio.models import UseCase
from tests.bench.database import REPORTS


@dataclass(frozen=True)
class Result:
    """`ours` against `reference`, in `unit`; `bound` is the highest ratio of the two that is allowed, if any is."""

    name: str
    unit: str
    ours: float
    reference: float
    reference_name: str
    ratio: float
    bound: float | None
    holds: bool
    cases: int
    database: str


def compared(
    name: str, ours: float, reference: float, reference_name: str, bound: float | None, *, unit: str = "ms"
) -> Result:
    """A result from two times in seconds, told in milliseconds."""
    ratio = ours / reference if reference else 0.0
    return Result(
        name=name,
        unit=unit,
        ours=round(ours * 1000, 3),
        reference=round(reference * 1000, 3),
        reference_name=reference_name,
        ratio=round(ratio, 3),
        bound=bound,
        holds=bound is None or ratio <= bound,
        cases=UseCase.objects.count(),
        database=connection.vendor,
    )


def print_table(results: Sequence[Result]) -> None:
    """Aligned columns."""
    head = ("benchmark", "ours", "reference", "unit", "ratio", "bound", "holds", "against")
    rows = [head, *(_cells(result) for result in results)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(head))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    if results:
        print(f"{results[0].cases} cases, {results[0].database}")


def _cells(result: Result) -> tuple[str, ...]:
    return (
        result.name,
        f"{result.ours:.2f}",
        f"{result.reference:.2f}",
        result.unit,
        f"{result.ratio:.2f}",
        "–" if result.bound is None else f"{result.bound:.2f}",
        "yes" if result.holds else "no",
        result.reference_name,
    )


def write_report(results: Sequence[Result]) -> None:
    """`var/bench.json`."""
    path = REPORTS / "bench.json"
    path.write_text(json.dumps([asdict(result) for result in results], indent=1) + "\n", encoding="utf-8")
    print(f"written to {path}")


def read_report() -> list[Result]:
    """What the last run wrote."""
    written = json.loads((REPORTS / "bench.json").read_text(encoding="utf-8"))
    return [Result(**each) for each in written]
