"""The script of a case: through which gates it went, and where it stands now."""

from __future__ import annotations

from dataclasses import dataclass

ACTIVE, DRAFT, UNKNOWN = "active", "draft", "unknown"
IN_PREPARATION, VOTING, CLOSED = "in_preparation", "voting", "closed"


@dataclass(frozen=True)
class Step:
    """A decided review, requested so many days after the stay began or the last decision was made."""

    days: int
    outcome: str
    reason: str = ""
    reason_code: str = ""
    learning: str = ""
    pivot_to: int | None = None
    revive_in: int = 0
    condition: str = ""
    condition_due_in: int | None = None


@dataclass(frozen=True)
class Script:
    """What happens to one case.

    `age` is in days since it was handed in, or for a draft since it was begun. `progress` is the share of the present
    stage's documents that exist, `idle` the days since anything was recorded, `spend` the share of the stage's cap
    spent in a full time-box, `reach` how far the KPIs come from baseline to target. `unsigned` documents wait for
    compliance; `partly` criteria are met in part; no KPI is defined yet unless `promised`. `part` says what the case is
    for in the demonstration.
    """

    subject: str
    age: int
    steps: tuple[Step, ...] = ()
    state: str = ACTIVE
    progress: float = 0.5
    idle: int = 1
    spend: float = 0.7
    reach: float = 1.0
    rating: float = 4.0
    unsigned: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()
    owner: str = ""
    sponsor: str = ""
    unconfirmed: str = ""
    polishing: bool = False
    promised: bool = True
    target_in: int | None = None
    part: str = ""
    detailed: bool = True
    variant: str = ""
