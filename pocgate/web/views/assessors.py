"""How assessors rate: whether they agree, and who rates above or below the others."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from pocgate.web.person import person
from portfolio.models import UseCase
from scoring.queries.assessors import assessors_of
from scoring.rules.agreement import FEWEST_UNITS, RELIABLE_FROM, TENTATIVE_FROM
from scoring.rules.leniency import FEWEST_CASES


@login_required
@require_safe
def assessors(request: HttpRequest) -> HttpResponse:
    """Agreement by criterion and leniency by assessor, over the cases open to the viewer."""
    now, viewer = timezone.now(), person(request)
    cases = UseCase.objects.visible_to(viewer, now=now).filter(archived_at__isnull=True)
    context = {
        "found": assessors_of(viewer, cases, now=now),
        "fewest_units": FEWEST_UNITS,
        "fewest_cases": FEWEST_CASES,
        "reliable_from": RELIABLE_FROM,
        "tentative_from": TENTATIVE_FROM,
    }
    return render(request, "web/assessors.html", context)
