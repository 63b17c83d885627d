"""The playbook in words, and as the YAML document it is."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from pocgate.identity.queries import SignedInRequest
from scoring.models import Playbook as PlaybookRow
from scoring.permissions import playbook_acts
from scoring.queries.playbook_drafts import drafts
from scoring.queries.playbook_pages import playbook_page, published_versions
from scoring.queries.playbooks import playbook_text

LONGEST_VERSION = 9


@login_required
@require_safe
def playbook(request: SignedInRequest) -> HttpResponse:
    """What every gate asks."""
    acts = playbook_acts(request.user, now=timezone.now())
    context = {
        "page": playbook_page(),
        "versions": published_versions(),
        "acts": acts,
        "drafts": drafts() if "see_drafts" in acts else (),
    }
    return render(request, "scoring/playbook.html", context)


@login_required
@require_safe
def download(request: SignedInRequest, version: int | None = None) -> HttpResponse:
    """The YAML of a version, else of the one in force."""
    if version is not None and version > 10**LONGEST_VERSION:
        raise Http404
    try:
        text = playbook_text(version)
    except PlaybookRow.DoesNotExist as unknown:
        raise Http404 from unknown
    name = f"playbook-{version}.yaml" if version else "playbook.yaml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="application/yaml; charset=utf-8", headers=headers)
