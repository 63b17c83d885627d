"""Readiness as of any day: recomputed from dated records, equal to what was stored then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from pocgate.identity.models import User
from portfolio.commands.cases import edit_case
from portfolio.commands.evidence import withdraw_evidence
from portfolio.commands.facts import set_fact
from portfolio.commands.kpis.definitions import retire_kpi
from portfolio.commands.lifecycle import apply_move, enter_review
from portfolio.commands.scope import remove_scope_item
from portfolio.commands.team import end_membership
from portfolio.models import Evidence, Kpi, ScopeItem, TeamMember, UseCase
from portfolio.rules.transitions import move_of_outcome
from scoring.commands.answers import answer_criterion, attach_revision_to_answer, verify_answer
from scoring.commands.playbooks import publish_playbook
from scoring.commands.readiness import recompute_cases
from scoring.queries.explaining.ahead import outlook_of
from scoring.queries.explaining.as_of import AsOf, as_of, as_of_all, moved_to
from scoring.queries.playbooks import default_playbook_text
from scoring.queries.readiness import readiness_of
from tests.factories.identity import RoleGrantFactory
from tests.factories.portfolio import EvidenceFactory, EvidenceRevisionFactory, UseCaseFactory
from tests.factories.scoring import full_case
from tests.factories.stage_set import StageSet, a_stage_set

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
Seen = tuple[int, Decimal, list[tuple[Any, ...]]]


@dataclass
class Life:
    """A case to which something happens every day; each evening its readiness is computed and kept."""

    case: UseCase
    now: datetime
    kept: dict[datetime, Seen | None] = field(default_factory=dict)

    def evening(self) -> None:
        recompute_cases([self.case.pk], now=self.now)
        self.kept[self.now] = self._stored()
        self.now += DAY

    def _stored(self) -> Seen | None:
        self.case.refresh_from_db()
        found = readiness_of(self.case, now=self.now)
        if found is None:
            return None
        parts = [
            (part.key, part.level, part.verdict, part.achievement, part.points, part.reason) for part in found.parts
        ]
        return found.gate, found.overall, sorted(parts)


def seen(found: AsOf | None) -> Seen | None:
    if found is None:
        return None
    parts = [
        (part.key, part.level, part.verdict, part.achievement, part.points, part.reason.code)
        for part in found.readiness.results
    ]
    return found.readiness.gate, found.readiness.overall, sorted(parts)


def test_every_past_day_is_recomputed_as_it_was_stored(now: datetime) -> None:
    stage_set = a_stage_set(now)
    life = Life(stage_set.case, now)
    for happens in _story(stage_set):
        happens(life.now)
        life.evening()

    again = {at: seen(as_of(life.case.pk, at=at)) for at in life.kept}

    assert again == life.kept
    assert len({shown and shown[:2] for shown in life.kept.values()}) > 6
    assert {shown and shown[0] for shown in life.kept.values()} == {0, 1, None}


def _story(stage_set: StageSet) -> Sequence[Callable[[datetime], object]]:
    case, owner = stage_set.case, stage_set.owner
    admin: User = RoleGrantFactory(role="admin").user
    compliance: User = RoleGrantFactory(role="compliance").user

    def edit(**changes: object) -> Callable[[datetime], object]:
        return lambda now: edit_case(case_id=case.pk, version=None, changes=changes, actor=owner, now=now)

    def fact(key: str, value: str) -> Callable[[datetime], object]:
        return lambda now: set_fact(case_id=case.pk, key=key, value=value, actor=compliance, now=now, reason="Looked.")

    def say(answer: str, note: str = "") -> Callable[[datetime], object]:
        return lambda now: answer_criterion(
            case_id=case.pk, criterion="sources_mapped", answer=answer, note=note, revision_ids=(), actor=owner, now=now
        )

    def attach(now: datetime) -> None:
        revision = EvidenceRevisionFactory(evidence=EvidenceFactory(case=case), uploaded_at=now - 3 * DAY)
        attach_revision_to_answer(
            case_id=case.pk, criterion="sources_mapped", revision_ids=[revision.pk], actor=owner, now=now
        )

    def verify(now: datetime) -> None:
        verify_answer(case_id=case.pk, criterion="sources_mapped", actor=compliance, now=now)

    def publish(now: datetime) -> None:
        heavier = default_playbook_text().replace("    weight: 1\n", "    weight: 2\n", 1)
        publish_playbook(text=heavier, actor=admin, now=now)

    def go(now: datetime) -> None:
        stage_set.decide(
            stage_set.closed(now), "go", now, funding_amount=Decimal(40_000), funding_until=date(2027, 3, 31)
        )

    def stop(now: datetime) -> None:
        enter_review(case_id=case.pk, actor=owner, now=now)
        move = move_of_outcome("stop", gate=1, stage=1, pivot_to=None, scheduled=True)
        apply_move(case_id=case.pk, move=move, time_box_days=None, pause=None, actor=stage_set.chair, now=now)

    return (
        lambda now: None,
        edit(problem_statement="Too short."),
        edit(problem_statement="Long enough again. " * 9, affected_users=""),
        edit(affected_users="Forty clerks", target_gate_date=date(2027, 3, 1)),
        fact("delivery", "bought"),
        fact("delivery", "built"),
        say("not_met"),
        say("met"),
        attach,
        verify,
        publish,
        lambda now: remove_scope_item(
            item_id=ScopeItem.objects.get(case=case, kind="out", removed_at=None).pk, actor=owner, now=now
        ),
        lambda now: ScopeItem.objects.create(case=case, kind="out", text="All else", added_at=now),
        go,
        lambda now: retire_kpi(
            kpi_id=Kpi.objects.get(case=case, role="acceptance").pk, reason="Replaced.", actor=owner, now=now
        ),
        lambda now: end_membership(
            member_id=TeamMember.objects.get(case=case, role="sponsor").pk, actor=owner, now=now
        ),
        lambda now: withdraw_evidence(
            evidence_id=Evidence.objects.filter(case=case).order_by("pk")[1].pk, reason="Wrong.", actor=owner, now=now
        ),
        stop,
    )


def test_case_has_no_readiness_before_it_was_there(now: datetime) -> None:
    case = UseCaseFactory(created_at=now)

    assert as_of(case.pk, at=now - DAY) is None
    assert as_of(case.pk, at=now) is not None


def test_batch_equals_single_cases_with_as_many_queries(now: datetime, django_assert_num_queries: Any) -> None:
    cases = [full_case(now), full_case(now, stage=2), full_case(now, stage=3)]
    publish_playbook(text=default_playbook_text(), actor=None, now=now)
    single = {case.pk: as_of(case.pk, at=now) for case in cases}

    with django_assert_num_queries(21):
        as_of_all([cases[0].pk], at=now)
    with django_assert_num_queries(21):
        batch = as_of_all([case.pk for case in cases], at=now)

    assert batch == single


def test_readings_of_an_earlier_iteration_count_on_their_days(now: datetime) -> None:
    case = full_case(now)
    before = seen(as_of(case.pk, at=now))
    enter_review(case_id=case.pk, actor=case.team.first().user, now=now + DAY)
    move = move_of_outcome("pivot", gate=1, stage=1, pivot_to=1, scheduled=True)
    apply_move(case_id=case.pk, move=move, time_box_days=42, pause=None, actor=case.team.first().user, now=now + DAY)

    found = as_of(case.pk, at=now + DAY)

    assert found is not None
    kpis = next(part for part in found.readiness.results if part.key == "kpi_meets_threshold")
    assert kpis.reason.code == "kpi_without_readings"
    assert seen(as_of(case.pk, at=now)) == before


@pytest.mark.parametrize("stage", [1, 2, 3])
def test_each_step_ahead_is_what_all_probes_find_at_that_moment(stage: int, now: datetime) -> None:
    found = as_of(full_case(now, stage=stage).pk, at=now)
    assert found is not None

    steps = outlook_of(found).outlook.steps

    assert len(steps) >= 3
    for step in steps:
        whole = moved_to(found, step.at).readiness
        assert (step.overall, step.musts_open) == (whole.overall, whole.musts_open)


def test_later_moments_keep_the_records_of_today(now: datetime) -> None:
    case = full_case(now)
    member = case.team.get(role="sponsor")
    TeamMember.objects.filter(pk=member.pk).update(ended_at=now + 20 * DAY)
    found = as_of(case.pk, at=now)
    assert found is not None
    later = found.later()

    sponsors = [
        next(part.verdict for part in later(now + days * DAY).results if part.key == "sponsor_confirmed")
        for days in (0, 19, 20)
    ]

    assert later(now) == found.readiness
    assert sponsors == ["pass", "pass", "not_enough_evidence"]
