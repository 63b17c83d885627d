"""KPIs of a case: what is promised, what was measured, what must be reached."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pocgate.identity.queries import SignedInRequest
from portfolio.commands import kpis as commands
from portfolio.enums import KpiRole
from portfolio.forms.inputs import refused_on
from portfolio.forms.kpis import CorrectionForm, DefinitionForm, NewKpiForm, ReadingForm, ThresholdForm
from portfolio.models import KpiReading, UseCase
from portfolio.permissions import require
from portfolio.queries.kpis import KpiView, kpi_views
from portfolio.web.showing import case_of, case_page


@login_required
@require_safe
def kpis(request: SignedInRequest, reference: str) -> HttpResponse:
    """All KPIs in use, each with its chart."""
    now = timezone.now()
    case = case_of(request, reference, now)
    return case_page(request, "portfolio/kpis/list.html", case, "kpis", {"kpis": kpi_views(case)}, now=now)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def kpi_new(request: SignedInRequest, reference: str) -> HttpResponse:
    """Define a KPI."""
    now = timezone.now()
    case = case_of(request, reference, now)
    require("define_kpis", request.user, case, now=now)
    taken = any(view.kpi.role == KpiRole.PRIMARY for view in kpi_views(case))
    form = NewKpiForm(request.POST or None, initial={"role": KpiRole.GUARDRAIL if taken else KpiRole.PRIMARY})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with refused_on(form):
            kpi = commands.define_kpi(
                case_id=case.pk,
                name=given["name"],
                role=given["role"],
                kind=given["kind"],
                slo_of=given["slo_of"],
                gates=given["gates"],
                owner=given["owner"],
                definition=form.definition(),
                actor=request.user,
                now=now,
            )
            messages.success(request, _("The KPI is defined. Set what it must reach at the next gate."))
            return redirect("portfolio:kpi", case.reference, kpi.key)
    return case_page(request, "portfolio/kpis/form.html", case, "kpis", {"form": form}, now=now)


@login_required
@require_safe
def kpi(request: SignedInRequest, reference: str, key: str) -> HttpResponse:
    """One KPI: chart, thresholds, every reading."""
    now = timezone.now()
    case = case_of(request, reference, now)
    return _kpi_page(request, case, _view(case, key), now)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def kpi_edit(request: SignedInRequest, reference: str, key: str) -> HttpResponse:
    """Another definition from now on; the one before is kept."""
    now = timezone.now()
    case = case_of(request, reference, now)
    require("define_kpis", request.user, case, now=now)
    view = _view(case, key)
    form = DefinitionForm(request.POST or None, initial=DefinitionForm.initial_of(view))
    if request.method == "POST" and form.is_valid():
        with refused_on(form):
            commands.change_definition(
                kpi_id=view.kpi.pk,
                name=form.cleaned_data["name"],
                definition=form.definition(),
                actor=request.user,
                now=now,
            )
        if not form.errors:
            messages.success(request, _("The definition is saved; the one before is kept."))
            return redirect("portfolio:kpi", case.reference, key)
    return case_page(request, "portfolio/kpis/form.html", case, "kpis", {"form": form, "view": view}, now=now)


@login_required
@require_POST
def reading_new(request: SignedInRequest, reference: str, key: str) -> HttpResponse:
    """Record a reading."""
    now = timezone.now()
    case = case_of(request, reference, now)
    view = _view(case, key)
    form = ReadingForm(request.POST, now=now)
    if form.is_valid():
        with refused_on(form):
            commands.record_reading(
                kpi_id=view.kpi.pk,
                reading=form.reading(),
                unit=form.cleaned_data["unit"],
                actor=request.user,
                now=now,
            )
    if form.errors:
        return _kpi_page(request, case, view, now, reading_form=form)
    messages.success(request, _("The reading is recorded."))
    return redirect("portfolio:kpi", case.reference, key)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reading_correct(request: SignedInRequest, reference: str, key: str, reading_id: int) -> HttpResponse:
    """Put another reading in the place of a wrong one."""
    now = timezone.now()
    case = case_of(request, reference, now)
    require("record_reading", request.user, case, now=now)
    view = _view(case, key)
    old = get_object_or_404(KpiReading, pk=reading_id, kpi=view.kpi, superseded_by__isnull=True)
    form = CorrectionForm(request.POST or None, initial=CorrectionForm.initial_of(old, view), now=now)
    if request.method == "POST" and form.is_valid():
        with refused_on(form):
            commands.correct_reading(
                reading_id=old.pk,
                reading=form.reading(),
                reason=form.cleaned_data["reason"],
                unit=form.cleaned_data["unit"],
                actor=request.user,
                now=now,
            )
            messages.success(request, _("The reading is corrected; the wrong one stays on record."))
            return redirect("portfolio:kpi", case.reference, key)
    context = {"form": form, "view": view, "old": old}
    return case_page(request, "portfolio/kpis/correct.html", case, "kpis", context, now=now)


@login_required
@require_POST
def threshold_set(request: SignedInRequest, reference: str, key: str) -> HttpResponse:
    """State what must be reached at a gate."""
    now = timezone.now()
    case = case_of(request, reference, now)
    view = _view(case, key)
    form = ThresholdForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        with refused_on(form):
            commands.set_threshold(
                kpi_id=view.kpi.pk,
                gate=given["gate"],
                value=given["value"],
                reason=given["reason"],
                actor=request.user,
                now=now,
            )
    if form.errors:
        return _kpi_page(request, case, view, now, threshold_form=form)
    messages.success(request, _("The threshold is set."))
    return redirect("portfolio:kpi", case.reference, key)


@login_required
@require_POST
def kpi_retire(request: SignedInRequest, reference: str, key: str) -> HttpResponse:
    """Stop measuring by this KPI."""
    now = timezone.now()
    case = case_of(request, reference, now)
    view = _view(case, key)
    commands.retire_kpi(kpi_id=view.kpi.pk, reason=request.POST.get("reason", ""), actor=request.user, now=now)
    messages.success(request, _("The KPI is retired; its readings are kept."))
    return redirect("portfolio:kpis", case.reference)


def _view(case: UseCase, key: str) -> KpiView:
    views = kpi_views(case, key=key)
    if not views:
        raise Http404
    return views[0]


def _kpi_page(
    request: SignedInRequest, case: UseCase, view: KpiView, now: datetime, **bound: ReadingForm | ThresholdForm
) -> HttpResponse:
    gate = (case.next_gate or 0) + 1
    context = {
        "view": view,
        "reading_form": ReadingForm(now=now, initial={"unit": view.definition.unit}),
        "threshold_form": ThresholdForm(initial={"gate": min(gate, 3)}),
        **bound,
    }
    return case_page(request, "portfolio/kpis/kpi.html", case, "kpis", context, now=now)
