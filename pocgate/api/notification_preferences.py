"""How the caller is told: when mails come, quiet hours, absence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from django.http.response import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request

from pocgate.api.answers import json_answer
from pocgate.api.base import ApiView
from pocgate.api.bodies import Body, read_body
from pocgate.api.schema import ETAG_HEADERS, described
from pocgate.api.shapes import BOOLEAN, DAY, INTEGER, STRING, array, named, one_of, or_null, record
from pocgate.identity.enums import Scope
from pocgate.identity.models import User
from pocgate.inbox.commands.preferences import Choices, choices_of, set_choices
from pocgate.inbox.enums import Delivery, NotificationKind, Topic
from pocgate.inbox.queries.wishes import has_bounced, zone_of
from pocgate.inbox.rules.policy import POLICY, kinds_of, may_unsubscribe
from pocgate.kernel.errors import Invalid

CLOCK = {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$", "description": "Local to the person, such as 08:00."}
TOPIC = record(
    topic=one_of(Topic.values),
    delivery=one_of(Delivery.values),
    offered=array(one_of(Delivery.values)),
    kinds=array(record(kind=one_of(NotificationKind.values), is_mandatory=BOOLEAN, is_muted=BOOLEAN)),
)
PREFERENCES = named(
    "NotificationPreferences",
    record(
        topics=array(TOPIC),
        digest_at=CLOCK,
        digest_weekday={**INTEGER, "minimum": 0, "maximum": 6, "description": "0 is Monday."},
        quiet_from=or_null(CLOCK),
        quiet_until=or_null(CLOCK),
        away_from=or_null(DAY),
        away_until=or_null(DAY),
        time_zone=STRING,
        address_bounced={**BOOLEAN, "description": "The mail address was refused for good: no mail goes there."},
    ),
)


class NotificationPreferencesBody(Body):
    """What to change; what is left out stays. Null ends quiet hours or an absence, both ends together."""

    deliveries = serializers.DictField(child=serializers.CharField(max_length=20), required=False)
    muted = serializers.ListField(child=serializers.CharField(max_length=40), required=False, max_length=100)
    digest_at = serializers.TimeField(required=False)
    digest_weekday = serializers.IntegerField(required=False, min_value=0, max_value=6)
    quiet_from = serializers.TimeField(required=False, allow_null=True)
    quiet_until = serializers.TimeField(required=False, allow_null=True)
    away_from = serializers.DateField(required=False, allow_null=True)
    away_until = serializers.DateField(required=False, allow_null=True)


class NotificationPreferencesView(ApiView):
    """The caller's own preferences."""

    required_scopes = {"PATCH": Scope.NOTIFICATIONS_WRITE}

    @described(
        "read_notification_preferences",
        "Read how I am told",
        tag="me",
        parameters=ETAG_HEADERS,
        answers={200: PREFERENCES, 304: None},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Any token may ask."""
        return json_answer(request, _payload(self.person))

    @described(
        "change_notification_preferences",
        "Change how I am told",
        tag="me",
        request=NotificationPreferencesBody,
        answers={200: PREFERENCES},
        errors=(422,),
    )
    def patch(self, request: Request) -> HttpResponseBase:
        """Topics that are not named keep their delivery; `muted` replaces the whole list."""
        values = read_body(NotificationPreferencesBody, request.data, partial=True)
        changed: Choices = replace(choices_of(self.person), **_typed(values))
        try:
            set_choices(user=self.person, choices=changed, now=self.now)
        except Invalid as error:
            raise Invalid(replace(problem, pointer=_pointer(problem.pointer)) for problem in error.problems) from error
        return json_answer(request, _payload(User.objects.get(pk=self.person.pk)))


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    typed = dict(values)
    if "muted" in typed:
        typed["muted"] = frozenset(typed["muted"])
    return typed


def _pointer(place: str) -> str:
    """The command names a topic's choice by the topic."""
    return f"/deliveries/{place}" if place in Topic.values else place


def _payload(person: User) -> dict[str, Any]:
    choices = choices_of(person)
    times = {"digest_at", "quiet_from", "quiet_until"}
    plain = [field.name for field in fields(Choices) if field.name not in {"deliveries", "muted"}]
    return {
        "topics": [_topic(topic, choices) for topic in Topic],
        **{name: _clock(getattr(choices, name)) if name in times else getattr(choices, name) for name in plain},
        "time_zone": str(zone_of(person)),
        "address_bounced": has_bounced(person),
    }


def _clock(at: Any) -> str | None:
    return None if at is None else f"{at:%H:%M}"


def _topic(topic: Topic, choices: Choices) -> dict[str, Any]:
    return {
        "topic": topic.value,
        "delivery": choices.deliveries[topic],
        "offered": [delivery.value for delivery in POLICY[topic].deliveries],
        "kinds": [
            {"kind": kind.value, "is_mandatory": not may_unsubscribe(kind), "is_muted": kind in choices.muted}
            for kind in kinds_of(topic)
        ],
    }
