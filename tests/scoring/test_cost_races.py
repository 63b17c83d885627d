"""Two workers at once on the cost of the same cases, on PostgreSQL: each share is noticed and told once."""

from __future__ import annotations

import threading
from datetime import datetime

import pytest
from django.db import connection

from pocgate.inbox.models import Notification
from pocgate.ledger.models import Activity
from scoring.commands.costs import watch_costs
from scoring.commands.playbooks import ensure_default_playbook
from scoring.models import CostNotice, CostOutlook
from tests.factories.costs import case_with_money

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite takes one writer at a time"),
]
WORKERS, ROUNDS = 3, 5


def test_workers_at_once_write_each_notice_once(now: datetime) -> None:
    ensure_default_playbook(now=now)
    for _ in range(ROUNDS):
        cases = [case_with_money(now, stage_cap=600) for _ in range(2)]
        ids = [case.pk for case in cases]
        barrier, errors = threading.Barrier(WORKERS), []

        def work(ids: list[int] = ids, barrier: threading.Barrier = barrier, errors: list = errors) -> None:
            barrier.wait()
            try:
                watch_costs(ids, now=now)
            except Exception as error:  # noqa: BLE001 - shown by the assertion below
                errors.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for _ in range(WORKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert errors == []
        assert CostNotice.objects.filter(case__in=ids).count() == 4 * len(ids)
        assert Activity.objects.filter(verb="cost.noticed", case_id__in=ids).count() == 4 * len(ids)
        assert Notification.objects.filter(kind="cost_notice", case_id__in=ids).count() == 2 * len(ids)
        assert CostOutlook.objects.filter(case__in=ids).count() == len(ids)
