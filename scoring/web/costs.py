"""The owner's answer to a notice that cost nears its cap."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pocgate.identity.queries import SignedInRequest
from pocgate.kernel.errors import Invalid
from scoring.commands.costs import justify_cost
from scoring.forms import JustificationForm
from scoring.models import CostNotice
from scoring.permissions import require
from scoring.web.seen import visible_case


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def justify(request: SignedInRequest, reference: str, notice_id: int) -> HttpResponse:
    """Write the justification that a notice asks for."""
    case, now = visible_case(request, reference), timezone.now()
    notice = get_object_or_404(CostNotice, pk=notice_id, case=case)
    require("justify_cost", request.user, case, now=now)
    form = JustificationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            justify_cost(notice_id=notice.pk, text=form.cleaned_data["text"], actor=request.user, now=now)
        except Invalid as refused:
            for problem in refused.problems:
                form.add_error("text", problem.text)
        else:
            messages.success(request, _("Your justification is on record."))
            return HttpResponseRedirect(f"{reverse('portfolio:cost', args=[case.reference])}#notices")
    context = {"case": case, "active_tab": "cost", "notice": notice, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "scoring/justify_cost.html", context, status=status)
