"""The readiness tab: every part down to its records, answers, evidence and verification."""

from __future__ import annotations

import hashlib
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pocgate.identity.queries import SignedInRequest
from pocgate.kernel.errors import Invalid
from pocgate.kernel.http import is_fragment, polled
from portfolio.models import UseCase
from scoring.commands.answers import answer_criterion, attach_revision_to_answer, verify_answer
from scoring.forms import AnswerForm
from scoring.queries.answers import answers_of_case, evidence_choices
from scoring.queries.openness import openness_blockers
from scoring.queries.readiness import CaseReadiness, readiness_of
from scoring.rules.vocabulary import ATTESTED
from scoring.web.explained import day_in, explained_context, other_day_context
from scoring.web.rows import sections_of
from scoring.web.seen import visible_case

LONGEST_ID = 18


@login_required
@require_safe
def readiness(request: SignedInRequest, reference: str) -> HttpResponse:
    """The six dimensions with every part; with `at`, as they stood or will stand at the end of that day."""
    case = visible_case(request, reference)
    now = timezone.now()
    day = day_in(request, "at", case, now=now)
    if day is None or day == timezone.localdate(now, timezone.get_default_timezone()):
        return _page(request, case)
    context = {"case": case, "active_tab": "readiness", **other_day_context(case, day)}
    return render(request, "scoring/readiness_then.html", context)


@login_required
@require_safe
def live(request: SignedInRequest, reference: str) -> HttpResponse:
    """What follows the records: asked for every few seconds, 304 while nothing changed."""
    case = visible_case(request, reference)
    found = readiness_of(case, now=timezone.now())
    if request.GET.get("parts", "") != parts_digest(found):
        # Other criteria count by now, such as after a gate: their rows are not on the page yet.
        return HttpResponse(headers={"HX-Refresh": "true"})
    response = polled(request, "scoring/_readiness_live.html", {"case": case, "found": found, "oob": True})
    if response.status_code == HTTPStatus.OK and found and request.GET.get("seen", "") != seen_mark(found):
        response["HX-Trigger"] = "readiness-changed"
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: SignedInRequest, reference: str, criterion: str) -> HttpResponse:
    """The form of one criterion, and its answer."""
    case = visible_case(request, reference)
    given = answers_of_case(case).get(criterion)
    evidence = evidence_choices(case)
    if request.method != "POST":
        return _part(request, case, criterion, AnswerForm(evidence=evidence, given=given))
    form = AnswerForm(request.POST, evidence=evidence, given=given)
    if not form.is_valid():
        return _part(request, case, criterion, form, status=422)
    try:
        answer_criterion(
            case_id=case.pk, criterion=criterion, actor=request.user, now=timezone.now(), **form.cleaned_data
        )
    except Invalid as refused:
        form.show(refused)
        return _part(request, case, criterion, form, status=422)
    return _after(request, case, criterion, _("Your answer was kept. Readiness follows in a moment."))


@login_required
@require_POST
def evidence(request: SignedInRequest, reference: str, criterion: str) -> HttpResponse:
    """Add evidence to the answer that stands."""
    case = visible_case(request, reference)
    ids = [pk for text in request.POST.getlist("revision_ids") if (pk := _whole(text)) is not None]
    attach_revision_to_answer(
        case_id=case.pk, criterion=criterion, revision_ids=ids, actor=request.user, now=timezone.now()
    )
    return _after(request, case, criterion, _("The evidence was linked."))


@login_required
@require_POST
def verify(request: SignedInRequest, reference: str, criterion: str) -> HttpResponse:
    """Confirm another person's answer."""
    case = visible_case(request, reference)
    verify_answer(
        case_id=case.pk,
        criterion=criterion,
        answer_id=_whole(request.POST.get("answer_id", "")),
        actor=request.user,
        now=timezone.now(),
    )
    return _after(request, case, criterion, _("You verified the answer."))


def parts_digest(found: CaseReadiness | None) -> str:
    """Which criteria are on the page, so that the polled part notices when others count."""
    keys = ",".join(part.key for part in found.parts) if found else ""
    return hashlib.sha256(f"{found.gate if found else ''}:{keys}".encode()).hexdigest()[:12]


def seen_mark(found: CaseReadiness) -> str:
    """When the score on the page was computed, so that the polled part notices a later one."""
    return f"{found.computed_at.timestamp():.0f}"


def _page(
    request: SignedInRequest, case: UseCase, *, open_key: str = "", form: AnswerForm | None = None, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    found = readiness_of(case, now=now)
    context = {
        "case": case,
        "found": found,
        "active_tab": "readiness",
        **explained_context(request, case),
        "sections": sections_of(found, case, request.user, now=now) if found else [],
        "blockers": openness_blockers(case),
        "parts_digest": parts_digest(found),
        "seen": seen_mark(found) if found else "",
        "open_key": open_key,
        "form": form,
    }
    return render(request, "scoring/readiness.html", context, status=status)


def _part(
    request: SignedInRequest, case: UseCase, criterion: str, form: AnswerForm | None, *, status: int = 200
) -> HttpResponse:
    """One part with its form: alone for HTMX, else the whole page with the part opened."""
    now = timezone.now()
    found = readiness_of(case, now=now)
    rows = [row for section in sections_of(found, case, request.user, now=now) for row in section.rows] if found else []
    row = next((row for row in rows if row.part.key == criterion), None)
    if row is None or (form is not None and row.part.criterion.kind != ATTESTED):
        raise Http404
    if not is_fragment(request):
        return _page(request, case, open_key=criterion, form=form, status=status)
    context = {"case": case, "row": row, "blockers": openness_blockers(case), "open_key": criterion, "form": form}
    return render(request, "scoring/_part.html", context, status=status)


def _after(request: SignedInRequest, case: UseCase, criterion: str, message: str) -> HttpResponse:
    if is_fragment(request):
        return _part(request, case, criterion, None)
    messages.success(request, message)
    address = reverse("scoring:readiness", args=[case.reference])
    return HttpResponseRedirect(f"{address}#part-{criterion}")


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID else None
