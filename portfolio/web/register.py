"""Registration: four short steps with autosave, then a look at the whole and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pocgate.identity.queries import SignedInRequest
from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow, Stale
from pocgate.kernel.http import is_fragment, number_of
from portfolio.commands import cases
from portfolio.enums import Stage, Status
from portfolio.forms.inputs import refused_on
from portfolio.forms.registration import ProblemForm
from portfolio.models import UseCase
from portfolio.permissions import can, require
from portfolio.queries.cases import case_for, case_profile
from portfolio.queries.costs import cost_view
from portfolio.queries.kpis import kpi_views
from portfolio.queries.pace import time_box_days
from portfolio.queries.similar import SimilarCase, similar_cases
from portfolio.queries.team import drafts_of, team_view
from portfolio.queries.tiering import tier_standing
from portfolio.web.steps import MEASURE, RISK, SAVERS, form_of

REVIEW = "review"


@dataclass(frozen=True)
class Saved:
    """What became of an autosave: the case when something was saved, and why not otherwise."""

    case: UseCase | None
    problem: str = ""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: SignedInRequest) -> HttpResponse:
    """Step one of a case that does not exist yet; the first save makes the draft."""
    now = timezone.now()
    require("register_case", request.user, None, now=now)
    if request.method != "POST":
        context = {"form": ProblemForm(), "step": 1, "case": None, "drafts": drafts_of(request.user)[:5]}
        return render(request, "portfolio/register/step.html", context)
    if request.POST.get("draft"):
        return register_step(request, request.POST["draft"], 1)
    form = ProblemForm(request.POST)
    case = None
    if form.is_valid():
        with refused_on(form):
            case = cases.register_draft(changes=form.changes(), actor=request.user, now=now)
    if is_fragment(request):
        return _status(request, Saved(case, "" if case else _("A title is needed before anything can be saved.")), 1)
    if case is None:
        return render(request, "portfolio/register/step.html", {"form": form, "step": 1, "case": None}, status=422)
    return _onward(request, case, 1)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def register_step(request: SignedInRequest, reference: str, step: int) -> HttpResponse:
    """A step of a draft: shown, saved by itself, or saved on the way to another step."""
    now = timezone.now()
    case = _draft(request, reference, now)
    if step not in SAVERS:
        raise Http404
    if request.method != "POST":
        return _page(request, case, step, form_of(step, case, request, now), now)
    form = form_of(step, case, request, now, bound=True)
    if is_fragment(request):
        return _status(request, _autosaved(request, case, step, form, now), step)
    if form.is_valid():
        with refused_on(form):
            case = SAVERS[step](case, form, request, now, _version(request))
    if form.errors:
        return _page(request, case, step, form, now, status=422)
    return _onward(request, case, step)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def register_review(request: SignedInRequest, reference: str) -> HttpResponse:
    """The whole draft, what is missing, what comes next; the button hands it in."""
    now = timezone.now()
    case = _draft(request, reference, now)
    if request.method == "POST":
        cases.submit_case(case_id=case.pk, actor=request.user, now=now)
        messages.success(request, _("%(case)s is registered. Stage 0 has begun.") % {"case": case.reference})
        return redirect("case", case.reference)
    context = {
        "case": case,
        "step": REVIEW,
        "profile": case_profile(case, now),
        **_pointed(case, now),
        "team": team_view(case),
        "kpis": kpi_views(case),
        "costs": cost_view(case, today=timezone.localdate(now)),
        "blockers": cases.submission_blockers(case),
        "similar": _similar(request, case.title, case.problem_statement, now, without=case.pk),
        "time_box_days": time_box_days(Stage.DISCOVERY),
        "may_submit": can("submit_case", request.user, case, now=now),
    }
    return render(request, "portfolio/register/review.html", context)


@login_required
@require_POST
def similar(request: SignedInRequest) -> HttpResponse:
    """Cases that look like what is being typed."""
    now = timezone.now()
    draft = UseCase.objects.visible_to(request.user, now=now).filter(pk=_number(request.POST.get("case", "")))
    title, problem = request.POST.get("title", "")[:400], request.POST.get("problem_statement", "")[:2000]
    found = _similar(request, title.replace("\x00", ""), problem.replace("\x00", ""), now, without=_pk(draft.first()))
    return render(request, "portfolio/register/_similar.html", {"similar": found, "asked": bool(title.strip())})


@login_required
@require_POST
def archive(request: SignedInRequest, reference: str) -> HttpResponse:
    """Put a draft away."""
    now = timezone.now()
    case = case_for(request.user, number_of(reference), now)
    cases.archive_draft(case_id=case.pk, actor=request.user, now=now)
    messages.success(request, _("The draft is archived. Its page can take it out again."))
    return HttpResponseRedirect(reverse("home"))


@login_required
@require_POST
def unarchive(request: SignedInRequest, reference: str) -> HttpResponse:
    """Take a draft out of the archive."""
    now = timezone.now()
    case = case_for(request.user, number_of(reference), now)
    cases.unarchive_draft(case_id=case.pk, actor=request.user, now=now)
    return redirect("portfolio:register_step", case.reference, 1)


@login_required
@require_safe
def register_resume(request: SignedInRequest, reference: str) -> HttpResponse:
    """The draft's first step, or its review once it is complete."""
    case = _draft(request, reference, timezone.now())
    if cases.submission_blockers(case):
        return redirect("portfolio:register_step", case.reference, 1)
    return redirect("portfolio:register_review", case.reference)


def _draft(request: SignedInRequest, reference: str, now: datetime) -> UseCase:
    case = case_for(request.user, number_of(reference), now)
    require("edit_case", request.user, case, now=now)
    if case.status != Status.DRAFT:
        raise Http404
    return case


def _page(
    request: SignedInRequest, case: UseCase, step: int, form: forms.Form, now: datetime, *, status: int = 200
) -> HttpResponse:
    context = {"case": case, "step": step, "form": form, **_pointed(case, now)}
    return render(request, "portfolio/register/step.html", context, status=status)


def _pointed(case: UseCase, now: datetime) -> dict[str, object]:
    """Where the answers point, and what the law asks there."""
    standing = tier_standing(case)
    return {"proposed_tier": standing.proposed or case_profile(case, now).proposed_tier, "duties": standing.duties}


def _autosaved(request: SignedInRequest, case: UseCase, step: int, form: forms.Form, now: datetime) -> Saved:
    """Save what can be saved; step four saves its complete parts even while others have errors."""
    complete = form.is_valid()
    if not complete and step != MEASURE:
        return Saved(None, _first_error(form))
    try:
        saved = SAVERS[step](case, form, request, now, _version(request))
    except Stale:
        return Saved(None, _("Somebody else changed this draft meanwhile. Load the page again to go on."))
    except Invalid as error:
        return Saved(None, _(error.problems[0].message).format(**error.problems[0].params))
    except NotAllowedNow as error:
        return Saved(None, _(error.blockers[0].message).format(**error.blockers[0].params))
    except Forbidden as error:
        return Saved(None, _(error.blocker.message).format(**error.blocker.params))
    return Saved(saved, "" if complete else _first_error(form))


def _first_error(form: forms.Form) -> str:
    name, errors = next(iter(form.errors.items()))
    label = form.fields[name].label if name in form.fields else ""
    return f"{label}: {errors[0]}" if label else str(errors[0])


def _status(request: SignedInRequest, saved: Saved, step: int) -> HttpResponse:
    """The line beside the buttons, with the version that the next save starts from."""
    now = timezone.now()
    context: dict[str, object] = {
        "saved": saved,
        "version": saved.case.version if saved.case else request.POST.get("version", ""),
    }
    context["reference"] = saved.case.reference if saved.case else request.POST.get("draft", "")
    if saved.case is not None and step == RISK:
        context |= _pointed(saved.case, now)
    response = render(request, "portfolio/register/_saved.html", context)
    if saved.case is not None and request.path == reverse("portfolio:register"):
        response["HX-Replace-Url"] = reverse("portfolio:register_step", args=[saved.case.reference, 1])
    return response


def _onward(request: SignedInRequest, case: UseCase, step: int) -> HttpResponse:
    """Where the button leads: one step on or back, or home with the draft kept."""
    go = request.POST.get("go", "next")
    if go == "leave":
        messages.success(request, _("Your draft %(case)s is kept.") % {"case": case.reference})
        return redirect("home")
    target = step - 1 if go == "back" else step + 1
    if target > MEASURE:
        return redirect("portfolio:register_review", case.reference)
    return redirect("portfolio:register_step", case.reference, max(target, 1))


def _version(request: SignedInRequest) -> int | None:
    return _number(request.POST.get("version", "")) or None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004 - fits 32 bits


def _pk(case: UseCase | None) -> int | None:
    return case.pk if case else None


def _similar(
    request: SignedInRequest, title: str, problem: str, now: datetime, *, without: int | None
) -> list[SimilarCase]:
    return similar_cases(title, problem, request.user, now=now, without=without)
