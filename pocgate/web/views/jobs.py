"""Jobs, the schedule and failed mails: what runs, what ran, what can be tried again. For administrators only."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from pocgate.inbox.commands.failed_mails import retry_failed_mail as send_failed_mail_again
from pocgate.inbox.queries.failed_mails import failed_mail
from pocgate.kernel.models import Job
from pocgate.ledger.commands import work
from pocgate.web.person import person
from pocgate.web.queries.administration import parts_of_installation
from pocgate.web.queries.jobs import JOBS_SHOWN, job_counts, job_kinds, jobs_shown, people_who_asked, schedule_rows
from pocgate.web.views.administration import for_administrators


@for_administrators
@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    """Health, schedule and jobs; `state`, `kind` and `before` narrow the jobs."""
    now = timezone.now()
    state, kind, before = (request.GET.get(name, "") for name in ("state", "kind", "before"))
    found = jobs_shown(state, kind, int(before) if before.isdecimal() and len(before) < 19 else None)  # noqa: PLR2004
    shown = found[:JOBS_SHOWN]
    people = people_who_asked(shown)
    context = {
        "parts": parts_of_installation(now=now),
        "failed_mail": failed_mail(),
        "schedule": schedule_rows(now=now),
        "job_counts": job_counts(kind),
        "kinds": job_kinds(),
        "jobs": [(job, people.get(job.requested_by_id or 0)) for job in shown],
        "state": state,
        "kind": kind,
        "next_url": _next(state, kind, shown[-1].pk) if len(found) > JOBS_SHOWN else "",
    }
    return render(request, "web/jobs.html", context)


def _next(state: str, kind: str, before: int) -> str:
    return "?" + urlencode({"state": state, "kind": kind, "before": before})


@for_administrators
@require_safe
def job(request: HttpRequest, job_id: int) -> HttpResponse:
    """Everything about one job."""
    found = get_object_or_404(Job, pk=job_id)
    asked_by = people_who_asked([found]).get(found.requested_by_id or 0)
    return render(request, "web/job.html", {"job": found, "asked_by": asked_by})


@for_administrators
@require_POST
def retry_job(request: HttpRequest, job_id: int) -> HttpResponse:
    """Put a failed job back to work."""
    get_object_or_404(Job, pk=job_id)
    if work.retry_job(job_id=job_id, actor=person(request), now=timezone.now()):
        messages.success(request, _("Job %(number)s is at work again.") % {"number": job_id})
    else:
        messages.info(request, _("Job %(number)s had not failed.") % {"number": job_id})
    return redirect("jobs")


@for_administrators
@require_POST
def retry_failed_jobs(request: HttpRequest) -> HttpResponse:
    """Put every failed job, or those of one kind, back to work."""
    kind = request.POST.get("kind", "")[:80]
    count = work.retry_failed_jobs(kind=kind, actor=person(request), now=timezone.now())
    words = ngettext("%(count)s failed job is at work again.", "%(count)s failed jobs are at work again.", count)
    messages.success(request, words % {"count": count})
    return redirect("jobs")


@for_administrators
@require_POST
def retry_failed_mail(request: HttpRequest) -> HttpResponse:
    """Have every mail that was given up sent again."""
    count = send_failed_mail_again(actor=person(request), now=timezone.now())
    words = ngettext("%(count)s mail is on its way again.", "%(count)s mails are on their way again.", count)
    messages.success(request, words % {"count": count})
    return redirect("jobs")
