"""Letting another person fill one's seat for a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pocgate.kernel.errors import Blocker

# A delegation is for an absence; whoever is away for longer gives up the seat.
LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class DelegationState:
    """What a delegation depends on; everything about other delegations is about those that overlap it in time.

    `delegate_filling` counts the seats that the delegate fills for others on this committee, of `allowed_seats`.
    `cases_in_conflict` are the references of open reviews of this committee whose case the delegate works on or funds.
    `to_oneself`: an administrator would fill the seat of somebody else.
    """

    may_delegate: bool
    seat_is_held: bool
    now: datetime
    starts_at: datetime
    ends_at: datetime
    delegate_is_principal: bool
    delegate_is_person: bool
    is_delegated_already: bool
    principal_fills_another: bool
    delegate_passed_on: bool
    delegate_filling: int
    allowed_seats: int
    cases_in_conflict: tuple[str, ...] = ()
    to_oneself: bool = False


@dataclass(frozen=True)
class RevocationState:
    """What ending a delegation early depends on."""

    may_revoke: bool
    is_over: bool


def delegation_blockers(state: DelegationState) -> list[Blocker]:
    """What stands in the way of a delegation."""
    return [*_right_blockers(state), *_time_blockers(state), *_delegate_blockers(state), *_chain_blockers(state)]


def revocation_blockers(state: RevocationState) -> list[Blocker]:
    """What stands in the way of ending a delegation early."""
    blockers = []
    if not state.may_revoke:
        message = "Only the holder of the seat, the delegate or an administrator ends a delegation."
        blockers.append(Blocker("delegation_not_yours", message))
    if state.is_over:
        blockers.append(Blocker("delegation_over", "This delegation is over already."))
    return blockers


def _right_blockers(state: DelegationState) -> list[Blocker]:
    blockers = []
    if not state.may_delegate:
        message = "Only the holder of the seat or an administrator delegates it."
        blockers.append(Blocker("seat_not_yours", message))
    if not state.seat_is_held:
        blockers.append(Blocker("seat_ended", "This seat ended already."))
    return blockers


def _time_blockers(state: DelegationState) -> list[Blocker]:
    if state.ends_at <= state.starts_at or state.ends_at <= state.now:
        return [Blocker("ends_too_early", "A delegation ends after it starts, and in the future.")]
    if state.ends_at - state.starts_at > LONGEST:
        message = "A delegation lasts at most {days} days; whoever is away for longer gives up the seat."
        return [Blocker("lasts_too_long", message, {"days": LONGEST.days})]
    return []


def _delegate_blockers(state: DelegationState) -> list[Blocker]:
    blockers = []
    if state.delegate_is_principal:
        blockers.append(Blocker("delegate_is_holder", "The holder of a seat can not stand in for themselves."))
    if state.to_oneself:
        message = "Nobody takes the seat of somebody else: its holder delegates it to you, or another administrator."
        blockers.append(Blocker("delegate_is_oneself", message))
    if not state.delegate_is_person:
        message = "Only an active person can fill a seat, not a service account."
        blockers.append(Blocker("not_a_person", message))
    if state.cases_in_conflict:
        message = "They are or were on the team of {cases}, or fund it, which this committee reviews now."
        blockers.append(Blocker("delegate_in_conflict", message, {"cases": ", ".join(state.cases_in_conflict)}))
    return blockers


def _chain_blockers(state: DelegationState) -> list[Blocker]:
    blockers = []
    if state.is_delegated_already:
        blockers.append(Blocker("delegated_already", "The seat is delegated for a part of this time already."))
    if state.principal_fills_another:
        message = "The holder fills another seat meanwhile, and a delegation is not passed on."
        blockers.append(Blocker("delegation_chain", message))
    if state.delegate_passed_on:
        message = "They delegated their own seat meanwhile, so they are away themselves."
        blockers.append(Blocker("delegate_away", message))
    if state.delegate_filling >= state.allowed_seats:
        message = "They fill {seats} other seats of this committee meanwhile; at most {allowed} are allowed."
        shown = {"seats": state.delegate_filling, "allowed": state.allowed_seats}
        blockers.append(Blocker("too_many_seats", message, shown))
    return blockers
