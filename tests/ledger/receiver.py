"""A receiver of webhooks on loopback that answers as it is told and keeps what it got."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True)
class Received:
    """One request as it came, and how it was answered."""

    path: str
    headers: dict[str, str]
    body: bytes
    status: int

    @property
    def content(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass(frozen=True)
class Reply:
    """What the receiver answers, after a pause; `raw` bytes instead of all the rest."""

    status: int = 204
    body: bytes = b""
    seconds: float = 0.0
    location: str = ""
    raw: bytes = b""


class Receiver:
    """`reply` may be set to a `Reply` or to a function of the number of the request."""

    def __init__(self) -> None:
        self.got: list[Received] = []
        self.reply: Reply | Callable[[int], Reply] = Reply()
        self.secret = ""
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/hook"

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with receiver.lock:
                    number = len(receiver.got)
                    reply = receiver.reply(number) if callable(receiver.reply) else receiver.reply
                    headers = {name.lower(): value for name, value in self.headers.items()}
                    receiver.got.append(Received(self.path, headers, body, reply.status))
                time.sleep(reply.seconds)
                try:
                    if reply.raw:
                        self.wfile.write(reply.raw)
                        return
                    self.send_response(reply.status)
                    if reply.location:
                        self.send_header("Location", reply.location)
                    self.send_header("Content-Length", str(len(reply.body)))
                    self.end_headers()
                    self.wfile.write(reply.body)
                except OSError:
                    return

            def log_message(self, *_: object) -> None:
                return

        return Handler
