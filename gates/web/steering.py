"""The chair's acts on a case outside a review."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gates.commands.chairing import convene_review, extend_stage, resume_case
from gates.forms.steering import ConveningForm, ExtensionForm, ResumeForm
from gates.web.case_reviews import tab, visible_case
from pocgate.identity.queries import SignedInRequest


@login_required
@require_POST
def resume(request: SignedInRequest, reference: str) -> HttpResponse:
    """End a pause."""
    case = visible_case(request, reference)
    form = ResumeForm(request.POST)
    if not form.is_valid():
        return tab(request, case, {"resume_form": form}, status=422)
    resume_case(case_id=case.pk, actor=request.user, now=timezone.now(), **form.cleaned_data)
    messages.success(request, _("The case is active again and its time-box runs on."))
    return HttpResponseRedirect(reverse("gates:case_reviews", args=[case.reference]))


@login_required
@require_POST
def extend(request: SignedInRequest, reference: str) -> HttpResponse:
    """Extend the time-box."""
    case = visible_case(request, reference)
    form = ExtensionForm(request.POST)
    if not form.is_valid():
        return tab(request, case, {"extension_form": form}, status=422)
    extend_stage(case_id=case.pk, actor=request.user, now=timezone.now(), **form.cleaned_data)
    messages.success(request, _("The time-box is extended."))
    return HttpResponseRedirect(reverse("gates:case_reviews", args=[case.reference]))


@login_required
@require_POST
def convene(request: SignedInRequest, reference: str) -> HttpResponse:
    """Hold a review out of cycle."""
    case = visible_case(request, reference)
    form = ConveningForm(request.POST)
    if not form.is_valid():
        return tab(request, case, {"convening_form": form}, status=422)
    review = convene_review(case_id=case.pk, actor=request.user, now=timezone.now(), **form.cleaned_data)
    messages.success(request, _("The review is open. Owner and compliance were told."))
    return HttpResponseRedirect(reverse("gates:room", args=[review.pk]))
