"""The one read of votes' content, and the count of a vote. Every page, endpoint and export goes through here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from gates.models import Dossier, GateReview, Vote, VoteChange
from gates.queries.seats import SeatStanding, filled_by, standing_of, standings_of, standings_that_voted
from gates.rules.blindness import may_see_history, may_see_vote
from gates.rules.tally import CastVote, Tally, tally
from gates.rules.tally import Seat as CountedSeat
from pocgate.identity.models import User
from scoring.rules.facts import CaseFacts
from scoring.rules.playbook import Playbook


@dataclass(frozen=True)
class Place:
    """A seat at the table as one viewer may see it, in order of appointment; seats that voted and ended come last.

    `has_voted` and `is_stale` are None for viewers who may not know; `vote` only where its content is open to them.
    `history` are the ballots of the seat before its last one, the first cast first; nobody has them before the close.
    """

    standing: SeatStanding
    has_voted: bool | None
    is_stale: bool | None
    vote: Vote | None
    history: tuple[VoteChange, ...] = ()

    @property
    def counts(self) -> bool:
        """Among the seats that quorum is taken of; nobody can confirm a stale vote of a seat that ended."""
        return self.standing.is_voter and not (self.standing.is_over and self.is_stale)

    @property
    def can_vote(self) -> bool:
        """Whether the seat can be voted in, as far as the viewer may know: whom it follows tells who has voted."""
        follows = self.standing.follows_vote and self.has_voted is not None
        return self.standing.is_able and not self.standing.is_over and not follows

    @property
    def is_out(self) -> bool:
        """Takes no part, as far as the viewer may know."""
        return not self.can_vote if self.has_voted is None else not self.counts


def current_dossier(review: GateReview) -> Dossier | None:
    """The latest revision."""
    return Dossier.objects.filter(review=review).order_by("-revision").first()


@dataclass(frozen=True)
class Table:
    """Seats, votes and dossier of a review at one moment, read once. For the rules alone: it holds what is blind."""

    standings: tuple[SeatStanding, ...]
    votes: Sequence[Vote] = field(repr=False)
    dossier: Dossier | None

    @property
    def revision(self) -> int:
        """The id of the revision that votes have to be on."""
        return self.dossier.pk if self.dossier else 0


def table_of(review: GateReview, *, now: datetime) -> Table:
    """The table now."""
    return Table(tuple(standings_of(review, now=now)), _votes_of(review), current_dossier(review))


def visible_votes(
    review: GateReview, viewer: User | None, *, playbook: Playbook, now: datetime, table: Table | None = None
) -> tuple[Place, ...]:
    """The table of a review with the votes whose content `viewer` may see; None is nobody in particular, as a token.

    `playbook` is the one the review was opened under. The order never depends on a vote. `table` is that of this
    moment, where it was read before; the same below.
    """
    table = table or table_of(review, now=now)
    standings, revision = table.standings, table.revision
    votes = {vote.seat_id: vote for vote in table.votes}
    sight = _sight_of(viewer, standings, votes, revision)
    blind_mode = playbook.gate(review.gate).blind_until
    known = sight.has_seat or review.state in ("closed", "decided")
    # That a seat is here although it ended tells that it voted.
    over = _standings_over(review, standings, votes.values(), now=now) if known else ()
    history = _history_of(review)
    places = []
    for standing in (*standings, *over):
        vote = votes.get(standing.seat.pk)
        seen = vote is not None and may_see_vote(
            viewer.pk if viewer is not None else None,
            vote.cast_by_id,
            review.state,
            blind_mode,
            viewer_has_seat=sight.fills_seat,
            viewer_has_current_vote=sight.has_voted,
        )
        places.append(
            Place(
                standing=standing,
                has_voted=vote is not None if known else None,
                is_stale=(vote is not None and vote.dossier_id != revision) if known else None,
                vote=vote if seen else None,
                history=history.get(standing.seat.pk, ()) if seen else (),
            )
        )
    return tuple(places)


def _history_of(review: GateReview) -> Mapping[int, tuple[VoteChange, ...]]:
    """What each seat cast before its last ballot."""
    if not may_see_history(review.state):
        return {}
    cast: dict[int, list[VoteChange]] = {}
    for change in VoteChange.objects.filter(review=review).select_related("cast_by", "dossier").order_by("pk"):
        cast.setdefault(change.seat_id, []).append(change)
    return {seat_id: tuple(changes[:-1]) for seat_id, changes in cast.items()}


@dataclass(frozen=True)
class _Sight:
    """What the votes of others depend on: a seat at the table, and a current vote cast in every seat one fills."""

    has_seat: bool
    fills_seat: bool
    has_voted: bool


def _sight_of(
    viewer: User | None, standings: Sequence[SeatStanding], votes: Mapping[int, Vote], revision: int
) -> _Sight:
    if viewer is None:
        return _Sight(has_seat=False, fills_seat=False, has_voted=False)
    filled = [standing for standing in filled_by(viewer, standings) if standing.is_open_to_filler]
    own = [votes.get(standing.seat.pk) for standing in filled]
    cast = [vote is not None and vote.cast_by_id == viewer.pk and vote.dossier_id == revision for vote in own]
    return _Sight(
        has_seat=bool(filled_by(viewer, standings)) or standing_of(viewer, standings) is not None,
        fills_seat=bool(filled),
        has_voted=bool(cast) and all(cast),
    )


def seat_to_vote_in(user: User, standings: Sequence[SeatStanding], seat_id: int | None) -> SeatStanding | None:
    """The seat that a ballot is for: the one named, else the first the person fills that can take part."""
    filled = filled_by(user, standings)
    if seat_id is not None:
        return next((standing for standing in filled if standing.seat.pk == seat_id), None)
    return next((standing for standing in filled if standing.is_open_to_filler), filled[0] if filled else None)


def seat_delegated_away(user: User, standings: Sequence[SeatStanding], seat_id: int | None) -> SeatStanding | None:
    """The person's own seat, where the ballot is for it while another fills it."""
    own = standing_of(user, standings)
    if own is None or own.delegation is None:
        return None
    is_meant = own.seat.pk == seat_id if seat_id is not None else not filled_by(user, standings)
    return own if is_meant else None


def tally_of(
    review: GateReview, *, playbook: Playbook, facts: CaseFacts, now: datetime, table: Table | None = None
) -> Tally:
    """The count now. For the rules alone: while the vote runs it holds what nobody may see."""
    seats, votes = counted_of(review, now=now, table=table)
    return tally(playbook.gate(review.gate), facts, seats, votes)


def counted_of(
    review: GateReview, *, now: datetime, table: Table | None = None
) -> tuple[list[CountedSeat], list[CastVote]]:
    """Seats and votes as the tally takes them. A vote on the present dossier stays counted when its seat ends."""
    table = table or table_of(review, now=now)
    standings, votes, revision = table.standings, table.votes, table.revision
    current = [vote for vote in votes if vote.dossier_id == revision]
    over = _standings_over(review, standings, current, now=now)
    seats = [
        CountedSeat(
            id=standing.seat.pk,
            role=standing.seat.role,
            discipline=standing.seat.discipline,
            weight=Decimal(0 if standing.signed else standing.seat.weight),
            recused=not standing.is_voter,
        )
        for standing in (*standings, *over)
    ]
    seated = {seat.id for seat in seats}
    return seats, [_cast(vote, revision) for vote in votes if vote.seat_id in seated]


def _standings_over(
    review: GateReview, standings: Sequence[SeatStanding], votes: Iterable[Vote], *, now: datetime
) -> tuple[SeatStanding, ...]:
    seated = {standing.seat.pk for standing in standings}
    return standings_that_voted(review, [vote for vote in votes if vote.seat_id not in seated], now=now)


def tally_json(counted: Tally) -> Mapping[str, object]:
    """The tally as it is kept with the review and the decision; shares as text."""
    share = counted.approval_share
    return {
        "seats": counted.seats,
        "voters": counted.voters,
        "voters_needed": counted.voters_needed,
        "quorum_met": counted.quorum_met,
        "absent": list(counted.absent),
        "weights": {outcome: str(weight) for outcome, weight in counted.weights},
        "approval_share": None if share is None else str(share),
        "outcome": counted.outcome,
        "tied": list(counted.tied),
        "vetoes": [{"seat": veto.seat_id, "role": veto.role, "criterion": veto.criterion} for veto in counted.vetoes],
    }


def _votes_of(review: GateReview) -> Sequence[Vote]:
    return list(
        Vote.objects.filter(review=review)
        .select_related("dossier", "cast_by", "veto_lifted_by", "seat__user", "delegation__delegate")
        .order_by("seat_id")
    )


def _cast(vote: Vote, revision: int) -> CastVote:
    return CastVote(
        seat_id=vote.seat_id,
        outcome=vote.outcome,
        is_current=vote.dossier_id == revision,
        veto=vote.veto_criterion if vote.veto_criterion and vote.veto_lifted_at is None else None,
    )
