"""Every kind of reminder: told when due, silent once its reason is gone, and never to those who are out of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gates.commands.decisions import ConditionTerms
from gates.commands.reminders import remind
from gates.models import Committee, Delegation, GateReview, GateStanding, Meeting, Recusal, Seat
from pocgate.identity.models import RoleGrant, User
from pocgate.inbox.models import Notification
from portfolio.models import Evidence, Hold, KpiReading, StageSpell, TeamMember, UseCase
from scoring.enums import SwampKind
from scoring.models import CriterionAnswer, SwampSignal, Waiver
from tests.factories.gates import CommitteeFactory, SeatFactory
from tests.factories.identity import LONG_AGO, UserFactory
from tests.factories.portfolio import (
    EvidenceFactory,
    EvidenceRevisionFactory,
    KpiFactory,
    StageSpellFactory,
    TeamMemberFactory,
    UseCaseFactory,
)
from tests.factories.scoring import AnswerEvidenceFactory, CriterionAnswerFactory
from tests.factories.stage_set import SIGNED_AT_GATE_0, StageSet, a_stage_set
from tests.undoing import undone

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Arranged:
    """Something outstanding at the moment: of what kind, whose, and how it ends or how the person gets out of it."""

    kind: str
    person: User
    end: Callable[[], object]
    leave: Callable[[], object]


def a_case(now: datetime, status: str = "active", stage: int = 1) -> tuple[UseCase, User]:
    """A case with an owner and an unlimited stay in its stage."""
    case = UseCaseFactory(stage=stage, status=status)
    StageSpellFactory(case=case, stage=stage, entered_at=now - 60 * DAY, time_box_days=None)
    return case, TeamMemberFactory(case=case, role="product_owner").user


def of_case(kind: str, case: UseCase, owner: User, end: Callable[[], object]) -> Arranged:
    return Arranged(kind, owner, end, lambda: TeamMember.objects.filter(case=case).update(ended_at=LONG_AGO))


def time_box(now: datetime) -> Arranged:
    case, owner = a_case(now)
    StageSpell.objects.filter(case=case).update(time_box_ends_at=now + 2 * DAY)
    spells = StageSpell.objects.filter(case=case)
    return of_case("time_box_ending", case, owner, lambda: spells.update(clock_stopped_at=now))


def planned_gate(now: datetime) -> Arranged:
    case, owner = a_case(now)
    cases = UseCase.objects.filter(pk=case.pk)
    cases.update(target_gate_date=(now + 2 * DAY).date())
    return of_case("gate_date", case, owner, lambda: cases.update(target_gate_date=None))


def meeting(now: datetime) -> Arranged:
    seat = SeatFactory()
    made = Meeting.objects.create(
        committee=seat.committee, title="Gate 0", starts_at=now + 2 * DAY, ends_at=now + 3 * DAY,
        created_by=UserFactory(), created_at=LONG_AGO, changed_at=LONG_AGO,
    )  # fmt: skip
    meetings, seats = Meeting.objects.filter(pk=made.pk), Seat.objects.filter(pk=seat.pk)
    return Arranged(
        "gate_date", seat.user, lambda: meetings.update(state="cancelled"), lambda: seats.update(ended_at=LONG_AGO)
    )


def vote(now: datetime) -> Arranged:
    stage = a_stage_set(now - 2 * DAY)
    review = stage.voting(now - 2 * DAY, days=4)
    voter = stage.members[0]
    return Arranged(
        "vote_outstanding",
        voter,
        lambda: stage.vote(review, voter, "go", now - DAY),
        lambda: Seat.objects.filter(user=voter).update(ended_at=now - DAY),
    )


def decision(now: datetime) -> Arranged:
    stage = a_stage_set(now - 2 * DAY)
    review = stage.request(now - 2 * DAY)
    reviews = type(review).objects.filter(pk=review.pk)
    reviews.update(decide_by=(now + 2 * DAY).date(), requested_at=now - 9 * DAY)
    return Arranged(
        "decision_overdue",
        stage.chair,
        lambda: reviews.update(state="withdrawn", withdrawn_at=now),
        lambda: Seat.objects.filter(user=stage.chair).update(ended_at=now - DAY),
    )


def sign_off(now: datetime) -> Arranged:
    stage = a_stage_set(now - 2 * DAY)
    answers = CriterionAnswer.objects.filter(criterion__in=SIGNED_AT_GATE_0)
    answers.update(superseded_at=now - 3 * DAY)
    review = stage.request(now - 2 * DAY)
    type(review).objects.filter(pk=review.pk).update(decide_by=(now + 2 * DAY).date(), requested_at=now - 9 * DAY)
    return Arranged(
        "sign_off_outstanding",
        stage.officer,
        lambda: type(review).objects.filter(pk=review.pk).update(state="withdrawn", withdrawn_at=now),
        lambda: RoleGrant.objects.filter(user=stage.officer).update(ended_at=now - DAY),
    )


def conditional(now: datetime) -> StageSet:
    stage = a_stage_set(now - 20 * DAY)
    review = stage.closed(now - 20 * DAY, "conditional_go")
    terms = ConditionTerms("Map the compute", stage.owner.pk, (now + 2 * DAY).date())
    stage.decide(review, "conditional_go", now - 20 * DAY, reason="Almost.", conditions=(terms,))
    return stage


def condition(now: datetime) -> Arranged:
    stage = conditional(now)
    conditions = stage.case.reviews.get().decisions.get().conditions
    cleared = {"cleared_at": now, "cleared_by": stage.owner}
    return of_case("condition_due", stage.case, stage.owner, lambda: conditions.update(**cleared))


def evidence(now: datetime) -> Arranged:
    case, owner = a_case(now)
    revision = EvidenceRevisionFactory(evidence=EvidenceFactory(case=case), valid_until=(now + 2 * DAY).date())
    AnswerEvidenceFactory(answer=CriterionAnswerFactory(case=case), revision=revision)
    rows = Evidence.objects.filter(case=case)
    return of_case("evidence_ending", case, owner, lambda: rows.update(withdrawn_at=now))


def waiver(now: datetime) -> Arranged:
    case, owner = a_case(now)
    Waiver.objects.create(
        case=case, criterion="lineage", reason="Later.", expires_on=(now + 2 * DAY).date(), state="granted",
        requested_by=owner, requested_at=LONG_AGO, first_by=UserFactory(), first_at=LONG_AGO, granted_at=LONG_AGO,
    )  # fmt: skip
    rows = Waiver.objects.filter(case=case)
    return of_case("waiver_ending", case, owner, lambda: rows.update(state="revoked", ended_at=now))


def delegation(now: datetime) -> Arranged:
    seat = SeatFactory()
    delegate(seat.user, now)
    rows, seats = Delegation.objects.filter(seat=seat), Seat.objects.filter(pk=seat.pk)
    return Arranged(
        "delegation_ending",
        seat.user,
        lambda: rows.update(revoked_at=now, revoked_by=seat.user),
        lambda: seats.update(ended_at=LONG_AGO),
    )


def hold(now: datetime) -> Arranged:
    case, owner = a_case(now, status="paused")
    rows = Hold.objects.filter(case=case)
    rows.create(case=case, started_at=LONG_AGO, revive_date=(now + 2 * DAY).date(), reason_code="data")
    return of_case("hold_ending", case, owner, lambda: rows.update(ended_at=now))


def reading(now: datetime) -> Arranged:
    case, owner = a_case(now)
    kpi = KpiFactory(case=case, gates=[1, 2])
    read = {"kpi": kpi, "value": 1, "observed_from": now, "observed_to": now, "recorded_at": now}
    return of_case("kpi_reading_missed", case, owner, lambda: KpiReading.objects.create(**read))


def signal(kind: str) -> Callable[[datetime], Arranged]:
    def arrange(now: datetime) -> Arranged:
        case, owner = a_case(now)
        rows = SwampSignal.objects.filter(case=case)
        rows.create(case=case, kind=kind, version=1, first_seen_at=now - DAY, params={"days": 30, "turns": 2})
        return of_case("swamp_signal", case, owner, lambda: rows.update(ended_at=now))

    return arrange


def standing(kind: str, **state: object) -> Callable[[datetime], Arranged]:
    def arrange(now: datetime) -> Arranged:
        stage = conditional(now)
        decision = stage.case.reviews.get().decisions.get()
        UseCase.objects.filter(pk=stage.case.pk).update(stage=3)
        day = (now + 2 * DAY).date()
        GateStanding.objects.filter(case=stage.case).delete()
        rows = GateStanding.objects.filter(case=stage.case)
        rows.create(
            case=stage.case, decision=decision, since=now - 9 * DAY, checked_at=now,
            **{key: day if value is None else value for key, value in state.items()},
        )  # fmt: skip
        return of_case(kind, stage.case, stage.owner, lambda: UseCase.objects.update(status="stopped"))

    return arrange


KINDS: dict[str, Callable[[datetime], Arranged]] = {
    "time-box": time_box,
    "planned gate": planned_gate,
    "meeting": meeting,
    "vote": vote,
    "decision": decision,
    "sign-off": sign_off,
    "condition": condition,
    "evidence": evidence,
    "waiver": waiver,
    "delegation": delegation,
    "hold": hold,
    "reading": reading,
    **{f"signal {kind}": signal(kind) for kind in SwampKind.values},
    "lapsed": standing("standing_lapsed", state="lapsed", review_due=None),
    "operating review": standing("review_proposed", state="valid", next_review=None),
}
OF_A_CASE = [name for name in KINDS if name not in ("meeting", "vote", "decision", "sign-off", "delegation")]
every_kind = pytest.mark.parametrize("name", KINDS)


def told(arranged: Arranged, person: User | None = None) -> int:
    """How many reminders the person got; what was told when a vote opened is none."""
    rows = Notification.objects.filter(kind=arranged.kind, user=person or arranged.person)
    return rows.filter(occasion__regex=r"^\d{4}-\d\d-\d\d (chair-)?(before|after)-\d+$").count()


def reasons(person: User) -> set[str]:
    """Why the person is told, in whatever they are reminded of."""
    rows = Notification.objects.filter(user=person, occasion__regex=r"^\d{4}-\d\d-\d\d ")
    return set(rows.values_list("reason", flat=True))


def notices() -> list[tuple[object, ...]]:
    """Everything that anybody was told, without when and in which order."""
    told_of = ("user", "kind", "subject_type", "subject_id", "occasion", "title", "reason", "url", "case_id")
    return sorted(Notification.objects.values_list(*told_of), key=repr)


def delegate(holder: User, now: datetime, days: int = 2) -> User:
    """Somebody else fills the person's seat for a while."""
    seat = Seat.objects.get(user=holder)
    made: User = UserFactory()
    Delegation.objects.create(
        seat=seat, delegate=made, starts_at=now - 9 * DAY, ends_at=now + days * DAY, created_by=holder,
        created_at=now - 9 * DAY,
    )  # fmt: skip
    return made


@every_kind
def test_what_is_due_is_told_once_and_explained(now: datetime, name: str) -> None:
    arranged = KINDS[name](now)

    for _run in range(3):
        remind(now=now)

    assert told(arranged) == 1
    notice = Notification.objects.filter(kind=arranged.kind, user=arranged.person).latest("pk")
    assert notice.reason.startswith("You get this because")
    assert "%(" not in notice.title


@every_kind
def test_first_run_of_a_day_tells_what_any_other_tells_and_once(now: datetime, name: str) -> None:
    arranged = KINDS[name](now)
    with undone():
        remind(now=now)
        expected = notices()

    with undone():
        remind(now=now, is_first_of_day=True)
        found = notices()
        remind(now=now, is_first_of_day=True)
        again = notices()
    arranged.end()
    remind(now=now, is_first_of_day=True)

    assert expected
    assert (found, again) == (expected, expected)
    assert told(arranged) == 0


@every_kind
def test_what_is_no_longer_so_is_not_told(now: datetime, name: str) -> None:
    arranged = KINDS[name](now)
    arranged.end()

    remind(now=now)

    assert told(arranged) == 0


@every_kind
def test_closed_account_is_not_told(now: datetime, name: str) -> None:
    arranged = KINDS[name](now)
    User.objects.filter(pk=arranged.person.pk).update(is_active=False)

    remind(now=now)

    assert told(arranged) == 0


@every_kind
def test_former_member_is_not_told(now: datetime, name: str) -> None:
    arranged = KINDS[name](now)
    arranged.leave()

    remind(now=now)

    assert told(arranged) == 0


@pytest.mark.parametrize("name", OF_A_CASE)
def test_imported_case_that_nobody_accepted_is_left_in_peace(now: datetime, name: str) -> None:
    KINDS[name](now)
    for gate in (0, 1, 3):
        if not Committee.objects.filter(gate=gate).exists():
            SeatFactory(committee=CommitteeFactory(gate=gate), role="chair")
    TeamMember.objects.all().delete()
    GateStanding.objects.update(state="ungated", decision=None)
    UseCase.objects.update(origin="imported", governed_at=None)
    before = Notification.objects.count()

    for days in (0, 12):
        remind(now=now + days * DAY)

    assert Notification.objects.count() == before


@pytest.mark.parametrize("name", ["vote", "meeting"])
def test_delegate_is_told_instead_of_the_holder_of_the_seat(now: datetime, name: str) -> None:
    arranged = KINDS[name](now)
    stand_in = delegate(arranged.person, now)

    remind(now=now)

    assert (told(arranged), told(arranged, stand_in)) == (0, 1)


@pytest.mark.parametrize("name", ["vote", "decision"])
def test_person_who_stood_back_is_not_told(now: datetime, name: str) -> None:
    arranged = KINDS[name](now)
    seat = Seat.objects.get(user=arranged.person)
    Recusal.objects.create(review=seat.committee.reviews.get(), seat=seat, reason="My team.", recused_at=now)

    remind(now=now)

    assert told(arranged) == 0


@pytest.mark.parametrize("name", ["vote", "decision", "sign-off"])
def test_person_who_worked_on_the_case_is_not_told(now: datetime, name: str) -> None:
    arranged = KINDS[name](now)
    TeamMemberFactory(case=UseCase.objects.get(), user=arranged.person, role="engineering", ended_at=now - 30 * DAY)

    remind(now=now)

    assert told(arranged) == 0


@pytest.mark.parametrize("absence", ["none", "delegated", "worked on it"])
def test_after_a_week_whoever_presides_is_told(now: datetime, absence: str) -> None:
    arranged = time_box(now)
    committee = CommitteeFactory(gate=1)
    chair, deputy = (SeatFactory(committee=committee, role=role).user for role in ("chair", "deputy"))
    if absence == "delegated":
        delegate(chair, now, days=30)
    if absence == "worked on it":
        TeamMemberFactory(case=UseCase.objects.get(), user=chair, role="engineering", ended_at=now)

    for days in (8, 9, 10):
        remind(now=now + days * DAY)

    expected = (1, 0) if absence == "none" else (0, 1)
    assert (told(arranged, chair), told(arranged, deputy)) == expected
    assert reasons(arranged.person) == {"You get this because you own this case."}
    assert reasons(chair if absence == "none" else deputy) == {
        "You get this because you chair the committee concerned, and this is overdue for more than 7 days."
    }


@pytest.mark.parametrize("name", ["time-box", "planned gate", "condition", "evidence", "waiver", "reading"])
def test_where_the_owner_s_account_is_closed_chair_and_deputy_are_told(now: datetime, name: str) -> None:
    arranged = KINDS[name](now)
    for gate in (0, 1):
        committee = Committee.objects.filter(gate=gate).first() or CommitteeFactory(gate=gate)
        for role in {"chair", "deputy"} - set(committee.seats.values_list("role", flat=True)):
            SeatFactory(committee=committee, role=role)
    User.objects.filter(pk=arranged.person.pk).update(is_active=False)
    heads = [seat.user for seat in Seat.objects.filter(role__in=("chair", "deputy"))]

    remind(now=now)
    remind(now=now, is_first_of_day=True)

    assert sum(told(arranged, head) for head in heads) == 2
    assert all("chair" in reason for head in heads for reason in reasons(head))


def test_deputy_is_told_to_decide_where_the_chair_s_account_is_closed(now: datetime) -> None:
    arranged = decision(now)
    deputy = Seat.objects.get(role="deputy").user
    User.objects.filter(pk=arranged.person.pk).update(is_active=False)

    remind(now=now)

    assert (told(arranged), told(arranged, deputy)) == (0, 1)


def test_day_a_review_was_requested_is_that_of_the_installation(now: datetime, settings: Any) -> None:
    settings.TIME_ZONE = "America/New_York"
    arranged = decision(now)
    evening = datetime(2026, 11, 23, 21, tzinfo=ZoneInfo("America/New_York"))
    GateReview.objects.update(requested_at=evening, decide_by=date(2026, 11, 30))

    remind(now=evening + timedelta(hours=1))

    occasions = Notification.objects.filter(kind="decision_overdue", user=arranged.person).values_list("occasion")
    assert list(occasions) == [("2026-11-30 before-7",)]


def test_holder_is_told_to_vote_where_the_delegate_s_account_is_closed(now: datetime) -> None:
    arranged = vote(now)
    stand_in = delegate(arranged.person, now)
    User.objects.filter(pk=stand_in.pk).update(is_active=False)

    remind(now=now)

    assert (told(arranged), told(arranged, stand_in)) == (1, 0)


def test_who_comes_to_fill_a_seat_is_reminded_of_the_day_s_vote_too(now: datetime) -> None:
    arranged = vote(now)
    remind(now=now)
    seat = Seat.objects.get(user=arranged.person)
    later = now + timedelta(hours=3)
    stand_in: User = UserFactory()
    Delegation.objects.create(
        seat=seat, delegate=stand_in, starts_at=later, ends_at=now + 9 * DAY, created_by=arranged.person,
        created_at=later,
    )  # fmt: skip

    for hours in (4, 5):
        remind(now=now + timedelta(hours=hours))

    assert (told(arranged), told(arranged, stand_in)) == (1, 1)


@pytest.mark.parametrize("is_first_of_day", [False, True])
def test_who_takes_over_a_case_is_reminded_of_what_its_former_owner_was(now: datetime, is_first_of_day: bool) -> None:
    arranged = time_box(now)
    remind(now=now)
    arranged.leave()
    successor = TeamMemberFactory(case=UseCase.objects.get(), role="product_owner").user

    for first in (is_first_of_day, False, False):
        remind(now=now, is_first_of_day=first)

    assert (told(arranged), told(arranged, successor)) == (1, 1)


def test_signal_of_a_case_without_owner_goes_to_chair_and_deputy_at_once(now: datetime) -> None:
    arranged = signal("no_active_owner")(now)
    committee = CommitteeFactory(gate=1)
    heads = [SeatFactory(committee=committee, role=role).user for role in ("chair", "deputy")]
    TeamMember.objects.all().delete()

    remind(now=now)

    assert [told(arranged, head) for head in heads] == [1, 1]
    expected = "You get this because you chair, or stand in for, the committee concerned."
    assert {reason for head in heads for reason in reasons(head)} == {expected}


def test_planned_day_of_an_operating_review_gives_way_to_the_day_it_comes_round(now: datetime) -> None:
    arranged = KINDS["operating review"](now)
    UseCase.objects.update(target_gate_date=(now + 2 * DAY).date())

    remind(now=now)

    assert told(arranged) == 1
    assert not Notification.objects.filter(kind="gate_date").exists()


def test_owner_of_a_kpi_is_told_rather_than_the_owner_of_its_case(now: datetime) -> None:
    arranged = reading(now)
    case = UseCase.objects.get()
    owner = TeamMemberFactory(case=case, role="data_science").user
    case.kpis.update(owner=owner)

    remind(now=now)

    assert (told(arranged), told(arranged, owner)) == (0, 1)


def test_evidence_that_no_answer_rests_on_is_let_go(now: datetime) -> None:
    arranged = evidence(now)
    CriterionAnswer.objects.update(superseded_at=now)

    remind(now=now)

    assert told(arranged) == 0


def test_waiver_whose_renewal_is_asked_for_waits_for_those_who_grant_it(now: datetime) -> None:
    arranged = waiver(now)
    old = Waiver.objects.get()
    Waiver.objects.create(
        case=old.case, criterion=old.criterion, reason="Later.", expires_on=old.expires_on + 90 * DAY, renews=old,
        requested_by=old.requested_by, requested_at=now,
    )  # fmt: skip

    remind(now=now)

    assert told(arranged) == 0


def test_member_who_does_not_come_is_not_told_of_the_meeting(now: datetime) -> None:
    arranged = meeting(now)
    sitting, seat = Meeting.objects.get(), Seat.objects.get()
    sitting.attendance.create(meeting=sitting, seat=seat, answer="no", answered_at=now)

    remind(now=now)

    assert told(arranged) == 0


def test_deadline_that_moved_is_told_afresh(now: datetime) -> None:
    arranged = time_box(now)
    remind(now=now)
    StageSpell.objects.update(time_box_ends_at=now + 10 * DAY)

    remind(now=now + 9 * DAY)

    assert told(arranged) == 2
