"""A frozen dossier made readable: rows with titles and sentences in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from scoring.queries.readiness import in_reader_language
from scoring.queries.wording import reason_text
from scoring.rules.playbook import Playbook
from scoring.rules.vocabulary import MUST, SATISFYING_VERDICTS, SIGNED


@dataclass(frozen=True)
class CriterionRow:
    """One criterion as it stood when the dossier was frozen."""

    key: str
    title: str
    dimension: str
    level: str
    kind: str
    verdict: str
    reason: str
    closable: bool

    @property
    def is_open(self) -> bool:
        """Neither passing nor waived nor not applicable."""
        return self.verdict not in SATISFYING_VERDICTS


@dataclass(frozen=True)
class KpiRow:
    """A KPI with its latest reading; figures as frozen text."""

    name: str
    role: str
    unit: str
    direction: str
    baseline: str | None
    target: str | None
    threshold: str | None
    value: str | None
    observed_to: datetime | None
    readings: int

    @property
    def meets(self) -> bool | None:
        """Whether the latest value reaches the threshold of the gate; None while one of them is missing."""
        if self.value is None or self.threshold is None:
            return None
        value, threshold = Decimal(self.value), Decimal(self.threshold)
        return value >= threshold if self.direction == "higher" else value <= threshold


@dataclass(frozen=True)
class CostRow:
    """Spent and committed against an agreed cap, in the currency of the case. `percent` is None without a cap."""

    scope: str
    spent: Decimal
    committed: Decimal
    cap: Decimal | None

    @property
    def percent(self) -> int | None:
        """Whole per cent of the cap, spent and committed together."""
        return int(100 * (self.spent + self.committed) / self.cap) if self.cap else None


@dataclass(frozen=True)
class VerdictChange:
    """A criterion whose verdict is another than at the last gate."""

    title: str
    before: str
    after: str


@dataclass(frozen=True)
class ReadDossier:
    """The content of a dossier for a page; `changes` is None at the first gate."""

    content: Mapping[str, Any]
    failing: tuple[CriterionRow, ...]
    shoulds_open: tuple[CriterionRow, ...]
    passing: tuple[CriterionRow, ...]
    kpis: tuple[KpiRow, ...]
    costs: tuple[CostRow, ...]
    quadrant: str
    changes: Mapping[str, Any] | None
    verdict_changes: tuple[VerdictChange, ...]

    @property
    def signed(self) -> int:
        """Passing sign-offs of compliance."""
        return sum(row.kind == SIGNED for row in self.passing)


def read_dossier(content: Mapping[str, Any], playbook: Playbook) -> ReadDossier:
    """The dossier, its failing must-meets first."""
    rows = [_row(entry, playbook) for entry in content["criteria"]]
    quadrants = dict(playbook.scorecard.quadrant_titles)
    card = content["scorecard"] or {}
    title = quadrants.get(card.get("quadrant") or "")
    changes = content["changes"]
    return ReadDossier(
        content=content,
        failing=tuple(row for row in rows if row.level == MUST and row.is_open),
        shoulds_open=tuple(row for row in rows if row.level != MUST and row.is_open),
        passing=tuple(row for row in rows if not row.is_open),
        kpis=tuple(_kpi(entry) for entry in content["kpis"]),
        costs=_costs(content),
        quadrant=in_reader_language(title) if title else "",
        changes=changes,
        verdict_changes=tuple(_change(entry, playbook) for entry in changes["verdicts"]) if changes else (),
    )


def title_of(key: str, playbook: Playbook) -> str:
    """The title of a criterion; its key where the playbook no longer knows it."""
    known = playbook.criteria_by_key.get(key)
    return in_reader_language(known.title) if known else key


def _row(entry: Mapping[str, Any], playbook: Playbook) -> CriterionRow:
    return CriterionRow(
        key=entry["key"],
        title=title_of(entry["key"], playbook),
        dimension=entry["dimension"],
        level=entry["level"],
        kind=entry["kind"],
        verdict=entry["verdict"],
        reason=reason_text(entry["reason"]["code"], entry["reason"]["params"]),
        closable=entry["closable"],
    )


def _kpi(entry: Mapping[str, Any]) -> KpiRow:
    readings: Sequence[Mapping[str, Any]] = entry["readings"]
    latest = readings[-1] if readings else None
    return KpiRow(
        name=entry["name"],
        role=entry["role"],
        unit=entry["unit"],
        direction=entry["direction"],
        baseline=entry["baseline"],
        target=entry["target"],
        threshold=entry["threshold"],
        value=latest["value"] if latest else None,
        observed_to=datetime.fromisoformat(latest["observed_to"]) if latest else None,
        readings=len(readings),
    )


def _costs(content: Mapping[str, Any]) -> tuple[CostRow, ...]:
    costs = content["costs"]
    plan = costs["plan"] or {"caps": []}
    caps = {(cap["scope"], cap["stage"]): Decimal(cap["amount"]) for cap in plan["caps"] if cap["agreed_at"]}
    stage = content["case"]["stage"]
    return (
        CostRow("stage", Decimal(costs["stage_actual"]), Decimal(costs["stage_committed"]), caps.get(("stage", stage))),
        CostRow("case", Decimal(costs["case_actual"]), Decimal(costs["case_committed"]), caps.get(("case", None))),
    )


def _change(entry: Mapping[str, Any], playbook: Playbook) -> VerdictChange:
    return VerdictChange(title_of(entry["key"], playbook), entry["before"] or "", entry["after"])
