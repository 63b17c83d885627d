"""Calls to addresses that people enter: only where they may lead, only for so long, only so much."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from typing import Any

import pytest

from pocgate.kernel.addresses import is_callable
from pocgate.kernel.outgoing import BODY_KEPT, NotSent, post, printable, target_of
from tests.ledger.receiver import Receiver, Reply

LOOPBACK = [ip_network("127.0.0.0/8")]


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1"),
        *("169.254.169.254", "169.254.0.1", "168.63.129.16", "192.0.0.192", "100.100.100.200"),
        *("224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1"),
        *("fec0::1", "feff:ffff::1", "3fff::1", "3fff:fff::1", "2001:10::1", "2001:20::1", "5f00::1", "1000::1"),
        *("4000::1", "8000::1", "100::1", "64:ff9b:1::808:808", "::808:808", "::ffff:0:808:808"),
        *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1", "2002:7f00:1::1", "2001:0:808:808::1"),
    ],
)
def test_address_that_leads_inside_may_not_be_called(address: str) -> None:
    assert not is_callable(address, ())


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07::1", "2a00:1450:4001::1", "64:ff9b::808:808"]
)
def test_public_address_may_be_called(address: str) -> None:
    assert is_callable(address, ())


def test_network_that_the_operator_opened_may_be_called_and_no_other() -> None:
    allowed = [ip_network("10.1.0.0/16"), ip_network("fd00:1::/64")]

    called = [is_callable(each, allowed) for each in ("10.1.2.3", "::ffff:10.1.2.3", "fd00:1::9", "10.2.0.1", "::1")]

    assert called == [True, True, True, False, False]


def names(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Answer look-ups of names with these addresses, one list after the other; the names that were asked for."""
    asked: list[str] = []
    left = list(answers)

    def look_up(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr("pocgate.kernel.outgoing.socket.getaddrinfo", look_up)
    return asked


def send(url: str, **more: Any) -> Any:
    return post(url, body=b"{}", headers={"webhook-id": "msg_1"}, **{"allowed": LOOPBACK, **more})


@pytest.mark.parametrize(
    "addresses", [["10.0.0.8"], ["169.254.169.254"], ["93.184.215.14", "10.0.0.8"], ["8.8.8.8", "127.0.0.1"]]
)
def test_name_that_leads_inside_is_refused_before_anything_is_opened(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    names(monkeypatch, addresses)
    opened: list[Any] = []
    monkeypatch.setattr("pocgate.kernel.outgoing._Connection.connect", opened.append)

    with pytest.raises(NotSent, match="may not be called"):
        send("https://hooks.example.org/", allowed=())

    assert opened == []


def test_name_is_resolved_once_and_the_checked_address_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    with Receiver() as receiver:
        port = receiver.server.server_address[1]
        asked = names(monkeypatch, ["127.0.0.1"], ["127.66.66.66"])

        answer = send(f"http://hooks.example.org:{port}/hook?x=1")

    assert asked == ["hooks.example.org"]
    assert (answer.status, answer.address) == (204, "127.0.0.1")
    assert receiver.got[0].headers["host"] == f"hooks.example.org:{port}"
    assert receiver.got[0].path == "/hook?x=1"


def test_public_name_is_not_called_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, ["93.184.215.14"])

    with pytest.raises(NotSent, match="https alone"):
        send("http://hooks.example.org/")


def test_redirect_is_told_and_not_followed() -> None:
    with Receiver() as receiver:
        receiver.reply = Reply(302, location=receiver.url)

        answer = send(receiver.url)

    assert answer.status == 302
    assert len(receiver.got) == 1


def test_of_a_long_answer_only_the_beginning_is_read() -> None:
    with Receiver() as receiver:
        receiver.reply = Reply(200, b"x" * 5_000_000)

        answer = send(receiver.url)

    assert answer.body == b"x" * BODY_KEPT


@contextmanager
def serving(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that talks as it likes to one caller."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            caller, _address = server.accept()
            with caller:
                try:
                    talk(caller)
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


def drip(caller: socket.socket) -> None:
    """Headers without end, a byte at a time, so that no single read takes long."""
    caller.recv(65_536)
    caller.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while True:
        caller.sendall(b"x")
        time.sleep(0.05)


def silence(caller: socket.socket) -> None:
    caller.recv(65_536)
    time.sleep(20)


@pytest.mark.parametrize("talk", [drip, silence])
def test_answer_that_takes_too_long_is_cut_off(talk: Callable[[socket.socket], None]) -> None:
    begun = time.monotonic()

    with serving(talk) as url, pytest.raises(NotSent, match="No answer within"):
        send(url, seconds=0.5)

    assert time.monotonic() - begun < 10


def test_name_that_takes_too_long_to_resolve_ends_with_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    free = threading.Event()

    def look_up(*_: Any, **__: Any) -> list[Any]:
        free.wait(20)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 9))]

    monkeypatch.setattr("pocgate.kernel.outgoing.socket.getaddrinfo", look_up)
    begun = time.monotonic()

    with pytest.raises(NotSent, match="was not resolved within"):
        send("https://hooks.example.org/", seconds=0.2)

    assert time.monotonic() - begun < 5
    free.set()


def test_name_that_does_not_exist_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror("Name or service not known")

    monkeypatch.setattr("pocgate.kernel.outgoing.socket.getaddrinfo", look_up)

    with pytest.raises(NotSent, match="has no address"):
        send("https://hooks.example.org/")


@pytest.mark.parametrize("said", [b"", b"rubbish\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n"])
def test_answer_that_is_no_http_is_told(said: bytes) -> None:
    def talk(caller: socket.socket) -> None:
        caller.recv(65_536)
        caller.sendall(said)

    with serving(talk) as url, pytest.raises(NotSent):
        send(url)


@pytest.mark.parametrize("said", [b"\x00\x01rubbish\x00\r\n\r\n", b"HTTP/1.1 \x00\x9b31m\r\n\r\n"])
def test_reason_holds_nothing_that_a_database_or_a_terminal_minds(said: bytes) -> None:
    def talk(caller: socket.socket) -> None:
        caller.recv(65_536)
        caller.sendall(said)

    with serving(talk) as url, pytest.raises(NotSent) as broken:
        send(url)

    assert "\N{REPLACEMENT CHARACTER}" in broken.value.reason
    assert not set(broken.value.reason) & {"\x00", "\x01", "\x9b"}
    assert str(broken.value) == broken.value.reason


def test_printable_text_keeps_tabs_and_lines() -> None:
    shown = printable("a\tb\r\nc\x00\x1b[31m\ud800é")

    assert shown == "a\tb\r\nc\ufffd\ufffd[31m\ufffdé"


def test_nobody_at_the_address_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    with pytest.raises(NotSent, match="refused"):
        send(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://example.org", (True, "example.org", 443, "/")),
        ("http://example.org:8080/a?b=c", (False, "example.org", 8080, "/a?b=c")),
        ("https://[2001:db8::1]:8443/x", (True, "2001:db8::1", 8443, "/x")),
        ("https://münchen.example/", (True, "xn--mnchen-3ya.example", 443, "/")),
    ],
)
def test_address_is_read_into_its_parts(url: str, parts: tuple[bool, str, int, str]) -> None:
    target = target_of(url)

    assert (target.is_secure, target.host, target.port, target.path) == parts


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "file:///etc/passwd",
        "https://a b/",
        "https://x\r\nHost: y/",
        "https://u:p@x/",
        "//x/",
        "https://x:0/",
    ],
)
def test_address_of_no_use_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"\."):
        target_of(url)
