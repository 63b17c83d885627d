"""Ways to reach people behind one small interface. In the application the notification's row itself is the message."""

from __future__ import annotations

from pocgate.inbox.channels.base import Message, NotDelivered, Sender

__all__ = ["Message", "NotDelivered", "Sender"]
