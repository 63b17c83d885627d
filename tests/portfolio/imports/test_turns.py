"""Imports that were asked for side by side: the second one never repeats what the first one wrote."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from pocgate.kernel import jobs
from pocgate.kernel.errors import NotAllowedNow
from pocgate.kernel.models import Job
from portfolio.commands import imports
from portfolio.enums import ImportState
from portfolio.models import ImportRun, UseCase
from portfolio.tasks import apply_import

pytestmark = pytest.mark.django_db

TEXT = b"Use case name,Department,Stage\nSort claims,Claims,Pilot\nRead letters,Mail,In production\n"


def checked(now: datetime) -> ImportRun:
    run = imports.receive_file(chunks=[TEXT], file_name="list.csv", actor=None, now=now)
    imports.start_check(run_id=run.pk, actor=None, now=now)
    return imports.check_run(run_id=run.pk, now=now)


def asked_for(now: datetime) -> ImportRun:
    return imports.start_apply(run_id=checked(now).pk, accept_imputed=True, actor=None, now=now)


def test_import_overtaken_by_another_writes_nothing_and_stands_as_checked(now: datetime) -> None:
    first, second = asked_for(now), asked_for(now)

    assert imports.apply_run(run_id=first.pk, actor=None, now=now) is not None
    assert imports.apply_run(run_id=second.pk, actor=None, now=now) is None

    second.refresh_from_db()
    assert second.state == ImportState.CHECKED
    assert UseCase.objects.count() == 2
    assert [b.code for b in imports.apply_blockers(second, accept_imputed=True)] == ["portfolio_changed"]


def test_import_killed_while_applying_and_taken_up_later_doubles_nothing(now: datetime) -> None:
    killed = asked_for(now - timedelta(hours=1))
    jobs.claim(killed.job_id or 0, now=now - timedelta(hours=1))
    imports.apply_run(run_id=asked_for(now).pk, actor=None, now=now)

    apply_import(job_id=killed.job_id)

    assert UseCase.objects.count() == 2
    assert Job.objects.get(pk=killed.job_id).result == {}


def test_import_checked_before_another_was_applied_is_told_to_be_checked_again(now: datetime) -> None:
    # The clock of the other process runs behind: only the count of what was applied tells.
    early = checked(now + timedelta(hours=1))
    imports.apply_run(run_id=asked_for(now).pk, actor=None, now=now)

    with pytest.raises(NotAllowedNow) as refusal:
        imports.start_apply(run_id=early.pk, accept_imputed=True, actor=None, now=now)

    assert [blocker.code for blocker in refusal.value.blockers] == ["portfolio_changed"]

    imports.start_check(run_id=early.pk, actor=None, now=now)
    assert imports.check_run(run_id=early.pk, now=now).summary["unchanged"] == 2
