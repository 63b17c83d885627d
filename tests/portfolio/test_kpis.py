"""KPIs: definitions that promise something, thresholds not eased quietly, readings never overwritten."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow
from pocgate.ledger.models import Activity
from portfolio.commands import kpis
from portfolio.commands.rows import RowOutcome
from portfolio.models import Kpi, KpiDefinition, KpiReading, KpiThreshold, UseCase
from portfolio.queries.kpis import kpi_views
from portfolio.rules.kpis import Definition, Reading, better_by, is_eased, key_of, reading_problems
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import KpiFactory, TeamMemberFactory, UseCaseFactory

pytestmark = pytest.mark.django_db
SHARE = Definition(unit="%", direction="higher", baseline=Decimal(40), target=Decimal(60))


def _reading(now: datetime, **fields: object) -> Reading:
    given_fields = {"value": Decimal("51.5"), "observed_from": now - timedelta(days=7), "observed_to": now} | fields
    return Reading(**given_fields)


def _owned_kpi():
    owner = TeamMemberFactory()
    return KpiFactory(case=owner.case), owner.user


def test_define_kpi_writes_definition_and_key(now: datetime) -> None:
    owner = TeamMemberFactory()

    kpi = kpis.define_kpi(
        case_id=owner.case_id,
        name="Fälle am selben Tag",
        role="primary",
        kind="outcome",
        definition=SHARE,
        actor=owner.user,
        now=now,
    )

    row = KpiDefinition.objects.get(kpi=kpi)
    assert kpi.key == "falle-am-selben-tag"
    assert (row.unit, row.baseline, row.target, row.valid_from, row.valid_until) == ("%", 40, 60, now, None)


@pytest.mark.parametrize(
    ("role", "changes", "codes"),
    [
        ("primary", {"target": Decimal(40)}, ["target_not_better"]),
        ("primary", {"target": Decimal(30)}, ["target_not_better"]),
        ("primary", {"direction": "lower"}, ["target_not_better"]),
        ("guardrail", {"target": Decimal(39)}, ["target_not_better"]),
        ("primary", {"baseline": Decimal("NaN")}, ["not_finite"]),
        ("primary", {"unit": " "}, ["required"]),
        ("primary", {"cadence_days": 0}, ["days"]),
        ("wizard", {}, ["unknown_role"]),
    ],
)
def test_define_kpi_that_promises_nothing_is_refused(role: str, changes: dict, codes: list[str], now: datetime) -> None:
    owner = TeamMemberFactory()

    with pytest.raises(Invalid) as refused:
        kpis.define_kpi(
            case_id=owner.case_id,
            name="Share",
            role=role,
            kind="outcome",
            definition=replace(SHARE, **changes),
            actor=owner.user,
            now=now,
        )

    assert [problem.code for problem in refused.value.problems] == codes
    assert not Kpi.objects.exists()


def test_guardrail_may_stay_at_its_baseline(now: datetime) -> None:
    owner = TeamMemberFactory()

    kpis.define_kpi(
        case_id=owner.case_id,
        name="Complaints",
        role="guardrail",
        kind="quality",
        definition=replace(SHARE, target=Decimal(40)),
        actor=owner.user,
        now=now,
    )

    assert Kpi.objects.count() == 1


def test_second_primary_kpi_is_refused(now: datetime) -> None:
    kpi, owner = _owned_kpi()

    with pytest.raises(NotAllowedNow) as refused:
        kpis.define_kpi(
            case_id=kpi.case_id, name="More", role="primary", kind="outcome", definition=SHARE, actor=owner, now=now
        )

    assert [blocker.code for blocker in refused.value.blockers] == ["one_primary_kpi"]


def test_change_definition_keeps_the_one_before(now: datetime) -> None:
    kpi, owner = _owned_kpi()

    kpis.change_definition(kpi_id=kpi.pk, definition=replace(SHARE, target=Decimal(70)), actor=owner, now=now)

    rows = KpiDefinition.objects.order_by("pk").values_list("target", "valid_until")
    assert list(rows) == [(60, now), (70, None)]
    assert Activity.objects.get().before == {"target": "60.000000"}


def test_change_of_unit_after_readings_is_refused(now: datetime) -> None:
    kpi, owner = _owned_kpi()
    kpis.record_reading(kpi_id=kpi.pk, reading=_reading(now), actor=owner, now=now)

    with pytest.raises(NotAllowedNow) as refused:
        kpis.change_definition(kpi_id=kpi.pk, definition=replace(SHARE, unit="days"), actor=owner, now=now)

    assert [blocker.code for blocker in refused.value.blockers] == ["unit_fixed_by_readings"]


def test_threshold_is_tightened_by_the_owner_and_eased_by_the_chair_alone(now: datetime) -> None:
    kpi, owner = _owned_kpi()
    chair = RoleGrantFactory(role="chair").user
    for value in (50, 55):
        kpis.set_threshold(kpi_id=kpi.pk, gate=2, value=Decimal(value), actor=owner, now=now)

    with pytest.raises(NotAllowedNow) as refused:
        kpis.set_threshold(kpi_id=kpi.pk, gate=2, value=Decimal(45), actor=owner, now=now, reason="Hard")
    with pytest.raises(NotAllowedNow) as silent:
        kpis.set_threshold(kpi_id=kpi.pk, gate=2, value=Decimal(45), actor=chair, now=now)
    eased = kpis.set_threshold(kpi_id=kpi.pk, gate=2, value=Decimal(45), actor=chair, now=now, reason="Season")
    tightened = kpis.set_threshold(kpi_id=kpi.pk, gate=2, value=Decimal(58), actor=owner, now=now)

    assert [blocker.code for blocker in refused.value.blockers] == ["easing_needs_chair"]
    assert [blocker.code for blocker in silent.value.blockers] == ["easing_needs_reason"]
    assert (eased.eased, eased.old_value, eased.readings_existed) == (True, 55, False)
    assert tightened.eased
    assert KpiThreshold.objects.filter(superseded_at=None).get() == tightened


def test_record_reading_twice_under_one_id_keeps_one(now: datetime) -> None:
    kpi, owner = _owned_kpi()
    reading = _reading(now, external_id="run-1", value=Decimal("0.12345678"))

    first, is_new = kpis.record_reading(kpi_id=kpi.pk, reading=reading, actor=owner, now=now)
    again, is_new_again = kpis.record_reading(kpi_id=kpi.pk, reading=reading, actor=owner, now=now + timedelta(hours=1))

    assert (is_new, is_new_again, again) == (True, False, first)
    assert KpiReading.objects.get().value == Decimal("0.123457")


def test_record_reading_with_other_content_under_one_id_is_refused(now: datetime) -> None:
    kpi, owner = _owned_kpi()
    kpis.record_reading(kpi_id=kpi.pk, reading=_reading(now, external_id="run-1"), actor=owner, now=now)

    with pytest.raises(Invalid) as refused:
        kpis.record_reading(
            kpi_id=kpi.pk, reading=_reading(now, external_id="run-1", value=Decimal(1)), actor=owner, now=now
        )

    assert [problem.code for problem in refused.value.problems] == ["external_id_reused"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"value": Decimal("NaN")}, "not_finite"),
        ({"value": Decimal("Infinity")}, "not_finite"),
        ({"value": Decimal("1e14")}, "too_large"),
        ({"error": Decimal(-1)}, "too_small"),
        ({"sample_size": 0}, "count"),
        ({"sample_size": 2**31}, "count"),
        ({"ahead": True}, "from_the_future"),
        ({"backwards": True}, "period_order"),
        ({"naive": True}, "no_time_zone"),
        ({"method": "x" * 301}, "too_long"),
    ],
)
def test_reading_that_can_not_be_true_is_refused(fields: dict, code: str, now: datetime) -> None:
    reading = _reading(now, **{key: value for key, value in fields.items() if key in Reading.__annotations__})
    if "ahead" in fields:
        reading = replace(reading, observed_to=now + timedelta(seconds=1))
    if "backwards" in fields:
        reading = replace(reading, observed_from=now, observed_to=now - timedelta(days=1))
    if "naive" in fields:
        reading = replace(reading, observed_from=reading.observed_from.replace(tzinfo=None))

    assert [problem.code for problem in reading_problems(reading, now=now)] == [code]


def test_correct_reading_supersedes_and_keeps_the_wrong_one(now: datetime) -> None:
    kpi, owner = _owned_kpi()
    wrong, _ = kpis.record_reading(kpi_id=kpi.pk, reading=_reading(now), actor=owner, now=now)
    right = _reading(now, value=Decimal(52))

    row = kpis.correct_reading(reading_id=wrong.pk, reading=right, reason="Typo", actor=owner, now=now)

    wrong.refresh_from_db()
    assert (wrong.superseded_by, wrong.value, row.value) == (row, Decimal("51.5"), 52)
    with pytest.raises(NotAllowedNow):
        kpis.correct_reading(reading_id=wrong.pk, reading=right, reason="Typo", actor=owner, now=now)


def test_readings_are_appended_while_a_vote_runs_but_not_to_drafts(now: datetime) -> None:
    kpi, owner = _owned_kpi()
    UseCase.objects.update(records_locked_at=now)
    kpis.record_reading(kpi_id=kpi.pk, reading=_reading(now), actor=owner, now=now)
    UseCase.objects.update(status="draft", stage=None)

    with pytest.raises(NotAllowedNow):
        kpis.record_reading(kpi_id=kpi.pk, reading=_reading(now), actor=owner, now=now)

    assert KpiReading.objects.count() == 1


def test_record_reading_by_a_stranger_is_forbidden(now: datetime) -> None:
    kpi, _owner = _owned_kpi()

    with pytest.raises(Forbidden):
        kpis.record_reading(kpi_id=kpi.pk, reading=_reading(now), actor=UserFactory(), now=now)


def test_record_readings_answers_row_by_row(now: datetime) -> None:
    kpi, owner = _owned_kpi()
    hidden, number = KpiFactory(), kpi.case.number
    good = kpis.ReadingRow(number, kpi.key, _reading(now, external_id="a"))
    rows = [
        good,
        good,
        replace(good, reading=_reading(now, external_id="a", value=Decimal(1))),
        replace(good, reading=_reading(now, external_id="b", value=Decimal("NaN"))),
        replace(good, kpi_key="none"),
        replace(good, case_number=hidden.case.number, kpi_key=hidden.key),
        replace(good, reading=_reading(now, external_id=None)),
        replace(good, reading=_reading(now, external_id=None)),
    ]

    first = kpis.record_readings(rows=rows, actor=owner, now=now)
    again = kpis.record_readings(rows=rows[:1], actor=owner, now=now)

    assert [result.outcome for result in first] == [
        RowOutcome.CREATED,
        RowOutcome.UNCHANGED,
        *[RowOutcome.REFUSED] * 4,
        RowOutcome.CREATED,
        RowOutcome.CREATED,
    ]
    codes = [result.problems[0].code for result in first if result.problems]
    assert codes == ["external_id_repeated", "not_finite", "unknown_kpi", "unknown_case"]
    assert (again[0].outcome, again[0].id) == (RowOutcome.UNCHANGED, first[0].id)
    assert KpiReading.objects.count() == 3
    assert Activity.objects.filter(verb="kpi.readings_recorded").count() == 1


@pytest.mark.parametrize("count", [0, 10_001])
def test_record_readings_of_a_bad_number_is_refused(count: int, now: datetime) -> None:
    row = kpis.ReadingRow(1, "x", _reading(now))

    with pytest.raises(Invalid):
        kpis.record_readings(rows=[row] * count, actor=UserFactory(), now=now)


def test_record_readings_of_thousands_takes_few_queries(now: datetime, django_assert_max_num_queries) -> None:
    kpi, owner = _owned_kpi()
    rows = [kpis.ReadingRow(kpi.case.number, kpi.key, _reading(now, external_id=str(index))) for index in range(1200)]

    with django_assert_max_num_queries(40):
        kpis.record_readings(rows=rows, actor=owner, now=now)

    assert KpiReading.objects.count() == 1200


def test_kpi_views_take_the_same_queries_for_one_and_three(now: datetime, django_assert_num_queries) -> None:
    case = UseCaseFactory()
    KpiFactory(case=case)
    with django_assert_num_queries(4):
        kpi_views(case)
    for role in ("acceptance", "guardrail"):
        KpiFactory(case=case, role=role)

    with django_assert_num_queries(4):
        views = kpi_views(case)

    assert [view.kpi.role for view in views] == ["primary", "acceptance", "guardrail"]


def test_retire_kpi_with_readings_needs_a_reason(now: datetime) -> None:
    kpi, owner = _owned_kpi()
    kpis.record_reading(kpi_id=kpi.pk, reading=_reading(now), actor=owner, now=now)

    with pytest.raises(Invalid):
        kpis.retire_kpi(kpi_id=kpi.pk, reason="", actor=owner, now=now)

    assert kpis.retire_kpi(kpi_id=kpi.pk, reason="Replaced", actor=owner, now=now).retired_at == now


@pytest.mark.parametrize("fields", [{"observed_to": 1}, {"observed_from": 1, "observed_to": 0}, {"error": Decimal(-1)}])
def test_reading_that_breaks_a_rule_is_refused_by_the_database(fields: dict, now: datetime) -> None:
    kpi, _owner = _owned_kpi()
    values = {"value": 1, "observed_from": now, "observed_to": now, "recorded_at": now}
    days = {name: now + timedelta(days=value) for name, value in fields.items() if name.startswith("observed")}

    with pytest.raises(DatabaseError), transaction.atomic():
        KpiReading.objects.create(kpi=kpi, **(values | fields | days))


_numbers = st.decimals(min_value=-1000, max_value=1000, places=3)


@given(old=_numbers, new=_numbers)
def test_easing_in_one_direction_is_tightening_in_the_other(old: Decimal, new: Decimal) -> None:
    assert better_by("higher", old, new) == -better_by("lower", old, new)
    assert is_eased("higher", old, new) is (new < old)
    assert is_eased("lower", old, new) is (new > old)
    assert not is_eased("higher", None, new)


def test_key_of_a_taken_name_is_numbered() -> None:
    assert key_of("First-time fix", frozenset({"first-time-fix"})) == "first-time-fix-2"
    assert key_of("解決率", frozenset()) == "kpi"
