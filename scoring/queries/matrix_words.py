"""The matrix in the reader's words: quadrants, criteria and what a moved weight does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from scoring.queries.matrix import MatrixRow
from scoring.queries.readiness import in_reader_language
from scoring.rules.playbook.scorecard import ScorecardPolicy


@dataclass(frozen=True)
class ShownShift:
    """A weight moved by `percent` carries the case of the row into another quadrant; its axis moves by `by` points."""

    row: MatrixRow
    criterion: str
    percent: int
    axis: str
    before: Decimal
    after: Decimal
    quadrant: str

    @property
    def by(self) -> Decimal:
        """Points the axis moves."""
        return self.after - self.before


class MatrixWords:
    """Titles of one version of the scorecard."""

    def __init__(self, policy: ScorecardPolicy) -> None:
        self.policy = policy

    @cached_property
    def quadrants(self) -> Mapping[str, str]:
        """By key, in the playbook's order."""
        return {key: in_reader_language(title) for key, title in self.policy.quadrant_titles}

    @cached_property
    def criteria(self) -> Mapping[str, str]:
        """By key."""
        return {criterion.key: in_reader_language(criterion.title) for criterion in self.policy.criteria}

    @cached_property
    def axes(self) -> Mapping[str, str]:
        """By key."""
        return {key: in_reader_language(title) for key, title in self.policy.axis_titles}

    def disagreements(self, row: MatrixRow) -> list[str]:
        """The criteria that assessors see differently."""
        return [self.criteria.get(key, key) for key in row.position.disagreements]

    def shifts(self, rows: Iterable[MatrixRow]) -> list[ShownShift]:
        """Every move of a weight by a fifth that changes a quadrant, the smallest movement of the axis first."""
        found = [
            ShownShift(
                row=row,
                criterion=self.criteria.get(shift["criterion"], shift["criterion"]),
                percent=shift["percent"],
                axis=self.axes.get(shift["axis"], shift["axis"]),
                before=Decimal(shift["before"]),
                after=Decimal(shift["after"]),
                quadrant=shift["quadrant"],
            )
            for row in rows
            for shift in row.position.weight_shifts
        ]
        return sorted(found, key=lambda shift: abs(shift.by))
