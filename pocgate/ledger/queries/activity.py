"""Reads of activity."""

from __future__ import annotations

from django.db.models import QuerySet

from pocgate.ledger.models import Activity


def activity_of_case(case_id: int) -> QuerySet[Activity]:
    """A case's activity, newest first, with the people."""
    return Activity.objects.filter(case_id=case_id).select_related("actor", "on_behalf_of").order_by("-sequence")
