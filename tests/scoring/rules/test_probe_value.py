"""The probe of measured benefit against the business case."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules.probes import Benefit, BusinessCase, run_probe
from scoring.rules.probes.value import yearly_rate
from scoring.rules.readiness import ProbeResult
from tests.scoring.rules.examples import NOW, default_playbook, probe_facts, record

DAY = timedelta(days=1)
CASE = BusinessCase(record("business_case"), NOW - DAY, Decimal(36_500), Decimal(50_000), None, Decimal(1), "B")


def brought(
    amount: str, days: int = 100, *, ended: int = 0, percent: int = 100, in_stage: bool = True, id_: int = 1
) -> Benefit:
    """Benefit of `days` days that ended so many days ago."""
    end = NOW.date() - ended * DAY
    ended_at = datetime.combine(end, datetime.min.time(), UTC)
    return Benefit(
        record("benefit_entry", id_), Decimal(amount), end - days * DAY, end, ended_at, Decimal(percent), in_stage
    )


def found(*benefits: Benefit, gate: int = 3, case: BusinessCase | None = CASE) -> ProbeResult:
    facts = probe_facts(gate=gate, benefits=benefits, business_case=case)
    return run_probe("value_realised", facts, default_playbook())


@pytest.mark.parametrize(
    ("gate", "benefits", "verdict", "achievement", "code"),
    [
        (3, (), "not_enough_evidence", "0", "value_missing"),
        (3, (brought("10000"),), "pass", "1", "value_realised"),
        (3, (brought("9999.99"),), "fail", "0.9999", "value_below_case"),
        (3, (brought("5000"),), "fail", "0.5", "value_below_case"),
        (3, (brought("0"),), "fail", "0", "value_below_case"),
        (3, (brought("2700", 27),), "not_enough_evidence", "0", "value_too_short"),
        (3, (brought("2800", 28),), "pass", "1", "value_realised"),
        (3, (brought("10000", ended=179),), "pass", "1", "value_realised"),
        (3, (brought("10000", ended=181),), "stale", "0", "value_outdated"),
        # A tenth of the scale: enough once projected, as a pilot is; not enough in production.
        (2, (brought("1000", percent=10),), "pass", "1", "value_projected"),
        (3, (brought("1000", percent=10),), "fail", "0.1", "value_below_case"),
        (2, (brought("900", percent=10),), "fail", "0.9", "value_below_case_projected"),
        # The unmeasured weeks between two entries bring nothing.
        (3, (brought("5000", 50), brought("5000", 50, ended=100)), "fail", "0.6667", "value_below_case"),
        # Two sources of one period add up.
        (3, (brought("6000"), brought("4000", id_=2)), "pass", "1", "value_realised"),
        # In production the months of the pilot do not drag the rate down, nor prop it up.
        (
            3,
            (brought("10000"), brought("100", 100, ended=100, percent=10, in_stage=False)),
            "pass",
            "1",
            "value_realised",
        ),
        (3, (brought("90000", in_stage=False),), "not_enough_evidence", "0", "value_missing"),
        # What ended a year before the newest entry counts no more, for better or worse.
        (3, (brought("10000"), brought("0", 100, ended=365, id_=2)), "pass", "1", "value_realised"),
    ],
)
def test_value_realised(gate, benefits, verdict, achievement, code):
    result = found(*benefits, gate=gate)

    assert (result.verdict, result.achievement, result.code) == (verdict, Decimal(achievement), code)


def test_value_realised_without_a_business_case_can_not_be_told():
    assert found(brought("10000"), case=None).code == "value_without_case"


def test_value_realised_names_rate_case_and_records():
    result = found(brought("12000.50"))

    assert dict(result.params) == {
        "measured": Decimal("43801.82"),
        "benefit": Decimal(36_500),
        "likely": Decimal(50_000),
    }
    assert [each.type for each in result.records] == ["business_case", "benefit_entry"]
    assert result.changes_at == datetime.combine(date(2026, 3, 2), datetime.min.time(), UTC) + 180 * DAY


entries = st.builds(
    brought,
    st.integers(0, 10**6).map(str),
    st.integers(1, 200),
    ended=st.integers(0, 100),
    percent=st.integers(1, 100),
)


@given(st.lists(entries, min_size=1, max_size=5))
def test_projection_never_lowers_the_rate(benefits):
    assert yearly_rate(benefits, is_projected=True) >= yearly_rate(benefits, is_projected=False) >= 0
