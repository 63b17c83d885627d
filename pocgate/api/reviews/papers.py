"""Views of papers: dossiers, decisions, packs and minutes as PDF, the difference of two dossiers, calendars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from gates.documents.decisions import decision_pdf
from gates.documents.dossiers import dossier_pdf
from gates.documents.meetings import minutes_pdf, pack_pdf
from gates.enums import MeetingState
from gates.models import Dossier, GateReview
from gates.queries.differing import differences
from gates.queries.dossier import content_of, dossiers_of, last_gate_dossier, scorecard_waits
from gates.queries.meetings import appointment_of
from gates.queries.votes import visible_votes
from gates.rules.calendar import calendar_of
from pocgate.api import parameters
from pocgate.api.answers import json_answer
from pocgate.api.base import ApiView
from pocgate.api.cases.columns import reference
from pocgate.api.reviews.access import eyes, review_or_404
from pocgate.api.reviews.files import BINARY, CALENDAR, CALENDAR_TYPES, PDF, PDF_TYPES, TEXT, file_answer
from pocgate.api.reviews.meetings import ID as MEETING_ID
from pocgate.api.reviews.meetings import TAG as MEETINGS
from pocgate.api.reviews.meetings import meeting_or_404
from pocgate.api.reviews.records import ID, NUMBER_PARAMETER, REVISION, decision_or_404
from pocgate.api.schema import ETAG_HEADERS, described
from pocgate.api.shapes import INTEGER, STRING, array, named, or_null, record
from pocgate.identity.enums import Scope
from pocgate.kernel.errors import Forbidden
from pocgate.kernel.installation import installation_id
from scoring.errors import rate_first
from scoring.queries.playbooks import playbook_of

MOST = 1_000_000
SIDES = (
    parameters.integer("before", "The revision to compare with; the one before by default.", lowest=1, highest=MOST),
    parameters.integer("after", "The later revision; the latest by default.", lowest=1, highest=MOST),
    parameters.choice("since", "Compare with the dossier of the case's last decision instead.", ["gate"]),
)
_SIDE = record(review=INTEGER, revision=INTEGER, digest=STRING)
DIFFERENCE = named(
    "DossierDifference",
    record(
        before=_SIDE,
        after=_SIDE,
        differences=array(record(part=STRING, name=STRING, before=or_null(STRING), after=or_null(STRING))),
    ),
)


def dossier_or_404(review: GateReview, revision: int | None) -> Dossier:
    """The revision, the latest when none is named."""
    found = next((row for row in dossiers_of(review) if revision in (None, row.revision)), None)
    if found is None:
        raise Http404
    return found


class DossierDifferenceView(ApiView):
    """What is different between two dossiers."""

    required_scopes = {"GET": Scope.GATES_READ}
    query_parameters = {"GET": SIDES}

    @described(
        "compare_dossiers",
        "Compare two revisions of a review's dossier, or the latest with that of the last gate",
        tag="reviews",
        query=SIDES,
        parameters=(ID, *ETAG_HEADERS),
        answers={200: DIFFERENCE, 304: None},
        errors=(404,),
    )
    def get(self, request: Request, review_id: int) -> HttpResponseBase:
        """Place by place, in words. Ratings are left out for callers who still have to rate the case themselves."""
        review = review_or_404(self, review_id)
        after = dossier_or_404(review, self.values.get("after"))
        before = self._before(review, after)
        if before is None:
            raise Http404
        waits = scorecard_waits(review, self.person, now=self.now)
        found = differences(
            _readable(before, waits=waits), _readable(after, waits=waits), playbook_of(review.playbook_id)
        )
        rows = [
            {"part": row.part, "name": row.name, "before": row.before or None, "after": row.after or None}
            for row in found
        ]
        return json_answer(request, {"before": _side(before), "after": _side(after), "differences": rows})

    def _before(self, review: GateReview, after: Dossier) -> Dossier | None:
        if "since" in self.values:
            return last_gate_dossier(review)
        return dossier_or_404(review, self.values.get("before", max(1, after.revision - 1)))


class DossierPdfView(ApiView):
    """A dossier on paper."""

    required_scopes = {"GET": Scope.GATES_READ}
    query_parameters = {"GET": (REVISION,)}
    media_types = PDF_TYPES

    @described(
        "print_dossier",
        "Read a revision of a review's dossier as PDF",
        tag="reviews",
        query=(REVISION,),
        parameters=(ID,),
        answers={},
        media={PDF: BINARY},
        errors=(404, 406),
    )
    def get(self, request: Request, review_id: int) -> HttpResponseBase:
        """The same revision gives the same bytes. 403 to who still has to rate the case."""
        review = review_or_404(self, review_id)
        if scorecard_waits(review, self.person, now=self.now):
            raise Forbidden(rate_first())
        dossier = dossier_or_404(review, self.values.get("revision"))
        name = f"{reference(review.case.number)}-gate-{review.gate}-revision-{dossier.revision}.pdf"
        return file_answer(dossier_pdf(dossier), name, PDF)


class DecisionPdfView(ApiView):
    """A decision on paper."""

    required_scopes = {"GET": Scope.GATES_READ}
    media_types = PDF_TYPES

    @described(
        "print_decision",
        "Read a decision's record as PDF",
        tag="decisions",
        parameters=(NUMBER_PARAMETER,),
        answers={},
        media={PDF: BINARY},
        errors=(404, 406),
    )
    def get(self, request: Request, number: str) -> HttpResponseBase:
        """With the tally, the votes and the conditions."""
        made = decision_or_404(self, number)
        playbook = playbook_of(made.review.playbook_id)
        places = visible_votes(made.review, eyes(self, request), playbook=playbook, now=self.now)
        return file_answer(decision_pdf(made, places), f"{made.reference}.pdf", PDF)


class MeetingPackView(ApiView):
    """Every dossier of the agenda."""

    required_scopes = {"GET": Scope.GATES_READ}
    media_types = PDF_TYPES

    @described(
        "read_meeting_pack",
        "Read every dossier of the agenda as PDF",
        tag=MEETINGS,
        parameters=(MEETING_ID,),
        answers={},
        media={PDF: BINARY},
        errors=(404, 406),
    )
    def get(self, request: Request, meeting_id: int) -> HttpResponseBase:
        """403 to who still has to rate one of the cases."""
        meeting = meeting_or_404(self, meeting_id)
        if any(scorecard_waits(item.review, self.person, now=self.now) for item in meeting.items.all()):
            raise Forbidden(rate_first())
        return file_answer(pack_pdf(meeting), f"meeting-{meeting.pk}-pack.pdf", PDF)


class MeetingMinutesView(ApiView):
    """The minutes on paper."""

    required_scopes = {"GET": Scope.GATES_READ}
    media_types = PDF_TYPES

    @described(
        "read_meeting_minutes",
        "Read the minutes as PDF",
        tag=MEETINGS,
        parameters=(MEETING_ID,),
        answers={},
        media={PDF: BINARY},
        errors=(404, 406),
    )
    def get(self, request: Request, meeting_id: int) -> HttpResponseBase:
        """Once the meeting was held; 404 before."""
        meeting = meeting_or_404(self, meeting_id)
        if meeting.state != MeetingState.HELD:
            raise Http404
        return file_answer(minutes_pdf(meeting), f"meeting-{meeting.pk}-minutes.pdf", PDF)


class MeetingCalendarView(ApiView):
    """The meeting for calendars."""

    required_scopes = {"GET": Scope.GATES_READ}
    media_types = CALENDAR_TYPES

    @described(
        "read_meeting_calendar",
        "Read a meeting as iCalendar",
        tag=MEETINGS,
        parameters=(MEETING_ID,),
        answers={},
        media={CALENDAR: TEXT},
        errors=(404, 406),
    )
    def get(self, request: Request, meeting_id: int) -> HttpResponseBase:
        """RFC 5545; a cancelled meeting says so."""
        meeting = meeting_or_404(self, meeting_id)
        return file_answer(
            calendar_of([appointment_of(meeting)], installation_id()), f"meeting-{meeting.pk}.ics", CALENDAR
        )


def _readable(found: Dossier, *, waits: bool) -> Mapping[str, Any]:
    content = content_of(found)
    return {**content, "scorecard": None} if waits else content


def _side(dossier: Dossier) -> dict[str, Any]:
    return {"review": dossier.review_id, "revision": dossier.revision, "digest": dossier.digest}
