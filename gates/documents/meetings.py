"""A meeting on paper: the pack with every dossier before it, the minutes after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from gates.documents import blocks
from gates.documents.blocks import Block
from gates.documents.dossiers import dossier_blocks
from gates.documents.tones import OUTCOME_TONES, outcome_word
from gates.documents.typesetting import Document, typeset
from gates.models import AgendaItem, Decision, Meeting
from gates.queries.dossier import dossiers_of
from gates.queries.figures import time_text
from gates.rules.agenda import schedule


def pack_pdf(meeting: Meeting) -> bytes:
    """The agenda and the latest dossier of each review. Draws charts: not in a process that forks afterwards."""
    return _typeset(meeting, meeting.changed_at, list(_pack(meeting)))


def minutes_pdf(meeting: Meeting) -> bytes:
    """Who was there, what was said and decided."""
    return _typeset(meeting, meeting.held_at or meeting.changed_at, list(_minutes(meeting)))


def _typeset(meeting: Meeting, at: datetime, content: list[Block]) -> bytes:
    with timezone.override(timezone.get_default_timezone()):
        footer = f"{meeting.title} · {meeting.committee.name}"
        return typeset(Document(title=meeting.title, footer=footer, at=at, blocks=content))


def _head(meeting: Meeting) -> Iterator[Block]:
    yield blocks.heading(meeting.title, 1)
    when = f"{time_text(meeting.starts_at)} – {time_text(meeting.ends_at)}"
    yield blocks.facts(
        [(_("Committee"), meeting.committee.name), (_("When"), when), (_("Where"), meeting.place)],
    )


def _pack(meeting: Meeting) -> Iterator[Block]:
    yield from _head(meeting)
    items = list(meeting.items.all())
    times = schedule(meeting.starts_at, [item.duration for item in items])
    rows = [
        (str(number), time_text(at), _title(item), f"{item.duration} min")
        for number, (item, at) in enumerate(zip(items, times, strict=True), start=1)
    ]
    yield blocks.heading(_("Agenda"))
    yield blocks.table(["", _("Begins"), _("Review"), _("Time")], rows, widths=(1, 5, 10, 2))
    for item in items:
        dossier = dossiers_of(item.review).first()
        if dossier is not None:
            yield blocks.page_break()
            yield from dossier_blocks(dossier)


def _minutes(meeting: Meeting) -> Iterator[Block]:
    yield from _head(meeting)
    yield blocks.heading(_("Attendance"))
    rows = meeting.attendance.select_related("seat__user").order_by("seat__started_at", "seat")
    yield blocks.items(
        blocks.item(str(row.seat.user), str(row.seat.get_role_display()), str(row.get_answer_display())) for row in rows
    )
    if meeting.minutes:
        yield blocks.paragraph(meeting.minutes)
    for number, item in enumerate(meeting.items.all(), start=1):
        yield blocks.heading(f"{number}. {_title(item)}")
        made = Decision.objects.filter(review=item.review, corrects__isnull=True).first()
        if made is not None:
            tone = OUTCOME_TONES.get(made.outcome, "plain")
            yield blocks.outcome(outcome_word(made.outcome), tone, made.reference)
        yield blocks.paragraph(item.minutes or _("Nothing was written down."), faint=not item.minutes)


def _title(item: AgendaItem) -> str:
    case = item.review.case
    return f"{_('Gate %(gate)s') % {'gate': item.review.gate}} · {case.reference} {case.title}"
