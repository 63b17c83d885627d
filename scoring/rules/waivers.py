"""Waivers: what may be waived, for how long and how often, and who signs.

Each `*_blockers` function explains on pages and refuses the command; an empty list means the act is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pocgate.kernel.errors import Blocker, FieldProblem
from scoring.rules.playbook.gates import WaiverPolicy
from scoring.rules.vocabulary import MUST, SIGNED


@dataclass(frozen=True)
class WishState:
    """What a request for a waiver depends on.

    `level` is how the criterion counts at the next gate, None where it does not. `live` is how many other criteria of
    the case are waived or asked to be. `granted` says that this one is waived now, and `renewals` how often in a row.
    """

    case_status: str
    has_gate: bool
    title: str
    level: str | None
    is_banned: bool
    is_asked: bool
    granted: bool
    renewals: int
    live: int


@dataclass(frozen=True)
class SigningState:
    """What a signature under a waiver depends on. `is_expired` says that its last day is over."""

    state: str
    kind: str
    is_person: bool
    roles: frozenset[str]
    is_on_team: bool
    is_requester: bool
    is_first: bool
    has_first: bool
    is_banned: bool
    is_expired: bool
    live: int


SECOND_ROLES = frozenset({"compliance", "chair", "committee"})
ENDED = ("stopped", "retired", "draft")


def term_problems(expires_on: date, *, today: date, policy: WaiverPolicy) -> list[FieldProblem]:
    """A waiver ends, and not later than the playbook says."""
    latest = today + timedelta(days=policy.longest_days)
    if today <= expires_on <= latest:
        return []
    shown = {"days": policy.longest_days, "latest": latest.isoformat()}
    message = "A waiver ends between today and {latest}, which is {days} days from today."
    return [FieldProblem("expires_on", "out_of_range", message, shown)]


def wish_blockers(state: WishState, policy: WaiverPolicy) -> list[Blocker]:
    """What stands in the way of asking for a waiver."""
    shown: Mapping[str, object] = {"title": state.title}
    blockers = []
    if state.case_status in ENDED or not state.has_gate:
        message = "A case that is {status} has no next gate at which something could be waived."
        return [Blocker("case_status", message, {"status": state.case_status})]
    if state.level != MUST:
        blockers.append(Blocker("not_a_must", "“{title}” is no must-meet of the next gate of this case.", shown))
    if state.is_banned:
        blockers.append(Blocker("never_waived", "The playbook never lets “{title}” be waived here.", shown))
    if state.is_asked:
        blockers.append(Blocker("waiver_asked", "A waiver of “{title}” waits for its signatures already.", shown))
    if state.granted and state.renewals >= policy.renewals:
        message = "This waiver was renewed {count} time(s) already; mend what is missing instead."
        blockers.append(Blocker("renewed_already", message, {"count": state.renewals}))
    return [*blockers, *live_blockers(state.live, policy)]


def live_blockers(live: int, policy: WaiverPolicy) -> list[Blocker]:
    """Why one criterion more can not be waived; `live` counts the others."""
    if live < policy.live_per_case:
        return []
    message = "A case may have {most} waivers at once, and this one has {live}."
    return [Blocker("waivers_full", message, {"most": policy.live_per_case, "live": live})]


def signing_blockers(state: SigningState, policy: WaiverPolicy) -> list[Blocker]:
    """What stands in the way of signing a waiver: as compliance, or as the second person under a signed criterion."""
    blockers = []
    if state.state != "requested":
        return [Blocker("waiver_settled", "This waiver is {state}; it waits for nobody.", {"state": state.state})]
    if not state.is_person:
        blockers.append(Blocker("persons_only", "A waiver is signed by a person, never by a service account."))
    if state.is_on_team or state.is_requester:
        message = "Who works on the case or asked for the waiver can not sign it."
        blockers.append(Blocker("four_eyes", message))
    blockers += _role_blockers(state)
    if state.is_banned:
        blockers.append(Blocker("never_waived", "The playbook never lets this criterion be waived here."))
    if state.is_expired:
        blockers.append(Blocker("waiver_over", "The last day of this waiver is over; ask for it anew."))
    return [*blockers, *live_blockers(state.live, policy)]


def _role_blockers(state: SigningState) -> list[Blocker]:
    if not state.has_first:
        if "compliance" in state.roles:
            return []
        return [Blocker("compliance_first", "Compliance signs a waiver first.")]
    if state.is_first:
        return [Blocker("second_person", "You signed already; another person signs second.")]
    if state.roles & SECOND_ROLES:
        return []
    return [Blocker("second_person", "Compliance, a committee member or a chair signs second.")]


def is_complete(kind: str, *, has_first: bool) -> bool:
    """Whether the next signature grants the waiver: a signed criterion needs two persons, any other one."""
    return has_first or kind != SIGNED
