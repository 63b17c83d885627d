"""The interface of every channel: a message, a target, and one error."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Message:
    """What is told. `key` stays the same when a message is sent again, `link` is a whole address.

    Mails have `text`, `html` and `headers` as well; chat rooms and webhooks make their own form of the rest.
    """

    key: str
    title: str
    at: datetime
    reason: str = ""
    link: str = ""
    kind: str = ""
    text: str = ""
    html: str = ""
    headers: dict[str, str] = field(default_factory=dict)


class NotDelivered(Exception):
    """The message did not get there.

    `for_good`: a repeat would end the same; `is_address`: the target is wrong; `is_server`: whoever was to bring it
    can not be reached, so no other message gets through either.
    """

    def __init__(self, why: str, *, for_good: bool = False, is_address: bool = False, is_server: bool = False) -> None:
        self.for_good = for_good
        self.is_address = is_address
        self.is_server = is_server
        super().__init__(why)


class Sender(Protocol):
    """A channel. Raises `NotDelivered` and nothing else."""

    def send(self, message: Message, target: str) -> None:
        """Bring the message to the target: an address of mail, or of a webhook."""
