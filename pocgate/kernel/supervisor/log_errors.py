"""Errors of the children's logs, as they appear, for the terminal."""

from __future__ import annotations

import re
from pathlib import Path

_ENTRY = re.compile(r"\[?\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}")
_ERROR = re.compile(r"\[(error|critical)\s*\]", re.IGNORECASE)


class LogErrors:
    """Reads what was appended to one log since the last look; an error is shown with the lines that belong to it."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.position = log.stat().st_size if log.exists() else 0
        self.in_error = False

    def new_lines(self) -> list[str]:
        """Whole lines of errors that were appended since the last call."""
        if not self.log.exists():
            return []
        if self.log.stat().st_size < self.position:
            self.position = 0
        with self.log.open("rb") as file:
            file.seek(self.position)
            whole, newline, _rest = file.read().rpartition(b"\n")
        self.position += len(whole) + len(newline)
        return [line for line in whole.decode("utf-8", "replace").splitlines() if self._is_of_error(line)]

    def _is_of_error(self, line: str) -> bool:
        if _ENTRY.match(line):
            self.in_error = bool(_ERROR.search(line))
        return self.in_error


def last_lines(log: Path, count: int = 15) -> list[str]:
    """The end of a log; empty when there is none."""
    if not log.exists():
        return []
    return log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:]
