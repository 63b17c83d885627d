"""What every probe promises, whatever the records: the order of insertion is irrelevant, the verdict is bounded."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.rules.probes import (
    BusinessCase,
    Cap,
    Cost,
    CostPlan,
    Estimate,
    Kpi,
    ProbeFacts,
    Reading,
    ScopeItem,
    TeamMember,
    Threshold,
    run_probe,
)
from scoring.rules.readiness import ProbeResult
from scoring.rules.vocabulary import COST_LINES, GATES, PROBES, VERDICTS
from tests.scoring.rules.examples import NOW, default_playbook, probe_facts, record

PLAYBOOK = default_playbook()
ids = st.integers(1, 10_000)
amounts = st.integers(0, 5_000).map(Decimal)
ago = st.integers(0, 500).map(lambda days: NOW - timedelta(days=days))
later = st.none() | st.integers(1, 500).map(lambda days: NOW + timedelta(days=days))


def records_of(kind: str) -> st.SearchStrategy:
    return ids.map(lambda number: record(kind, number, f"{kind} {number}"))


team = st.builds(
    TeamMember,
    record=records_of("team_member"),
    role=st.sampled_from(["business_owner", "sponsor", "budget_holder", "operations"]),
    confirmed_at=st.none() | ago,
    until=later,
    user_active=st.booleans(),
)
scope = st.builds(ScopeItem, record=records_of("scope_item"), inside=st.booleans(), thin_slice=st.booleans())
readings = st.builds(
    lambda record, value, size, start, length, error, sets: Reading(
        record, value, size, start, min(start + timedelta(days=length), NOW), 1, error, sets
    ),
    records_of("kpi_reading"),
    amounts,
    st.integers(1, 80),
    ago,
    st.integers(0, 14),
    st.none() | st.integers(1, 50).map(Decimal),
    st.sampled_from(["A", "B", "C"]),
)
thresholds = st.builds(Threshold, st.sampled_from(GATES), amounts)
kpis = st.builds(
    Kpi,
    record=records_of("kpi"),
    role=st.sampled_from(["primary", "acceptance", "guardrail"]),
    kind=st.sampled_from(["outcome", "quality", "latency", "adoption"]),
    unit=st.sampled_from(["", "%"]),
    direction=st.sampled_from(["higher", "lower"]),
    baseline=st.none() | amounts,
    target=st.none() | amounts,
    thresholds=st.lists(thresholds, max_size=4, unique_by=lambda threshold: threshold.gate).map(tuple),
    readings=st.lists(readings, max_size=6, unique_by=lambda reading: reading.record.id).map(tuple),
    slo_of=st.sampled_from(["", "latency"]),
)
caps = st.builds(
    lambda scope_stage, amount, agreed: Cap(record("cap", 1), *scope_stage, amount, agreed),
    st.sampled_from([("stage", 0), ("stage", 1), ("stage", 2), ("stage", 3), ("case", None), ("run_rate", None)]),
    amounts,
    st.none() | ago,
)
estimates = st.builds(Estimate, st.sampled_from(COST_LINES), st.none() | amounts, st.sampled_from(["", "free"]))
plans = st.builds(
    CostPlan,
    record=records_of("cost_plan"),
    caps=st.lists(caps, max_size=6, unique_by=lambda cap: (cap.scope, cap.stage)).map(tuple),
    estimates=st.lists(estimates, max_size=9, unique_by=lambda estimate: estimate.line).map(tuple),
    estimated_at=st.none() | ago,
)


@st.composite
def costs_of_any_period(draw):
    first = draw(ago).date()
    return Cost(
        record=draw(records_of("cost_entry")),
        line=draw(st.sampled_from(COST_LINES)),
        amount=draw(amounts),
        committed=draw(st.booleans()),
        recurring=draw(st.booleans()),
        period_start=first,
        period_end=first + timedelta(days=draw(st.integers(1, 120))),
        in_stage=draw(st.booleans()),
    )


costs = costs_of_any_period()
business_cases = st.builds(
    BusinessCase,
    record=records_of("business_case"),
    recorded_at=ago,
    benefit_low=st.none() | amounts,
    benefit_likely=st.none() | amounts,
    benefit_high=st.none() | amounts,
    cost_at_scale=st.none() | amounts,
    budget_line=st.sampled_from(["", "4711"]),
)


def by_record(item: object) -> object:
    return item.record.id  # type: ignore[attr-defined]


@st.composite
def facts(draw: st.DrawFn) -> ProbeFacts:
    gate = draw(st.sampled_from(GATES))
    return probe_facts(
        gate=gate,
        stage=gate,
        team=tuple(draw(st.lists(team, max_size=6, unique_by=by_record))),
        scope=tuple(draw(st.lists(scope, max_size=4, unique_by=by_record))),
        business_case=draw(st.none() | business_cases),
        kpis=tuple(draw(st.lists(kpis, max_size=3, unique_by=by_record))),
        cost_plan=draw(st.none() | plans),
        costs=tuple(draw(st.lists(costs, max_size=8, unique_by=by_record))),
        horizon=draw(st.none() | st.just((NOW + timedelta(days=90)).date())),
    )


def shuffled(found: ProbeFacts, by: random.Random) -> ProbeFacts:
    def mixed(items: tuple) -> tuple:
        return tuple(by.sample(items, len(items)))

    plan = found.cost_plan
    return replace(
        found,
        team=mixed(found.team),
        scope=mixed(found.scope),
        kpis=mixed(tuple(replace(kpi, readings=mixed(kpi.readings)) for kpi in found.kpis)),
        costs=mixed(found.costs),
        cost_plan=replace(plan, caps=mixed(plan.caps), estimates=mixed(plan.estimates)) if plan else None,
    )


def weighed(result: ProbeResult) -> tuple[object, ...]:
    """What of a result counts in a score or an expiry, and the records used, in whichever order."""
    return (result.achievement, result.verdict, result.changes_at, {str(used) for used in result.records})


@pytest.mark.parametrize("key", PROBES)
@given(found=facts(), by=st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=25)
def test_order_in_which_records_came_is_irrelevant(key, found, by):
    assert weighed(run_probe(key, found, PLAYBOOK)) == weighed(run_probe(key, shuffled(found, by), PLAYBOOK))


@pytest.mark.parametrize("key", PROBES)
@given(found=facts())
@settings(deadline=None, max_examples=25)
def test_probe_is_bounded_and_shows_a_pass_only_in_full(key, found):
    result = run_probe(key, found, PLAYBOOK)

    assert result.verdict in VERDICTS
    assert 0 <= result.achievement <= 1
    assert (result.verdict == "pass") is (result.achievement == 1)
    assert result.changes_at is None or result.changes_at > found.now


@pytest.mark.parametrize("key", PROBES)
@given(found=facts(), share=st.fractions(0, 1))
@settings(deadline=None, max_examples=25)
def test_pass_lasts_until_the_change_that_the_probe_announces(key, found, share):
    before = run_probe(key, found, PLAYBOOK)
    ends = before.changes_at or found.now + timedelta(days=700)
    moment = found.now + (ends - found.now) * float(share)
    if before.verdict != "pass" or not found.now <= moment < ends:
        return

    assert run_probe(key, replace(found, now=moment), PLAYBOOK).verdict == "pass"
