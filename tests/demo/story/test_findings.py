"""What the detectors find of each case of the demonstration: what it is there to show, and nothing beside it."""

from __future__ import annotations

from collections import defaultdict

import pytest

from pocgate.demo.plan.subjects import subject
from portfolio.models import UseCase
from scoring.models import Finding, SwampSignal

pytestmark = [pytest.mark.xdist_group("demonstration"), pytest.mark.usefixtures("demonstration")]

FIRED = {
    "health_invoices": {"cost_blindness": {"cap_exceeded"}},
    "address_changes": {"gold_plating": {"kept_in_prototype", "scope_after_pass", "little_gained"}},
    "flood_score": {"sandbox_heroics": {"no_production_path", "nothing_instrumented"}},
    "service_desk": {"sandbox_heroics": {"no_production_path", "nothing_instrumented"}},
    "contract_search": {"sandbox_heroics": {"no_production_path", "nothing_instrumented"}},
    "data_catalogue": {"hype_chasing": {"technology_first"}},
    "translate_letters": {"governance_later": {"governance_untouched"}},
    "bodily_reserve": {"governance_later": {"governance_untouched"}},
}
SWAMP = {
    "motor_triage": {"past_time_box"},
    "health_invoices": {"past_time_box"},
    "repair_estimates": {"past_time_box"},
    "lapse_warning": {"past_time_box", "idle"},
    "address_changes": {"past_time_box"},
    "flood_score": {"past_time_box", "idle"},
    "hail_pictures": {"idle"},
    "renewal_prices": {"past_revive_date"},
    "bodily_reserve": {"past_time_box", "idle"},
}


def test_detectors_fire_on_the_cases_that_are_there_for_it() -> None:
    fired: dict[str, dict[str, set[str]]] = defaultdict(dict)
    for row in Finding.objects.filter(state="fired").select_related("case"):
        codes = {signal["code"] for signal in row.signals if signal["state"] == "fired"}
        fired[row.case.title][row.detector] = codes

    assert fired == {subject(key).title: found for key, found in FIRED.items()}


def test_swamp_holds_the_cases_that_are_there_for_it() -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for title, kind in SwampSignal.objects.filter(ended_at=None).values_list("case__title", "kind"):
        found[title].add(kind)

    assert found == {subject(key).title: kinds for key, kinds in SWAMP.items()}


def test_imported_cases_can_not_be_told() -> None:
    states = Finding.objects.filter(case__origin="imported").values_list("state", flat=True)

    assert set(states) == {"cannot_tell"}
    assert UseCase.objects.filter(origin="imported").count() * 7 == len(states)
