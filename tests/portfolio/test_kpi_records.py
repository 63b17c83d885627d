"""What may never change of readings and thresholds, the flags that stay, and units and raters that must fit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import DatabaseError, connection, connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from pocgate.identity.models import User
from pocgate.kernel.errors import Invalid, NotAllowedNow
from pocgate.ledger.models import Activity
from portfolio.commands import kpis
from portfolio.commands.kpis.definitions import definition_of
from portfolio.models import Kpi, KpiDefinition, KpiReading, KpiThreshold, StageSpell
from portfolio.rules.kpis import Definition, Reading, definition_problems, reading_problems, unit_problems, whole_of
from tests.factories.identity import RoleGrantFactory
from tests.factories.portfolio import KpiFactory, TeamMemberFactory, UseCaseFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def owned_kpi(**case: object) -> tuple[Kpi, User]:
    owner = TeamMemberFactory(case=UseCaseFactory(**case))
    return KpiFactory(case=owner.case), owner.user


def a_reading(now: datetime, **fields: object) -> Reading:
    return Reading(**{"value": Decimal("51.5"), "observed_from": now - 7 * DAY, "observed_to": now, **fields})


def record(kpi: Kpi, owner: User, now: datetime, **fields: object) -> KpiReading:
    return kpis.record_reading(kpi_id=kpi.pk, reading=a_reading(now, **fields), actor=owner, now=now)[0]


@pytest.mark.parametrize("change", [{"value": 1}, {"sample_size": 9}, {"error": None}, {"iteration": 2}])
def test_reading_is_never_changed_not_even_by_sql(change: dict, now: datetime) -> None:
    kpi, owner = owned_kpi()
    reading = record(kpi, owner, now, error=Decimal(1), sample_size=50)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        KpiReading.objects.filter(pk=reading.pk).update(**change)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        KpiReading.objects.filter(pk=reading.pk).delete()


def test_superseded_reading_points_to_its_correction_for_ever(now: datetime) -> None:
    kpi, owner = owned_kpi()
    wrong = record(kpi, owner, now)
    kpis.correct_reading(reading_id=wrong.pk, reading=a_reading(now), reason="Typo", actor=owner, now=now)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        KpiReading.objects.filter(pk=wrong.pk).update(superseded_by=None)


@pytest.mark.parametrize("change", [{"value": 1}, {"late": False}, {"eased": True}, {"set_at": None}])
def test_threshold_and_its_flags_are_never_changed_not_even_by_sql(change: dict, now: datetime) -> None:
    kpi, owner = owned_kpi(stage=2)
    record(kpi, owner, now)
    threshold = kpis.set_threshold(kpi_id=kpi.pk, gate=2, value=Decimal(50), actor=owner, now=now)

    with pytest.raises(DatabaseError, match=r"append-only|NOT NULL|null"), transaction.atomic():
        KpiThreshold.objects.filter(pk=threshold.pk).update(**change)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        KpiThreshold.objects.filter(pk=threshold.pk).delete()


def in_stage(stage: int, now: datetime) -> tuple[Kpi, User]:
    kpi, owner = owned_kpi(stage=stage)
    StageSpell.objects.create(case=kpi.case, stage=stage, iteration=1, entered_at=now - 10 * DAY, time_box_days=84)
    return kpi, owner


@pytest.mark.parametrize(
    ("stage", "gate", "observed_days_ago", "late"),
    [
        (2, 2, None, False),
        (2, 2, 3, True),
        (2, 2, 11, False),  # before the stage
        (1, 2, 3, False),  # a reading of the stage before
        (2, 1, 3, True),  # for a gate long passed
    ],
)
def test_threshold_set_after_the_first_reading_of_its_stage_is_flagged(
    stage: int, gate: int, observed_days_ago: int | None, late: bool, now: datetime
) -> None:
    kpi, owner = in_stage(stage, now)
    if observed_days_ago is not None:
        end = now - observed_days_ago * DAY
        record(kpi, owner, now, observed_from=end - DAY, observed_to=end)

    threshold = kpis.set_threshold(kpi_id=kpi.pk, gate=gate, value=Decimal(50), actor=owner, now=now)

    assert (threshold.late, threshold.readings_existed) == (late, late)


def test_tightening_after_a_reading_is_free_and_easing_is_flagged_for_ever(now: datetime) -> None:
    kpi, owner = in_stage(2, now)
    chair = RoleGrantFactory(role="chair").user

    def ask(value: int, actor: User) -> KpiThreshold:
        return kpis.set_threshold(
            kpi_id=kpi.pk, gate=2, value=Decimal(value), actor=actor, now=now, reason="The season was hard"
        )

    ask(50, owner)
    record(kpi, owner, now, observed_from=now - DAY)
    flags = [(row.eased, row.late, row.readings_existed) for row in (ask(55, owner), ask(45, chair), ask(70, owner))]

    assert flags == [(False, False, True), (True, True, True), (True, True, True)]
    eased = KpiThreshold.objects.get(value=45)
    assert (eased.old_value, eased.set_by, eased.reason) == (55, chair, "The season was hard")
    assert Activity.objects.filter(verb="kpi.threshold_set").last().after["late"] is True


@pytest.mark.parametrize(
    ("stage", "ended_days_ago", "late"),
    [
        (2, 3, True),
        (2, 1, False),  # after the threshold was set
        (2, 11, False),  # before the stage
        (1, 3, False),  # a reading of the stage before
    ],
)
@pytest.mark.parametrize("in_batch", [True, False])
def test_reading_recorded_after_the_threshold_but_over_before_it_marks_it_for_ever(
    in_batch: bool, stage: int, ended_days_ago: int, late: bool, now: datetime
) -> None:
    kpi, owner = in_stage(stage, now)
    kpis.set_threshold(kpi_id=kpi.pk, gate=2, value=Decimal(50), actor=owner, now=now - 2 * DAY)
    kpis.set_threshold(kpi_id=kpi.pk, gate=2, value=Decimal(60), actor=owner, now=now - DAY / 2)
    reading = a_reading(now, observed_from=now - (ended_days_ago + 1) * DAY, observed_to=now - ended_days_ago * DAY)

    if in_batch:
        kpis.record_readings(rows=[kpis.ReadingRow(kpi.case.number, kpi.key, reading)], actor=owner, now=now)
    else:
        kpis.record_reading(kpi_id=kpi.pk, reading=reading, actor=owner, now=now)

    in_force = KpiThreshold.objects.get(kpi=kpi, superseded_at__isnull=True)
    assert (in_force.late, in_force.eased, in_force.value) == (late, False, 60)
    assert kpis.set_threshold(kpi_id=kpi.pk, gate=2, value=Decimal(70), actor=owner, now=now).late is late


@pytest.mark.parametrize("change", [{"min_samples": 49}, {"human_rated": False}])
def test_what_is_asked_of_readings_gets_no_easier_once_there_are_some(change: dict, now: datetime) -> None:
    kpi, owner = in_stage(2, now)
    row = KpiDefinition.objects.get(kpi=kpi)
    asked = replace(definition_of(row), min_samples=50, human_rated=True)
    kpis.change_definition(kpi_id=kpi.pk, definition=asked, actor=owner, now=now - DAY)
    record(kpi, owner, now, observed_from=now - DAY)

    with pytest.raises(NotAllowedNow):
        kpis.change_definition(kpi_id=kpi.pk, definition=replace(asked, **change), actor=owner, now=now)

    harder = kpis.change_definition(kpi_id=kpi.pk, definition=replace(asked, min_samples=80), actor=owner, now=now)
    assert harder.min_samples == 80


def test_reading_seen_and_corrected_still_makes_a_threshold_late(now: datetime) -> None:
    kpi, owner = in_stage(2, now)
    wrong = record(kpi, owner, now, observed_from=now - DAY)
    before = a_reading(now, observed_from=now - 20 * DAY, observed_to=now - 19 * DAY)
    kpis.correct_reading(reading_id=wrong.pk, reading=before, reason="Wrong week", actor=owner, now=now)

    assert kpis.set_threshold(kpi_id=kpi.pk, gate=2, value=Decimal(50), actor=owner, now=now).late


@pytest.mark.parametrize(
    ("given_unit", "defined", "codes"),
    [
        ("", "%", []),
        ("%", "%", []),
        ("percent", "%", []),
        (" Per  Cent ", "%", []),
        ("share", "%", ["unknown_unit"]),
        ("furlongs", "%", ["unknown_unit"]),
        ("Days", "days", []),
        ("hours", "days", ["unknown_unit"]),
    ],
)
def test_unit_sent_along_has_to_be_the_one_of_the_kpi(given_unit: str, defined: str, codes: list[str]) -> None:
    assert [problem.code for problem in unit_problems(given_unit, defined)] == codes


@pytest.mark.parametrize(
    ("unit", "statistic", "codes"),
    [
        ("%", "", []),
        ("€", "", []),
        ("°C", "", []),
        ("Fälle pro Tag", "mean", []),
        ("件", "", []),
        ("share", "proportion", []),
        ("12", "", ["unknown_unit"]),
        ("?!", "", ["unknown_unit"]),
        ("days", "proportion", ["unit_without_share"]),
        ("complaints per case", "rate", []),
        ("%", "median", ["unknown_statistic"]),
    ],
)
def test_unit_and_statistic_of_a_definition_have_to_fit(unit: str, statistic: str, codes: list[str]) -> None:
    definition = Definition(unit=unit, direction="higher", statistic=statistic)

    assert [problem.code for problem in definition_problems("guardrail", definition)] == codes


@pytest.mark.parametrize(("unit", "whole"), [("%", 100), ("Percent", 100), ("share", 1), ("days", None)])
def test_whole_of_a_unit_of_shares(unit: str, whole: int | None) -> None:
    assert whole_of(unit) == whole


def test_reading_in_another_unit_changes_nothing(now: datetime) -> None:
    kpi, owner = owned_kpi()
    row = kpis.ReadingRow(kpi.case.number, kpi.key, a_reading(now), unit="s")

    with pytest.raises(Invalid) as refused:
        kpis.record_reading(kpi_id=kpi.pk, reading=a_reading(now), unit="s", actor=owner, now=now)
    results = kpis.record_readings(rows=[row, replace(row, unit="%")], actor=owner, now=now)

    assert [(problem.pointer, problem.code) for problem in refused.value.problems] == [("unit", "unknown_unit")]
    assert [result.outcome.value for result in results] == ["refused", "created"]
    assert [problem.code for problem in results[0].problems] == ["unknown_unit"]
    assert KpiReading.objects.count() == 1


@pytest.mark.parametrize(
    ("raters", "agreement", "codes"),
    [
        (2, "0.7", []),
        (2, "-1", []),
        (2, "1.01", ["agreement_range"]),
        (2, "NaN", ["not_finite"]),
        (1, "0.7", ["agreement_without_raters"]),
        (None, "0.7", ["agreement_without_raters"]),
    ],
)
def test_agreement_lies_in_its_range_and_belongs_to_raters(
    raters: int | None, agreement: str, codes: list[str], now: datetime
) -> None:
    reading = a_reading(now, raters=raters, agreement=Decimal(agreement))

    assert [problem.code for problem in reading_problems(reading, now=now)] == codes


def test_agreement_out_of_range_is_refused_by_the_database(now: datetime) -> None:
    kpi, _owner = owned_kpi()
    values = {"value": 1, "observed_from": now, "observed_to": now, "recorded_at": now}

    with pytest.raises(DatabaseError), transaction.atomic():
        KpiReading.objects.create(kpi=kpi, agreement=Decimal("1.5"), **values)


@given(unit=st.text(max_size=40), other=st.text(max_size=40))
def test_units_are_compared_alike_in_both_directions(unit: str, other: str) -> None:
    if unit.strip() and other.strip():
        assert bool(unit_problems(unit, other)) == bool(unit_problems(other, unit))


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_two_corrections_at_once_leave_one(now: datetime) -> None:
    kpi, owner = owned_kpi()
    wrong = record(kpi, owner, now)
    start = Barrier(2)

    def correct(value: int) -> str:
        start.wait()
        try:
            corrected = a_reading(now, value=Decimal(value))
            kpis.correct_reading(reading_id=wrong.pk, reading=corrected, reason="Typo", actor=owner, now=now)
        except NotAllowedNow as refused:
            return refused.blockers[0].code
        finally:
            connections.close_all()
        return "corrected"

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(correct, (1, 2)))

    assert sorted(results) == ["corrected", "corrected_already"]
    assert KpiReading.objects.filter(kpi=kpi, superseded_by__isnull=True).count() == 1
