"""Correcting a decision, from its record."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gates.commands.corrections import correct_decision
from gates.forms.corrections import CorrectionForm
from gates.models import Decision
from gates.queries.corrections import correction_state, people_for_conditions
from gates.queries.reviews import decisions_visible_to
from gates.rules.transitions import correction_blockers
from gates.web.decisions import number_in
from pocgate.identity.queries import SignedInRequest, sign_in_of
from pocgate.kernel.errors import Invalid


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: SignedInRequest, reference: str) -> HttpResponse:
    """The form, and what it writes."""
    now = timezone.now()
    year, number = number_in(reference)
    decision: Decision = get_object_or_404(decisions_visible_to(request.user, now=now), year=year, number=number)
    people = people_for_conditions(decision, now=now)
    if request.method != "POST":
        return _page(request, decision, CorrectionForm(decision=decision, people=people))
    form = CorrectionForm(request.POST, decision=decision, people=people)
    if not form.is_valid():
        return _page(request, decision, form, status=422)
    try:
        made = correct_decision(
            decision_id=decision.pk,
            note=form.cleaned_data["note"],
            ruling=form.ruling(),
            actor=request.user,
            sign_in=sign_in_of(request),
            now=now,
        )
    except Invalid as refused:
        form.show(refused)
        return _page(request, decision, form, status=422)
    shown = {"number": made.reference, "corrected": decision.reference}
    messages.success(request, _("%(number)s corrects %(corrected)s, and everybody concerned was told.") % shown)
    return HttpResponseRedirect(reverse("gates:decision", args=[made.reference]))


def _page(request: SignedInRequest, decision: Decision, form: CorrectionForm, *, status: int = 200) -> HttpResponse:
    state = correction_state(decision, request.user, now=timezone.now())
    context = {
        "decision": decision,
        "case": decision.review.case,
        "active_tab": "reviews",
        "form": form,
        "blockers": correction_blockers(state),
    }
    return render(request, "gates/correction.html", context, status=status)
