"""What changed since an item was signed: shown beside it, and what keeps it from being attested again in bulk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pocgate.kernel.errors import Blocker

TIER_CONFIRMED = "tier_confirmed"


@dataclass(frozen=True)
class SeenRevision:
    """A revision that was signed; `newest` is the number of the latest one, `is_withdrawn` that of its evidence."""

    title: str
    number: int
    newest: int
    is_withdrawn: bool = False


@dataclass(frozen=True)
class FactChange:
    """A fact of the case that was stated otherwise after the signature."""

    key: str
    name: str
    before: str
    after: str
    at: datetime


@dataclass(frozen=True)
class SignedState:
    """What a signature was about, and what is known now.

    `release` is what it was bound to ("" for none), `newest_release` the latest that is no rollback and came after it.
    """

    criterion: str
    signed_at: datetime
    iteration: int
    case_iteration: int
    revisions: tuple[SeenRevision, ...] = ()
    answered_at: datetime | None = None
    named_since: tuple[str, ...] = ()
    release: str = ""
    newest_release: str = ""
    facts: tuple[FactChange, ...] = ()
    worded_at: datetime | None = None


def outdating_changes(state: SignedState) -> list[Blocker]:
    """Changes by which an accepted item has to be looked at again."""
    return [
        *_of_revisions(state),
        *_of_answer(state),
        *_of_release(state),
        *_of_wording(state),
        *(_of_case(state, {"tier", "role"}) if state.criterion == TIER_CONFIRMED else ()),
    ]


def changes_since(state: SignedState) -> list[Blocker]:
    """Everything that changed since the signature, also what does not outdate it by itself."""
    return [
        *_of_revisions(state),
        *_of_answer(state),
        *(
            Blocker("evidence_named", "“{title}” was attached to the answer since.", {"title": title})
            for title in state.named_since
        ),
        *_of_release(state),
        *_of_wording(state),
        *_of_case(state, None),
    ]


def attesting_blockers(
    item: str, *, was_accepted: bool, rests_on_something: bool, changes: Iterable[Blocker]
) -> list[Blocker]:
    """What keeps an item from being attested again without looking: only what was accepted and did not change may."""
    if not was_accepted:
        message = "“{item}” was not accepted before; it has to be signed by itself."
        return [Blocker("not_accepted_before", message, {"item": item})]
    if not rests_on_something:
        message = "“{item}” was accepted on no evidence and without a comment; it has to be signed by itself."
        return [Blocker("evidence_unnamed", message, {"item": item})]
    return [
        Blocker("changed_since", "“{item}”: " + change.message, {"item": item, **change.params}) for change in changes
    ]


def _of_revisions(state: SignedState) -> Iterable[Blocker]:
    for seen in state.revisions:
        shown = {"title": seen.title, "number": seen.number, "newest": seen.newest}
        if seen.is_withdrawn:
            yield Blocker("evidence_withdrawn", "“{title}” was withdrawn.", shown)
        elif seen.newest > seen.number:
            message = "“{title}” has revision {newest}; revision {number} was signed."
            yield Blocker("newer_revision", message, shown)


def _of_answer(state: SignedState) -> Iterable[Blocker]:
    if state.answered_at is not None and state.answered_at > state.signed_at:
        yield Blocker("answered_again", "The team answered again after the signature.")


def _of_release(state: SignedState) -> Iterable[Blocker]:
    if state.release and state.newest_release:
        message = "Release {newest} came after the signature, which is bound to {release}."
        yield Blocker("newer_release", message, {"newest": state.newest_release, "release": state.release})


def _of_wording(state: SignedState) -> Iterable[Blocker]:
    if state.worded_at is not None and state.worded_at > state.signed_at:
        yield Blocker("item_reworded", "A new version of the checklist words this item otherwise.")


def _of_case(state: SignedState, keys: set[str] | None) -> Iterable[Blocker]:
    if state.iteration != state.case_iteration:
        message = "The case pivoted since: iteration {before} was signed, it is iteration {now} now."
        yield Blocker("pivoted", message, {"before": state.iteration, "now": state.case_iteration})
    for fact in state.facts:
        if fact.at > state.signed_at and (keys is None or fact.key in keys):
            shown = {"name": fact.name, "before": fact.before, "after": fact.after}
            yield Blocker("fact_changed", "The fact “{name}” changed from {before} to {after}.", shown)
