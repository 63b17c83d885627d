"""The chair outside a review: ending a pause, extending a time-box."""

from __future__ import annotations

from datetime import datetime

import pytest

from gates.commands.chairing import extend_stage, resume_case
from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow
from portfolio.models import Hold, StageSpell, UseCase
from tests.factories.stage_set import a_stage_set

pytestmark = pytest.mark.django_db


def test_chair_ends_a_pause_with_a_reason_and_nobody_else_does(now: datetime) -> None:
    stage = a_stage_set(now)
    terms = {"reason": "No data.", "reason_code": "data", "revive_trigger": "The feed is there."}
    stage.decide(stage.closed(now, "pause"), "pause", now, **terms)

    with pytest.raises(Forbidden):
        resume_case(case_id=stage.case.pk, reason="Now.", actor=stage.owner, now=now)
    with pytest.raises(Invalid):
        resume_case(case_id=stage.case.pk, reason=" ", actor=stage.chair, now=now)
    case = resume_case(case_id=stage.case.pk, reason="The feed is there.", actor=stage.chair, now=now)

    assert case.status == "active"
    assert Hold.objects.filter(ended_at__isnull=True).count() == 0


def test_resume_of_a_case_that_is_not_paused_is_refused(now: datetime) -> None:
    stage = a_stage_set(now)

    with pytest.raises(NotAllowedNow):
        resume_case(case_id=stage.case.pk, reason="Now.", actor=stage.chair, now=now)

    assert UseCase.objects.get(pk=stage.case.pk).status == "active"


def test_time_box_is_extended_once_by_at_most_half(now: datetime) -> None:
    stage = a_stage_set(now)
    extending = {"case_id": stage.case.pk, "reason": "The data came late.", "actor": stage.chair, "now": now}

    with pytest.raises(NotAllowedNow):
        extend_stage(days=15, **extending)
    spell = extend_stage(days=14, **extending)
    with pytest.raises(NotAllowedNow):
        extend_stage(days=1, **extending)

    assert spell.extension_days == 14
    assert StageSpell.objects.get(case=stage.case).extension_days == 14
