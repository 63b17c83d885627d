"""Reviews that come by the calendar, and those that open by themselves: once, however often it is looked."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from gates.commands.proposals import open_reviews_by_themselves, propose_reviews_due
from gates.commands.reminders import remind
from gates.models import Decision, GateReview, GateStanding, ReviewProposal, ReviveTrigger
from gates.queries.acts import evaluate_review
from pocgate.inbox.models import Notification
from portfolio.models import KpiReading, StageSpell, UseCase
from tests.factories.gates import CommitteeFactory, SeatFactory
from tests.factories.portfolio import StageSpellFactory, TeamMemberFactory, UseCaseFactory
from tests.factories.stage_set import StageSet, a_stage_set

pytestmark = pytest.mark.django_db


def overdue(stage: StageSet, now: datetime, percent: int) -> None:
    """The time-box of 28 days is used to so many percent."""
    StageSpell.objects.filter(case=stage.case).update(
        time_box_ends_at=now + timedelta(days=28) - timedelta(days=28) * percent / 100
    )


@pytest.mark.parametrize(("percent", "opened"), [(149, 0), (150, 1)])
def test_review_opens_by_itself_at_one_and_a_half_time_boxes_once(now: datetime, percent: int, opened: int) -> None:
    stage = a_stage_set(now, ready=False)
    overdue(stage, now, percent)

    assert [open_reviews_by_themselves(now=now) for _ in range(2)] == [opened, 0]

    assert GateReview.objects.count() == opened
    assert UseCase.objects.get(pk=stage.case.pk).status == ("in_review" if opened else "active")


def test_review_that_opened_by_itself_has_a_dossier_and_recommends(now: datetime) -> None:
    stage = a_stage_set(now, ready=False)
    overdue(stage, now, 160)

    open_reviews_by_themselves(now=now)

    review = GateReview.objects.get()
    assert (review.requested_by, review.trigger, review.kind) == (None, "time_box", "scheduled")
    assert "150 %" in review.convened_reason
    dossier, found = review.dossiers.get(), evaluate_review(review, now=now).recommended
    assert (dossier.recommended, dossier.rule) == (found.outcome, found.rule) == ("stop", "time_box_silent")
    assert ReviewProposal.objects.values_list("recommended", "review").get() == ("stop", review.pk)
    told = set(Notification.objects.filter(kind="review_requested").values_list("user", flat=True))
    assert {stage.chair.pk, stage.deputy.pk, stage.officer.pk} <= told


def test_case_measured_lately_is_recommended_to_pause(now: datetime) -> None:
    stage = a_stage_set(now)
    overdue(stage, now, 160)
    at = now - timedelta(days=3)
    kpi = stage.case.kpis.order_by("pk")[0]
    KpiReading.objects.create(
        kpi=kpi, value=70, sample_size=60, observed_from=at, observed_to=at, recorded_at=at, source="log"
    )

    open_reviews_by_themselves(now=now)

    assert ReviewProposal.objects.get().recommended == "pause"


def test_time_in_review_and_on_hold_does_not_count_and_nobody_opens_over_an_open_review(now: datetime) -> None:
    stage = a_stage_set(now)
    stage.request(now)
    overdue(stage, now, 300)

    assert open_reviews_by_themselves(now=now + timedelta(days=400)) == 0


def test_imported_case_that_nobody_took_on_is_left_in_peace(now: datetime) -> None:
    CommitteeFactory(gate=0)
    case = UseCaseFactory(origin="imported")
    StageSpellFactory(case=case, time_box_ends_at=now - timedelta(days=400))

    assert open_reviews_by_themselves(now=now) == 0


def test_without_a_committee_the_review_waits_for_one(now: datetime) -> None:
    member = TeamMemberFactory()
    StageSpellFactory(case=member.case, time_box_ends_at=now - timedelta(days=400))
    assert open_reviews_by_themselves(now=now) == 0

    SeatFactory(committee=CommitteeFactory(gate=0), role="chair")

    assert open_reviews_by_themselves(now=now) == 1


def test_called_off_review_opens_again_after_another_half(now: datetime) -> None:
    stage = a_stage_set(now)
    overdue(stage, now, 150)
    open_reviews_by_themselves(now=now)
    GateReview.objects.update(state="withdrawn", withdrawn_at=now)
    UseCase.objects.filter(pk=stage.case.pk).update(status="active")
    StageSpell.objects.update(clock_stopped_at=None)

    later = [open_reviews_by_themselves(now=now + timedelta(days=days)) for days in (13, 14)]

    assert later == [0, 1]


def test_review_opens_by_itself_when_the_pause_is_over(now: datetime) -> None:
    stage = a_stage_set(now)
    day = now.date() + timedelta(days=20)
    stage.decide(stage.closed(now, "pause"), "pause", now, reason="No data.", reason_code="data", revive_date=day)

    opened = [open_reviews_by_themselves(now=now + timedelta(days=days)) for days in (19, 20, 20)]

    assert opened == [0, 1, 0]
    review = GateReview.objects.latest("pk")
    assert (review.trigger, review.requested_by, review.status_before) == ("pause_over", None, "paused")


def test_pause_that_ends_is_reminded_of(now: datetime) -> None:
    stage = a_stage_set(now)
    day = now.date() + timedelta(days=20)
    stage.decide(stage.closed(now, "pause"), "pause", now, reason="No data.", reason_code="data", revive_date=day)

    remind(now=now + timedelta(days=13))
    remind(now=now + timedelta(days=13))

    told = Notification.objects.filter(kind="hold_ending").values_list("user", flat=True)
    assert sorted(told) == sorted([stage.owner.pk, stage.chair.pk, stage.deputy.pk])


def in_operation(now: datetime) -> tuple[UseCase, Decision]:
    """A case whose latest go let it into operation at `now`."""
    stage = a_stage_set(now)
    decision = stage.decide(stage.closed(now), "go", now)
    UseCase.objects.filter(pk=stage.case.pk).update(stage=3)
    StageSpell.objects.filter(case=stage.case, exit_reason="").update(stage=3, time_box_ends_at=None)
    SeatFactory(committee=CommitteeFactory(gate=3), role="chair")
    # The stage was moved behind the go's back: the sweep dates what has no date.
    propose_reviews_due(now=now)
    return UseCase.objects.get(pk=stage.case.pk), decision


def test_operating_review_is_proposed_on_its_day_once(now: datetime) -> None:
    case, _decision = in_operation(now)
    day = now.date() + timedelta(days=90)
    assert GateStanding.objects.get(case=case).next_review == day

    proposed = [propose_reviews_due(now=now + timedelta(days=days)) for days in (89, 90, 90, 91)]

    assert proposed == [0, 1, 0, 0]
    proposal = ReviewProposal.objects.get()
    assert (proposal.trigger, proposal.due) == ("operating", day + timedelta(days=14))


def test_lapsed_approval_and_coming_review_are_reminded_of(now: datetime) -> None:
    case, _decision = in_operation(now)
    GateStanding.objects.filter(case=case).update(
        state="lapsed", review_due=now.date() + timedelta(days=3), next_review=now.date() + timedelta(days=3)
    )

    remind(now=now + timedelta(days=2))
    remind(now=now + timedelta(days=2))

    kinds = list(Notification.objects.filter(subject_type="standing").order_by("kind").values_list("kind", flat=True))
    assert kinds == ["review_proposed", "standing_lapsed", "standing_lapsed"]


def test_imported_cases_in_operation_are_planned_in_waves_and_proposed(now: datetime) -> None:
    cases = [
        UseCaseFactory(stage=3, origin="imported", tier=tier, created_at=now, number=number)
        for number, tier in enumerate(["high"] * 8 + ["minimal"], start=80)
    ]
    planned = [propose_reviews_due(now=now) for _ in range(2)]

    days = dict(GateStanding.objects.values_list("case", "next_review"))
    assert planned == [0, 0]
    assert len({days[case.pk] for case in cases[:8]}) == 8
    assert all(day and now.date() < day <= date(2027, 11, 23) for day in days.values())
    assert propose_reviews_due(now=now + timedelta(days=60)) >= 8
    assert set(ReviewProposal.objects.values_list("trigger", flat=True)) == {"baseline"}


def test_what_a_stop_waited_for_is_proposed_on_its_day_once(now: datetime) -> None:
    stage = a_stage_set(now)
    decision = stage.decide(stage.closed(now), "go", now)
    UseCase.objects.filter(pk=stage.case.pk).update(status="stopped")
    ReviveTrigger.objects.create(
        case=stage.case, decision=decision, on_date=now.date() + timedelta(days=5), text="New law"
    )

    proposed = [propose_reviews_due(now=now + timedelta(days=days)) for days in (4, 5, 6)]

    assert proposed == [0, 1, 0]
    assert "New law" in ReviewProposal.objects.get().text
