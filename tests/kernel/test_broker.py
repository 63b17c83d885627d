"""The embedded broker's messages appear whole, and one that is not kills nobody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from django.conf import settings
from kombu import Connection
from kombu.transport import filesystem

QUEUE = "celery"
MESSAGE = {"body": "e30=", "headers": {}, "properties": {}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("queue", "control", "processed"):
        (tmp_path / name).mkdir()
    return tmp_path / "queue"


@pytest.fixture
def channel(folder: Path) -> Iterator[Any]:
    options = {
        "data_folder_in": str(folder),
        "data_folder_out": str(folder),
        "control_folder": str(folder.with_name("control")),
        "processed_folder": str(folder.with_name("processed")),
    }
    transport = "pocgate.kernel.broker:Transport"
    with Connection("filesystem://localhost", transport=transport, transport_options=options) as connection:
        yield connection.channel()


def test_embedded_installation_uses_it() -> None:
    expected = None if settings.REDIS_URL else "pocgate.kernel.broker:Transport"
    assert expected == settings.CELERY_BROKER_TRANSPORT


def test_message_put_is_the_message_got(channel: Any, folder: Path) -> None:
    channel._put(QUEUE, MESSAGE)

    assert channel._size(QUEUE) == 1
    assert channel._get(QUEUE) == MESSAGE
    assert list(folder.iterdir()) == []


def test_urgent_messages_come_first_and_others_in_their_turn(channel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = iter(range(1, 10))
    # The third moment has a digit more than the first two.
    monkeypatch.setattr("pocgate.kernel.broker.time_ns", lambda: 10 ** next(turns) * 1_000_000)
    for number, priority in enumerate([9, 3, 3, None, 0, 3]):
        channel._put(QUEUE, MESSAGE | {"body": str(number), "properties": {"priority": priority}})

    taken = [channel._get(QUEUE)["body"] for _ in range(6)]

    assert taken == ["3", "4", "1", "2", "5", "0"]


def test_message_half_written_is_in_no_queue(channel: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int]] = []
    write = Path.write_text

    def write_and_look(path: Path, *arguments: Any, **named: Any) -> int:
        path.touch()
        seen.append((len(list(folder.iterdir())), channel._size(QUEUE)))
        return write(path, *arguments, **named)

    monkeypatch.setattr(Path, "write_text", write_and_look)
    channel._put(QUEUE, MESSAGE)

    assert seen == [(1, 0)]
    assert channel._size(QUEUE) == 1


def test_unreadable_message_is_passed_over(channel: Any, folder: Path) -> None:
    (folder / f"0_empty.{QUEUE}.msg").touch()
    (folder / f"1_cut.{QUEUE}.msg").write_text('{"body": ', encoding="utf-8")
    channel._put(QUEUE, MESSAGE)

    assert channel._get(QUEUE) == MESSAGE
    with pytest.raises(Empty):
        channel._get(QUEUE)


def test_kombu_still_takes_a_message_that_is_not_written_yet(folder: Path, channel: Any) -> None:
    # When this fails, kombu has mended it and the broker of our own can go.
    (folder / f"0_empty.{QUEUE}.msg").touch()

    with pytest.raises(ValueError, match="Expecting value"):
        filesystem.Channel._get(channel, QUEUE)
