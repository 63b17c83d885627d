"""Swamp signals: a case that lingers instead of going on, turning or stopping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from scoring.rules.detectors.facts import PRODUCTION, DetectorFacts
from scoring.rules.playbook.whole import Playbook
from scoring.rules.reasons import Record

VERSION = 1

PAST_TIME_BOX, IDLE, PAST_REVIVE_DATE = "past_time_box", "idle", "past_revive_date"
REPEATED_TURNS, NO_ACTIVE_OWNER = "repeated_turns", "no_active_owner"

_ACTIVE, _PAUSED = "active", "paused"


@dataclass(frozen=True)
class SwampSign:
    """A signal that holds, since when (None when not known), with its numbers and records."""

    kind: str
    since: datetime | None
    params: Mapping[str, object] = field(default_factory=dict)
    records: tuple[Record, ...] = ()


def swamp_signs(facts: DetectorFacts, playbook: Playbook) -> tuple[SwampSign, ...]:
    """Every signal that holds for a case on its way; the clock of a pause or a review stands still."""
    found = (
        _past_time_box(facts),
        _idle(facts, playbook),
        _past_revive_date(facts),
        _repeated_turns(facts, playbook.findings.repeats_in_a_row),
        _no_active_owner(facts),
    )
    return tuple(sign for sign in found if sign is not None)


def _past_time_box(facts: DetectorFacts) -> SwampSign | None:
    box = facts.box
    if facts.status != _ACTIVE or box is None or box.ends_at is None or facts.now < box.ends_at:
        return None
    return SwampSign(PAST_TIME_BOX, box.ends_at, {}, (box.record,))


def idle_until(facts: DetectorFacts, playbook: Playbook) -> datetime | None:
    """When the silence becomes a signal; None while paused or when it is not known since when the case is here."""
    moments = [facts.last_act, facts.resumed_at, facts.box.entered_at if facts.box else None]
    last = max((moment for moment in moments if moment is not None), default=None)
    if facts.status == _PAUSED or last is None:
        return None
    return after(last, _idle_days(facts, playbook))


def _idle(facts: DetectorFacts, playbook: Playbook) -> SwampSign | None:
    since = idle_until(facts, playbook)
    if since is None or facts.now < since:
        return None
    params = {"days": _idle_days(facts, playbook), "last_act": facts.last_act}
    return SwampSign(IDLE, since, params, (facts.case,))


def _idle_days(facts: DetectorFacts, playbook: Playbook) -> int:
    """In production a KPI that is read more rarely than that sets the pace."""
    days = playbook.findings.idle_days
    if facts.stage < PRODUCTION or not facts.probe.kpis:
        return days
    return max(days, min(kpi.cadence_days + kpi.label_delay_days for kpi in facts.probe.kpis))


def _past_revive_date(facts: DetectorFacts) -> SwampSign | None:
    hold = facts.hold
    if facts.status != _PAUSED or hold is None or hold.ends_at is None or facts.now < hold.ends_at:
        return None
    return SwampSign(PAST_REVIVE_DATE, hold.ends_at, {}, (hold.record,))


def _repeated_turns(facts: DetectorFacts, repeats: int) -> SwampSign | None:
    turns = sorted((turn for turn in facts.turns if turn.at <= facts.now), key=lambda turn: turn.at)
    last = turns[-repeats:]
    if len(last) < repeats or not all(turn.away for turn in last):
        return None
    return SwampSign(REPEATED_TURNS, last[-1].at, {"turns": len(last)}, tuple(turn.record for turn in last))


def _no_active_owner(facts: DetectorFacts) -> SwampSign | None:
    if facts.members("product_owner"):
        return None
    return SwampSign(NO_ACTIVE_OWNER, None, {}, (facts.case,))


def after(moment: datetime, days: int) -> datetime | None:
    """So many days later; None beyond the end of time."""
    try:
        return moment + timedelta(days=days)
    except OverflowError:
        return None
