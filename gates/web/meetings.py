"""Meetings of a committee: planned, answered, presented, minuted; the calendar, the pack and the minutes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gates.commands import meetings as acts
from gates.documents.meetings import minutes_pdf, pack_pdf
from gates.enums import MeetingState
from gates.forms.meetings import MeetingForm
from gates.models import Committee, Meeting
from gates.queries.committees import seats_at
from gates.queries.dossier import content_of, dossiers_of, scorecard_waits
from gates.queries.meetings import (
    agenda_of,
    appointment_of,
    chaired_committees,
    meetings_visible_to,
    own_seat,
    reviews_to_put,
)
from gates.queries.reading import read_dossier
from gates.queries.wording import rule_text
from gates.rules.calendar import calendar_of
from pocgate.identity.queries import SignedInRequest
from pocgate.kernel.errors import Forbidden, Invalid
from pocgate.kernel.installation import installation_id
from scoring.errors import rate_first
from scoring.queries.playbooks import playbook_of

# At most nine digits, so that every database can compare it.
_ROW = re.compile(r"-?[0-9]{1,9}", re.ASCII)
ACTS = ("add", "remove", "move", "answer", "start", "note", "finish", "cancel")
COMING = (MeetingState.PLANNED, MeetingState.RUNNING)


@login_required
@require_safe
def meetings(request: SignedInRequest) -> HttpResponse:
    """The meetings of one's committees, the next one first."""
    return _list(request)


@login_required
@require_POST
def plan(request: SignedInRequest, committee_id: int) -> HttpResponse:
    """A new meeting."""
    form = MeetingForm(request.POST)
    if not form.is_valid():
        return _list(request, {"form": form, "form_committee": committee_id}, status=422)
    try:
        made = acts.plan_meeting(
            committee_id=committee_id, sitting=form.sitting(), actor=request.user, now=timezone.now()
        )
    except Invalid as refused:
        form.show(refused)
        return _list(request, {"form": form, "form_committee": committee_id}, status=422)
    messages.success(request, _("The meeting is planned, and its members were told."))
    return _to(made.pk)


@login_required
@require_safe
def meeting(request: SignedInRequest, meeting_id: int) -> HttpResponse:
    """Agenda, who comes, minutes."""
    return _page(request, _found(request, meeting_id))


@login_required
@require_POST
def change(request: SignedInRequest, meeting_id: int) -> HttpResponse:
    """Another time or place."""
    found, form = _found(request, meeting_id), MeetingForm(request.POST)
    if not form.is_valid():
        return _page(request, found, {"form": form}, status=422)
    try:
        acts.change_meeting(meeting_id=found.pk, sitting=form.sitting(), actor=request.user, now=timezone.now())
    except Invalid as refused:
        form.show(refused)
        return _page(request, found, {"form": form}, status=422)
    messages.success(request, _("The meeting is changed, and its members were told."))
    return _to(found.pk)


@login_required
@require_POST
def act(request: SignedInRequest, meeting_id: int, name: str) -> HttpResponse:
    """Put on, take off, move, answer, start, note, finish, cancel: each is one command."""
    found, now = _found(request, meeting_id), timezone.now()
    if name not in ACTS:
        raise Http404
    given: dict[str, Any] = {"meeting_id": found.pk, "actor": request.user, "now": now}
    number = {key: _number(request.POST.get(key, "")) for key in ("review", "duration", "item", "steps")}
    if name == "add":
        acts.put_on_agenda(review_id=number["review"], duration=number["duration"], **given)
    elif name == "remove":
        acts.take_off_agenda(item_id=number["item"], **given)
    elif name == "move":
        acts.move_item(item_id=number["item"], steps=number["steps"], **given)
    elif name == "answer":
        acts.answer_meeting(answer=request.POST.get("answer", ""), **given)
    elif name == "note":
        written = {item.pk: request.POST.get(f"item_{item.pk}", item.minutes) for item in found.items.all()}
        acts.note_minutes(minutes=written, general=request.POST.get("general", found.minutes), **given)
    elif name == "finish":
        present = frozenset(_number(value) for value in request.POST.getlist("present"))
        acts.finish_meeting(present=present, **given)
    else:
        {"start": acts.start_meeting, "cancel": acts.cancel_meeting}[name](**given)
    target = request.POST.get("next", "")
    return HttpResponseRedirect(target) if target.startswith(f"/meetings/{found.pk}/") else _to(found.pk)


@login_required
@require_safe
def present(request: SignedInRequest, meeting_id: int, position: int) -> HttpResponse:
    """One item at a time, full screen: arrow keys or links, and a timer."""
    found, now = _found(request, meeting_id), timezone.now()
    entries = agenda_of(found, now=now)
    if not 1 <= position <= len(entries):
        raise Http404
    item = entries[position - 1].item
    dossier = dossiers_of(item.review)[0]
    content = content_of(dossier)
    if scorecard_waits(item.review, request.user, now=now):
        content = {**content, "scorecard": None}
    context = {
        "meeting": found,
        "entry": entries[position - 1],
        "item": item,
        "case": item.review.case,
        "position": position,
        "count": len(entries),
        "previous": position - 1 if position > 1 else None,
        "following": position + 1 if position < len(entries) else None,
        "dossier": read_dossier(content, playbook_of(item.review.playbook_id)),
        "recommended": content["recommended"]["outcome"],
        "rule": rule_text(content["recommended"]["rule"]),
        "room": {"review": item.review, "dossier": dossier, "is_preparing": False},
        "leads": found.committee_id in chaired_committees(request.user, now=now),
    }
    return render(request, "gates/present.html", context)


@login_required
@require_safe
def calendar(request: SignedInRequest, meeting_id: int) -> HttpResponse:
    """The meeting for one's calendar."""
    found = _found(request, meeting_id)
    return _file(
        calendar_of([appointment_of(found)], installation_id()),
        f"meeting-{found.pk}.ics",
        "text/calendar; charset=utf-8",
    )


@login_required
@require_safe
def committee_calendar(request: SignedInRequest, committee_id: int) -> HttpResponse:
    """All meetings of a committee, cancelled ones marked."""
    committee = get_object_or_404(Committee, pk=committee_id)
    found = meetings_visible_to(request.user, now=timezone.now()).filter(committee=committee).order_by("starts_at")
    rows = [appointment_of(each) for each in found]
    if not rows:
        raise Http404
    return _file(calendar_of(rows, installation_id()), f"committee-{committee.pk}.ics", "text/calendar; charset=utf-8")


@login_required
@require_safe
def pack(request: SignedInRequest, meeting_id: int) -> HttpResponse:
    """Every dossier of the agenda as PDF."""
    found, now = _found(request, meeting_id), timezone.now()
    if any(scorecard_waits(item.review, request.user, now=now) for item in found.items.all()):
        raise Forbidden(rate_first())
    return _file(pack_pdf(found), f"meeting-{found.pk}-pack.pdf", "application/pdf")


@login_required
@require_safe
def minutes(request: SignedInRequest, meeting_id: int) -> HttpResponse:
    """The minutes as PDF, once the meeting was held."""
    found = _found(request, meeting_id)
    if found.state != MeetingState.HELD:
        raise Http404
    return _file(minutes_pdf(found), f"meeting-{found.pk}-minutes.pdf", "application/pdf")


def _found(request: SignedInRequest, meeting_id: int) -> Meeting:
    return get_object_or_404(meetings_visible_to(request.user, now=timezone.now()), pk=meeting_id)


def _list(request: SignedInRequest, forms: Mapping[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
    now = timezone.now()
    found = meetings_visible_to(request.user, now=now)
    chaired = chaired_committees(request.user, now=now)
    context = {
        "coming": list(found.filter(state__in=COMING).order_by("starts_at", "pk")),
        "past": list(found.exclude(state__in=COMING).order_by("-starts_at", "-pk")[:50]),
        "committees": list(Committee.objects.filter(pk__in=chaired, dissolved_at__isnull=True).order_by("gate", "pk")),
        "form": MeetingForm(),
        "form_committee": None,
        **(forms or {}),
    }
    return render(request, "gates/meetings.html", context, status=status)


def _page(
    request: SignedInRequest, found: Meeting, forms: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    now: datetime = timezone.now()
    answers = {row.seat_id: row for row in found.attendance.all()}
    seat = own_seat(found, request.user, now=now)
    initial = {name: getattr(found, name) for name in ("title", "starts_at", "ends_at", "place")}
    context = {
        "meeting": found,
        "entries": agenda_of(found, now=now),
        "seats": [(each, answers.get(each.pk)) for each in seats_at(found.committee, now)],
        "own": seat,
        "own_answer": answers[seat.pk].answer if seat and seat.pk in answers else "",
        "leads": found.committee_id in chaired_committees(request.user, now=now),
        "to_put": list(reviews_to_put(found)),
        "form": MeetingForm(initial=initial),
        **(forms or {}),
    }
    return render(request, "gates/meeting.html", context, status=status)


def _number(text: str) -> int:
    """0, which no row has, for what is no number of a row."""
    return int(text) if _ROW.fullmatch(text) else 0


def _to(meeting_id: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("gates:meeting", args=[meeting_id]))


def _file(body: bytes, name: str, kind: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(body, content_type=kind, headers=headers)
