"""Evidence of a case: attach, revise, withdraw, download."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pocgate.identity.queries import SignedInRequest
from pocgate.kernel.http import number_of
from pocgate.kernel.stored_files import open_stored
from pocgate.kernel.uploads import was_too_large
from portfolio.commands import evidence as commands
from portfolio.forms.evidence import EvidenceForm, RevisionForm
from portfolio.forms.inputs import refused_on
from portfolio.models import UseCase
from portfolio.permissions import require
from portfolio.queries.evidence import evidence_for, evidence_views, revision_for
from portfolio.rules.evidence import size_problem
from portfolio.web.showing import case_of, case_page


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: SignedInRequest, reference: str) -> HttpResponse:
    """What is attached to a case; its form attaches more."""
    now = timezone.now()
    case = case_of(request, reference, now)
    if request.method != "POST":
        return _page(request, case, EvidenceForm(), now)
    form = EvidenceForm(request.POST, request.FILES)
    _note_size(request, form)
    if form.is_valid():
        given = form.cleaned_data
        with refused_on(form):
            commands.attach_evidence(
                case_id=case.pk,
                title=given["title"],
                upload=form.upload(),
                link=given["link"],
                valid_until=given["valid_until"],
                actor=request.user,
                now=now,
            )
    if form.errors:
        return _page(request, case, form, now)
    messages.success(request, _("The evidence is attached. Name it in the answers it supports."))
    return redirect("portfolio:evidence", case.reference)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def evidence_revise(request: SignedInRequest, reference: str, evidence_id: int) -> HttpResponse:
    """Attach another revision."""
    now = timezone.now()
    case = case_of(request, reference, now)
    require("attach_evidence", request.user, case, now=now)
    row = evidence_for(request.user, case.number, evidence_id, now)
    form = RevisionForm(request.POST or None, request.FILES or None)
    _note_size(request, form)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with refused_on(form):
            commands.add_revision(
                evidence_id=row.pk,
                upload=form.upload(),
                link=given["link"],
                valid_until=given["valid_until"],
                actor=request.user,
                now=now,
            )
            messages.success(request, _("The new revision counts now; the earlier ones are kept."))
            return redirect("portfolio:evidence", case.reference)
    context = {"form": form, "evidence": row}
    return case_page(request, "portfolio/evidence/revise.html", case, "evidence", context, now=now)


@login_required
@require_POST
def evidence_withdraw(request: SignedInRequest, reference: str, evidence_id: int) -> HttpResponse:
    """Evidence that does not count any more."""
    now = timezone.now()
    case = case_of(request, reference, now)
    row = evidence_for(request.user, case.number, evidence_id, now)
    reason = request.POST.get("reason", "")
    commands.withdraw_evidence(evidence_id=row.pk, reason=reason, actor=request.user, now=now)
    messages.success(request, _("The evidence is withdrawn; it stays readable."))
    return redirect("portfolio:evidence", case.reference)


@login_required
@require_safe
def evidence_file(request: SignedInRequest, reference: str, evidence_id: int, number: int) -> HttpResponseBase:
    """The bytes of a revision, always as a download."""
    revision = revision_for(request.user, number_of(reference), evidence_id, number, timezone.now())
    if not revision.file_name:
        raise Http404
    try:
        content = open_stored(revision.sha256)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        content, as_attachment=True, filename=revision.file_name, content_type=revision.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


def _note_size(request: SignedInRequest, form: forms.Form) -> None:
    if request.method == "POST" and was_too_large(request):
        problem = size_problem()
        form.add_error("file", _(problem.message).format(**problem.params))


def _page(request: SignedInRequest, case: UseCase, form: EvidenceForm, now: datetime) -> HttpResponse:
    context = {"evidence": evidence_views(case, today=timezone.localdate(now)), "form": form}
    return case_page(request, "portfolio/evidence/list.html", case, "evidence", context, now=now)
