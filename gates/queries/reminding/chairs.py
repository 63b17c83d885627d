"""Who chairs the committee of a case's gate now, for many cases with few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import Q

from gates.enums import SeatRole
from gates.models import Committee, Delegation, Seat
from gates.queries.committees import delegations_in_force, in_conflict
from gates.queries.seats import SeatStanding, presiding_standing
from portfolio.models import Department, TeamMember

if TYPE_CHECKING:
    from gates.queries.reminding.source import Subject

HEADS = (SeatRole.CHAIR, SeatRole.DEPUTY)
People = Mapping[int, tuple[int, ...]]


class Chairs:
    """The committees with chair and deputy, and the departments, read once for all that is reminded at `now`."""

    def __init__(self, *, now: datetime, long_overdue: date) -> None:
        """`long_overdue` is the latest deadline of which chairs are told."""
        self.now = now
        self.long_overdue = long_overdue

    def told(self, subjects: Sequence[Subject]) -> People:
        """The one person who presides over the case's gate, by subject, of those that are long overdue."""
        found = self._standings([each for each in subjects if each.deadline <= self.long_overdue])
        return defaultdict(tuple, {pk: _presiding(standings) for pk, standings in found.items()})

    def heads(self, subjects: Sequence[Subject]) -> People:
        """Chair and deputy of the case's gate, by subject; who fills the seat where both delegated theirs."""
        found = self._standings(subjects)
        return {pk: _at_their_seats(standings) or _presiding(standings) for pk, standings in found.items()}

    def _standings(self, subjects: Sequence[Subject]) -> dict[int, list[SeatStanding]]:
        seats = {each.pk: self._seats_of(each) for each in subjects}
        conflicts = self._conflicts({each.case_id for each in subjects if each.case_id and seats[each.pk]})
        return {
            each.pk: [self._standing(seat, conflicts[each.case_id or 0]) for seat in seats[each.pk]]
            for each in subjects
        }

    def _standing(self, seat: Seat, conflicts: set[int]) -> SeatStanding:
        conflict = "on_team" if self._people(seat) & conflicts else ""
        return SeatStanding(seat, conflict, "", signed=False, delegation=self._delegations.get(seat.pk))

    def _seats_of(self, subject: Subject) -> list[Seat]:
        """Those of the nearest committee up the tree."""
        path = self._paths.get(subject.place or 0, "")
        nearest = [int(part) for part in reversed(path.split("/")) if part]
        for department in (*nearest, None):
            found = self._committees.get((subject.gate, department))
            if found is not None:
                return self._seats[found]
        return []

    def _conflicts(self, case_ids: Iterable[int]) -> Mapping[int, set[int]]:
        """Who of all chairs and deputies is or lately was on the team of which case."""
        found: dict[int, set[int]] = defaultdict(set)
        people = {person for seats in self._seats.values() for seat in seats for person in self._people(seat)}
        members = TeamMember.objects.filter(in_conflict(self.now), case__in=list(case_ids), user__in=people)
        for case_id, user_id in members.values_list("case_id", "user_id"):
            found[case_id].add(user_id)
        return found

    def _people(self, seat: Seat) -> set[int]:
        delegation = self._delegations.get(seat.pk)
        return {seat.user_id, *([delegation.delegate_id] if delegation else [])}

    @cached_property
    def _committees(self) -> dict[tuple[int | None, int | None], int]:
        rows = Committee.objects.filter(dissolved_at__isnull=True).values_list("gate", "department_id", "pk")
        return {(gate, department): pk for gate, department, pk in rows}

    @cached_property
    def _seats(self) -> Mapping[int, list[Seat]]:
        found: dict[int, list[Seat]] = defaultdict(list)
        running = Q(ended_at__isnull=True) | Q(ended_at__gt=self.now)
        rows = Seat.objects.filter(running, role__in=HEADS, started_at__lte=self.now, user__is_active=True)
        for seat in rows.order_by("started_at", "pk"):
            found[seat.committee_id].append(seat)
        return found

    @cached_property
    def _delegations(self) -> dict[int, Delegation]:
        return {each.seat_id: each for each in delegations_in_force(self.now)}

    @cached_property
    def _paths(self) -> dict[int, str]:
        return dict(Department.objects.values_list("pk", "path"))


def _presiding(standings: Sequence[SeatStanding]) -> tuple[int, ...]:
    found = presiding_standing(standings)
    return (found.filled_by_id,) if found else ()


def _at_their_seats(standings: Sequence[SeatStanding]) -> tuple[int, ...]:
    return tuple(one.seat.user_id for one in standings if one.is_able and one.delegation is None)
