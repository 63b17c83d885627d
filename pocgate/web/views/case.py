"""The overview and the activity of a case, and the part of its head that follows the records."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from pocgate.identity.models import User
from pocgate.kernel.http import number_of, polled
from pocgate.ledger.queries import activity_of_case
from pocgate.web.person import person
from pocgate.web.queries.case_head import case_head
from pocgate.web.queries.changes import events_page, without_hidden_turnout
from pocgate.web.queries.overview import overview_of
from portfolio.models import UseCase
from portfolio.permissions import acts_allowed

LONGEST_SEQUENCE = 18


@login_required
@require_safe
def overview(request: HttpRequest, reference: str) -> HttpResponse:
    """What the case is, who works on it, and what it has come through."""
    user = person(request)
    case = _case(user, reference)
    acts = acts_allowed(user, case, now=timezone.now())
    context = {"case": case, "active_tab": "overview", "overview": overview_of(case), "acts": acts}
    return render(request, "cases/overview.html", context)


@login_required
@require_safe
def live(request: HttpRequest, reference: str) -> HttpResponse:
    """Track and sentence, asked for every few seconds; 304 while nothing changed."""
    case = _case(person(request), reference)
    return polled(request, "cases/_live.html", {"head": case_head(case, now=timezone.now())})


@login_required
@require_safe
def activity(request: HttpRequest, reference: str) -> HttpResponse:
    """Who did what when."""
    case = _case(person(request), reference)
    before = request.GET.get("before", "")
    start = int(before) if before.isascii() and before.isdecimal() and len(before) <= LONGEST_SEQUENCE else None
    acts = without_hidden_turnout(activity_of_case(case.pk), person(request), now=timezone.now())
    page = events_page(acts, before=start)
    context = {"case": case, "active_tab": "activity", "page": page, "is_later": start is not None}
    return render(request, "cases/activity.html", context)


def _case(user: User, reference: str) -> UseCase:
    visible = UseCase.objects.visible_to(user, now=timezone.now()).with_people_and_places()
    return get_object_or_404(visible, number=number_of(reference))
