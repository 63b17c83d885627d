"""What a detector says: signals that fired, did not, or can not be told, and the finding they add up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scoring.rules.playbook.findings import FindingPolicy
from scoring.rules.reasons import Record

FIRED, CLEAR, CANNOT_TELL = "fired", "clear", "cannot_tell"
SERIOUS, MODERATE = "serious", "moderate"

# Why nothing is judged at all.
UNGATED, STAGE_UNKNOWN = "ungated", "stage_unknown"


@dataclass(frozen=True)
class Signal:
    """One thing a detector looks for. `params` are the numbers, `records` what it rests on, both of a fired one."""

    code: str
    strong: bool
    state: str
    params: Mapping[str, object] = field(default_factory=dict)
    records: tuple[Record, ...] = ()


@dataclass(frozen=True)
class Finding:
    """What one detector in one version says of a case. `severity` is empty unless it fired."""

    detector: str
    version: int
    state: str
    severity: str
    signals: tuple[Signal, ...]

    @property
    def records(self) -> tuple[Record, ...]:
        """The records behind the signals that fired, each once."""
        found = [record for signal in self.signals for record in signal.records]
        return tuple(dict.fromkeys(found))


def strong(code: str, holds: bool | None, params: Mapping[str, object], records: Sequence[Record] = ()) -> Signal:
    """A signal of which one fires its detector. `holds` is None when the records it needs do not exist."""
    return _signal(code, True, holds, params, records)


def weak(code: str, holds: bool | None, params: Mapping[str, object], records: Sequence[Record] = ()) -> Signal:
    """A signal of which two fire their detector."""
    return _signal(code, False, holds, params, records)


def _signal(
    code: str, is_strong: bool, holds: bool | None, params: Mapping[str, object], records: Sequence[Record]
) -> Signal:
    if holds:
        return Signal(code, is_strong, FIRED, dict(params), tuple(dict.fromkeys(records)))
    return Signal(code, is_strong, CANNOT_TELL if holds is None else CLEAR)


def conclude(detector: str, version: int, signals: Sequence[Signal], policy: FindingPolicy) -> Finding:
    """Fired with enough strong or weak signals; clear when even those that can not be told would not be enough."""
    found = tuple(signals)
    if _count(found, True, FIRED) >= policy.strong_signals:
        return Finding(detector, version, FIRED, SERIOUS, found)
    if _count(found, False, FIRED) >= policy.weak_signals:
        return Finding(detector, version, FIRED, MODERATE, found)
    might_fire = (
        _count(found, True, FIRED, CANNOT_TELL) >= policy.strong_signals
        or _count(found, False, FIRED, CANNOT_TELL) >= policy.weak_signals
    )
    return Finding(detector, version, CANNOT_TELL if might_fire else CLEAR, "", found)


def untold(detector: str, version: int, code: str) -> Finding:
    """A finding about a case that is not judged at all, with the reason as its one signal."""
    return Finding(detector, version, CANNOT_TELL, "", (Signal(code, False, CANNOT_TELL),))


def _count(signals: Sequence[Signal], is_strong: bool, *states: str) -> int:
    return sum(signal.strong is is_strong and signal.state in states for signal in signals)


def both(*parts: bool | None) -> bool | None:
    """Kleene's conjunction: False as soon as one part is, else None while one can not be told."""
    if any(part is False for part in parts):
        return False
    return None if any(part is None for part in parts) else True


def opposite(part: bool | None) -> bool | None:
    """Kleene's negation."""
    return None if part is None else not part
