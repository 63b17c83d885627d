"""Drafts of the playbook: the editor with its checks, the difference in words, and what becomes of a draft."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pocgate.identity.queries import SignedInRequest, sign_in_of
from pocgate.kernel.errors import Invalid, Stale
from pocgate.kernel.http import is_fragment
from scoring.commands.playbooks import (
    begin_draft,
    discard_draft,
    move_to_version_in_force,
    publish_draft,
    save_draft,
)
from scoring.forms import DraftForm
from scoring.models import Playbook as PlaybookRow
from scoring.permissions import playbook_acts
from scoring.queries.playbook_difference import playbook_difference
from scoring.queries.playbook_drafts import draft_rows
from scoring.queries.playbooks import playbook_problems, published_playbook
from scoring.rules.playbook import parse_playbook

CONFLICT = 409


@login_required
@require_POST
def begin(request: SignedInRequest) -> HttpResponse:
    """A new draft from the version in force, or from the text that was being written."""
    if "see_drafts" not in playbook_acts(request.user, now=timezone.now()):
        raise Http404
    now = timezone.now()
    name = request.POST.get("name", "").strip() or _("Draft of %(day)s") % {"day": timezone.localdate(now).isoformat()}
    draft = begin_draft(name=name, text=request.POST.get("text"), actor=request.user, now=now)
    messages.success(request, _("The draft is begun. Nothing is in force before it is published."))
    return HttpResponseRedirect(reverse("scoring:draft", args=[draft.pk]))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: SignedInRequest, draft_id: int) -> HttpResponse:
    """The text, and its next revision."""
    row, acts = visible_draft(request, draft_id)
    if request.method != "POST":
        form = DraftForm(initial={"name": row.name, "text": row.text, "revision": row.revision})
        return _editor(request, row, acts, form, text=row.text)
    form = DraftForm(request.POST)
    if not form.is_valid():
        return _editor(request, row, acts, form, text=request.POST.get("text", ""), status=422)
    try:
        save_draft(draft_id=row.pk, actor=request.user, now=timezone.now(), **form.cleaned_data)
    except Invalid as refused:
        form.show(refused)
        return _editor(request, row, acts, form, text=form.cleaned_data.get("text", ""), status=422)
    except Stale:
        fresh, acts = visible_draft(request, draft_id)
        return _editor(request, fresh, acts, form, text=form.cleaned_data["text"], status=CONFLICT)
    messages.success(request, _("The draft was saved."))
    return HttpResponseRedirect(reverse("scoring:draft", args=[row.pk]))


@login_required
@require_POST
def check(request: SignedInRequest, draft_id: int) -> HttpResponse:
    """What is wrong with the text as it stands in the editor; nothing is saved."""
    row, acts = visible_draft(request, draft_id)
    text = request.POST.get("text", "").replace("\r\n", "\n")
    if is_fragment(request):
        return render(request, "scoring/drafts/_problems.html", {"problems": playbook_problems(text)})
    return _editor(request, row, acts, DraftForm(request.POST), text=text)


@login_required
@require_safe
def difference(request: SignedInRequest, draft_id: int) -> HttpResponse:
    """What the draft changes against the version in force."""
    row, acts = visible_draft(request, draft_id)
    problems = playbook_problems(row.text)
    current = published_playbook()
    sections = () if problems else playbook_difference(current.rules, parse_playbook(row.text))
    count = sum(len(section.lines) for section in sections)
    context = {"sections": sections, "count": count, "problems": problems}
    return render(request, "scoring/drafts/difference.html", {**shell(row, acts, "difference"), **context})


@login_required
@require_POST
def carry_on(request: SignedInRequest, draft_id: int) -> HttpResponse:
    """Carry the draft on from the version in force."""
    row, _acts = visible_draft(request, draft_id)
    values = {name: whole(request.POST.get(name, "")) for name in ("revision", "version")}
    move_to_version_in_force(draft_id=row.pk, actor=request.user, now=timezone.now(), **values)
    messages.success(request, _("The draft is carried on from the version in force; its text is as it was."))
    return HttpResponseRedirect(reverse("scoring:draft_difference", args=[row.pk]))


@login_required
@require_POST
def publish(request: SignedInRequest, draft_id: int) -> HttpResponse:
    """Put the draft in force."""
    row, _acts = visible_draft(request, draft_id)
    published = publish_draft(
        draft_id=row.pk,
        revision=whole(request.POST.get("revision", "")),
        actor=request.user,
        sign_in=sign_in_of(request),
        now=timezone.now(),
    )
    text = _("Version %(version)s is in force; every case is being recomputed.") % {"version": published.version}
    messages.success(request, text)
    return HttpResponseRedirect(reverse("scoring:playbook"))


@login_required
@require_POST
def discard(request: SignedInRequest, draft_id: int) -> HttpResponse:
    """Remove the draft."""
    row, _acts = visible_draft(request, draft_id)
    revision = whole(request.POST.get("revision", ""))
    discard_draft(draft_id=row.pk, revision=revision, actor=request.user, now=timezone.now())
    messages.success(request, _("The draft “%(name)s” was discarded.") % {"name": row.name})
    return HttpResponseRedirect(reverse("scoring:playbook"))


@login_required
@require_safe
def download(request: SignedInRequest, draft_id: int) -> HttpResponse:
    """The draft's YAML."""
    row, _acts = visible_draft(request, draft_id)
    headers = {"Content-Disposition": f'attachment; filename="playbook-draft-{row.pk}.yaml"'}
    return HttpResponse(row.text, content_type="application/yaml; charset=utf-8", headers=headers)


def visible_draft(request: SignedInRequest, draft_id: int) -> tuple[PlaybookRow, frozenset[str]]:
    """The draft and what the person may do with it; 404 for whoever may not see drafts, and once it is published."""
    acts = playbook_acts(request.user, now=timezone.now())
    if "see_drafts" not in acts:
        raise Http404
    return get_object_or_404(draft_rows(), pk=draft_id), acts


def shell(row: PlaybookRow, acts: frozenset[str], tab: str) -> dict[str, Any]:
    """What the head of every page of a draft shows."""
    return {"draft": row, "acts": acts, "tab": tab, "current": published_playbook()}


def whole(text: str) -> int:
    """A number of a hidden field; 0 for anything else, which no draft has."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else 0  # noqa: PLR2004 - a revision


def _editor(
    request: SignedInRequest,
    row: PlaybookRow,
    acts: frozenset[str],
    form: DraftForm,
    *,
    text: str,
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "problems": playbook_problems(text), "is_overtaken": status == CONFLICT}
    return render(request, "scoring/drafts/text.html", {**shell(row, acts, "text"), **context}, status=status)
