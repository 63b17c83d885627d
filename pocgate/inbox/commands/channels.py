"""A person's channels, and those of the organisation and its committees, which administrators keep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from pocgate.identity.enums import Role
from pocgate.identity.models import User
from pocgate.identity.permissions import require_administrator, require_own_or_administrator
from pocgate.identity.queries import people_with_role
from pocgate.inbox import errors
from pocgate.inbox.commands.notifications import notify
from pocgate.inbox.commands.posts import POST_TASK
from pocgate.inbox.enums import ChannelKind, NotificationKind, PostState, Topic
from pocgate.inbox.models import Channel, ChannelPost
from pocgate.inbox.rules.notices import Notice
from pocgate.inbox.rules.posts import GROUP_TOPICS
from pocgate.kernel import jobs
from pocgate.kernel.errors import FieldProblem, Invalid
from pocgate.ledger.commands import Act, record
from pocgate.ledger.rules.endpoints import endpoint_problems

MOST_OWN = 5


def add_channel(
    *,
    name: str,
    kind: str,
    url: str,
    topics: Sequence[str],
    actor: User,
    now: datetime,
    user: User | None = None,
    committee_id: int | None = None,
) -> Channel:
    """A channel of a person, or without one of a committee or the organisation. Raises `Invalid`, `Forbidden`."""
    _require(user, actor, now=now)
    problems = list(_problems(name.strip(), kind, url.strip(), topics, user))
    if problems:
        raise Invalid(problems)
    with transaction.atomic():
        channel = Channel.objects.create(
            name=name.strip(),
            kind=kind,
            url=url.strip(),
            user=user,
            committee_id=committee_id,
            topics=sorted(topics),
            created_at=now,
        )
        _record("channel.added", channel, actor, now)
    return channel


def end_channel(*, channel: Channel, actor: User, now: datetime) -> bool:
    """Nothing more is posted there; False when it had ended."""
    _require(channel.user, actor, now=now)
    with transaction.atomic():
        if not Channel.objects.filter(pk=channel.pk, ended_at__isnull=True).update(ended_at=now):
            return False
        _record("channel.ended", channel, actor, now)
    return True


def try_channel(*, channel: Channel, actor: User, now: datetime) -> ChannelPost:
    """Post a word there, to see whether it arrives."""
    _require(channel.user, actor, now=now)
    with transaction.atomic():
        post = ChannelPost.objects.create(
            channel=channel,
            key=f"test:{now.isoformat()}",
            kind="test",
            title=_("A test of POC Gate: this channel works"),
            url="/",
            created_at=now,
            due_at=now,
        )
        jobs.wake(POST_TASK)
    return post


def repeat_posts(*, channel: Channel, actor: User, now: datetime) -> int:
    """Put what was given up back to work; how many."""
    _require(channel.user, actor, now=now)
    again = channel.posts.filter(state=PostState.FAILED).update(state=PostState.DUE, attempts=0, due_at=now)
    if again:
        jobs.wake(POST_TASK)
    return again


def tell_of_failure(channel: Channel, *, now: datetime) -> None:
    """Its owner, or the administrators, learn once a day that it does not answer."""
    notice = Notice(
        kind=NotificationKind.CHANNEL_FAILED,
        subject_type="channel",
        subject_id=channel.pk,
        occasion=now.date().isoformat(),
        title=_("The channel “%(name)s” does not answer") % {"name": channel.name},
        reason=_("You get this because you keep this channel."),
        url="/notifications/channels/" if channel.user_id else "/administration/channels/",
    )
    administrators = people_with_role(Role.ADMIN, now=now).values_list("pk", flat=True)
    notify(notice, user_ids=[channel.user_id] if channel.user_id else list(administrators), now=now)


def _require(user: User | None, actor: User, *, now: datetime) -> None:
    if user is None:
        require_administrator(actor, now=now)
    else:
        require_own_or_administrator(actor, user, now=now)


def _problems(name: str, kind: str, url: str, topics: Sequence[str], user: User | None) -> Iterator[FieldProblem]:
    yield from endpoint_problems(name, url, (), allowed=settings.WEBHOOK_ALLOW_PRIVATE)
    if kind not in ChannelKind.values:
        yield errors.channel_kind_unknown(", ".join(ChannelKind.values))
    offered = list(Topic) if user else list(GROUP_TOPICS)
    if not topics:
        yield errors.topics_missing()
    elif not set(topics) <= set(offered):
        yield errors.topics_not_offered(", ".join(offered))
    if user and Channel.objects.filter(user=user, ended_at__isnull=True).count() >= MOST_OWN:
        yield errors.too_many_channels(MOST_OWN)


def _record(verb: str, channel: Channel, actor: User, now: datetime) -> None:
    # The address itself is the secret of an incoming webhook, so only its host is told.
    shown = {
        "name": channel.name,
        "kind": channel.kind,
        "host": urlsplit(channel.url).hostname,
        "topics": channel.topics,
    }
    record(Act(verb, "channel", channel.pk, after=shown), actor=actor, now=now)
