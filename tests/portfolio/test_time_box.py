"""Time-boxes: days on hold and in review do not count; one extension of at most a half."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocgate.kernel.errors import NotAllowedNow
from portfolio.commands import clock, lifecycle
from portfolio.models import StageSpell, UseCase
from portfolio.queries.cases import time_box_of
from portfolio.rules.time_box import Box, Level, level_of, time_box_use
from portfolio.rules.transitions import move_of_outcome
from tests.factories.identity import UserFactory
from tests.factories.portfolio import UseCaseFactory

START = datetime.fromisoformat("2026-01-01T00:00:00+00:00")


def _day(number: int) -> datetime:
    return START + timedelta(days=number)


@pytest.mark.django_db
def test_review_and_hold_stop_the_clock() -> None:
    case, chair = UseCaseFactory(status="draft", stage=None), UserFactory()
    lifecycle.submit(case_id=case.pk, time_box_days=28, actor=chair, now=_day(0))
    lifecycle.enter_review(case_id=case.pk, actor=chair, now=_day(10))
    pause = lifecycle.PauseTerms("data", "Feed is down", revive_trigger="feed is back")
    move = move_of_outcome("pause", gate=0, stage=0, pivot_to=None, scheduled=True)
    lifecycle.apply_move(case_id=case.pk, move=move, time_box_days=None, pause=pause, actor=chair, now=_day(15))
    lifecycle.resume(case_id=case.pk, reason="Feed is back", actor=chair, now=_day(50))

    spell = StageSpell.objects.get()
    use = time_box_of(spell, now=_day(54))
    assert spell.time_box_ends_at == _day(68)
    assert (use.days_used, use.days_allowed, use.percent, use.level) == (14, 28, 50, Level.FRESH)


@pytest.mark.django_db
def test_withdrawn_review_lets_the_clock_run_on_and_unlocks_the_records() -> None:
    case, chair = UseCaseFactory(status="draft", stage=None), UserFactory()
    lifecycle.submit(case_id=case.pk, time_box_days=28, actor=chair, now=_day(0))
    lifecycle.enter_review(case_id=case.pk, actor=chair, now=_day(10))
    lifecycle.lock_records(case_id=case.pk, actor=chair, now=_day(11))
    locked = UseCase.objects.get().records_locked_at

    lifecycle.leave_review(case_id=case.pk, back_to="active", actor=chair, now=_day(13))

    assert locked == _day(11)
    assert UseCase.objects.get().records_locked_at is None
    assert StageSpell.objects.get().time_box_ends_at == _day(31)


@pytest.mark.django_db
def test_time_box_is_extended_once_by_at_most_the_share_given(now: datetime) -> None:
    case, chair = UseCaseFactory(status="draft", stage=None), UserFactory()
    lifecycle.submit(case_id=case.pk, time_box_days=28, actor=chair, now=now)
    extension = {"case_id": case.pk, "share": Fraction(1, 2), "reason": "Holidays", "actor": chair, "now": now}

    for days in (0, 15):
        with pytest.raises(NotAllowedNow):
            clock.extend_time_box(days=days, **extension)
    spell = clock.extend_time_box(days=14, **extension)
    with pytest.raises(NotAllowedNow):
        clock.extend_time_box(days=1, **extension)

    assert (spell.extension_days, spell.time_box_ends_at) == (14, now + timedelta(days=42))


@pytest.mark.django_db
def test_stage_without_a_time_box_has_none_to_extend(now: datetime) -> None:
    case = UseCaseFactory(with_spell=True)
    StageSpell.objects.update(time_box_days=None)

    with pytest.raises(NotAllowedNow):
        clock.extend_time_box(case_id=case.pk, days=1, share=Fraction(1, 2), reason="", actor=UserFactory(), now=now)


@pytest.mark.parametrize(
    ("percent", "level"),
    [
        (0, Level.FRESH),
        (74, Level.FRESH),
        (75, Level.CLOSE),
        (99, Level.CLOSE),
        (100, Level.OVER),
        (150, Level.FAR_OVER),
    ],
)
def test_level_of_use(percent: int, level: Level) -> None:
    assert level_of(percent) == level


@pytest.mark.parametrize(
    ("box", "used", "percent"),
    [
        (Box(None, None), None, None),
        (Box(None, 28), None, None),
        (Box(None, 28, ends_at=_day(28)), 10, 35),
        (Box(_day(0), None), 10, None),
        (Box(_day(0), 28), 10, 35),
        (Box(_day(0), 28, 14, _day(42)), 10, 23),
        (Box(_day(0), 28, 0, _day(28), _day(7)), 7, 25),
    ],
)
def test_use_of_a_box_on_day_ten(box: Box, used: int | None, percent: int | None) -> None:
    use = time_box_use(box, now=_day(10))

    assert (use.days_used, use.percent) == (used, percent)


@given(days=st.integers(1, 200), stopped=st.integers(0, 100), later=st.integers(0, 400))
def test_use_never_shrinks_and_ignores_stopped_days(days: int, stopped: int, later: int) -> None:
    plain = time_box_use(Box(_day(0), days), now=_day(later))
    moved = time_box_use(Box(_day(0), days, ends_at=_day(days + stopped)), now=_day(later + stopped))

    assert plain == moved
    assert (time_box_use(Box(_day(0), days), now=_day(later + 1)).percent or 0) >= (plain.percent or 0)
