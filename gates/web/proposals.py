"""Dismissing a review that the system proposes."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gates.commands.proposals import dismiss_proposal
from gates.models import ReviewProposal
from gates.web.case_reviews import visible_case
from pocgate.identity.queries import SignedInRequest


@login_required
@require_POST
def dismiss(request: SignedInRequest, reference: str, proposal_id: int) -> HttpResponse:
    """Let a proposed review be, with a reason."""
    case = visible_case(request, reference)
    proposal = get_object_or_404(ReviewProposal, case=case, pk=proposal_id)
    reason = request.POST.get("reason", "")
    dismiss_proposal(proposal_id=proposal.pk, reason=reason, actor=request.user, now=timezone.now())
    messages.success(request, _("The proposal is dismissed. What lapsed the approval stays as it is."))
    return HttpResponseRedirect(reverse("gates:case_reviews", args=[case.reference]))
