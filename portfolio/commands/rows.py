"""What became of each row of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pocgate.kernel.errors import FieldProblem

BATCH_LIMIT = 10_000


class RowOutcome(StrEnum):
    """`unchanged`: the same row was recorded before under its external id."""

    CREATED = "created"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True)
class RowResult:
    """A row's outcome: the id of its record, or why it was refused."""

    outcome: RowOutcome
    id: int | None = None
    problems: tuple[FieldProblem, ...] = ()


def refused(*problems: FieldProblem) -> RowResult:
    """A row that was not recorded."""
    return RowResult(RowOutcome.REFUSED, None, problems)


def size_problems(rows: int) -> list[FieldProblem]:
    """A batch has 1 to 10,000 rows."""
    if 1 <= rows <= BATCH_LIMIT:
        return []
    return [
        FieldProblem(
            "", "batch_size", "Send 1 to {limit} rows at once, not {rows}.", {"limit": BATCH_LIMIT, "rows": rows}
        )
    ]


def reused_id_problem(external_id: str | None) -> FieldProblem:
    """The external id was used before for something else."""
    message = "“{external_id}” was recorded before with other content; correct that record, or use another id."
    return FieldProblem("external_id", "external_id_reused", message, {"external_id": external_id})


def repeated_id_problem(external_id: str | None) -> FieldProblem:
    """The external id stands twice in one batch, with different content."""
    message = "“{external_id}” stands in this batch twice with different content."
    return FieldProblem("external_id", "external_id_repeated", message, {"external_id": external_id})
