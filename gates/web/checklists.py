"""Lists of extra checklist items: their versions, one to read, bringing one in, and what becomes of a version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gates.checklist_files.reading import MOST_BYTES, read_table
from gates.checklist_files.writing import CSV_TYPE, XLSX_TYPE, csv_of, xlsx_of
from gates.commands.checklists import (
    KEY,
    NOT_A_KEEPER,
    ListTerms,
    check_checklist,
    discard_checklist,
    draft_checklist,
    publish_checklist,
    retire_checklist,
)
from gates.forms.checklists import ChecklistFilterForm, ChecklistUploadForm
from gates.models import ChecklistTemplate
from gates.permissions import can_keep_checklists
from gates.queries.checklist_templates import (
    asked_at,
    changes_from_published,
    changes_of,
    checklists_visible_to,
    items_of,
    table_of,
    version_before,
)
from gates.rules.checklists import ItemChange, ItemDraft, SheetTable, recognised
from pocgate.identity.queries import SignedInRequest
from pocgate.kernel.errors import Forbidden, Invalid
from pocgate.kernel.uploads import was_too_large
from portfolio.importing.refusal import Refused

CHECK = "check"
SHOWN_ITEMS = 10
FILES: Mapping[str, tuple[str, Callable[[SheetTable], bytes]]] = {
    "csv": (CSV_TYPE, csv_of),
    "xlsx": (XLSX_TYPE, xlsx_of),
}
ACTS: Mapping[str, tuple[Callable[..., Any], Any]] = {
    "publish": (publish_checklist, gettext_lazy("%(list)s is in force.")),
    "retire": (retire_checklist, gettext_lazy("%(list)s is retired; its signatures stay on record.")),
    "discard": (discard_checklist, gettext_lazy("The draft of %(list)s is thrown away.")),
}


@dataclass(frozen=True)
class Understood:
    """What a file says, before anything of it is kept. `columns` say what each column was taken for."""

    table: SheetTable
    items: tuple[ItemDraft, ...]
    changes: tuple[ItemChange, ...]

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Each column, and the field it was taken for; "" for one that is kept as it is."""
        fields = {place: name for name, place in recognised(self.table.columns).items()}
        return [(column, fields.get(place, "")) for place, column in enumerate(self.table.columns)]

    @property
    def shown(self) -> tuple[ItemDraft, ...]:
        """The first items."""
        return self.items[:SHOWN_ITEMS]


@login_required
@require_safe
def checklists(request: SignedInRequest) -> HttpResponse:
    """Every version of every list, at a gate and for a tier."""
    now = timezone.now()
    form = ChecklistFilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = asked_at(checklists_visible_to(request.user, now=now), **wanted)
    context = {
        "form": form,
        "lists": [list(versions) for _key, versions in groupby(found, key=lambda row: row.key)],
        "is_filtered": any(value not in ("", None) for value in wanted.values()),
        "may_keep": can_keep_checklists(request.user, now=now),
    }
    return render(request, "gates/checklists/lists.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Bring in a list: look at what was understood, or keep it as a draft."""
    if not can_keep_checklists(request.user, now=timezone.now()):
        raise Forbidden(NOT_A_KEEPER)
    if request.method != "POST":
        return render(request, "gates/checklists/new.html", {"form": ChecklistUploadForm(initial=_initial(request))})
    form = ChecklistUploadForm(request.POST, request.FILES)
    if was_too_large(request):
        form.add_error("file", _("The file is larger than %(limit)s MiB.") % {"limit": MOST_BYTES >> 20})
    if not form.is_valid():
        return render(request, "gates/checklists/new.html", {"form": form}, status=422)
    try:
        return _take(request, form)
    except Refused as refused:
        form.add_error("file", str(refused))
    except Invalid as refused:
        form.show(refused)
    return render(request, "gates/checklists/new.html", {"form": form}, status=422)


@login_required
@require_safe
def version(request: SignedInRequest, template_id: int) -> HttpResponse:
    """One version to read, with what it changes."""
    template = _found(request, template_id)
    context = {
        "template": template,
        "items": items_of(template),
        "before": version_before(template),
        "changes": changes_of(template),
        "may_keep": can_keep_checklists(request.user, now=timezone.now()),
    }
    return render(request, "gates/checklists/version.html", context)


@login_required
@require_POST
def act(request: SignedInRequest, template_id: int, name: str) -> HttpResponse:
    """Publish, retire or throw away."""
    if name not in ACTS:
        raise Http404
    template, (command, said) = _found(request, template_id), ACTS[name]
    command(template_id=template.pk, actor=request.user, now=timezone.now())
    messages.success(request, said % {"list": template})
    if name == "discard":
        return HttpResponseRedirect(reverse("gates:checklists"))
    return HttpResponseRedirect(reverse("gates:checklist_version", args=[template.pk]))


@login_required
@require_safe
def file(request: SignedInRequest, template_id: int, kind: str) -> HttpResponse:
    """The version as a spreadsheet that can be brought in again without loss."""
    if kind not in FILES:
        raise Http404
    template, (media_type, write) = _found(request, template_id), FILES[kind]
    name = f"{template.key}-{template.version}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(write(table_of(template)), content_type=media_type, headers=headers)


def _take(request: SignedInRequest, form: ChecklistUploadForm) -> HttpResponse:
    upload = form.cleaned_data["file"]
    table = read_table(upload.read(MOST_BYTES + 1))
    terms = ListTerms(**form.terms)
    if request.POST.get("act") == CHECK:
        items = check_checklist(terms=terms, table=table)
        understood = Understood(table, items, tuple(changes_from_published(terms.key, items)))
        context = {"form": form, "understood": understood, "file_name": upload.name}
        return render(request, "gates/checklists/new.html", context)
    template = draft_checklist(terms=terms, table=table, actor=request.user, now=timezone.now())
    count = len(table.rows)
    said = ngettext("%(count)s item is kept as a draft.", "%(count)s items are kept as a draft.", count)
    messages.success(request, said % {"count": count})
    return HttpResponseRedirect(reverse("gates:checklist_version", args=[template.pk]))


def _initial(request: SignedInRequest) -> dict[str, Any]:
    """What the list's latest version says of itself, for its next one."""
    key = request.GET.get("key", "")
    found = checklists_visible_to(request.user, now=timezone.now())
    last = found.filter(key=key).first() if KEY.fullmatch(key) else None
    return {name: getattr(last, name) for name in ("key", "title", "source", "gates", "tiers")} if last else {}


def _found(request: SignedInRequest, template_id: int) -> ChecklistTemplate:
    return get_object_or_404(checklists_visible_to(request.user, now=timezone.now()), pk=template_id)
