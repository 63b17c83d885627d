"""What people are reminded of: every kind of duty, found by the database as far as it is due and was not told."""

from gates.queries.reminding.chairs import Chairs
from gates.queries.reminding.due import chunks_kept, due
from gates.queries.reminding.source import Source, Subject
from gates.queries.reminding.sources import SOURCES
from gates.queries.reminding.waiting import reminders_past
from gates.queries.reminding.whole import told_at_once
from gates.queries.reminding.wording import headline, when

__all__ = [
    "SOURCES",
    "Chairs",
    "Source",
    "Subject",
    "chunks_kept",
    "due",
    "headline",
    "reminders_past",
    "told_at_once",
    "when",
]
