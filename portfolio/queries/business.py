"""What cases are expected to bring."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from portfolio.models import BusinessCase


def likely_benefits(case_ids: Iterable[int], *, now: datetime) -> dict[int, tuple[Decimal, str]]:
    """The likely benefit a year with its currency, by case, as the business case in force says; absent without one."""
    in_force = Q(valid_from__lte=now) & (Q(valid_until__isnull=True) | Q(valid_until__gt=now))
    rows = BusinessCase.objects.filter(in_force, case__in=list(case_ids)).order_by("valid_from", "pk")
    return {
        case_id: (amount, currency)
        for case_id, amount, currency in rows.values_list("case_id", "benefit_likely", "case__currency")
    }
