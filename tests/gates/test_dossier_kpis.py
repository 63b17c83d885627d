"""What a dossier holds of KPIs: the judged evidence, and the marks of thresholds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from gates.models import GateReview
from gates.queries.dossier import dossier_content
from gates.queries.evaluation import evaluate
from gates.queries.reading import read_dossier
from portfolio.models import Kpi, KpiReading, KpiThreshold, UseCase
from scoring.queries.playbooks import current_playbook, published_playbook
from tests.factories.scoring import full_case

pytestmark = pytest.mark.django_db


def held(case: UseCase, now: datetime) -> dict[str, Any]:
    review = GateReview(case=case, gate=1, iteration=1)
    found = evaluate(case, gate=1, playbook=current_playbook(), now=now)
    return dossier_content(review, published_playbook(), found, now=now)


def test_dossier_holds_verdict_bounds_and_method(now: datetime) -> None:
    content = held(full_case(now), now)

    evidence = content["kpis"][0]["evidence"]
    row = read_dossier(content, current_playbook()).kpis[0]

    assert (evidence["verdict"], evidence["method"], evidence["mean"]) == ("pass", "student_t", "22")
    assert evidence["reason"]["code"] == "kpi_meets_threshold"
    assert row.verdict == "pass"
    assert "the upper 90 % bound" in row.reason


def test_dossier_says_nothing_of_a_kpi_that_does_not_count_at_its_gate(now: datetime) -> None:
    case = full_case(now)
    Kpi.objects.filter(case=case).update(gates=[3])

    content = held(case, now)

    assert content["kpis"][0]["evidence"] is None
    assert read_dossier(content, current_playbook()).kpis[0].verdict == ""


def test_dossier_keeps_the_mark_of_a_late_threshold_and_how_it_came_about(now: datetime) -> None:
    case = full_case(now)
    kpi = Kpi.objects.get(case=case)
    KpiThreshold.objects.filter(kpi=kpi, gate=1).update(superseded_at=now)
    history = {"kpi": kpi, "gate": 1, "set_at": now, "readings_existed": True}
    KpiThreshold.objects.create(**history, value=35, old_value=30, eased=True, late=True, reason="A hard season")

    content = held(case, now)

    threshold = next(each for each in content["kpis"][0]["thresholds"] if each["gate"] == 1)
    steps = [(each["value"], each["old_value"], each["readings_existed"]) for each in threshold["changes"]]
    row = read_dossier(content, current_playbook()).kpis[0]
    criterion = next(each for each in content["criteria"] if each["key"] == "kpi_meets_threshold")
    assert steps == [("30", None, False), ("35", "30", True)]
    assert (row.is_eased, row.is_late) == (True, True)
    assert "kpi_threshold" in {record["type"] for record in criterion["records"]}


def test_futile_kpi_reaches_the_recommendation(now: datetime) -> None:
    case = full_case(now)
    kpi = Kpi.objects.get(case=case)
    for wrong in kpi.readings.all():
        values = {"value": 39, "error": 1, "sample_size": 20, "source": wrong.source, "recorded_at": now}
        right = KpiReading.objects.create(kpi=kpi, observed_from=now, observed_to=now, **values)
        KpiReading.objects.filter(pk=wrong.pk).update(superseded_by=right)

    found = evaluate(case, gate=1, playbook=current_playbook(), now=now)

    assert (found.recommended.outcome, found.recommended.rule) == ("stop", "kpi_futile")
