"""The sweep does each of its steps, whatever happens to another."""

from __future__ import annotations

from typing import Any

import pytest

from gates import tasks
from pocgate.kernel.models import ScheduledRun

pytestmark = pytest.mark.django_db

STEPS = [
    "outdate_overtaken",
    "tell_reviews_proposed",
    "send_packs",
    "close_or_extend_when_due",
    "check_standings",
    "propose_reviews_due",
    "open_reviews_by_themselves",
    "link_proposals",
]


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the steps that were begun, over two running votes; each but the broken one ends well."""
    begun: list[str] = []
    for name in [*STEPS, "refreeze_when_material"]:
        monkeypatch.setattr(tasks, name, lambda name=name, **_: begun.append(name))
    monkeypatch.setattr(tasks, "reviews_voting", lambda: [1, 2])
    return begun


def break_step(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it fail each time."""

    def fail(**_: Any) -> None:
        raise ValueError(f"{name} is broken")

    monkeypatch.setattr(tasks, name, fail)


@pytest.mark.parametrize("broken", STEPS)
def test_step_that_fails_keeps_no_other_from_being_done_and_is_noted(
    done: list[str], broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_step(broken, monkeypatch)

    with pytest.raises(ValueError, match=f"{broken} is broken"):
        tasks.sweep()

    assert set(STEPS) - set(done) == {broken}
    run = ScheduledRun.objects.get(task="gates.sweep")
    assert (run.failures, run.last_error) == (1, f"ValueError: {broken} is broken")


def test_vote_that_can_not_be_closed_keeps_no_other_from_it(done: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[int] = []

    def close(*, review_id: int, **_: Any) -> None:
        if review_id == 1:
            raise ValueError("no")
        closed.append(review_id)

    monkeypatch.setattr(tasks, "close_or_extend_when_due", close)
    with pytest.raises(ValueError, match="no"):
        tasks.sweep()

    assert closed == [2]
    assert done.count("refreeze_when_material") == 1
