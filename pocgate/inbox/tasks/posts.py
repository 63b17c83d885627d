"""Sends the posts that are due to chat rooms and webhooks: one run at a time, and each post is claimed first."""

from __future__ import annotations

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone, translation

from pocgate.inbox.channels import Message, NotDelivered
from pocgate.inbox.channels.posts import PostSender
from pocgate.inbox.channels.writing import address
from pocgate.inbox.commands.channels import tell_of_failure
from pocgate.inbox.commands.posts import POST_TASK, claim_post, mark_posted, put_off_channel, refuse_post
from pocgate.inbox.models import ChannelPost
from pocgate.inbox.queries.channels import posts_due
from pocgate.inbox.tasks.runs import Run, come_back, only_run
from pocgate.kernel.schedule import GAVE_WAY

log = structlog.get_logger(__name__)


@shared_task(name=POST_TASK)
def send_posts(**_: object) -> int | str:
    """Send every post that is due, unless another run does; the number sent."""
    with only_run(POST_TASK) as run:
        if run is None:
            return GAVE_WAY
        _send_due(run)
    come_back(run, _is_something_due)
    return run.sent


def _send_due(run: Run) -> None:
    while due := posts_due(now=timezone.now()):
        for post_id in due:
            if not run.goes_on():
                return
            run.sent += _send(post_id)


def _is_something_due() -> bool:
    return bool(posts_due(now=timezone.now(), limit=1))


def _send(post_id: int) -> bool:
    post = claim_post(post_id, now=timezone.now())
    if post is None:
        return False
    try:
        PostSender(post.channel.kind).send(_message(post), post.channel.url)
        mark_posted(post, now=timezone.now())
    except NotDelivered as error:
        log.warning("post_not_sent", post=post_id, channel=post.channel_id, error=str(error))
        _refuse(post, str(error), for_good=error.for_good)
        if error.is_server:
            put_off_channel(post.channel, now=timezone.now())
    except Exception as error:
        # Counted as a failed attempt: it must neither come back for ever nor keep back the posts behind it.
        log.exception("post_broke", post=post_id, channel=post.channel_id)
        _refuse(post, f"The attempt broke off: {type(error).__name__}.", for_good=False)
    else:
        return True
    return False


def _refuse(post: ChannelPost, why: str, *, for_good: bool) -> None:
    if refuse_post(post, why, now=timezone.now(), for_good=for_good):
        with translation.override(settings.LANGUAGE_CODE):
            tell_of_failure(post.channel, now=timezone.now())


def _message(post: ChannelPost) -> Message:
    return Message(
        key=post.key,
        title=post.title,
        at=post.created_at,
        reason=post.reason,
        link=address(post.url) if post.url else "",
        kind=post.kind,
    )
