"""The evidence of KPIs on page and API."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portfolio.models import Kpi, KpiReading, KpiThreshold, StageSpell, UseCase
from portfolio.queries.kpis import kpi_views
from scoring.queries.kpi_evidence import evidence_as_values, evidence_of_case
from scoring.templatetags.kpi_evidence import kpi_chart, method_words, reading_state
from tests.api.contract import assert_as_described
from tests.factories.identity import LONG_AGO
from tests.factories.portfolio import KpiFactory, TeamMemberFactory, UseCaseFactory
from tests.factories.scoring import full_case

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def pilot(now: datetime, *, value: float = 71.5, warm_up_days: int = 0) -> Kpi:
    """A KPI in % over five weeks of a pilot that asks for 68 %."""
    case = UseCaseFactory(stage=2)
    StageSpell.objects.create(case=case, stage=2, iteration=1, entered_at=now - 60 * DAY, time_box_days=84)
    kpi: Kpi = KpiFactory(case=case)
    kpi.definitions.update(warm_up_days=warm_up_days)
    KpiThreshold.objects.create(kpi=kpi, gate=2, value=68, set_at=LONG_AGO)
    for week in range(5):
        end = now - DAY - week * 7 * DAY
        values = {"sample_size": 400, "observed_from": end - 7 * DAY, "observed_to": end, "recorded_at": now}
        KpiReading.objects.create(kpi=kpi, value=value, source=f"week {week}", **values)
    return kpi


@pytest.mark.parametrize("count", [1, 3])
def test_evidence_of_any_number_of_kpis_takes_the_same_queries(
    count: int, now: datetime, django_assert_num_queries: Any
) -> None:
    kpi = pilot(now)
    for role in ("guardrail", "acceptance")[: count - 1]:
        KpiFactory(case=kpi.case, role=role)
    evidence_of_case(kpi.case, now=now)

    with django_assert_num_queries(17):
        found = evidence_of_case(kpi.case, now=now)

    assert len(found) == count


def test_evidence_says_bound_method_and_verdict(now: datetime) -> None:
    kpi = pilot(now)

    shown = evidence_of_case(kpi.case, now=now)[kpi.pk]
    values = evidence_as_values(shown)

    assert shown.counts_now
    assert "the lower 90 % bound of 70.2 % is above the threshold of 68 %" in shown.text
    assert method_words(shown) == "Wilson score interval (E. B. Wilson, J. Am. Stat. Assoc. 22 (1927))"
    assert (values["verdict"], values["method"], values["samples"], values["sets"]) == ("pass", "wilson", 2000, 5)
    assert len(values["counting"]) == 5


def test_evidence_of_a_case_without_next_gate_is_empty_and_its_chart_stays(now: datetime) -> None:
    kpi = pilot(now)
    UseCase.objects.update(status="stopped")
    case = UseCase.objects.get()

    assert evidence_of_case(case, now=now) == {}
    chart = kpi_chart(kpi_views(case)[0], None)
    assert chart is not None
    assert chart.title == kpi.name


def test_kpi_that_counts_later_is_judged_for_the_gate_at_which_it_counts(now: datetime) -> None:
    case = full_case(now)
    Kpi.objects.filter(case=case).update(gates=[3])

    shown = next(iter(evidence_of_case(case, now=now).values()))

    assert (shown.evidence.gate, shown.counts_now) == (3, False)


def test_chart_draws_bounds_levels_warm_up_and_the_day_it_gets_stale(now: datetime) -> None:
    kpi = pilot(now, warm_up_days=30)
    view, shown = kpi_views(kpi.case)[0], evidence_of_case(kpi.case, now=now)[kpi.pk]

    chart = kpi_chart(view, shown)

    assert chart is not None
    labels = {row["label"] for layer in chart.spec["layer"] for row in layer["data"]["values"] if "label" in row}
    assert labels == {"baseline", "target", "gate 2", "warm-up", "stale from here"}
    assert chart.title.endswith("meets what gate 2 asks")
    assert [reading_state(reading, shown) for reading in view.readings] == [
        *["counts"] * 4,
        "before the stage or in warm-up",
    ]
    assert len(chart.figures.rows) == 5


def test_corrected_reading_is_hidden_from_the_chart_and_listed_in_the_table(now: datetime) -> None:
    kpi = pilot(now)
    first, second = kpi.readings.order_by("pk")[:2]
    KpiReading.objects.filter(pk=first.pk).update(superseded_by=second)
    view, shown = kpi_views(kpi.case)[0], evidence_of_case(kpi.case, now=now)[kpi.pk]

    chart = kpi_chart(view, shown)

    assert chart is not None
    drawn = next(layer for layer in chart.spec["layer"] if layer["mark"]["type"] == "line")
    assert len(drawn["data"]["values"]) == 4
    assert len(chart.figures.rows) == 5


def test_page_shows_verdict_marks_and_history(client: Client) -> None:
    now = timezone.now()
    kpi = pilot(now, value=60)
    KpiThreshold.objects.filter(kpi=kpi).update(superseded_at=now)
    history = {"kpi": kpi, "gate": 2, "set_at": now, "readings_existed": True}
    KpiThreshold.objects.create(**history, value=65, old_value=68, eased=True, late=True, reason="A hard season")
    client.force_login(TeamMemberFactory(case=kpi.case).user)

    pages = [
        client.get(reverse(f"portfolio:{name}", args=[kpi.case.reference, *key])).content.decode()
        for name, key in (("kpis", []), ("kpi", [kpi.key]))
    ]

    for page in pages:
        assert "threshold was eased" in page
        assert "threshold set after the first reading" in page
        assert f'id="kpi-{kpi.key}-chart"' in page
    assert "from 68 to 65 %" in pages[1]
    assert "A hard season" in pages[1]
    assert "after a reading of the stage" in pages[1]


def test_api_tells_readings_and_evidence(client: Client) -> None:
    now = timezone.now()
    kpi = pilot(now)
    client.force_login(TeamMemberFactory(case=kpi.case).user)
    at = f"/api/v1/use-cases/{kpi.case.reference}"

    body = assert_as_described(client.get(f"{at}/kpis/{kpi.key}/readings"), "use-cases/{ref}/kpis/{key}/readings")
    whole = assert_as_described(client.get(at), "use-cases/{ref}")
    none = client.get(f"{at}/kpis/none/readings")

    assert (len(body["readings"]), body["unit"], body["evidence"]["method"]) == (5, "%", "wilson")
    assert whole["kpis"][0]["evidence"] == body["evidence"]
    assert whole["kpis"][0]["thresholds"][0]["set_late"] is False
    assert none.status_code == 404
