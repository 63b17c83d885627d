"""Probes of the business outcome, KPI readings apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from scoring.rules.probes import BusinessCase, CaseText, Kpi, ScopeItem, TeamMember, Threshold, run_probe
from scoring.rules.readiness import ProbeResult
from tests.scoring.rules.examples import NOW, default_playbook, probe_facts, record

DAY = timedelta(days=1)
LONG = (
    "Claims wait nine days on average before anybody reads them, "
    "because letters are sorted by hand twice a day in one office."
)


def found(key: str, **facts: object) -> ProbeResult:
    return run_probe(key, probe_facts(**facts), default_playbook())


def text(problem: str = LONG, process: str = "claims intake", users: str = "claims clerks") -> CaseText:
    return CaseText(record("case"), problem, process, users)


def member(role: str, confirmed_days_ago: int | None = 1, **changes: object) -> TeamMember:
    confirmed_at = None if confirmed_days_ago is None else NOW - confirmed_days_ago * DAY
    return replace(TeamMember(record("member", label=role), role, confirmed_at), **changes)


@pytest.mark.parametrize(
    ("case", "verdict", "code"),
    [
        (text(), "pass", "problem_stated"),
        (text(LONG[:120]), "pass", "problem_stated"),
        (text(LONG[:119]), "not_enough_evidence", "problem_too_short"),
        (text("short" + " " * 200), "not_enough_evidence", "problem_too_short"),
        (text(process=" "), "not_enough_evidence", "process_or_users_missing"),
        (text(users=""), "not_enough_evidence", "process_or_users_missing"),
    ],
)
def test_problem_stated(case, verdict, code):
    result = found("problem_stated", text=case)

    assert (result.verdict, result.code, result.records) == (verdict, code, (record("case"),))


INSIDE = ScopeItem(record("scope", 1), inside=True, thin_slice=False)
SLICE = ScopeItem(record("scope", 2), inside=True, thin_slice=True)
OUTSIDE = ScopeItem(record("scope", 3), inside=False, thin_slice=False)


@pytest.mark.parametrize(
    ("scope", "missing"),
    [
        ((), ["in_scope", "out_of_scope", "thin_slice"]),
        ((INSIDE,), ["out_of_scope", "thin_slice"]),
        ((SLICE,), ["out_of_scope"]),
        ((OUTSIDE,), ["in_scope", "thin_slice"]),
        ((INSIDE, OUTSIDE), ["thin_slice"]),
        ((replace(OUTSIDE, thin_slice=True), INSIDE), ["thin_slice"]),
        ((SLICE, OUTSIDE), None),
    ],
)
def test_scope_bounded(scope, missing):
    result = found("scope_bounded", scope=scope)

    assert result.verdict == ("pass" if missing is None else "not_enough_evidence")
    assert result.params.get("missing") == missing


@pytest.mark.parametrize(
    ("team", "verdict", "code", "changes_at"),
    [
        ((), "not_enough_evidence", "business_owner_missing", None),
        ((member("sponsor"),), "not_enough_evidence", "business_owner_missing", None),
        ((member("business_owner", None),), "not_enough_evidence", "business_owner_unconfirmed", None),
        ((member("business_owner"),), "pass", "business_owner_confirmed", None),
        ((member("business_owner", until=NOW),), "not_enough_evidence", "business_owner_missing", None),
        ((member("business_owner", until=NOW + DAY),), "pass", "business_owner_confirmed", NOW + DAY),
        ((member("business_owner", user_active=False),), "not_enough_evidence", "business_owner_missing", None),
    ],
)
def test_business_owner(team, verdict, code, changes_at):
    result = found("business_owner", team=team)

    assert (result.verdict, result.code, result.changes_at) == (verdict, code, changes_at)


@pytest.mark.parametrize(
    ("team", "verdict", "missing"),
    [
        ((), "not_enough_evidence", ["sponsor", "budget_holder"]),
        ((member("sponsor"),), "not_enough_evidence", ["budget_holder"]),
        ((member("sponsor"), member("budget_holder", None)), "not_enough_evidence", ["budget_holder"]),
        ((member("sponsor", 365), member("budget_holder")), "stale", ["sponsor"]),
        ((member("sponsor", 364), member("budget_holder")), "pass", None),
        ((member("sponsor", 400), member("sponsor", 3), member("budget_holder")), "pass", None),
    ],
)
def test_sponsor_confirmed(team, verdict, missing):
    result = found("sponsor_confirmed", team=team)

    assert (result.verdict, result.params.get("missing")) == (verdict, missing)


def test_sponsor_confirmed_changes_when_the_older_confirmation_ends():
    result = found("sponsor_confirmed", team=(member("sponsor", 100), member("budget_holder", 10)))

    assert result.changes_at == NOW + 265 * DAY


CASE = BusinessCase(record("business_case"), NOW - DAY, Decimal(120), Decimal(200), Decimal(300), Decimal(100), "B-1")


@pytest.mark.parametrize(
    ("case", "verdict", "code"),
    [
        (None, "not_enough_evidence", "business_case_missing"),
        (CASE, "pass", "business_case_holds"),
        (replace(CASE, benefit_low=Decimal(100)), "fail", "benefit_below_cost"),
        (replace(CASE, cost_at_scale=Decimal(150)), "fail", "benefit_below_cost"),
        (replace(CASE, budget_line=" "), "not_enough_evidence", "business_case_incomplete"),
        (replace(CASE, benefit_high=None), "not_enough_evidence", "business_case_incomplete"),
        (replace(CASE, cost_at_scale=None), "not_enough_evidence", "business_case_incomplete"),
        (replace(CASE, recorded_at=NOW - 180 * DAY), "stale", "business_case_outdated"),
        (replace(CASE, recorded_at=NOW - 179 * DAY), "pass", "business_case_holds"),
    ],
)
def test_business_case(case, verdict, code):
    result = found("business_case", business_case=case)

    assert (result.verdict, result.code) == (verdict, code)


PRIMARY = Kpi(record("kpi", 1, "Days to first read"), "primary", "outcome", "days", "lower", Decimal(9), Decimal(2))
GUARDRAIL = Kpi(record("kpi", 2, "Complaints"), "guardrail", "outcome", "a week", "lower", Decimal(4), Decimal(4))


@pytest.mark.parametrize(
    ("kpis", "verdict", "code"),
    [
        ((), "not_enough_evidence", "primary_kpi_missing"),
        ((GUARDRAIL,), "not_enough_evidence", "primary_kpi_missing"),
        ((PRIMARY, PRIMARY), "fail", "primary_kpi_not_unique"),
        ((PRIMARY,), "pass", "primary_kpi_complete"),
        ((replace(PRIMARY, unit=""),), "not_enough_evidence", "kpi_incomplete"),
        ((replace(PRIMARY, baseline=None),), "not_enough_evidence", "kpi_incomplete"),
        ((replace(PRIMARY, target=None),), "not_enough_evidence", "kpi_incomplete"),
        ((replace(PRIMARY, direction=""),), "not_enough_evidence", "kpi_incomplete"),
        ((replace(PRIMARY, target=Decimal(9)),), "fail", "target_not_better"),
        ((replace(PRIMARY, direction="higher"),), "fail", "target_not_better"),
        ((PRIMARY, GUARDRAIL), "pass", "primary_kpi_complete"),
        ((PRIMARY, replace(GUARDRAIL, target=Decimal(5))), "fail", "guardrail_worse"),
        ((PRIMARY, replace(GUARDRAIL, target=None)), "not_enough_evidence", "kpi_incomplete"),
    ],
)
def test_kpi_baseline_target(kpis, verdict, code):
    result = found("kpi_baseline_target", kpis=kpis)

    assert (result.verdict, result.code) == (verdict, code)


def kpi(role: str, gates: set[int] = frozenset(), thresholds: set[int] = frozenset(), **changes: object) -> Kpi:
    registered = tuple(Threshold(gate, Decimal(1)) for gate in sorted(thresholds))
    return replace(PRIMARY, role=role, gates=frozenset(gates), thresholds=registered, **changes)


@pytest.mark.parametrize(
    ("gate", "kpis", "code"),
    [
        (0, (), "no_kpi_for_gate"),
        (0, (kpi("primary"),), "no_kpi_for_gate"),
        (0, (kpi("acceptance"),), "thresholds_missing"),
        (0, (kpi("acceptance", thresholds={1}),), "thresholds_set"),
        (0, (kpi("acceptance", thresholds={2}),), "thresholds_missing"),
        (0, (kpi("primary", gates={1}, thresholds={1}),), "thresholds_set"),
        (0, (kpi("acceptance", gates={2}, thresholds={2}),), "no_kpi_for_gate"),
        (1, (kpi("primary", thresholds={2}), kpi("guardrail")), "thresholds_missing"),
        (1, (kpi("primary", thresholds={2}), kpi("guardrail", thresholds={2})), "thresholds_set"),
        (2, (kpi("primary", thresholds={3}), kpi("guardrail", kind="adoption")), "thresholds_missing"),
        (2, (kpi("primary", thresholds={3}), kpi("guardrail", slo_of="latency")), "thresholds_missing"),
        (2, (kpi("primary", thresholds={3}), kpi("guardrail", slo_of="none")), "thresholds_set"),
        (3, (kpi("primary", thresholds={3}),), "thresholds_set"),
    ],
)
def test_thresholds_preregistered_asks_for_the_next_gate(gate, kpis, code):
    assert found("thresholds_preregistered", gate=gate, kpis=kpis).code == code
