"""Whether the latest go of a case still stands, and when the case comes before its committee again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

VALID, LAPSED, UNGATED = "valid", "lapsed", "ungated"
LAST_GATE = 3

# What a playbook may name as a cause of reopening, and what lapses a go whatever the playbook says.
CRITERION_LOST = "standing_criterion_lost"
INCIDENT = "serious_incident"
RELEASE = "release_outside_approval"
TIER_CHANGED = "tier_changed"
CAP_RAISED = "cap_raised"
CONDITION_OVERDUE = "condition_overdue"
BREACH_SURE = "cost_breach_sure"
ALWAYS = frozenset({CONDITION_OVERDUE, BREACH_SURE})
# A requested change lapses a go like the change itself.
CHANGES: Mapping[str, str] = {
    "data_source": "new_data_source",
    "user_group": "new_user_group",
    "purpose": "new_purpose",
    "release": RELEASE,
}
# Why a review is proposed, by what lapsed the go.
TRIGGERS: Mapping[str, str] = {
    INCIDENT: "incident",
    RELEASE: "release",
    TIER_CHANGED: "tier",
    CAP_RAISED: "cap",
    **{code: "change" for code in CHANGES.values() if code != RELEASE},
}
# A cap is named by its scope and, for a stage's, the stage.
CapName = tuple[str, int | None]
Caps = Mapping[CapName, Decimal]
WHOLE_CASE: CapName = ("case", None)
FREE_KINDS = frozenset({"rollback", "security_fix"})


@dataclass(frozen=True, order=True)
class Cause:
    """Why a go no longer stands: a code, the record behind it and its words. `since` is the day it was noticed."""

    code: str
    subject_type: str
    subject_id: str
    text: str = ""
    since: date | None = None

    @property
    def identity(self) -> tuple[str, str, str]:
        """The same cause, whenever it is looked at."""
        return (self.code, self.subject_type, self.subject_id)

    @property
    def trigger(self) -> str:
        """Why a review is proposed for it."""
        return TRIGGERS.get(self.code, "standing")

    @property
    def subject(self) -> str:
        """What a review is proposed for, once: the record, and since when where it may be lost and mended again."""
        known = f"{self.subject_type} {self.subject_id}"
        repeats = self.code in {CRITERION_LOST, BREACH_SURE}
        return f"{known} since {self.since.isoformat()}" if repeats and self.since else known


@dataclass(frozen=True)
class Standing:
    """A standing. `review_due` is the end of the grace that the earliest cause leaves for a review."""

    state: str
    causes: tuple[Cause, ...] = ()
    review_due: date | None = None


def standing_of(*, has_go: bool, before: Standing, causes: Iterable[Cause], today: date, grace_days: int) -> Standing:
    """The standing now. A cause known before keeps its day, so that looking twice says the same; a new one has its own
    or today."""
    if not has_go:
        return Standing(UNGATED)
    known = {cause.identity: cause.since for cause in before.causes}
    dated = sorted(
        Cause(*cause.identity, text=cause.text, since=known.get(cause.identity) or cause.since or today)
        for cause in {cause.identity: cause for cause in causes}.values()
    )
    if not dated:
        return Standing(VALID)
    earliest = min(cause.since or today for cause in dated)
    return Standing(LAPSED, tuple(dated), earliest + timedelta(days=grace_days))


def counts(code: str, reopening_causes: Sequence[str]) -> bool:
    """Whether the playbook lets this cause lapse a go."""
    return code in ALWAYS or code in reopening_causes


def is_outside_approval(*, kind: str, is_approved: bool, any_approved: bool, stage: int | None) -> bool:
    """Whether a release goes beyond what was approved.

    Rollbacks and security fixes never do. Before production the team tries versions freely, until a decision names one.
    """
    if kind in FREE_KINDS or is_approved:
        return False
    return any_approved or stage == LAST_GATE


def caps_raised(before: Caps, now: Caps, *, stage: int | None) -> tuple[CapName, ...]:
    """The caps that are higher than at the decision, or were lifted. Caps of later stages are their own gates' matter.

    So is what the cap of the whole case rises by for caps that were added for later stages, as their gates ask.
    """
    judged = {key: amount for key, amount in before.items() if not _is_later(key, stage)}
    judged |= {key: amount + _added(before, now, stage) for key, amount in judged.items() if key == WHOLE_CASE}
    return tuple(sorted((key for key, amount in judged.items() if _is_raised(amount, now.get(key))), key=str))


def _is_later(key: CapName, stage: int | None) -> bool:
    return key[1] is not None and stage is not None and key[1] > stage


def _added(before: Caps, now: Caps, stage: int | None) -> Decimal:
    """What the caps come to that later stages have now and had not at the decision."""
    return sum((now[key] for key in now.keys() - before.keys() if _is_later(key, stage)), Decimal(0))


def _is_raised(before: Decimal, now: Decimal | None) -> bool:
    return now is None or now > before


def lost(before: Mapping[str, str], now: Mapping[str, str], *, settled: frozenset[str]) -> tuple[str, ...]:
    """The criteria that were settled when the go was given and are not now; `before` and `now` are verdicts."""
    return tuple(sorted(key for key, verdict in now.items() if verdict not in settled and before.get(key) in settled))
