"""A look at evidence from the checklist, without opening the file."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gates.web.case_reviews import visible_case
from pocgate.identity.queries import SignedInRequest
from pocgate.kernel.http import is_fragment
from portfolio.queries.previews import preview_of, revision_of

LONGEST_NUMBER = 9


@login_required
@require_safe
def preview(request: SignedInRequest, reference: str, revision_id: int) -> HttpResponse:
    """A revision beside its particulars; `since` names the revision that was signed."""
    case = visible_case(request, reference)
    revision = revision_of(case, revision_id)
    if revision is None:
        raise Http404
    since = request.GET.get("since", "")
    is_number = since.isascii() and since.isdigit() and len(since) <= LONGEST_NUMBER
    context = {"case": case, "preview": preview_of(revision, since=int(since) if is_number else None)}
    return render(request, "gates/_preview.html" if is_fragment(request) else "gates/preview.html", context)
