"""One case and a batch are read alike, with a fixed number of queries, as things stood at a moment."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from portfolio.models import CaseFact, CostEntry, CostPlan, Kpi, KpiReading, KpiThreshold, TeamMember, UseCase
from scoring.models import CriterionAnswer
from scoring.queries.playbooks import current_playbook
from scoring.queries.probe_facts import answer_states, case_state, case_states
from scoring.rules.probes import run_probe
from tests.factories.identity import LONG_AGO, UserFactory
from tests.factories.portfolio import (
    EvidenceFactory,
    EvidenceRevisionFactory,
    FeedbackFactory,
    TrainingSessionFactory,
    UseCaseFactory,
)
from tests.factories.scoring import AnswerEvidenceFactory, CriterionAnswerFactory, full_case

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def _verdicts(case: UseCase, now: datetime) -> dict[str, str]:
    states = answer_states(case_state(case.pk, now=now), current_playbook())
    return {state.criterion: state.probe.verdict for state in states if state.probe}


@pytest.mark.parametrize("count", [1, 3])
def test_case_states_any_number_take_the_same_queries(
    count: int, now: datetime, django_assert_num_queries: Any
) -> None:
    cases = [full_case(now) for _ in range(count)]
    for case in cases:
        CriterionAnswerFactory(case=case)

    with django_assert_num_queries(17):
        states = case_states([case.pk for case in cases], now=now)

    assert list(states) == [case.pk for case in cases]


def test_case_states_of_a_batch_equal_those_of_single_cases(now: datetime) -> None:
    cases = [full_case(now), full_case(now, stage=2), UseCaseFactory(stage=3), UseCaseFactory(status="stopped")]
    revision = EvidenceRevisionFactory(evidence=EvidenceFactory(case=cases[0]))
    AnswerEvidenceFactory(answer=CriterionAnswerFactory(case=cases[0]), revision=revision)

    batch = case_states([case.pk for case in cases], now=now)

    assert batch == {case.pk: case_state(case.pk, now=now) for case in cases}


def test_full_case_passes_the_probes_that_its_records_show(now: datetime) -> None:
    verdicts = _verdicts(full_case(now), now)

    assert {key for key, verdict in verdicts.items() if verdict != "pass"} == {"tco_estimated"}


def test_draft_has_no_gate_and_reads_one_query(now: datetime, django_assert_num_queries: Any) -> None:
    draft = UseCaseFactory(status="draft", stage=None)

    with django_assert_num_queries(1):
        state = case_state(draft.pk, now=now)

    assert (state.gate, state.probe_facts) == (None, None)


def test_fact_period_is_half_open(now: datetime) -> None:
    case = UseCaseFactory()
    CaseFact.objects.create(case=case, key="tier", value="high", valid_from=LONG_AGO, valid_until=now)
    CaseFact.objects.create(case=case, key="tier", value="minimal", valid_from=now)

    tiers = [case_state(case.pk, now=moment).facts.tier for moment in (now - DAY, now)]

    assert tiers == ["high", "minimal"]


def test_fact_with_unknown_word_counts_as_not_known(now: datetime) -> None:
    case = UseCaseFactory()
    CaseFact.objects.create(case=case, key="delivery", value="conjured", valid_from=LONG_AGO)

    assert case_state(case.pk, now=now).facts.delivery == "unknown"


def test_member_who_left_or_confirmed_later_does_not_count(now: datetime) -> None:
    case = full_case(now)
    TeamMember.objects.filter(case=case, role="business_owner").update(confirmed_at=now + DAY)
    TeamMember.objects.filter(case=case, role="sponsor").update(ended_at=now)

    verdicts = _verdicts(case, now)

    assert [verdicts["business_owner"], verdicts["sponsor_confirmed"]] == ["not_enough_evidence"] * 2


def test_corrected_reading_counts_until_its_correction_was_recorded(now: datetime) -> None:
    case = full_case(now)
    kpi = Kpi.objects.get(case=case)
    wrong = kpi.readings.order_by("pk")[0]
    right = KpiReading.objects.create(
        kpi=kpi,
        value=21,
        sample_size=20,
        observed_from=now,
        observed_to=now,
        recorded_at=now + DAY,
        source="set A",
    )
    KpiReading.objects.filter(pk=wrong.pk).update(superseded_by=right)

    known = [
        {reading.record.id for reading in case_state(case.pk, now=moment).probe_facts.kpis[0].readings}  # type: ignore[union-attr]
        for moment in (now, now + DAY)
    ]

    assert wrong.pk in known[0]
    assert right.pk not in known[0]
    assert wrong.pk not in known[1]
    assert right.pk in known[1]


def test_eased_threshold_keeps_its_moment_when_tightened_later(now: datetime) -> None:
    case = full_case(now)
    kpi = Kpi.objects.get(case=case)
    KpiThreshold.objects.filter(kpi=kpi, gate=1).update(superseded_at=now - 2 * DAY)
    history = {"kpi": kpi, "gate": 1, "eased": True, "readings_existed": True}
    KpiThreshold.objects.create(**history, value=35, old_value=30, set_at=now - 2 * DAY, superseded_at=now - DAY)
    KpiThreshold.objects.create(**history, value=28, old_value=35, set_at=now - DAY)

    thresholds = case_state(case.pk, now=now).probe_facts.kpis[0].thresholds  # type: ignore[union-attr]

    assert [(found.value, found.eased_at) for found in thresholds if found.gate == 1] == [(28, now - 2 * DAY)]


def test_proposed_plan_leaves_the_agreed_caps_in_force(now: datetime) -> None:
    case = full_case(now)
    CostPlan.objects.create(case=case, version=2, case_cap=1, monthly_cap=1, proposed_at=now)

    assert _verdicts(case, now)["cap_agreed"] == "pass"
    assert _verdicts(case, now)["spend_within_cap"] == "pass"


def test_cost_without_stage_counts_from_the_day_the_stage_began(now: datetime) -> None:
    case = full_case(now)
    CostEntry.objects.filter(case=case).update(stage=None)
    before = CostEntry.objects.get(case=case)
    before.pk, before.period_start = None, date(2023, 12, 1)
    before.save()

    costs = case_state(case.pk, now=now).probe_facts.costs  # type: ignore[union-attr]

    assert [cost.in_stage for cost in costs] == [True, False]


def test_withdrawn_evidence_is_not_current(now: datetime) -> None:
    evidence = EvidenceFactory(withdrawn_at=now)
    answer = CriterionAnswerFactory(case=evidence.case)
    AnswerEvidenceFactory(answer=answer, revision=EvidenceRevisionFactory(evidence=evidence))

    current = [
        case_state(evidence.case.pk, now=moment).answers["ai_justified"].evidence[0].current
        for moment in (now - DAY, now)
    ]

    assert current == [True, False]


def test_evidence_counts_through_the_day_it_is_valid_until(now: datetime) -> None:
    answer = CriterionAnswerFactory()
    revision = EvidenceRevisionFactory(evidence=EvidenceFactory(case=answer.case), valid_until=date(2026, 11, 23))
    AnswerEvidenceFactory(answer=answer, revision=revision)

    ends = case_state(answer.case.pk, now=now).answers["ai_justified"].evidence[0].valid_until

    assert ends is not None
    assert ends.isoformat() == "2026-11-24T00:00:00+00:00"


def test_newer_revision_outdates_a_sign_off_from_its_upload_on(now: datetime) -> None:
    case = UseCaseFactory()
    evidence = EvidenceFactory(case=case)
    signed = CriterionAnswerFactory(case=case, criterion="tier_confirmed", answer="accepted", answered_at=now - DAY)
    AnswerEvidenceFactory(answer=signed, revision=EvidenceRevisionFactory(evidence=evidence))
    EvidenceRevisionFactory(evidence=evidence, number=2, uploaded_at=now)

    states = [
        case_state(case.pk, now=moment).answers["tier_confirmed"].sign_off.state  # type: ignore[union-attr]
        for moment in (now - DAY, now)
    ]

    assert states == ["accepted", "outdated"]


def test_answer_is_that_of_the_moment(now: datetime) -> None:
    case = UseCaseFactory()
    author = UserFactory()
    CriterionAnswerFactory(case=case, author=author, answer="not_met", superseded_at=now)
    CriterionAnswerFactory(
        case=case, author=author, answer="met", answered_at=now, verified_at=now + DAY, verified_by=UserFactory()
    )

    said = [case_state(case.pk, now=moment).answers["ai_justified"] for moment in (now - DAY, now, now + DAY)]

    assert [state.answer for state in said] == ["not_met", "met", "met"]
    assert [state.is_verified for state in said] == [False, False, True]
    assert CriterionAnswer.objects.count() == 2


def test_every_computed_criterion_has_a_probe_that_runs(now: datetime) -> None:
    state = case_state(full_case(now).pk, now=now)
    playbook = current_playbook()
    assert state.probe_facts is not None

    verdicts = {
        criterion.key: run_probe(criterion.key, state.probe_facts, playbook).verdict
        for criterion in playbook.criteria
        if criterion.kind == "C"
    }

    assert set(verdicts.values()) <= {"pass", "fail", "stale", "not_enough_evidence"}


def test_answer_to_feedback_counts_from_its_moment_on(now: datetime) -> None:
    case = UseCaseFactory()
    FeedbackFactory(case=case, answer="Mended.", answered_by=UserFactory(), answered_at=now)

    answered = [
        case_state(case.pk, now=moment).probe_facts.feedback[0].is_answered  # type: ignore[union-attr]
        for moment in (now - DAY, now)
    ]

    assert answered == [False, True]


def test_planned_session_counts_until_it_was_held(now: datetime) -> None:
    case = UseCaseFactory()
    held = TrainingSessionFactory(case=case, people_trained=18, recorded_at=now)
    TrainingSessionFactory(case=case, superseded_by=held)

    trained = [
        [session.trained for session in case_state(case.pk, now=moment).probe_facts.training]  # type: ignore[union-attr]
        for moment in (now - DAY, now)
    ]

    assert trained == [[None], [18]]


def test_records_of_an_earlier_iteration_do_not_count(now: datetime) -> None:
    case = full_case(now, iteration=2)

    facts = case_state(case.pk, now=now).probe_facts

    assert facts is not None
    assert (facts.feedback, facts.benefits, facts.training, facts.operations) == ((), (), (), ())
