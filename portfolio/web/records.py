"""What came of using a case: one page, and a form for each thing that can be recorded, corrected or done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from pocgate.identity.queries import SignedInRequest
from portfolio.commands import records as commands
from portfolio.forms.inputs import refused_on
from portfolio.forms.operating import (
    ChangeRequestForm,
    ContainmentForm,
    IncidentForm,
    ReleaseForm,
    ReportForm,
    WithdrawalForm,
)
from portfolio.forms.records import (
    AnswerForm,
    BenefitForm,
    DependencyForm,
    FeedbackForm,
    HeldForm,
    OperationsForm,
    ReasonForm,
    RecordForm,
    ResolutionForm,
    RiskForm,
    Setting,
    TrainingForm,
)
from portfolio.models import (
    BenefitEntry,
    ChangeRequest,
    Dependency,
    Feedback,
    Incident,
    OperationsReading,
    RecordedFact,
    Risk,
    TrainingSession,
    UseCase,
)
from portfolio.permissions import require
from portfolio.queries.records import use_view
from portfolio.web.showing import case_of, case_page


@dataclass(frozen=True)
class Kind:
    """A kind of record on its pages. `arguments` name the commands' content and row."""

    model: type[RecordedFact]
    form: type[RecordForm]
    right: str
    record: Callable[..., object]
    correct: Callable[..., object]
    arguments: tuple[str, str]
    icon: str
    new_title: str | Promise
    correct_title: str | Promise


@dataclass(frozen=True)
class Act:
    """Something that is done to one record."""

    form: type[forms.Form]
    right: str
    command: Callable[..., object]
    title: str | Promise


KINDS: Mapping[str, Kind] = {
    "feedback": Kind(
        *(
            Feedback,
            FeedbackForm,
            "give_feedback",
            commands.record_feedback,
            commands.correct_feedback,
        ),
        *(("feedback", "feedback_id"), "message-square", _("Record feedback"), _("Correct feedback")),
    ),
    "benefits": Kind(
        *(BenefitEntry, BenefitForm, "keep_records", commands.record_benefit, commands.correct_benefit),
        *(("benefit", "entry_id"), "coins", _("Record a measured benefit"), _("Correct a measured benefit")),
    ),
    "training": Kind(
        *(TrainingSession, TrainingForm, "keep_records", commands.record_training, commands.correct_training),
        *(("session", "session_id"), "graduation-cap", _("Record a training session"), _("Correct a session")),
    ),
    "operations": Kind(
        *(
            OperationsReading,
            OperationsForm,
            "keep_records",
            commands.record_operations_reading,
            commands.correct_operations_reading,
        ),
        *(("reading", "reading_id"), "activity", _("Record a figure of operation"), _("Correct a figure")),
    ),
    "dependencies": Kind(
        *(Dependency, DependencyForm, "keep_records", commands.record_dependency, commands.correct_dependency),
        *(("need", "dependency_id"), "unplug", _("Record a dependency"), _("Correct a dependency")),
    ),
    "risks": Kind(
        *(Risk, RiskForm, "keep_records", commands.record_risk, commands.correct_risk),
        *(("threat", "risk_id"), "triangle-alert", _("Record a risk"), _("State a risk anew")),
    ),
    "incidents": Kind(
        *(Incident, IncidentForm, "record_incident", commands.record_incident, commands.correct_incident),
        *(("mishap", "incident_id"), "siren", _("Record an incident"), _("Correct an incident")),
    ),
    "changes": Kind(
        *(
            ChangeRequest,
            ChangeRequestForm,
            "keep_records",
            commands.record_change_request,
            commands.correct_change_request,
        ),
        *(("wish", "change_id"), "git-pull-request", _("Request a change"), _("Correct a change request")),
    ),
}
ACTS: Mapping[tuple[str, str], Act] = {
    ("feedback", "answer"): Act(AnswerForm, "answer_feedback", commands.answer_feedback, _("Answer")),
    ("training", "held"): Act(HeldForm, "keep_records", commands.hold_training, _("The session took place")),
    ("dependencies", "resolve"): Act(ResolutionForm, "keep_records", commands.resolve_dependency, _("Resolve")),
    ("risks", "accept"): Act(ReasonForm, "accept_risk", commands.accept_residual_risk, _("Accept what remains")),
    ("risks", "close"): Act(ReasonForm, "keep_records", commands.close_risk, _("Close the risk")),
    ("incidents", "contain"): Act(ContainmentForm, "record_incident", commands.contain_incident, _("Contained")),
    ("incidents", "report"): Act(
        ReportForm, "record_incident", commands.report_incident, _("Reported to the authority")
    ),
    ("changes", "withdraw"): Act(
        WithdrawalForm, "keep_records", commands.withdraw_change_request, _("Withdraw the request")
    ),
}


@login_required
@require_safe
def use(request: SignedInRequest, reference: str) -> HttpResponse:
    """Feedback, benefit, training, operation, releases, incidents, changes, dependencies and risks."""
    now = timezone.now()
    case = case_of(request, reference, now)
    context = {"use": use_view(case, request.user, now=now)}
    return case_page(request, "portfolio/use/use.html", case, "use", context, now=now)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def record_new(request: SignedInRequest, reference: str, kind: str) -> HttpResponse:
    """Record something."""
    now = timezone.now()
    case, of = case_of(request, reference, now), _kind(kind)
    require(of.right, request.user, case, now=now)
    form = of.form(_sent(request), setting=Setting(case, request.user, now))
    if request.method == "POST" and form.is_valid():
        with refused_on(form):
            content = {of.arguments[0]: form.content()}
            of.record(case_id=case.pk, actor=request.user, now=now, **content)
            messages.success(request, _("It is recorded."))
            return redirect("portfolio:use", case.reference)
    return _form_page(request, case, form, of.new_title, of.icon, now=now)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def release_new(request: SignedInRequest, reference: str) -> HttpResponse:
    """Write a release down."""
    now = timezone.now()
    case = case_of(request, reference, now)
    require("record_release", request.user, case, now=now)
    form = ReleaseForm(_sent(request))
    if request.method == "POST" and form.is_valid():
        with refused_on(form):
            commands.record_release(case_id=case.pk, build=form.content(), actor=request.user, now=now)
            messages.success(request, _("It is recorded."))
            return redirect("portfolio:use", case.reference)
    return _form_page(request, case, form, _("Record a release"), "package", now=now)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def record_correct(request: SignedInRequest, reference: str, kind: str, record_id: int) -> HttpResponse:
    """Put another record in the place of a wrong one."""
    now = timezone.now()
    case, of = case_of(request, reference, now), _kind(kind)
    require(of.right, request.user, case, now=now)
    old = _row(of, case, record_id)
    form = of.form(_sent(request), setting=Setting(case, request.user, now), old=old)
    if request.method == "POST" and form.is_valid():
        content, row = of.arguments
        with refused_on(form):
            given = {content: form.content(), row: old.pk, "reason": form.cleaned_data["reason"]}
            of.correct(actor=request.user, now=now, **given)
            messages.success(request, _("It is corrected; the wrong record stays."))
            return redirect("portfolio:use", case.reference)
    return _form_page(request, case, form, of.correct_title, of.icon, old=old, now=now)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def record_act(request: SignedInRequest, reference: str, kind: str, record_id: int, act: str) -> HttpResponse:
    """Answer, hold, resolve, accept or close."""
    now = timezone.now()
    case, of = case_of(request, reference, now), _kind(kind)
    done = ACTS.get((kind, act))
    if done is None:
        raise Http404
    require(done.right, request.user, case, now=now)
    old = _row(of, case, record_id)
    form = done.form(_sent(request))
    if request.method == "POST" and form.is_valid():
        with refused_on(form):
            done.command(actor=request.user, now=now, **{of.arguments[1]: old.pk}, **form.cleaned_data)
            messages.success(request, _("It is recorded."))
            return redirect("portfolio:use", case.reference)
    return _form_page(request, case, form, done.title, of.icon, old=old, now=now)


def _sent(request: SignedInRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise Http404
    return KINDS[name]


def _row(kind: Kind, case: UseCase, record_id: int) -> RecordedFact:
    rows: QuerySet[RecordedFact] = QuerySet(kind.model)
    return get_object_or_404(rows, pk=record_id, case=case, superseded_by__isnull=True)


def _form_page(
    request: SignedInRequest,
    case: UseCase,
    form: forms.Form,
    title: str | Promise,
    icon: str,
    *,
    now: datetime,
    old: RecordedFact | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "title": title, "icon": icon, "old": old}
    return case_page(request, "portfolio/use/form.html", case, "use", context, now=now)
