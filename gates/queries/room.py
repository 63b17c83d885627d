"""Everything the gate room shows to one person: the dossier, the table, their own vote, and what they may do."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gates.enums import Discipline, ReviewState
from gates.models import Dossier, GateReview, Vote
from gates.queries.dossier import content_of, material_changes
from gates.queries.seats import SeatStanding, filled_by, presides, presiding_standing, standing_of
from gates.queries.votes import Place, Table, table_of, visible_votes
from gates.queries.wording import change_text, rule_text
from gates.rules import tally
from gates.rules.transitions import VoteState, vote_blockers
from pocgate.identity.models import User
from pocgate.kernel.errors import Blocker
from scoring.queries.playbooks import playbook_of
from scoring.rules.facts import CaseFacts
from scoring.rules.playbook import GatePolicy, Playbook

ENDED = (ReviewState.DECIDED, ReviewState.WITHDRAWN)


@dataclass(frozen=True)
class Booth:
    """A seat in which the viewer votes, or their own while another fills it; `vote` is what they cast in it."""

    standing: SeatStanding
    vote: Vote | None
    is_stale: bool
    is_delegated_away: bool

    @property
    def seat_id(self) -> int:
        """The seat's id."""
        return self.standing.seat.pk


@dataclass(frozen=True)
class Room:
    """A review as one viewer may see it at `now`. Who has voted is open to the committee, and to all once closed."""

    review: GateReview
    viewer: User
    now: datetime
    playbook: Playbook
    dossier: Dossier
    content: Mapping[str, Any]
    # For the rules alone; what the viewer may see of it stands in `places`.
    table: Table = field(repr=False)
    places: tuple[Place, ...]
    own: SeatStanding | None
    booths: tuple[Booth, ...]
    presiding: SeatStanding | None
    viewer_presides: bool

    @property
    def policy(self) -> GatePolicy:
        """What the gate asks of the vote."""
        return self.playbook.gate(self.review.gate)

    @property
    def is_voting(self) -> bool:
        """Votes are taken at this moment."""
        closes_at = self.review.voting_closes_at
        return self.review.state == ReviewState.VOTING and closes_at is not None and self.now < closes_at

    @property
    def is_over(self) -> bool:
        """The time of the vote has come, though no job has closed it yet."""
        return self.review.state == ReviewState.VOTING and not self.is_voting

    @property
    def is_preparing(self) -> bool:
        """The vote has not been opened."""
        return self.review.state in (ReviewState.REQUESTED, ReviewState.IN_PREPARATION)

    @property
    def is_ended(self) -> bool:
        """Decided or withdrawn."""
        return self.review.state in ENDED

    @property
    def knows_who_voted(self) -> bool:
        """Whether the viewer may know who has voted."""
        return any(place.has_voted is not None for place in self.places)

    @property
    def able(self) -> tuple[Place, ...]:
        """Seats that can take part, and those that did before they ended."""
        return tuple(place for place in self.places if place.counts)

    @property
    def voted(self) -> int:
        """How many able seats have a vote on the present revision."""
        return sum(bool(place.has_voted and not place.is_stale) for place in self.able)

    @property
    def needed(self) -> int:
        """How many have to vote: the share of able seats, rounded up, and at least the minimum."""
        share = self.policy.quorum_share
        return max(-(-len(self.able) * share.numerator // share.denominator), self.policy.min_voters)

    @property
    def absent(self) -> list[str]:
        """Disciplines that have to be present and for which nobody has voted yet."""
        seats = [place.standing.seat for place in self.able if place.has_voted and not place.is_stale]
        voted = [tally.Seat(seat.pk, seat.role, seat.discipline) for seat in seats]
        missing = tally.absent_disciplines(self.policy, CaseFacts(tier=self.review.case.tier), voted)
        return [str(Discipline(name).label) for name in missing]

    @property
    def is_waited_for(self) -> bool:
        """The viewer can vote now and has a seat without a current vote of theirs."""
        able = [booth for booth in self.booths if booth.standing.is_open_to_filler and not booth.is_delegated_away]
        return self.is_voting and any(booth.vote is None or booth.is_stale for booth in able)

    @property
    def to_stand_back_from(self) -> tuple[Booth, ...]:
        """The seats that the viewer fills and has not stood back from."""
        return tuple(
            one
            for one in self.booths
            if not one.is_delegated_away and not one.standing.holder_voted and not one.standing.recusal
        )

    def may_veto(self, booth: Booth) -> bool:
        """Whether the seat has a veto at this gate."""
        return booth.standing.seat.role in self.policy.veto_roles

    @property
    def rule(self) -> str:
        """The sentence of the rule that fired."""
        return rule_text(self.dossier.rule)

    @property
    def token(self) -> str:
        """Changes when the page as a whole has to be read again."""
        own = "-".join(f"{booth.seat_id}:{booth.vote.pk if booth.vote else 0}" for booth in self.booths)
        text = f"{self.review.state}.{self.review.version}.{self.dossier.revision}.{own}.{self.is_over}"
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def room_of(review: GateReview, viewer: User, *, now: datetime) -> Room:
    """The room as the viewer may see it. The review is one of `reviews_visible_to` them."""
    playbook = playbook_of(review.playbook_id)
    table = table_of(review, now=now)
    places = visible_votes(review, viewer, playbook=playbook, now=now, table=table)
    standings, dossier = table.standings, table.dossier
    if dossier is None:
        raise AssertionError("a review is never without a dossier")
    return Room(
        review=review,
        viewer=viewer,
        now=now,
        playbook=playbook,
        dossier=dossier,
        content=content_of(dossier),
        table=table,
        places=places,
        own=next(iter(filled_by(viewer, standings)), standing_of(viewer, standings)),
        booths=_booths(viewer, standings, places, dossier),
        presiding=presiding_standing(standings),
        viewer_presides=presides(viewer, standings),
    )


def _booths(
    viewer: User, standings: Sequence[SeatStanding], places: Sequence[Place], dossier: Dossier
) -> tuple[Booth, ...]:
    own = standing_of(viewer, standings)
    away = [own] if own is not None and own.delegation is not None else []
    shown = {place.standing.seat.pk: place.vote for place in places}
    booths = []
    for standing in [*filled_by(viewer, standings), *away]:
        vote = shown[standing.seat.pk]
        cast = vote if vote is not None and vote.cast_by_id == viewer.pk else None
        booths.append(
            Booth(
                standing=standing,
                vote=cast,
                is_stale=cast is not None and cast.dossier_id != dossier.pk,
                is_delegated_away=standing.filled_by_id != viewer.pk,
            )
        )
    return tuple(booths)


def vote_blockers_of(room: Room, booth: Booth) -> list[Blocker]:
    """Why the viewer can not vote in the seat now, whatever they would write; by the rules that refuse the vote."""
    state = VoteState(
        review_status=room.review.state,
        now=room.now,
        voting_closes_at=room.review.voting_closes_at,
        has_seat=True,
        in_conflict=bool(booth.standing.conflict),
        is_recused=bool(booth.standing.recusal),
        is_delegated_away=booth.is_delegated_away,
        follows_vote=booth.standing.follows_vote,
        holder_voted=booth.standing.holder_voted,
        seen_revision=room.dossier.revision,
        current_revision=room.dossier.revision,
        outcome="go",
        rationale="",
    )
    return vote_blockers(state)


def changes_to_confirm(room: Room) -> Sequence[tuple[str, str, str]]:
    """What changed between the oldest revision the viewer voted on and the present one: place, before, after."""
    stale = [booth.vote.dossier for booth in room.booths if booth.vote is not None and booth.is_stale]
    if not stale:
        return []
    before = content_of(min(stale, key=lambda dossier: dossier.revision))["material"]
    changes = material_changes(before, room.content["material"])
    return [change_text(change, room.playbook) for change in changes]
