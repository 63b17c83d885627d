"""Meetings of a committee: agenda, who comes, minutes."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gates.enums import Attendance, MeetingState
from gates.models.committees import Committee, Seat
from gates.models.reviews import GateReview


class Meeting(models.Model):
    """One sitting. `uid` and `sequence` name it to calendars; the sequence grows with each change of time or place."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="meetings")
    title = models.CharField(_("title"), max_length=200)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    place = models.CharField(_("place"), max_length=300, blank=True)
    state = models.CharField(max_length=9, choices=MeetingState.choices, default=MeetingState.PLANNED)
    minutes = models.TextField(_("minutes"), blank=True)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)
    pack_sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MeetingState.values), name="gates_meeting_state_known"),
            models.CheckConstraint(condition=~Q(title=""), name="gates_meeting_titled"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="gates_meeting_ends_after_start"),
        ]
        indexes = [models.Index(fields=["state", "starts_at"], name="gates_meeting_next")]

    def __str__(self) -> str:
        return self.title


class AgendaItem(models.Model):
    """A review on the agenda, how long it is given, and what was said and decided."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="items")
    review = models.ForeignKey(GateReview, on_delete=models.PROTECT, related_name="agenda_items")
    position = models.PositiveSmallIntegerField()
    duration = models.PositiveSmallIntegerField(_("minutes"), default=15)
    minutes = models.TextField(_("minutes of this item"), blank=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "review"], name="gates_agendaitem_review_once"),
            models.CheckConstraint(condition=Q(duration__gte=1, duration__lte=480), name="gates_agendaitem_duration"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.review}"


class MeetingAttendance(models.Model):
    """Whether the holder of a seat comes, as they said, or came, as was recorded."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendance")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="attendance")
    answer = models.CharField(max_length=7, choices=Attendance.choices)
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "seat"], name="gates_meetingattendance_once"),
            models.CheckConstraint(
                condition=Q(answer__in=Attendance.values), name="gates_meetingattendance_answer_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id}: {self.answer}"
