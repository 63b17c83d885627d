"""The reviews tab of a case: what stands before the next gate, asking for it, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gates.commands.decisions import clear_condition
from gates.commands.reviews import Request, request_review
from gates.forms.chair import ClearingForm
from gates.forms.request import RequestForm, StopForm
from gates.forms.steering import ConveningForm, ExtensionForm, ResumeForm
from gates.permissions import can_report_revival, can_request, is_product_owner
from gates.queries.checklists import checklist_of
from gates.queries.conditions import revisions_to_name
from gates.queries.cost_reviews import proposing_notices
from gates.queries.evaluation import day_here
from gates.queries.precheck import Precheck, precheck, precheck_blockers
from gates.queries.proposals import open_proposals
from gates.queries.reviews import conditions_visible_to, reviews_of
from gates.queries.revivals import revive_triggers_of
from gates.queries.standing_words import shown_standing
from gates.queries.wording import rule_text
from gates.rules.verdict import ClosingPlan
from pocgate.identity.models import User
from pocgate.identity.queries import SignedInRequest, active_people
from pocgate.kernel.errors import Blocker, Invalid
from pocgate.kernel.http import back_to, number_of
from portfolio.enums import Status
from portfolio.models import TeamMember, UseCase
from scoring.queries.playbooks import current_playbook


@login_required
@require_safe
def case_reviews(request: SignedInRequest, reference: str) -> HttpResponse:
    """The tab."""
    return tab(request, visible_case(request, reference))


@login_required
@require_POST
def ask(request: SignedInRequest, reference: str) -> HttpResponse:
    """Ask for the next gate."""
    case = visible_case(request, reference)
    now = timezone.now()
    form = _request_form(precheck(case, actor=request.user, now=now), request.user, now, request.POST)
    if not form.is_valid():
        return tab(request, case, {"request_form": form}, status=422)
    return _request(request, case, form.wanted(), now)


@login_required
@require_POST
def propose_stop(request: SignedInRequest, reference: str) -> HttpResponse:
    """Propose to stop, out of cycle."""
    case = visible_case(request, reference)
    form = StopForm(request.POST)
    if not form.is_valid():
        return tab(request, case, {"stop_form": form}, status=422)
    return _request(request, case, form.wanted(), timezone.now())


@login_required
@require_POST
def clear(request: SignedInRequest, condition_id: int) -> HttpResponse:
    """Clear a condition."""
    now = timezone.now()
    condition = get_object_or_404(conditions_visible_to(request.user, now=now), pk=condition_id)
    case = condition.decision.review.case
    form = ClearingForm(request.POST, revisions=revisions_to_name(case))
    if not form.is_valid():
        return tab(request, case, {"clearing_form": form, "clearing_id": condition.pk}, status=422)
    note, evidence = form.cleaned_data["note"], form.cleaned_data["evidence"]
    clear_condition(condition_id=condition.pk, note=note, revision_id=evidence, actor=request.user, now=now)
    messages.success(request, _("The condition is cleared."))
    return back_to(request, reverse("gates:case_reviews", args=[case.reference]))


def visible_case(request: SignedInRequest, reference: str) -> UseCase:
    """The case, or 404 when it does not exist or the person may not see it."""
    visible = UseCase.objects.visible_to(request.user, now=timezone.now()).with_people_and_places()
    return get_object_or_404(visible, number=number_of(reference))


def _request(request: SignedInRequest, case: UseCase, wanted: Request, now: datetime) -> HttpResponse:
    try:
        review = request_review(case_id=case.pk, request=wanted, actor=request.user, now=now)
    except Invalid as refused:
        form = StopForm(request.POST)
        form.show(refused)
        return tab(request, case, {"stop_form": form}, status=422)
    messages.success(request, _("The gate is requested. Chair and compliance were told."))
    return HttpResponseRedirect(reverse("gates:room", args=[review.pk]))


def tab(
    request: SignedInRequest, case: UseCase, forms: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """The whole tab, with the forms that came back."""
    now = timezone.now()
    found = precheck(case, actor=request.user, now=now)
    evaluation = found.evaluation
    context = {
        "case": case,
        "active_tab": "reviews",
        "precheck": found,
        "rule": rule_text(evaluation.recommended.rule) if evaluation else "",
        "blockers": precheck_blockers(found)[:1] if found.to_mend else precheck_blockers(found),
        "request_blockers": _blockers_with_plans(found, request.user, now),
        "may_ask": can_request(request.user, case, found.committee, now=now),
        "may_stop": is_product_owner(request.user, case) and case.is_open and found.open_review is None,
        "request_form": _request_form(found, request.user, now),
        "stop_form": StopForm(),
        "steers": found.by_chair,
        "resume_form": ResumeForm(),
        "extension_form": ExtensionForm(),
        "extension_percent": int(current_playbook().pace.extension_share * 100),
        "convening_form": ConveningForm(),
        "cost_proposals": proposing_notices([case.pk], now=now),
        "standing": shown_standing(case),
        "proposals": open_proposals([case.pk]),
        "triggers": revive_triggers_of(case),
        "may_report": case.status == Status.STOPPED
        and can_report_revival(request.user, case, found.committee, now=now),
        "clearing_form": ClearingForm(revisions=revisions_to_name(case) if found.open_conditions else ()),
        "checklist": checklist_of(case, now=now),
        "reviews": list(reviews_of(case)),
        **(forms or {}),
    }
    return render(request, "gates/case_reviews.html", context, status=status)


def _request_form(found: Precheck, actor: User, now: datetime, data: QueryDict | None = None) -> RequestForm:
    team = TeamMember.objects.filter(case=found.case, ended_at__isnull=True).values_list("user_id", flat=True)
    return RequestForm(
        data,
        closable=found.closable,
        people=list(active_people({*team, actor.pk})),
        today=day_here(now),
        closing_days=current_playbook().recommendation.closing_days,
        asks_reason=found.by_chair and bool(found.to_mend),
    )


def _blockers_with_plans(found: Precheck, actor: User, now: datetime) -> list[Blocker]:
    """What refuses the request even with a plan for every must that may stay open, and with the chair's reason."""
    due = day_here(now) + timedelta(days=current_playbook().recommendation.closing_days)
    plans = [ClosingPlan(missing.key, actor.pk, due) for missing in found.closable]
    planned = precheck(found.case, actor=actor, now=now, plans=plans) if plans else found
    return precheck_blockers(planned, reason="given")
