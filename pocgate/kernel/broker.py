"""The embedded broker: a folder of messages, each of which appears whole or not at all, the urgent ones first."""

from __future__ import annotations

from pathlib import Path
from time import time_ns
from typing import Any
from uuid import uuid4

import structlog
from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps

log = structlog.get_logger(__name__)


class Channel(filesystem.Channel):
    """Kombu's own opens a message's file before it writes it: a worker that looks in between takes it and dies."""

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]
        """Write under a name that no queue takes, then rename.

        Kombu takes messages in the order of their names, which are those of Redis's steps: priority, then time. The
        clock on the wall counts on over a restart of the machine, which a monotonic one does not.
        """
        priority = payload["properties"].get("priority") or 0
        file = Path(self.data_folder_out) / f"{priority}_{time_ns() // 1_000_000:015d}_{uuid4()}.{queue}.msg"
        unfinished = file.with_name(f"{file.name}.part")
        try:
            unfinished.write_text(dumps(payload), encoding="utf-8")
            unfinished.replace(file)
        except OSError as error:
            raise ChannelError(f"Cannot add {file} to the queue.") from error

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """The next message that can be read; a full disk may have left another, and the sweep does its work."""
        while True:
            try:
                return super()._get(queue)
            except ValueError as error:
                log.warning("broker.message_unreadable", queue=queue, error=str(error))


class Transport(filesystem.Transport):
    """`filesystem://` with that channel."""

    Channel = Channel
