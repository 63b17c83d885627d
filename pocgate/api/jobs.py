"""The job ledger and the schedule over REST: what runs, what failed, and putting it back to work."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from pocgate.api import parameters
from pocgate.api.answers import json_answer
from pocgate.api.base import ApiView
from pocgate.api.bodies import read_body
from pocgate.api.cursors import cursor_parameter, limit_parameter
from pocgate.api.idempotency import idempotent
from pocgate.api.reviews.access import newest_page
from pocgate.api.reviews.bodies import EmptyBody
from pocgate.api.schema import ETAG_HEADERS, IDEMPOTENCY_KEY, described
from pocgate.api.shapes import ANY_OBJECT, BOOLEAN, COUNT, INTEGER, STRING, TIME, array, named, one_of, or_null, record
from pocgate.identity.enums import Role, Scope
from pocgate.identity.queries import has_role
from pocgate.kernel.enums import JobState
from pocgate.kernel.errors import Blocker, Forbidden, NotAllowedNow
from pocgate.kernel.models import Job
from pocgate.kernel.schedule import ScheduledWork, scheduled_work
from pocgate.ledger.commands.work import retry_job

TAG = "installation"
JOB_ID = OpenApiParameter("job_id", int, OpenApiParameter.PATH)
JOB = named(
    "Job",
    record(
        id=INTEGER,
        kind=STRING,
        subject=record(type=STRING, id=STRING),
        state=one_of(JobState.values),
        due_at=TIME,
        attempts=COUNT,
        progress=record(done=COUNT, total=COUNT),
        last_error=STRING,
        result=ANY_OBJECT,
        requested_by=or_null(INTEGER),
        created_at=TIME,
        started_at=or_null(TIME),
        finished_at=or_null(TIME),
    ),
)
SCHEDULED = named(
    "ScheduledWork",
    record(
        task=STRING,
        every_seconds=or_null({**COUNT, "description": "Null for work of a time of day."}),
        at=or_null({**STRING, "description": "Time of day in the installation's time zone."}),
        started_at=or_null(TIME),
        succeeded_at=or_null(TIME),
        duration_ms=or_null(COUNT),
        failures={**COUNT, "description": "In a row; 0 after a success."},
        last_error=STRING,
        next_at=TIME,
        late=BOOLEAN,
    ),
)
FILTERS = (
    parameters.several("state", "States.", JobState.values),
    parameters.text("kind", "Of one kind, such as `portfolio.apply_import`.", longest=80),
    limit_parameter(),
    cursor_parameter(),
)


class _InstallationView(ApiView):
    """What administrators do and auditors read."""

    required_scopes = {"GET": Scope.AUDIT_READ, "POST": Scope.JOBS_WRITE}

    def refuse_unless(self, *roles: Role) -> None:
        """403 for everybody without one of the roles."""
        if not any(has_role(self.person, role, now=self.now) for role in roles):
            raise Forbidden(Blocker("not_an_administrator", _("This is for administrators of the installation.")))


class JobsView(_InstallationView):
    """Every job that is kept."""

    query_parameters = {"GET": FILTERS}

    @described(
        "list_jobs",
        "List jobs",
        tag=TAG,
        query=FILTERS,
        parameters=ETAG_HEADERS,
        answers={200: record(results=array(JOB), next_cursor=or_null(STRING)), 304: None},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Newest first."""
        self.refuse_unless(Role.ADMIN, Role.AUDITOR)
        rows = Job.objects.all()
        if states := self.values.get("state"):
            rows = rows.filter(state__in=states)
        if kind := self.values.get("kind"):
            rows = rows.filter(kind=kind)
        page, next_cursor = newest_page(rows, self.values)
        return json_answer(request, {"results": [job_document(job) for job in page], "next_cursor": next_cursor})


class JobView(_InstallationView):
    """One job."""

    @described(
        "read_job",
        "Read a job",
        tag=TAG,
        parameters=(JOB_ID, *ETAG_HEADERS),
        answers={200: JOB, 304: None},
        errors=(404,),
    )
    def get(self, request: Request, job_id: int) -> HttpResponseBase:
        """As it stands."""
        self.refuse_unless(Role.ADMIN, Role.AUDITOR)
        return json_answer(request, job_document(_job_or_404(job_id)))


class JobRetryView(_InstallationView):
    """A failed job put back to work."""

    @described(
        "retry_job",
        "Retry a failed job",
        tag=TAG,
        parameters=(JOB_ID, IDEMPOTENCY_KEY),
        request=EmptyBody,
        answers={200: JOB},
        errors=(400, 404, 409, 415),
    )
    @idempotent
    def post(self, request: Request, job_id: int) -> HttpResponse:
        """409 unless it had failed."""
        self.refuse_unless(Role.ADMIN)
        _job_or_404(job_id)
        read_body(EmptyBody, request.data)
        if not retry_job(job_id=job_id, actor=self.person, now=self.now):
            raise NotAllowedNow([Blocker("job_not_failed", _("This job has not failed; there is nothing to retry."))])
        return json_answer(request, job_document(_job_or_404(job_id)))


class ScheduleView(_InstallationView):
    """What runs by the clock."""

    @described(
        "read_schedule",
        "Read the schedule with last and next runs",
        tag=TAG,
        parameters=ETAG_HEADERS,
        answers={200: record(results=array(SCHEDULED)), 304: None},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """In the order of the schedule."""
        self.refuse_unless(Role.ADMIN, Role.AUDITOR)
        return json_answer(request, {"results": [_scheduled(work) for work in scheduled_work(now=self.now)]})


def _job_or_404(job_id: int) -> Job:
    found = Job.objects.filter(pk=job_id).first()
    if found is None:
        raise Http404
    return found


def job_document(job: Job) -> dict[str, Any]:
    """A job in its shape."""
    return {
        "id": job.pk,
        "kind": job.kind,
        "subject": {"type": job.subject_type, "id": job.subject_id},
        "state": job.state,
        "due_at": job.due_at,
        "attempts": job.attempts,
        "progress": {"done": job.progress_done, "total": job.progress_total},
        "last_error": job.last_error,
        "result": job.result,
        "requested_by": job.requested_by_id,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
    }


def _scheduled(work: ScheduledWork) -> dict[str, Any]:
    run = work.run
    return {
        "task": work.task,
        "every_seconds": work.seconds,
        "at": work.at or None,
        "started_at": run.started_at if run else None,
        "succeeded_at": run.succeeded_at if run else None,
        "duration_ms": run.duration_ms if run else None,
        "failures": run.failures if run else 0,
        "last_error": run.last_error if run else "",
        "next_at": work.next_at,
        "late": work.is_late,
    }
