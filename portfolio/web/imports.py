"""Import pages: upload, what was understood, mapping, dry run, progress, result."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pocgate.identity.queries import SignedInRequest
from pocgate.kernel.http import polled
from pocgate.kernel.models import Job
from pocgate.kernel.uploads import was_too_large
from portfolio.commands import imports as commands
from portfolio.enums import ImportAction, ImportState, Stage, Status, Tier
from portfolio.forms.imports import MappingForm, ReadingForm, UploadForm
from portfolio.importing.mapping_yaml import load_mapping
from portfolio.importing.refusal import Refused
from portfolio.models import ImportMapping, ImportRow, ImportRun
from portfolio.permissions import can, require_import
from portfolio.queries import imports as reads

ROWS_SHOWN = 25
BUCKETS = {
    **{str(stage): label for stage, label in Stage.choices},
    "retired": Status.RETIRED.label,
    "closed": gettext_lazy("closed"),
    "unknown": gettext_lazy("stage not known"),
}
BUSY = (ImportState.CHECKING, ImportState.APPLYING)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: SignedInRequest) -> HttpResponse:
    """Past imports, saved mappings, and the place to drop a file."""
    now = timezone.now()
    if request.method == "POST":
        require_import(request.user, now=now)
        return _receive(request)
    context = {
        "form": UploadForm(),
        "runs": reads.runs()[:50],
        "mappings": reads.saved_mappings(),
        "may_import": can("import_portfolio", request.user, None, now=now),
    }
    return render(request, "portfolio/imports/list.html", context)


def _receive(request: SignedInRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if was_too_large(request):
        limit = {"limit": 64}
        form.add_error("file", _("The file is larger than %(limit)s MiB. Split it or remove columns.") % limit)
    if not form.is_valid():
        return _list_with(request, form)
    now = timezone.now()
    upload = form.cleaned_data["file"]
    try:
        run = commands.receive_file(chunks=upload.chunks(), file_name=upload.name, actor=request.user, now=now)
    except Refused as error:
        form.add_error("file", str(error))
        return _list_with(request, form)
    commands.start_check(run_id=run.pk, actor=request.user, now=now)
    return HttpResponseRedirect(reverse("portfolio:import_run", args=[run.pk]))


def _list_with(request: SignedInRequest, form: UploadForm) -> HttpResponse:
    context = {"form": form, "runs": reads.runs()[:50], "mappings": reads.saved_mappings(), "may_import": True}
    return render(request, "portfolio/imports/list.html", context, status=422)


@login_required
@require_safe
def import_run(request: SignedInRequest, run_id: int) -> HttpResponse:
    """One import at whatever point it is."""
    require_import(request.user, now=timezone.now())
    run = get_object_or_404(reads.runs(), pk=run_id)
    return render(request, "portfolio/imports/run.html", _context(request, run))


@login_required
@require_safe
def import_progress(request: SignedInRequest, run_id: int) -> HttpResponse:
    """The progress of a check or an apply; tells the page to load anew once it is over."""
    require_import(request.user, now=timezone.now())
    run = get_object_or_404(reads.runs(), pk=run_id)
    if run.state in BUSY:
        return polled(request, "portfolio/imports/_progress.html", {"run": run, "job": _job(run)})
    return HttpResponse(status=204, headers={"HX-Refresh": "true"})


@login_required
@require_POST
def import_reading(request: SignedInRequest, run_id: int) -> HttpResponse:
    """Read the file another way, or with another mapping, and check again."""
    run = get_object_or_404(ImportRun, pk=run_id)
    form = ReadingForm(request.POST, mappings=[mapping.name for mapping in reads.saved_mappings()])
    if not form.is_valid():
        return render(request, "portfolio/imports/run.html", _context(request, run, reading=form), status=422)
    choices = {key: form.cleaned_data[key] for key in ("encoding", "delimiter", "sheet", "header_row")}
    commands.correct_run(
        run_id=run.pk,
        choices=choices,
        mapping_name=form.cleaned_data["mapping_name"],
        actor=request.user,
        now=timezone.now(),
    )
    return HttpResponseRedirect(reverse("portfolio:import_run", args=[run.pk]))


@login_required
@require_POST
def import_mapping(request: SignedInRequest, run_id: int) -> HttpResponse:
    """Confirm or correct columns and words, save them under a name where one is given, and check again."""
    run = get_object_or_404(ImportRun, pk=run_id)
    now = timezone.now()
    require_import(request.user, now=now)
    form = MappingForm(request.POST, summary=run.summary)
    if not form.is_valid():
        return render(request, "portfolio/imports/run.html", _context(request, run, mapping=form), status=422)
    text = form.mapping_text(load_mapping(run.summary["mapping_text"]))
    commands.correct_run(run_id=run.pk, mapping_text=text, confirmed=True, actor=request.user, now=now)
    if name := form.cleaned_data["save_as"]:
        commands.save_mapping(name=name, text=text, actor=request.user, now=now)
        messages.success(request, _("The mapping “%(name)s” is saved.") % {"name": name})
    return HttpResponseRedirect(reverse("portfolio:import_run", args=[run.pk]))


@login_required
@require_POST
def import_apply(request: SignedInRequest, run_id: int) -> HttpResponse:
    """Write it, all rows or none."""
    run = get_object_or_404(ImportRun, pk=run_id)
    commands.start_apply(
        run_id=run.pk, accept_imputed="accept_imputed" in request.POST, actor=request.user, now=timezone.now()
    )
    return HttpResponseRedirect(reverse("portfolio:import_run", args=[run.pk]))


@login_required
@require_POST
def import_recheck(request: SignedInRequest, run_id: int) -> HttpResponse:
    """Check the file once more against the portfolio as it is now."""
    run = get_object_or_404(ImportRun, pk=run_id)
    commands.start_check(run_id=run.pk, actor=request.user, now=timezone.now())
    return HttpResponseRedirect(reverse("portfolio:import_run", args=[run.pk]))


@login_required
@require_POST
def mapping_delete(request: SignedInRequest, mapping_id: int) -> HttpResponse:
    """Remove a saved mapping."""
    mapping = get_object_or_404(ImportMapping, pk=mapping_id)
    commands.delete_mapping(mapping_id=mapping.pk, actor=request.user, now=timezone.now())
    return HttpResponseRedirect(reverse("portfolio:imports"))


def _context(
    request: SignedInRequest, run: ImportRun, *, reading: ReadingForm | None = None, mapping: MappingForm | None = None
) -> dict[str, Any]:
    action = request.GET.get("rows", "")
    choices = run.reading.get("choices", {})
    stages, tiers = run.summary.get("stages", {}), run.summary.get("tiers", {})
    names = [mapping.name for mapping in reads.saved_mappings()]
    return {
        "run": run,
        "summary": run.summary,
        "job": _job(run),
        "is_busy": run.state in BUSY,
        "is_checked": run.state == ImportState.CHECKED,
        "reading": reading or ReadingForm(initial={**choices, "mapping_name": run.mapping_name}, mappings=names),
        "mapping": mapping or MappingForm(summary=run.summary),
        "blockers": commands.apply_blockers(run, accept_imputed=True) if run.state == ImportState.CHECKED else [],
        "needs_consent": run.summary.get("needs_consent") and not run.mapping_confirmed,
        "stages": [(label, stages.get(name, 0)) for name, label in BUCKETS.items()],
        "tiers": [(label, tiers[tier]) for tier, label in Tier.choices if tiers.get(tier)],
        "actions": [(value, label, run.summary.get(value, 0)) for value, label in ImportAction.choices],
        **_rows(run, action, request.GET.get("after", "")),
    }


def _rows(run: ImportRun, action: str, after: str) -> dict[str, Any]:
    """A page of staging rows with something to say, or of one action; paged by row number."""
    rows = ImportRow.objects.filter(run=run).select_related("case").order_by("row")
    rows = rows.filter(action=action) if action in ImportAction.values else rows.exclude(problems=[])
    if after.isdecimal():
        rows = rows.filter(row__gt=int(after))
    shown = list(rows[: ROWS_SHOWN + 1])
    following = shown[ROWS_SHOWN - 1].row if len(shown) > ROWS_SHOWN else None
    return {"rows": shown[:ROWS_SHOWN], "rows_action": action, "rows_following": following}


def _job(run: ImportRun) -> Job | None:
    return Job.objects.filter(pk=run.job_id).first() if run.job_id else None
