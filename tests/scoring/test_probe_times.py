"""A probe says until when its result holds; until then nobody runs it again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from scoring.queries.playbooks import current_playbook
from scoring.queries.probe_facts import case_state
from scoring.rules.probes import PROBES_BY_KEY, run_probe
from scoring.rules.vocabulary import STALE
from tests.factories.portfolio import UseCaseFactory
from tests.factories.scoring import full_case

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
LATER = [timedelta(hours=1), DAY, 9 * DAY, 29 * DAY, 44 * DAY, 100 * DAY, 179 * DAY, 364 * DAY, 2000 * DAY]


@pytest.mark.parametrize("key", PROBES_BY_KEY)
@pytest.mark.parametrize("stage", range(4))
def test_probe_on_the_same_records_finds_the_same_until_its_moment(key: str, stage: int, now: datetime) -> None:
    playbook = current_playbook()
    for case in (full_case(now, stage=stage), UseCaseFactory(stage=stage)):
        first = run_probe(key, case_state(case.pk, now=now).probe_facts, playbook)  # type: ignore[arg-type]
        for later in LATER:
            if first.changes_at is not None and first.changes_at <= now + later:
                break
            then = run_probe(key, case_state(case.pk, now=now + later).probe_facts, playbook)  # type: ignore[arg-type]
            assert then == first


@pytest.mark.parametrize("key", PROBES_BY_KEY)
def test_probe_that_lapses_is_stale_with_the_same_records(key: str, now: datetime) -> None:
    playbook = current_playbook()
    for stage in range(4):
        case = full_case(now, stage=stage)
        first = run_probe(key, case_state(case.pk, now=now).probe_facts, playbook)  # type: ignore[arg-type]
        if first.lapses_to is None or first.changes_at is None:
            continue
        then = run_probe(key, case_state(case.pk, now=first.changes_at).probe_facts, playbook)  # type: ignore[arg-type]
        assert (then.verdict, then.achievement, then.changes_at, then.lapses_to) == (STALE, 0, None, None)
        assert (then.code, dict(then.params)) == (first.lapses_to.code, dict(first.lapses_to.params))
        assert then.records == first.records
