"""Webhooks and chat rooms that are told, and each post on its way."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pocgate.inbox.enums import ChannelKind, PostState


class Channel(models.Model):
    """Where a person's, a committee's or the organisation's news are posted, too.

    With `user` it is that person's; with `committee_id` the committee's; with neither the whole organisation's. The
    committee is named by id, so that the inbox points at no app above it. `topics` are those that are posted.
    """

    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=ChannelKind.choices)
    url = models.CharField(_("address"), max_length=1000)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="channels")
    committee_id = models.BigIntegerField(null=True)
    topics = models.JSONField(default=list)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    last_sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(url=""), name="inbox_channel_named"),
            models.CheckConstraint(condition=Q(kind__in=ChannelKind.values), name="inbox_channel_kind_known"),
            models.CheckConstraint(
                condition=Q(user__isnull=True) | Q(committee_id__isnull=True), name="inbox_channel_has_one_owner"
            ),
        ]
        indexes = [models.Index(fields=["committee_id"], name="inbox_channel_committee")]

    def __str__(self) -> str:
        return self.name


class ChannelPost(models.Model):
    """One thing told in one channel, once. While it is `sending`, `taken_at` is the time a worker took it."""

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="posts")
    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=30)
    title = models.CharField(max_length=300)
    reason = models.CharField(max_length=300)
    url = models.CharField(max_length=300)
    created_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=PostState.choices, default=PostState.DUE)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "key"], name="inbox_channelpost_once"),
            models.CheckConstraint(condition=Q(state__in=PostState.values), name="inbox_channelpost_state_known"),
            models.CheckConstraint(
                condition=~Q(state=PostState.SENT) | Q(sent_at__isnull=False), name="inbox_channelpost_sent_has_time"
            ),
            models.CheckConstraint(
                condition=~Q(state=PostState.SENDING) | Q(taken_at__isnull=False),
                name="inbox_channelpost_sending_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=["due", "sending"]), name="inbox_channelpost_open"),
        ]

    def __str__(self) -> str:
        return self.title
