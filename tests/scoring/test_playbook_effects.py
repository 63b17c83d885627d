"""A draft tried out on the portfolio: nothing is scored, every change is explained, what moved on makes it outdated."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from pocgate.kernel import jobs
from pocgate.kernel.enums import JobState
from pocgate.kernel.models import Job
from portfolio.commands.recompute import request_recompute
from portfolio.models import UseCase
from scoring import tasks
from scoring.commands.playbooks import (
    begin_draft,
    ensure_default_playbook,
    publish_playbook,
    request_effect,
    save_draft,
)
from scoring.commands.playbooks.effects import compute_effect, totals_under
from scoring.commands.readiness import recompute_cases
from scoring.models import CriterionResult, Playbook, PlaybookEffect, PlaybookEffectCase, ReadinessPoint, ReadinessScore
from scoring.queries.playbook_effects import affected_cases, effect_of, effects_under
from scoring.queries.playbooks import default_playbook_text, published_playbook
from scoring.rules.playbook import parse_playbook
from tests.factories.identity import RoleGrantFactory
from tests.factories.portfolio import UseCaseFactory
from tests.factories.scoring import full_case

pytestmark = pytest.mark.django_db


def _heavier() -> str:
    """A playbook in which the first criterion of `outcome` weighs ten times as much."""
    return default_playbook_text().replace("    weight: 2\n", "    weight: 20\n", 1)


def _draft(text: str | None = None) -> Playbook:
    now = timezone.now()
    ensure_default_playbook(now=now)
    admin = RoleGrantFactory(role="admin").user
    return begin_draft(name="Heavier", text=_heavier() if text is None else text, actor=admin, now=now)


def _request(draft: Playbook) -> PlaybookEffect:
    author = draft.created_by
    assert author is not None
    return request_effect(draft_id=draft.pk, revision=draft.revision, actor=author, now=timezone.now())


def _computed(draft: Playbook) -> PlaybookEffect:
    effect = _request(draft)
    tasks.playbook_effect(job_id=Job.objects.get(subject_id=str(effect.pk), subject_type="playbook_effect").pk)
    return PlaybookEffect.objects.get(pk=effect.pk)


def _scores() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (ReadinessScore, CriterionResult, ReadinessPoint)]


def test_effect_is_what_publishing_then_does(now: datetime) -> None:
    cases = [full_case(now), full_case(now, stage=0), UseCaseFactory(stage=2), UseCaseFactory(status="stopped")]
    recompute_cases([case.pk for case in cases], now=timezone.now())
    before = _scores()

    effect = _computed(_draft())

    assert _scores() == before
    rows = {row.case_id: row for row in effect.cases.all()}
    publish_playbook(text=_heavier(), actor=None, now=timezone.now())
    recompute_cases([case.pk for case in cases], now=effect.as_of)
    after = dict(ReadinessScore.objects.values_list("case_id", "overall"))
    assert {pk: row.after for pk, row in rows.items()} == {pk: after[pk] for pk in rows}
    assert set(rows) == {cases[0].pk, cases[1].pk}
    assert (effect.summary["cases"], effect.summary["changed"], effect.summary["failed"]) == (3, 2, 0)


def test_effect_names_what_moved_it(now: datetime) -> None:
    full_case(now)

    row = _computed(_draft()).cases.get()

    assert "problem_stated" in [key for key, _points in row.moved]
    assert row.after > row.before
    assert (row.opening, row.closing, row.opening_count) == ([], [], 0)


def test_effect_that_is_asked_for_again_replaces_the_one_before(now: datetime) -> None:
    full_case(now)
    draft = _draft()
    _computed(draft)

    again = _computed(draft)

    assert list(PlaybookEffect.objects.values_list("pk", flat=True)) == [again.pk]
    assert PlaybookEffectCase.objects.count() == 1


def test_effect_computed_twice_gives_the_same_rows(now: datetime) -> None:
    full_case(now)
    effect = _request(_draft())

    for _run in range(2):
        compute_effect(effect_id=effect.pk, progress=lambda _done, _total: True, clock=timezone.now)

    assert effect.cases.count() == 1


def test_effect_stops_once_another_worker_took_over(now: datetime) -> None:
    full_case(now)
    effect = _request(_draft())

    totals = compute_effect(effect_id=effect.pk, progress=lambda _done, _total: False, clock=timezone.now)

    assert totals is None
    assert not effect.cases.exists()
    assert PlaybookEffect.objects.get(pk=effect.pk).finished_at is None


def test_effect_of_a_text_that_was_changed_meanwhile_is_not_computed(now: datetime) -> None:
    full_case(now)
    draft = _draft()
    effect = _request(draft)
    save_draft(draft_id=draft.pk, revision=1, name="x", text="x", actor=draft.created_by, now=timezone.now())  # type: ignore[arg-type]

    tasks.playbook_effect(job_id=Job.objects.get(subject_type="playbook_effect").pk)

    assert Job.objects.get(subject_type="playbook_effect").result == {"outdated": True}
    assert PlaybookEffect.objects.get(pk=effect.pk).finished_at is None


def test_effect_shows_how_far_it_is_and_whether_it_failed(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = _draft()
    assert effect_of(draft) is None
    _request(draft)

    waiting = effect_of(draft)
    job = Job.objects.get(subject_type="playbook_effect")
    claimed = jobs.claim(job.pk, now=timezone.now())
    assert claimed is not None
    Job.objects.filter(pk=job.pk).update(state=JobState.FAILED)
    failed = effect_of(draft)

    assert waiting is not None
    assert failed is not None
    assert (waiting.is_running, waiting.has_failed, waiting.is_finished) == (True, False, False)
    assert (failed.is_running, failed.has_failed) == (False, True)


def test_effect_is_outdated_by_text_version_and_records(now: datetime) -> None:
    case = full_case(now)
    draft = _draft()
    _computed(draft)

    def outdated() -> tuple[str, ...]:
        found = effect_of(Playbook.objects.get(pk=draft.pk))
        assert found is not None
        return found.outdated

    fresh = outdated()
    request_recompute(case.pk)
    after_record = outdated()
    publish_playbook(
        text=default_playbook_text().replace("readiness_bar: 70", "readiness_bar: 60"), actor=None, now=timezone.now()
    )
    after_publish = outdated()
    save_draft(draft_id=draft.pk, revision=1, name="x", text="x", actor=draft.created_by, now=timezone.now())  # type: ignore[arg-type]

    assert [fresh, after_record, after_publish] == [(), ("records",), ("base", "records")]
    assert outdated() == ("text", "base", "records")


def test_one_unreadable_case_leaves_the_others_counted(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [full_case(now) for _ in range(3)]
    sick = cases[1].pk
    new = parse_playbook(_heavier())
    from scoring.queries import playbook_effects as module

    healthy = module._readiness

    def breaks(state: Any, rules: Any, moment: datetime) -> Any:
        if state.case_id == sick:
            raise ValueError("unreadable")
        return healthy(state, rules, moment)

    monkeypatch.setattr(module, "_readiness", breaks)

    found, failed = effects_under([case.pk for case in cases], published_playbook().rules, new, now=now)

    assert (set(found), failed) == ({cases[0].pk, cases[2].pk}, (sick,))


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [("worst", [2, 3, 1]), ("best", [1, 3, 2]), ("case", [1, 2, 3]), ("opening", [3, 2, 1]), ("nonsense", [2, 3, 1])],
)
def test_affected_cases_come_in_the_order_asked_for(ordering: str, expected: list[int]) -> None:
    effect = _request(_draft())
    for number, after, opening in ((1, 60, 0), (2, 20, 0), (3, 40, 2)):
        PlaybookEffectCase.objects.create(
            effect=effect,
            case=UseCaseFactory(number=number),
            gate=0,
            before=Decimal(50),
            after=Decimal(after),
            reached_bar=False,
            reaches_bar=False,
            opening_count=opening,
        )

    assert [row.case.number for row in affected_cases(effect, ordering)] == expected


def test_totals_for_the_command_line_store_nothing(now: datetime) -> None:
    case = full_case(now)

    totals, changing = totals_under(published_playbook().rules, parse_playbook(_heavier()), now=now)

    assert (totals.cases, [case_id for case_id, _effect in changing]) == (1, [case.pk])
    assert not PlaybookEffect.objects.exists()
    assert UseCase.objects.count() == 1
