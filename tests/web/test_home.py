"""What waits for whom, and what changed since."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from gates.models import Committee, Condition, Decision, Delegation, Dossier, GateReview, Recusal, Vote
from pocgate.identity.models import User
from pocgate.ledger.commands import Act, record
from pocgate.web.queries.home import home_of
from pocgate.web.queries.waiting import waiting_for
from pocgate.web.wording import wording_of
from portfolio.models import UseCase
from scoring.commands.playbooks import ensure_default_playbook
from scoring.models import Playbook
from tests.factories.gates import CommitteeFactory, SeatFactory
from tests.factories.identity import LONG_AGO, UserFactory
from tests.factories.portfolio import TeamMemberFactory, UseCaseFactory
from tests.factories.readiness import CriterionResultFactory
from tests.web.conftest import Visitor

pytestmark = pytest.mark.django_db
COMMITTEE_MEMBER = frozenset({"committee"})


def review(case: UseCase, committee: Committee, now: datetime, state: str = "voting") -> GateReview:
    playbook = Playbook.objects.get(pk=ensure_default_playbook(now=LONG_AGO).pk)
    return GateReview.objects.create(
        case=case,
        gate=0,
        state=state,
        playbook=playbook,
        committee=committee,
        status_before="active",
        requested_at=now,
        decide_by=date(2026, 12, 1),
        voting_opened_at=now,
        voting_closes_at=now + timedelta(days=5),
    )


def dossier(of: GateReview, now: datetime) -> Dossier:
    return Dossier.objects.create(
        review=of, revision=1, content="{}", digest="a" * 64, recommended="go", rule="go", reason="go", frozen_at=now
    )


def kinds(user: User, roles: frozenset[str], now: datetime) -> list[tuple[str, str]]:
    return [(item.kind, item.reference) for item in waiting_for(user, roles, now=now)]


def test_vote_waits_until_it_is_cast(now: datetime) -> None:
    seat = SeatFactory()
    case = UseCaseFactory(number=1)
    open_review = review(case, seat.committee, now)
    assert kinds(seat.user, COMMITTEE_MEMBER, now) == [("vote", "UC-0001")]

    Vote.objects.create(
        review=open_review, seat=seat, cast_by=seat.user, outcome="go", dossier=dossier(open_review, now), cast_at=now
    )

    assert kinds(seat.user, COMMITTEE_MEMBER, now) == []


def test_vote_does_not_wait_for_the_case_team(now: datetime) -> None:
    seat = SeatFactory()
    case = UseCaseFactory()
    TeamMemberFactory(case=case, user=seat.user, role="sponsor", confirmed_at=now, ended_at=now - timedelta(days=90))
    review(case, seat.committee, now)

    assert kinds(seat.user, COMMITTEE_MEMBER, now) == []


@pytest.mark.parametrize(
    ("state", "act"),
    [("requested", "Prepare Gate 0"), ("closed", "Decide Gate 0"), ("in_preparation", "Open the vote at Gate 0")],
)
def test_review_to_lead_waits_for_its_chair_only(state: str, act: str, now: datetime) -> None:
    committee = CommitteeFactory()
    chair, member = SeatFactory(committee=committee, role="chair"), SeatFactory(committee=committee)
    review(UseCaseFactory(), committee, now, state=state)

    assert [item.act for item in waiting_for(chair.user, COMMITTEE_MEMBER, now=now)] == [act]
    assert waiting_for(member.user, COMMITTEE_MEMBER, now=now) == []


@pytest.mark.parametrize("absence", ["stood back", "worked on it", "delegated"])
def test_review_does_not_wait_for_a_chair_who_can_not_lead_it(absence: str, now: datetime) -> None:
    chair = SeatFactory(role="chair")
    case = UseCaseFactory()
    open_review = review(case, chair.committee, now, state="requested")
    if absence == "stood back":
        Recusal.objects.create(review=open_review, seat=chair, reason="My team.", recused_at=now)
    elif absence == "worked on it":
        TeamMemberFactory(case=case, user=chair.user, role="engineering", ended_at=now - timedelta(days=90))
    else:
        Delegation.objects.create(
            seat=chair, delegate=UserFactory(), starts_at=now, ends_at=now + timedelta(days=9), created_by=chair.user,
            created_at=now,
        )  # fmt: skip

    assert [item.kind for item in waiting_for(chair.user, frozenset({"chair"}), now=now)] == []


def test_sign_offs_wait_for_compliance_by_case(now: datetime) -> None:
    officer, case = UserFactory(), UseCaseFactory(number=3)
    review(case, CommitteeFactory(), now, state="in_preparation")
    for criterion, reason in (("tier", "awaiting_sign_off"), ("privacy", "sign_off_outdated"), ("x", "signed")):
        CriterionResultFactory(case=case, criterion=criterion, reason=reason)

    (item,) = waiting_for(officer, frozenset({"compliance"}), now=now)

    assert (item.act, item.reference, item.due) == ("Sign 2 items", "UC-0003", date(2026, 12, 1))
    assert waiting_for(officer, frozenset(), now=now) == []


def test_condition_past_its_date_is_late_and_first(now: datetime) -> None:
    owner, case = UserFactory(), UseCaseFactory(number=4, created_by=None)
    decided = review(case, CommitteeFactory(), now, state="closed")
    decision = Decision.objects.create(
        year=2026,
        number=1,
        review=decided,
        outcome="conditional_go",
        dossier=dossier(decided, now),
        digest="a" * 64,
        recommended="go",
        decided_by=UserFactory(),
        decided_at=now,
    )
    Condition.objects.create(decision=decision, text="Name the data owner", owner=owner, due_date=date(2026, 11, 1))
    UseCaseFactory(status="draft", stage=None, created_by=owner, number=5)

    found = waiting_for(owner, frozenset(), now=now)

    assert [(item.kind, item.is_late) for item in found] == [("condition", True), ("draft", False)]


def test_unconfirmed_part_on_a_team_waits_for_the_person(now: datetime) -> None:
    member = TeamMemberFactory(role="business_owner", case__number=6)

    (item,) = waiting_for(member.user, frozenset(), now=now)

    assert (item.act, item.reference) == ("Confirm that you are business owner", "UC-0006")


def test_unknown_stages_of_imported_cases_wait_for_administrators(now: datetime) -> None:
    UseCaseFactory.create_batch(2, stage=None, origin="imported")

    (item,) = waiting_for(UserFactory(), frozenset({"admin"}), now=now)

    assert (item.act, item.url) == (
        "Say in which stage 2 imported cases are",
        "/portfolio/?stage=unknown&status=active",
    )


def test_changes_since_the_last_visit_are_of_others_and_of_visible_cases() -> None:
    now = timezone.now()
    user, other = UserFactory(previous_visit_at=now - timedelta(hours=1)), UserFactory()
    mine, foreign = TeamMemberFactory(user=user).case, UseCaseFactory()
    for actor, case, at in (
        (other, mine, now),
        (user, mine, now),
        (other, foreign, now),
        (other, mine, now - timedelta(hours=2)),
    ):
        record(Act("case.edited", "use_case", case.pk, case.pk), actor=actor, now=at)

    (event,) = home_of(user, frozenset(), now=now).changes

    assert (event.actor, event.reference) == (other, mine.reference)


def test_what_one_act_brought_with_it_is_told_by_its_first() -> None:
    now = timezone.now()
    user, other = UserFactory(previous_visit_at=now - timedelta(hours=1)), UserFactory()
    case = TeamMemberFactory(user=user).case
    for verb, at in (
        ("review.requested", now - timedelta(minutes=2)),
        ("case.moved", now - timedelta(minutes=2)),
        ("case.edited", now),
    ):
        record(Act(verb, "use_case", case.pk, case.pk), actor=other, now=at)

    changes = home_of(user, frozenset(), now=now).changes

    assert [event.wording for event in changes] == [wording_of("case.edited"), wording_of("review.requested")]


def test_home_of_a_newcomer_says_what_to_do_first(visitor: Visitor) -> None:
    page = visitor().get("/").content.decode()

    assert "Nothing waits for you" in page
    assert "You are on no team yet" in page
