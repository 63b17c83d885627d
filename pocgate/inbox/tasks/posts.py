"""Sends the posts that are due to chat rooms and webhooks: each is claimed first, so it may run twice or late."""

from __future__ import annotations

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone, translation

from pocgate.inbox.channels import Message, NotDelivered
from pocgate.inbox.channels.posts import PostSender
from pocgate.inbox.channels.writing import address
from pocgate.inbox.commands.channels import tell_of_failure
from pocgate.inbox.commands.posts import claim_post, mark_posted, refuse_post
from pocgate.inbox.models import ChannelPost
from pocgate.inbox.queries.channels import posts_due

log = structlog.get_logger(__name__)


@shared_task(name="inbox.send_posts")
def send_posts(**_: object) -> int:
    """Send every post that is due; the number sent."""
    return sum(_send(post_id) for post_id in posts_due(now=timezone.now()))


def _send(post_id: int) -> bool:
    post = claim_post(post_id, now=timezone.now())
    if post is None:
        return False
    try:
        PostSender(post.channel.kind).send(_message(post), post.channel.url)
    except NotDelivered as error:
        log.warning("post_not_sent", post=post_id, channel=post.channel_id, error=str(error))
        if refuse_post(post, str(error), now=timezone.now(), for_good=error.for_good):
            with translation.override(settings.LANGUAGE_CODE):
                tell_of_failure(post.channel, now=timezone.now())
        return False
    mark_posted(post, now=timezone.now())
    return True


def _message(post: ChannelPost) -> Message:
    return Message(
        key=post.key,
        title=post.title,
        at=post.created_at,
        reason=post.reason,
        link=address(post.url) if post.url else "",
        kind=post.kind,
    )
