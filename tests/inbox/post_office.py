"""A mail server of this machine, which takes what it is brought and refuses what the test says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any


class PostOffice(ThreadingTCPServer):
    """`answers` are its words to a command, by the command's beginning; `dialogues` holds what each connection said."""

    daemon_threads = True

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.dialogues: list[list[str]] = []
        super().__init__(("127.0.0.1", 0), _Clerk)

    @property
    def mails(self) -> int:
        """How many it took."""
        return sum(said.count("DATA") for said in self.dialogues)

    def answer(self, said: str) -> str:
        """What it says to a command, which it reads in capitals."""
        return next((words for begin, words in self.answers.items() if said.startswith(begin)), "250 OK")


class _Clerk(StreamRequestHandler):
    server: PostOffice

    def handle(self) -> None:
        heard: list[str] = []
        self.server.dialogues.append(heard)
        self._say("220 post office")
        while said := self.rfile.readline().decode().strip().upper():
            heard.append(said)
            if said == "QUIT":
                self._say("221 bye")
                return
            if said == "DATA":
                self._say("354 go on")
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
            self._say(self.server.answer(said))

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def post_office(settings: Any) -> Iterator[PostOffice]:
    """One that is open, and the settings that lead to it."""
    with PostOffice() as office:
        Thread(target=office.serve_forever, args=(0.02,), daemon=True).start()
        use_server(settings, office.server_address[1])
        yield office
        office.shutdown()


def use_server(settings: Any, port: int) -> None:
    """Send by the mail server at this port."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 0.3
