"""What a channel is sent: each kind of chat room has its own form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from pocgate.inbox.enums import ChannelKind, NotificationKind, Topic
from pocgate.inbox.rules.policy import topic_of

# What concerns a group; the duties of a person are not told to a room.
GROUP_TOPICS = (Topic.DECISIONS, Topic.MEASURES)
# A channel that does not answer can not be told about in itself.
NEVER_POSTED = {NotificationKind.CHANNEL_FAILED}
MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|>~])")

Post = Mapping[str, Any]


def is_posted(kind: str, topics: list[str]) -> bool:
    """Whether a channel with these topics is told."""
    return kind not in NEVER_POSTED and topic_of(kind) in topics


def slack_post(title: str, reason: str, link: str, **_: object) -> Post:
    """An incoming webhook's message, as Slack, Mattermost and others read it: `text` for notices, blocks to show."""
    told = f"*<{link}|{_slack(title)}>*" if link else f"*{_slack(title)}*"
    blocks: list[dict[str, Any]] = [{"type": "section", "text": {"type": "mrkdwn", "text": told}}]
    if reason:
        blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": _slack(reason)}]})
    return {"text": _slack(title), "blocks": blocks}


def teams_post(title: str, reason: str, link: str, **_: object) -> Post:
    """A message with one Adaptive Card, as the workflows of Microsoft Teams take it."""
    body = [{"type": "TextBlock", "text": _markdown(title), "weight": "Bolder", "size": "Medium", "wrap": True}]
    if reason:
        body.append({"type": "TextBlock", "text": _markdown(reason), "isSubtle": True, "wrap": True})
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    if link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open", "url": link}]
    content_type = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": content_type, "contentUrl": None, "content": card}]}


def webhook_post(title: str, reason: str, link: str, *, key: str, kind: str, at: datetime) -> Post:
    """Plain JSON; `id` stays the same when a post is repeated."""
    return {
        "type": "notification",
        "id": key,
        "kind": kind,
        "title": title,
        "reason": reason,
        "url": link,
        "at": at.astimezone(UTC).isoformat(timespec="seconds"),
    }


FORMS: Mapping[str, Callable[..., Post]] = {
    ChannelKind.SLACK: slack_post,
    ChannelKind.TEAMS: teams_post,
    ChannelKind.WEBHOOK: webhook_post,
}


def _slack(text: str) -> str:
    """The three letters that Slack reads as control; `@` and `<!channel>` become harmless by them."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _markdown(text: str) -> str:
    """Adaptive Cards read Markdown: what a title holds is shown, not obeyed."""
    return MARKDOWN.sub(r"\\\1", text)
