"""The findings tab: what each detector says of the case, why, how to mend it, and what its owner answers."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pocgate.identity.queries import SignedInRequest
from pocgate.kernel.errors import Invalid
from portfolio.models import UseCase
from portfolio.permissions import standing_of
from scoring.commands.findings import answer_finding
from scoring.enums import Detector, FindingState
from scoring.forms import FindingAnswerForm
from scoring.permissions import acts_allowed
from scoring.queries.findings import findings_of, swamp_of
from scoring.queries.openness import openness_blockers
from scoring.web.seen import visible_case


@login_required
@require_safe
def findings(request: SignedInRequest, reference: str) -> HttpResponse:
    """Each detector with its signals, and what makes the case linger."""
    return _page(request, visible_case(request, reference))


@login_required
@require_POST
def answer(request: SignedInRequest, reference: str, detector: str) -> HttpResponse:
    """The owner agrees, promises to mend it, or disputes."""
    case = visible_case(request, reference)
    if detector not in Detector.values:
        raise Http404
    form = FindingAnswerForm(request.POST, detector=detector)
    if not form.is_valid():
        return _page(request, case, answered=detector, form=form, status=422)
    try:
        answer_finding(case_id=case.pk, detector=detector, actor=request.user, now=timezone.now(), **form.cleaned_data)
    except Invalid as refused:
        form.show(refused)
        return _page(request, case, answered=detector, form=form, status=422)
    messages.success(request, _("Your answer was kept. Compliance and the chair see it."))
    return HttpResponseRedirect(f"{reverse('scoring:findings', args=[case.reference])}#finding-{detector}")


def _page(
    request: SignedInRequest,
    case: UseCase,
    *,
    answered: str = "",
    form: FindingAnswerForm | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    blockers = openness_blockers(case)
    may_answer = "answer_finding" in acts_allowed(request.user, standing_of(request.user, case, now=now))
    found = findings_of(case, now=now)
    context = {
        "case": case,
        "active_tab": "findings",
        "rows": [
            (finding, form if finding.key == answered and form else FindingAnswerForm(detector=finding.key))
            for finding in found
        ],
        "fired": sum(finding.fired for finding in found),
        "told": any(finding.finding.state != FindingState.CANNOT_TELL for finding in found),
        "swamp": swamp_of(case),
        "may_answer": may_answer and not blockers,
        "blockers": blockers if may_answer and found else [],
        "answered": answered,
    }
    return render(request, "scoring/findings.html", context, status=status)
