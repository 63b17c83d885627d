"""Seeded cases, set by set and without chance: the same figures on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, TypeVar

from django.core.management import call_command
from django.db import connection
from django.db.models import Model

from pocgate.identity.models import RoleGrant, User
from pocgate.kernel.db import append_only_lifted
from portfolio.models import CostEntry, CostPlan, Department, StageSpell, TeamMember, UseCase
from scoring.commands.playbooks import ensure_default_playbook
from scoring.models import ReadinessScore

M = TypeVar("M", bound=Model)

NOW = datetime(2026, 11, 23, tzinfo=UTC)
DEPARTMENTS = 41
PEOPLE = 200
BATCH = 2000
READER = "bench-reader"
STATUSES = ("active",) * 14 + ("in_review", "paused", "stopped", "retired", "draft", "active")
TIERS = ("unassessed", "minimal", "minimal", "limited", "limited", "high")
WORDS = tuple(
    "claims fraud triage forecast churn invoice contract routing summary vision speech tariff audit".split()  # noqa: SIM905
)
TEXT = "Every week the team sorts incoming work by hand, which takes hours and goes wrong too often. "


def seed(cases: int) -> None:
    """Migrate, and fill the database unless it holds this many cases already."""
    call_command("migrate", verbosity=0)
    if UseCase.objects.count() == cases and User.objects.filter(username=READER).exists():
        return
    print(f"seeding {cases} cases on {connection.vendor} …", flush=True)
    with append_only_lifted():
        call_command("flush", interactive=False, verbosity=0)
    people, departments = _people(), _departments()
    _fill(UseCase, (_case(number, departments, people) for number in range(1, cases + 1)))
    _records(people)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _people() -> list[User]:
    users = [User(username=f"bench-{n}", full_name=f"Bench Person {n}", password="!") for n in range(PEOPLE)]
    reader = User(username=READER, full_name="Bench Reader", password="!")
    User.objects.bulk_create([*users, reader])
    RoleGrant.objects.create(user=User.objects.get(username=READER), role="auditor", started_at=NOW - timedelta(9))
    return list(User.objects.exclude(username=READER).order_by("pk"))


def _departments() -> list[Department]:
    Department.objects.bulk_create([Department(name=f"Department {n:02d}", path="/") for n in range(DEPARTMENTS)])
    departments = list(Department.objects.order_by("pk"))
    for department in departments:
        department.path = f"/{department.pk}/"
    Department.objects.bulk_update(departments, ["path"])
    return departments


def _case(number: int, departments: list[Department], people: list[User]) -> UseCase:
    status = STATUSES[number % len(STATUSES)]
    words = [WORDS[(number * step) % len(WORDS)] for step in (1, 3, 7)]
    at = NOW - timedelta(minutes=number % 500_000)
    return UseCase(
        number=number,
        title=f"{' '.join(words).capitalize()} {number}",
        problem_statement=TEXT * 4,
        affected_process="Intake",
        affected_users="Clerks",
        technology=[words[0], "language model"],
        category=words[1],
        department=departments[number % DEPARTMENTS],
        stage=None if status == "draft" else number % 4,
        status=status,
        tier=TIERS[number % len(TIERS)],
        vendor="Vendor" if number % 3 else "",
        currency=("EUR", "EUR", "CHF")[number % 3],
        target_gate_date=(NOW + timedelta(days=number % 200 - 60)).date(),
        created_by=people[number % PEOPLE],
        created_at=at - timedelta(days=100),
        updated_at=at,
        computed_version=1,
    )


def _records(people: list[User]) -> None:
    playbook = ensure_default_playbook(now=NOW)
    found = list(UseCase.objects.order_by("number").values_list("pk", "number", "stage", "status", "created_at"))
    live = [row for row in found if row[2] is not None and row[3] in {"active", "in_review", "paused"}]
    _fill(TeamMember, (_owner(row, people) for row in found))
    _fill(StageSpell, (_spell(row) for row in live))
    _fill(ReadinessScore, (_score(row, playbook.pk) for row in live))
    _fill(CostPlan, (_plan(row, people) for row in live))
    _fill(CostEntry, (_entry(row, month) for row in live for month in (1, 2, 3)))


def _owner(row: tuple[Any, ...], people: list[User]) -> TeamMember:
    return TeamMember(
        case_id=row[0], user=people[row[1] % PEOPLE], role="product_owner", started_at=row[4], confirmed_at=row[4]
    )


def _spell(row: tuple[Any, ...]) -> StageSpell:
    entered = row[4] + timedelta(days=row[1] % 90)
    return StageSpell(
        case_id=row[0],
        stage=row[2],
        entered_at=entered,
        time_box_days=42,
        time_box_ends_at=entered + timedelta(days=42),
        clock_stopped_at=None if row[3] == "active" else NOW,
    )


def _score(row: tuple[Any, ...], playbook_id: int | None) -> ReadinessScore:
    return ReadinessScore(
        case_id=row[0],
        playbook_id=playbook_id,
        gate=row[2],
        overall=Decimal(row[1] * 37 % 10_000) / 100,
        dimensions={},
        musts_open=row[1] % 12,
        shoulds_open=row[1] % 5,
        computed_at=NOW,
    )


def _plan(row: tuple[Any, ...], people: list[User]) -> CostPlan:
    return CostPlan(
        case_id=row[0],
        version=1,
        case_cap=10_000 + row[1] % 1000,
        monthly_cap=500,
        proposed_at=row[4],
        agreed_at=row[4],
        agreed_by=people[row[1] % PEOPLE],
    )


def _entry(row: tuple[Any, ...], month: int) -> CostEntry:
    begin = datetime(2026, month, 1, tzinfo=UTC).date()
    return CostEntry(
        case_id=row[0],
        line="people",
        amount=100 + row[1] % 400,
        state="actual" if month < 3 else "committed",
        recurrence="recurring",
        period_start=begin,
        period_end=begin + timedelta(days=28),
        stage=row[2],
        recorded_at=row[4],
    )


def _fill(model: type[M], rows: Iterator[M]) -> None:
    while batch := list(islice(rows, BATCH)):
        model._default_manager.bulk_create(batch, batch_size=500)
