"""Views of what is done with a meeting: its agenda, who comes, its beginning, its minutes and its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from gates.commands import meetings as acts
from pocgate.api.base import ApiView
from pocgate.api.bodies import read_body
from pocgate.api.idempotency import idempotent
from pocgate.api.reviews.bodies import EmptyBody
from pocgate.api.reviews.meeting_shapes import (
    MEETING,
    AgendaBody,
    AttendanceBody,
    MeetingEndBody,
    MinutesBody,
    MoveBody,
)
from pocgate.api.reviews.meetings import ID, REFUSALS, TAG, meeting_answer, meeting_or_404
from pocgate.api.schema import IDEMPOTENCY_KEY, described
from pocgate.identity.enums import Scope

ITEM = OpenApiParameter("item_id", int, OpenApiParameter.PATH)


def _act(
    operation: str, summary: str, body: Any, *, places: tuple[OpenApiParameter, ...] = (ID,)
) -> Callable[..., Any]:
    """Describes an act upon a meeting, which answers the meeting."""
    return described(
        operation,
        summary,
        tag=TAG,
        parameters=(*places, IDEMPOTENCY_KEY),
        request=body,
        answers={200: MEETING},
        errors=REFUSALS,
    )


class AgendaView(ApiView):
    """Putting a review on the agenda."""

    required_scopes = {"POST": Scope.GATES_DECIDE}

    @_act("add_agenda_item", "Put an open review of the committee at the end of the agenda", AgendaBody)
    @idempotent
    def post(self, request: Request, meeting_id: int) -> HttpResponse:
        """By chair or deputy, while the meeting is planned; each review once."""
        meeting, values = meeting_or_404(self, meeting_id), read_body(AgendaBody, request.data)
        acts.put_on_agenda(
            meeting_id=meeting.pk,
            review_id=values["review"],
            duration=values["minutes"],
            actor=self.person,
            now=self.now,
        )
        return meeting_answer(self, request, meeting.pk)


class AgendaItemRemovalView(ApiView):
    """Taking an item off."""

    required_scopes = {"POST": Scope.GATES_DECIDE}

    @_act("remove_agenda_item", "Take an item off the agenda", EmptyBody, places=(ID, ITEM))
    @idempotent
    def post(self, request: Request, meeting_id: int, item_id: int) -> HttpResponse:
        """The others close up."""
        meeting = meeting_or_404(self, meeting_id)
        read_body(EmptyBody, request.data)
        acts.take_off_agenda(meeting_id=meeting.pk, item_id=item_id, actor=self.person, now=self.now)
        return meeting_answer(self, request, meeting.pk)


class AgendaItemMoveView(ApiView):
    """Another place on the agenda."""

    required_scopes = {"POST": Scope.GATES_DECIDE}

    @_act("move_agenda_item", "Move an item up or down the agenda", MoveBody, places=(ID, ITEM))
    @idempotent
    def post(self, request: Request, meeting_id: int, item_id: int) -> HttpResponse:
        """As far as the agenda goes."""
        meeting, values = meeting_or_404(self, meeting_id), read_body(MoveBody, request.data)
        acts.move_item(meeting_id=meeting.pk, item_id=item_id, steps=values["steps"], actor=self.person, now=self.now)
        return meeting_answer(self, request, meeting.pk)


class AttendanceView(ApiView):
    """Saying whether one comes."""

    required_scopes = {"POST": Scope.GATES_VOTE}

    @_act("answer_meeting", "Say whether one comes", AttendanceBody)
    @idempotent
    def post(self, request: Request, meeting_id: int) -> HttpResponse:
        """By a member of the committee, until the meeting begins."""
        meeting, values = meeting_or_404(self, meeting_id), read_body(AttendanceBody, request.data)
        acts.answer_meeting(meeting_id=meeting.pk, answer=values["answer"], actor=self.person, now=self.now)
        return meeting_answer(self, request, meeting.pk)


class MeetingStartView(ApiView):
    """The beginning."""

    required_scopes = {"POST": Scope.GATES_DECIDE}

    @_act("start_meeting", "Begin a meeting, so that minutes can be written", EmptyBody)
    @idempotent
    def post(self, request: Request, meeting_id: int) -> HttpResponse:
        """With at least one review on the agenda."""
        meeting = meeting_or_404(self, meeting_id)
        read_body(EmptyBody, request.data)
        acts.start_meeting(meeting_id=meeting.pk, actor=self.person, now=self.now)
        return meeting_answer(self, request, meeting.pk)


class MeetingCancellationView(ApiView):
    """Taking a meeting back."""

    required_scopes = {"POST": Scope.GATES_DECIDE}

    @_act("cancel_meeting", "Cancel a planned meeting; its members are told", EmptyBody)
    @idempotent
    def post(self, request: Request, meeting_id: int) -> HttpResponse:
        """Calendars show it as cancelled."""
        meeting = meeting_or_404(self, meeting_id)
        read_body(EmptyBody, request.data)
        acts.cancel_meeting(meeting_id=meeting.pk, actor=self.person, now=self.now)
        return meeting_answer(self, request, meeting.pk)


class MinutesView(ApiView):
    """What was said."""

    required_scopes = {"POST": Scope.GATES_DECIDE}

    @_act("note_minutes", "Write down what was said, by item and in general", MinutesBody)
    @idempotent
    def post(self, request: Request, meeting_id: int) -> HttpResponse:
        """While the meeting runs; what is not named stays as it was."""
        meeting, values = meeting_or_404(self, meeting_id), read_body(MinutesBody, request.data)
        acts.note_minutes(
            meeting_id=meeting.pk,
            minutes={note["item"]: note["text"] for note in values.get("items", [])},
            general=values.get("general", meeting.minutes),
            actor=self.person,
            now=self.now,
        )
        return meeting_answer(self, request, meeting.pk)


class MeetingEndView(ApiView):
    """The end."""

    required_scopes = {"POST": Scope.GATES_DECIDE}

    @_act("finish_meeting", "End a meeting; who was there is recorded, and its minutes stay", MeetingEndBody)
    @idempotent
    def post(self, request: Request, meeting_id: int) -> HttpResponse:
        """Votes and decisions are not made here, but in the reviews."""
        meeting, values = meeting_or_404(self, meeting_id), read_body(MeetingEndBody, request.data)
        acts.finish_meeting(
            meeting_id=meeting.pk, present=frozenset(values["present"]), actor=self.person, now=self.now
        )
        return meeting_answer(self, request, meeting.pk)
