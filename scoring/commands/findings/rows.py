"""The rows of findings and the history of their states; only what differs is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from scoring.enums import FindingState
from scoring.models import Finding, FindingChange
from scoring.rules.canonical import plain
from scoring.rules.detectors import Finding as Found
from scoring.rules.vocabulary import DETECTORS

UPDATED = ("state", "severity", "version", "signals", "records", "first_seen_at", "cleared_at", "changed_at")

Stored = Mapping[int, Mapping[str, Finding]]


def write_findings(found: Mapping[int, tuple[Found, ...]], *, now: datetime) -> int:
    """Make the rows of these cases equal to what was found; how many changed their state."""
    stored = _stored(found)
    rows: list[Finding] = []
    changes: list[FindingChange] = []
    gone: list[int] = []
    for case_id, findings in found.items():
        before = stored.get(case_id, {})
        for finding in findings:
            old = before.get(finding.detector)
            row = _row(case_id, finding, old, now)
            if old is None or any(getattr(old, name) != getattr(row, name) for name in UPDATED):
                rows.append(row)
            changes += _changes(row, old, now)
        ended = [old for key, old in before.items() if key not in {finding.detector for finding in findings}]
        gone += [old.pk for old in ended]
        changes += [_end(old, now) for old in ended if old.state == FindingState.FIRED]
    _delete(gone)
    Finding.objects.bulk_create(
        rows, batch_size=1000, update_conflicts=True, unique_fields=["case", "detector"], update_fields=UPDATED
    )
    FindingChange.objects.bulk_create(changes, batch_size=1000)
    return len(changes)


def _stored(case_ids: Collection[int]) -> Stored:
    found: dict[int, dict[str, Finding]] = {}
    for row in Finding.objects.filter(case__in=list(case_ids)):
        found.setdefault(row.case_id, {})[row.detector] = row
    return found


def _row(case_id: int, finding: Found, old: Finding | None, now: datetime) -> Finding:
    fired = finding.state == FindingState.FIRED
    was_fired = old is not None and old.state == FindingState.FIRED
    first_seen_at = old.first_seen_at if old else None
    cleared_at = old.cleared_at if old else None
    return Finding(
        case_id=case_id,
        detector=finding.detector,
        state=finding.state,
        severity=finding.severity,
        version=finding.version,
        signals=[_plain(signal) for signal in finding.signals],
        records=[_plain(record) for record in finding.records],
        first_seen_at=now if fired and not was_fired else first_seen_at,
        cleared_at=None if fired else (now if was_fired else cleared_at),
        changed_at=old.changed_at if old and old.state == finding.state else now,
    )


def _plain(value: object) -> Any:
    return plain(value)


def _changes(row: Finding, old: Finding | None, now: datetime) -> list[FindingChange]:
    """A first look that finds nothing is no change: the row itself says since when."""
    if old is None and row.state != FindingState.FIRED:
        return []
    if old is not None and (old.state, old.severity) == (row.state, row.severity):
        return []
    return [
        FindingChange(
            case_id=row.case_id,
            detector=row.detector,
            before=old.state if old else "",
            after=row.state,
            severity=row.severity,
            version=row.version,
            signals=row.signals,
            records=row.records,
            at=now,
        )
    ]


def _end(old: Finding, now: datetime) -> FindingChange:
    """The case ended while the detector still fired."""
    return FindingChange(
        case_id=old.case_id,
        detector=old.detector,
        before=old.state,
        after="",
        version=old.version,
        signals=old.signals,
        records=old.records,
        at=now,
    )


def _delete(keys: list[int]) -> None:
    at_once = 500 * len(DETECTORS)
    for start in range(0, len(keys), at_once):
        Finding.objects.filter(pk__in=keys[start : start + at_once]).delete()
