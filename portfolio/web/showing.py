"""What every page of a case begins with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from pocgate.identity.queries import SignedInRequest
from pocgate.kernel.http import number_of
from portfolio.models import UseCase
from portfolio.permissions import acts_allowed
from portfolio.queries.cases import case_for


def case_of(request: SignedInRequest, reference: str, now: datetime) -> UseCase:
    """The case in the address, for whoever may see it; 404 otherwise."""
    return case_for(request.user, number_of(reference), now)


def case_page(
    request: SignedInRequest, template: str, case: UseCase, tab: str, context: dict[str, Any], *, now: datetime
) -> HttpResponse:
    """A page in the case's frame, with the acts this person may do; 422 when a form on it has errors."""
    forms = [value for value in context.values() if hasattr(value, "is_bound")]
    status = 422 if any(form.is_bound and form.errors for form in forms) else 200
    shown = {"case": case, "active_tab": tab, "acts": acts_allowed(request.user, case, now=now), **context}
    return render(request, template, shown, status=status)
