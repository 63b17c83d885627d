"""A frozen dossier made readable: rows with titles and sentences in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from gates.queries.record_words import RecordPart, record_parts
from gates.queries.titles import detector_title, title_of
from scoring.queries.finding_words import signal_text
from scoring.queries.readiness import in_reader_language
from scoring.queries.wording import reason_text
from scoring.rules.detectors.shapes import FIRED
from scoring.rules.playbook import Playbook
from scoring.rules.vocabulary import MUST, SATISFYING_VERDICTS, SIGNED

__all__ = [
    "CostRow",
    "CriterionRow",
    "FindingRow",
    "KpiRow",
    "ReadDossier",
    "VerdictChange",
    "detector_title",
    "read_dossier",
    "title_of",
]


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
    """A KPI with its latest reading and what its readings show; figures as frozen text.

    `verdict` is empty where the KPI does not count at the gate.
    """

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
    verdict: str
    reason: str
    is_eased: bool
    is_late: bool


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
class FindingRow:
    """A detector that fired when the dossier was frozen: why, since when, and what the owner answered."""

    title: str
    severity: str
    since: datetime
    why: tuple[str, ...]
    answer: Mapping[str, Any] | None

    @property
    def mend_by(self) -> date | None:
        """The day the owner promised to mend it by."""
        promised = self.answer["mend_by"] if self.answer else None
        return date.fromisoformat(promised) if promised else None


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
    sign_offs: tuple[Mapping[str, Any], ...]
    costs: tuple[CostRow, ...]
    quadrant: str
    findings: tuple[FindingRow, ...]
    changes: Mapping[str, Any] | None
    verdict_changes: tuple[VerdictChange, ...]
    records: tuple[RecordPart, ...]

    @property
    def signed(self) -> int:
        """Passing sign-offs of compliance."""
        return sum(row.kind == SIGNED for row in self.passing)


def read_dossier(content: Mapping[str, Any], playbook: Playbook) -> ReadDossier:
    """The dossier, its failing must-meets first. Extra items of the checklist stand after the criteria."""
    rows = [_row(entry, playbook) for entry in (*content["criteria"], *content.get("extras", ()))]
    titles = {entry["key"]: entry["title"] for entry in content.get("extras", ())}
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
        sign_offs=tuple(
            {**entry, "title": titles.get(entry["key"]) or title_of(entry["key"], playbook)}
            for entry in content["sign_offs"]
        ),
        costs=_costs(content),
        quadrant=in_reader_language(title) if title else "",
        findings=tuple(_finding(entry, playbook) for entry in content["findings"] if entry["state"] == FIRED),
        changes=changes,
        verdict_changes=tuple(_change(entry, playbook) for entry in changes["verdicts"]) if changes else (),
        records=record_parts(content, playbook),
    )


def _row(entry: Mapping[str, Any], playbook: Playbook) -> CriterionRow:
    return CriterionRow(
        key=entry["key"],
        title=entry.get("title") or title_of(entry["key"], playbook),
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
    evidence: Mapping[str, Any] | None = entry["evidence"]
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
        verdict=evidence["verdict"] if evidence else "",
        reason=reason_text(evidence["reason"]["code"], evidence["reason"]["params"]) if evidence else "",
        is_eased=any(threshold["eased"] for threshold in entry["thresholds"]),
        is_late=any(threshold["late"] for threshold in entry["thresholds"]),
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


def _finding(entry: Mapping[str, Any], playbook: Playbook) -> FindingRow:
    return FindingRow(
        title=detector_title(entry["key"], playbook),
        severity=entry["severity"],
        since=datetime.fromisoformat(entry["first_seen_at"]),
        why=tuple(
            signal_text(signal["code"], FIRED, signal["params"])
            for signal in entry["signals"]
            if signal["state"] == FIRED
        ),
        answer=entry["answer"],
    )


def _change(entry: Mapping[str, Any], playbook: Playbook) -> VerdictChange:
    return VerdictChange(title_of(entry["key"], playbook), entry["before"] or "", entry["after"])
