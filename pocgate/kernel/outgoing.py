"""Calls to addresses that people entered: one POST, to an address that was checked, within a time, without redirects.

The name is resolved once and the connection goes to an address of that answer, so that a name which resolves to
something else a moment later gains nothing. TLS and the Host header keep the name.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from http.client import HTTPConnection, HTTPException
from queue import Empty, Queue
from threading import Thread, Timer
from typing import Any
from urllib.parse import urlsplit

from pocgate.kernel.addresses import Network, is_callable

SECONDS = 10.0
BODY_KEPT = 4096
# What no page shows: control characters but tab and line ends, and half pairs. PostgreSQL takes neither NUL nor halves.
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def printable(text: str) -> str:
    """What somebody else sent, as it can be stored and shown: control characters but tab and line ends are replaced."""
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text)


class NotSent(Exception):
    """No answer came: the address was refused, could not be reached, broke off, or took too long."""

    def __init__(self, reason: str, address: str = "") -> None:
        self.reason, self.address = printable(reason), address
        super().__init__(self.reason)


@dataclass(frozen=True)
class Target:
    """Where an address leads. `host` is ASCII, without the brackets of IPv6."""

    is_secure: bool
    host: str
    port: int
    path: str


@dataclass(frozen=True)
class Answer:
    """What came back; `body` is its beginning alone, `address` the one that was called."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    address: str = field(default="")


def target_of(url: str) -> Target:
    """The parts of an `http` or `https` address. Raises ValueError with a sentence that says what is wrong."""
    if not url.isprintable() or any(letter.isspace() for letter in url):
        raise ValueError("An address has no spaces and no control characters.")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("An address begins with https:// and a host name.")
    if parts.username is not None or parts.password is not None:
        raise ValueError("Names and passwords do not belong in an address; the signature tells who sends.")
    if parts.fragment:
        raise ValueError("An address that is called has no part after #.")
    is_secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii():
        raise ValueError("Letters beyond ASCII are written as %C3%A9 in a path.")
    port = parts.port if parts.port is not None else 443 if is_secure else 80
    if not port:
        raise ValueError("A port is a number from 1 to 65535.")
    return Target(is_secure, _ascii(parts.hostname), port, path)


def post(
    url: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    allowed: Sequence[Network],
    seconds: float = SECONDS,
) -> Answer:
    """Send and read the beginning of the answer, whatever its status. Raises `NotSent`."""
    ends_at = time.monotonic() + seconds
    try:
        target = target_of(url)
    except ValueError as error:
        raise NotSent(str(error)) from error
    try:
        place = _checked_place(target, allowed, ends_at)
    except TimeoutError as error:
        raise NotSent(f"The name {target.host} was not resolved within {seconds:g} seconds.") from error
    connection = _Connection(target, place, ends_at)
    try:
        connection.request("POST", target.path, body=body, headers=dict(headers))
        answer = connection.getresponse()
        begins = answer.read(BODY_KEPT)
        if connection.is_cut:
            # What was cut off can look complete, because headers may end with the connection.
            raise TimeoutError
        return Answer(answer.status, dict(answer.getheaders()), begins, place.address)
    except (OSError, HTTPException, ValueError) as error:
        raise NotSent(_said(error, ends_at, seconds), place.address) from error
    finally:
        connection.end()


@dataclass(frozen=True)
class _Place:
    """What the resolver answered, used as it is."""

    family: int
    socket_address: Any

    @property
    def address(self) -> str:
        return str(self.socket_address[0])


class _Connection(HTTPConnection):
    """Connects to the address that was checked, and is cut off when the time is over, however slowly bytes drip."""

    def __init__(self, target: Target, place: _Place, ends_at: float) -> None:
        super().__init__(target.host, target.port)
        self.target, self.place, self.ends_at = target, place, ends_at
        self.watch: Timer | None = None
        self.is_cut = False

    def connect(self) -> None:
        """Called by `request`."""
        plain = socket.socket(self.place.family, socket.SOCK_STREAM)
        self.sock = plain
        plain.settimeout(max(self.ends_at - time.monotonic(), 0.1))
        plain.connect(self.place.socket_address)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.target.is_secure:
            self.sock = _trust().wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
        self.watch = Timer(max(self.ends_at - time.monotonic(), 0), self._cut, (self.sock,))
        self.watch.daemon = True
        self.watch.start()
        if isinstance(self.sock, ssl.SSLSocket):
            self.sock.do_handshake()

    def end(self) -> None:
        """Close, whatever was left to read."""
        if self.watch is not None:
            self.watch.cancel()
        self.close()

    def _cut(self, sock: socket.socket) -> None:
        self.is_cut = True
        try:
            # Of the plain socket even under TLS, which would first want to say good-bye.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
        except OSError:
            return


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    """The certificates this machine trusts."""
    return ssl.create_default_context()


def _resolved(target: Target, ends_at: float) -> list[_Place]:
    """Places of the name. Raises `TimeoutError`.

    The resolver takes no time limit of ours, so it runs beside; a look-up that is left behind ends by its own limit.
    """
    answers: Queue[list[_Place] | Exception] = Queue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
            answers.put([_Place(family, place) for family, _type, _protocol, _name, place in found])
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            answers.put(error)

    Thread(target=look_up, name="look-up", daemon=True).start()
    try:
        answer = answers.get(timeout=max(ends_at - time.monotonic(), 0))
    except Empty as error:
        raise TimeoutError from error
    if isinstance(answer, Exception):
        raise answer
    return answer


def _checked_place(target: Target, allowed: Sequence[Network], ends_at: float) -> _Place:
    """Where one address of the name is. A name with any address that may not be called is refused as a whole."""
    try:
        places = _resolved(target, ends_at)
    except TimeoutError:
        raise
    except (OSError, UnicodeError) as error:
        raise NotSent(f"The name {target.host} has no address: {error}.") from error
    addresses = list(dict.fromkeys(place.address for place in places))
    refused = [address for address in addresses if not is_callable(address, allowed)]
    if refused or not addresses:
        raise NotSent(f"{target.host} leads to {', '.join(refused)}, which may not be called.", ", ".join(refused))
    if not target.is_secure and any(is_callable(address, ()) for address in addresses):
        raise NotSent(f"{target.host} is public, so it is called by https alone.", addresses[0])
    return places[0]


def _ascii(host: str) -> str:
    try:
        name = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError("The host name is not one that exists in the internet.") from error
    if len(name) > 253 or "%" in name:  # noqa: PLR2004 - RFC 1035, section 2.3.4
        raise ValueError("The host name is not one that exists in the internet.")
    return name


def _said(error: Exception, ends_at: float, seconds: float) -> str:
    if isinstance(error, TimeoutError) or time.monotonic() >= ends_at:
        return f"No answer within {seconds:g} seconds."
    return f"{type(error).__name__}: {error}"[:300]
