"""The gates' records, one noun per module."""

from gates.models.calendars import CalendarEntry, CalendarFeed
from gates.models.checklists import ChecklistTemplate, ChecklistTemplateItem
from gates.models.committees import Committee, Delegation, Seat
from gates.models.decisions import Condition, Decision, OverrideRequest, ReviveTrigger
from gates.models.meetings import AgendaItem, Meeting, MeetingAttendance
from gates.models.reviews import Dossier, DossierOpening, GateReview, Question, Recusal
from gates.models.sign_offs import SignOff, SignOffRevision
from gates.models.standing import GateStanding, ReviewProposal, StandingChange
from gates.models.votes import VetoAppeal, Vote, VoteChange

__all__ = [
    "AgendaItem",
    "CalendarEntry",
    "CalendarFeed",
    "ChecklistTemplate",
    "ChecklistTemplateItem",
    "Committee",
    "Condition",
    "Decision",
    "Delegation",
    "Dossier",
    "DossierOpening",
    "GateReview",
    "GateStanding",
    "Meeting",
    "MeetingAttendance",
    "OverrideRequest",
    "Question",
    "Recusal",
    "ReviewProposal",
    "ReviveTrigger",
    "Seat",
    "SignOff",
    "SignOffRevision",
    "StandingChange",
    "VetoAppeal",
    "Vote",
    "VoteChange",
]
