"""Reporting that what a stop waited for happened."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gates.commands.revivals import report_trigger
from gates.models import ReviveTrigger
from gates.web.asking import words_of
from gates.web.case_reviews import visible_case
from pocgate.identity.queries import SignedInRequest


@login_required
@require_POST
def report(request: SignedInRequest, reference: str, trigger_id: int) -> HttpResponse:
    """It happened."""
    case = visible_case(request, reference)
    found = get_object_or_404(ReviveTrigger, pk=trigger_id, case=case)
    report_trigger(trigger_id=found.pk, note=words_of(request), actor=request.user, now=timezone.now())
    messages.success(request, _("It is recorded, and the chair was told that a review is proposed."))
    return HttpResponseRedirect(reverse("gates:case_reviews", args=[case.reference]))
