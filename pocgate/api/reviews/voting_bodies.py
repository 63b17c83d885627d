"""What callers send about questions, vetoes and delegations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from rest_framework import serializers

from pocgate.api.bodies import Body
from pocgate.identity.models import User
from pocgate.kernel.errors import FieldProblem, Invalid

LONG = 4000


class ConfirmationBody(Body):
    """The vote as it was, on this revision."""

    dossier_revision = serializers.IntegerField(min_value=1, max_value=1_000_000)
    seat = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)


class QuestionBody(Body):
    """What is asked."""

    text = serializers.CharField(max_length=LONG)


class ReplyBody(Body):
    """What is answered."""

    answer = serializers.CharField(max_length=LONG)


class LiftingBody(Body):
    """What was done, so that the veto falls."""

    note = serializers.CharField(max_length=LONG)


class DelegationBody(Body):
    """Which seat, to whom, from when until when; without a start from now on."""

    seat = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    delegate = serializers.CharField(max_length=150, help_text="A user name.")
    starts_at = serializers.DateTimeField(default_timezone=UTC, required=False)
    ends_at = serializers.DateTimeField(default_timezone=UTC)
    reason = serializers.CharField(max_length=LONG, allow_blank=True, required=False)


def as_delegation(values: Mapping[str, Any]) -> dict[str, Any]:
    """The gates' terms; raises `Invalid` for unknown people and seats."""
    delegate = User.objects.filter(username__iexact=values["delegate"], is_active=True).first()
    if delegate is None:
        message = "There is no active person of this user name."
        raise Invalid([FieldProblem("/delegate", "unknown_person", message)])
    return {
        "seat_id": values["seat"],
        "delegate_id": delegate.pk,
        "starts_at": values.get("starts_at"),
        "ends_at": values["ends_at"],
        "reason": values.get("reason", ""),
    }
