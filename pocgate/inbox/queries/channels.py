"""Channels, and the posts that are due to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db.models import Count, Prefetch, Q, QuerySet

from pocgate.identity.models import User
from pocgate.inbox.enums import PostState
from pocgate.inbox.models import Channel, ChannelPost

POST_LEASE = timedelta(minutes=5)
SHOWN_POSTS = 5


def channels_of(user: User) -> QuerySet[Channel]:
    """The person's own channels that are not ended, oldest first."""
    return Channel.objects.filter(user=user, ended_at__isnull=True).order_by("pk")


def group_channels() -> QuerySet[Channel]:
    """The channels of the organisation and of committees."""
    return Channel.objects.filter(user__isnull=True, ended_at__isnull=True).order_by("committee_id", "pk")


def with_posts(channels: QuerySet[Channel]) -> Sequence[Channel]:
    """Each with its last posts as `last_posts`, and how many wait and failed as `waiting` and `failed`."""
    posts = ChannelPost.objects.order_by("-pk")
    return list(
        channels.annotate(
            waiting=Count("posts", filter=Q(posts__state__in=[PostState.DUE, PostState.SENDING])),
            failed=Count("posts", filter=Q(posts__state=PostState.FAILED)),
        ).prefetch_related(Prefetch("posts", posts[:SHOWN_POSTS], to_attr="last_posts"))
    )


def listening_channels(user_ids: Collection[int]) -> Sequence[Channel]:
    """The live channels of these people and of every group."""
    return list(Channel.objects.filter(Q(user__in=user_ids) | Q(user__isnull=True), ended_at__isnull=True))


def posts_due(*, now: datetime, limit: int = 100) -> list[int]:
    """Ids of posts to send, the longest due first, with those of workers that died."""
    return list(
        ChannelPost.objects.filter(post_to_send(now)).order_by("due_at", "pk").values_list("pk", flat=True)[:limit]
    )


def post_to_send(now: datetime) -> Q:
    """The condition for both."""
    is_due = Q(state=PostState.DUE, due_at__lte=now)
    return Q(channel__ended_at__isnull=True) & (is_due | Q(state=PostState.SENDING, taken_at__lt=now - POST_LEASE))
