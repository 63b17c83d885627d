"""Posts to channels: written with the notification, taken by one worker, tried again with growing pauses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import F, QuerySet

from pocgate.inbox.enums import PostState
from pocgate.inbox.models import Channel, ChannelPost
from pocgate.inbox.queries.channels import listening_channels, post_to_send
from pocgate.inbox.rules.mailing import ATTEMPTS, FIRST_PAUSE, pause_after
from pocgate.inbox.rules.notices import Notice
from pocgate.inbox.rules.posts import GROUP_TOPICS, is_posted
from pocgate.kernel import jobs

POST_TASK = "inbox.send_posts"
ERROR_KEPT = 300


def post_to_channels(told: Iterable[tuple[int, Notice]], *, now: datetime) -> None:
    """Write a post for every channel that listens; a group's is told once, however many people are."""
    batch = list(told)
    channels = listening_channels({user_id for user_id, _notice in batch})
    posts = [post for channel in channels for post in _posts(channel, batch, now)]
    if posts:
        ChannelPost.objects.bulk_create(posts, ignore_conflicts=True)
        jobs.wake(POST_TASK)


def claim_post(post_id: int, *, now: datetime) -> ChannelPost | None:
    """Take one post for this worker, or None when another one has it."""
    taken = ChannelPost.objects.filter(post_to_send(now), pk=post_id).update(
        state=PostState.SENDING, attempts=F("attempts") + 1, taken_at=now
    )
    return ChannelPost.objects.select_related("channel__user").get(pk=post_id) if taken else None


def mark_posted(post: ChannelPost, *, now: datetime) -> None:
    """It got there."""
    _taken(post).update(state=PostState.SENT, sent_at=now, error="")
    Channel.objects.filter(pk=post.channel_id).update(failures=0, last_error="", last_sent_at=now)


def refuse_post(post: ChannelPost, error: str, *, now: datetime, for_good: bool) -> bool:
    """It did not; True when it was given up."""
    is_last = for_good or post.attempts >= ATTEMPTS
    _taken(post).update(
        state=PostState.FAILED if is_last else PostState.DUE,
        due_at=now + pause_after(post.attempts),
        error=error[:ERROR_KEPT],
    )
    Channel.objects.filter(pk=post.channel_id).update(failures=F("failures") + 1, last_error=error[:ERROR_KEPT])
    return is_last


def put_off_channel(channel: Channel, *, now: datetime) -> None:
    """It does not answer: what else is due to it waits for a minute, so that others have their turn."""
    due = ChannelPost.objects.filter(channel=channel, state=PostState.DUE, due_at__lte=now)
    due.update(due_at=now + FIRST_PAUSE)


def _taken(post: ChannelPost) -> QuerySet[ChannelPost]:
    return ChannelPost.objects.filter(pk=post.pk, state=PostState.SENDING, attempts=post.attempts)


def _posts(channel: Channel, told: list[tuple[int, Notice]], now: datetime) -> Iterator[ChannelPost]:
    seen: set[str] = set()
    for user_id, notice in told:
        if notice.key not in seen and _listens(channel, user_id, notice):
            seen.add(notice.key)
            yield ChannelPost(
                channel=channel,
                key=notice.key,
                kind=notice.kind,
                title=notice.title[:300],
                reason=notice.reason[:300] if channel.user_id else "",
                url=notice.url[:300],
                created_at=now,
                due_at=now,
            )


def _listens(channel: Channel, user_id: int, notice: Notice) -> bool:
    if channel.user_id is not None:
        return channel.user_id == user_id and is_posted(notice.kind, channel.topics)
    if notice.committee_id is None or channel.committee_id not in (None, notice.committee_id):
        return False
    return is_posted(notice.kind, [topic for topic in channel.topics if topic in GROUP_TOPICS])
