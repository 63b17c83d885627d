"""Chat rooms and webhooks: one POST of JSON, to public addresses alone."""

from __future__ import annotations

import json

from django.conf import settings

from pocgate.inbox.channels.base import Message, NotDelivered
from pocgate.inbox.rules.posts import FORMS
from pocgate.kernel.outgoing import NotSent, post, printable

ANSWERED = range(200, 300)
REFUSED = range(400, 500)
# Too early, too many, too slow: a repeat may do.
PASSING = {408, 425, 429}
SAID = 120


class PostSender:
    """One form for each kind of channel."""

    def __init__(self, kind: str) -> None:
        self.form = FORMS[kind]

    def send(self, message: Message, target: str) -> None:
        """Post it; an answer of 4xx is a refusal for good."""
        content = self.form(
            message.title, message.reason, message.link, key=message.key, kind=message.kind, at=message.at
        )
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "POC-Gate"}
        body = json.dumps(content, ensure_ascii=False).encode()
        try:
            answer = post(target, body=body, headers=headers, allowed=settings.WEBHOOK_ALLOW_PRIVATE)
        except NotSent as error:
            raise NotDelivered(error.reason, is_server=True) from error
        if answer.status not in ANSWERED:
            said = printable(answer.body[:SAID].decode("utf-8", "replace")).strip()
            for_good = answer.status in REFUSED and answer.status not in PASSING
            raise NotDelivered(f"Answered {answer.status} {said}".strip(), for_good=for_good)
