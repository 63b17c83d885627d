"""Is it alive, is it ready: states only, for whoever asks."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from pocgate.api.answers import json_answer
from pocgate.api.base import ApiView
from pocgate.api.schema import described
from pocgate.api.shapes import one_of, record
from pocgate.kernel.health import DOWN, LATE, OK, is_ready, readiness_of_installation

STATE = one_of([OK, LATE, DOWN])
READY = record(
    status=one_of(["ready", "not_ready"]),
    database=STATE,
    broker=STATE,
    worker=STATE,
    beat=STATE,
    queue=STATE,
    reminders=STATE,
)
TAG = "health"


class _OpenView(ApiView):
    """Probes carry no credentials; throttling them would make a healthy installation look dead."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()
    media_types = ()


class LiveView(_OpenView):
    """The process answers."""

    @described(
        "is_live", "Whether the process answers", tag=TAG, answers={200: record(status=one_of(["live"]))}, is_open=True
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Touches neither database nor broker."""
        return json_answer(request, {"status": "live"})


class ReadyView(_OpenView):
    """Everything it needs answers."""

    @described(
        "is_ready",
        "Whether database, broker, worker, beat, queue and reminders work",
        tag=TAG,
        answers={200: READY, 503: READY},
        is_open=True,
    )
    def get(self, request: Request) -> HttpResponseBase:
        """503 while any of them does not; a queue or reminders that are merely late are told with 200."""
        states = readiness_of_installation(now=self.now)
        ready = is_ready(states)
        payload = {"status": "ready" if ready else "not_ready", **states}
        return json_answer(request, payload, status=200 if ready else 503)
