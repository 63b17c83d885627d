"""`metrics`: the installation's health in Prometheus' text format, read from the database at each scrape.

Figures of a process, such as its requests, are not here: every web process would tell others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector
from rest_framework.request import Request

from pocgate.api.base import ApiView
from pocgate.api.schema import described
from pocgate.inbox.models import Notification
from pocgate.kernel.enums import JobState
from pocgate.kernel.health import LATE, OK, readiness_of_installation
from pocgate.kernel.models import Job
from pocgate.kernel.schedule import scheduled_work
from pocgate.ledger.enums import DeliveryState
from pocgate.ledger.models import WebhookDelivery

VALUE_OF_STATE = {OK: 1.0, LATE: 0.5}


class _Installation(Collector):
    """Reads everything once, when it is asked."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        """Every family of figures."""
        yield _components(self.now)
        yield from _jobs(self.now)
        yield from _schedule(self.now)
        yield _counts("pocgate_mails", "Mails by state.", Notification.objects.all(), "mail_state")
        yield _counts(
            "pocgate_webhook_deliveries",
            "Webhook deliveries by state.",
            WebhookDelivery.objects.all(),
            "state",
            DeliveryState.values,
        )


def _components(now: datetime) -> Metric:
    family = GaugeMetricFamily(
        "pocgate_component_health", "1 works, 0.5 is late, 0 does not answer.", labels=["component"]
    )
    for name, state in readiness_of_installation(now=now).items():
        family.add_metric([name], VALUE_OF_STATE.get(state, 0.0))
    return family


def _jobs(now: datetime) -> Iterator[Metric]:
    yield _counts("pocgate_jobs", "Jobs by state.", Job.objects.all(), "state", JobState.values)
    first = Job.objects.filter(state=JobState.WAITING, due_at__lt=now).order_by("due_at").first()
    waited = (now - first.due_at).total_seconds() if first else 0.0
    yield GaugeMetricFamily("pocgate_jobs_oldest_due_seconds", "How long the job due first has waited.", value=waited)


def _schedule(now: datetime) -> Iterator[Metric]:
    succeeded = GaugeMetricFamily(
        "pocgate_scheduled_last_success_timestamp_seconds", "When the task last ran through.", labels=["task"]
    )
    duration = GaugeMetricFamily("pocgate_scheduled_duration_seconds", "How long its last run took.", labels=["task"])
    failures = GaugeMetricFamily("pocgate_scheduled_failures", "Failed runs in a row.", labels=["task"])
    late = GaugeMetricFamily("pocgate_scheduled_late", "1 when the task should have run.", labels=["task"])
    for work in scheduled_work(now=now):
        run = work.run
        late.add_metric([work.task], float(work.is_late))
        failures.add_metric([work.task], float(run.failures if run else 0))
        if run is not None and run.succeeded_at is not None:
            succeeded.add_metric([work.task], run.succeeded_at.timestamp())
        if run is not None and run.duration_ms is not None:
            duration.add_metric([work.task], run.duration_ms / 1000)
    yield from (succeeded, duration, failures, late)


def _counts(name: str, words: str, rows: QuerySet[Any], field: str, states: Sequence[str] = ()) -> Metric:
    family = GaugeMetricFamily(name, words, labels=["state"])
    found = dict(rows.values_list(field).annotate(Count("pk")).order_by())
    for state in {**dict.fromkeys(states, 0), **found}:
        family.add_metric([state], float(found.get(state, 0)))
    return family


class MetricsView(ApiView):
    """Figures for a monitoring system."""

    media_types = ()

    @described(
        "read_metrics",
        "Read the installation's metrics",
        tag="health",
        answers={},
        media={"text/plain": {"type": "string", "description": "Prometheus' text format, version 0.0.4."}},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Any token may ask: the figures name no case and no person."""
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Installation(self.now))
        return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)
