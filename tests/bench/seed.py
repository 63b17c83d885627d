"""Seeded cases: the demonstration's generator at any size, a reader who sees all, and scores where none is computed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice

from django.core.management import call_command
from django.db import connection

from pocgate.identity.models import RoleGrant, User
from portfolio.models import UseCase
from scoring.commands.playbooks import ensure_default_playbook
from scoring.models import ReadinessScore
from tests.bench.database import mark_seeded

NOW = datetime(2026, 11, 23, tzinfo=UTC)
READER = "bench-reader"
BATCH = 2000


def seed(cases: int) -> None:
    """Migrate and fill the empty database. Scores are invented, as computing 100,000 takes longer than measuring."""
    print(f"seeding {cases} cases on {connection.vendor} …", flush=True)
    call_command("migrate", verbosity=0)
    call_command("seed_demo", cases=cases, now=NOW, verbosity=0)
    reader = User.objects.create(username=READER, full_name="Bench Reader", password="!")
    RoleGrant.objects.create(user=reader, role="auditor", started_at=NOW - timedelta(days=9))
    scores = _scores()
    while batch := list(islice(scores, BATCH)):
        ReadinessScore.objects.bulk_create(batch)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    mark_seeded(cases, is_postgresql=connection.vendor == "postgresql")


def _scores() -> Iterator[ReadinessScore]:
    playbook = ensure_default_playbook(now=NOW)
    live = UseCase.objects.filter(
        stage__isnull=False, status__in=["active", "in_review", "paused"], readiness__isnull=True
    )
    for pk, number, stage in live.order_by("pk").values_list("pk", "number", "stage"):
        yield ReadinessScore(
            case_id=pk,
            playbook_id=playbook.pk,
            gate=stage or 0,
            overall=Decimal(number * 37 % 10_000) / 100,
            musts_open=number % 12,
            shoulds_open=number % 5,
            computed_at=NOW,
        )
