"""The chart library as a static file: written by vl-convert at set-up, so that no third-party file is kept here."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

NAME = "vendor/vega.js"


class ChartLibraryFinder(BaseFinder):
    """Finds one file, and writes it the first time it is asked for."""

    def check(self, **kwargs: Any) -> list[Any]:
        """Nothing can be set wrong."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """The file's path when it is this one."""
        found = [library()] if path == NAME else []
        return [str(each) for each in found] if find_all or kwargs.get("all") else str(found[0]) if found else []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        """The file and its storage, for collectstatic."""
        yield NAME, FileSystemStorage(location=library().parent.parent)


def library() -> Path:
    """The written file; another release of vl-convert writes another."""
    folder = Path(settings.VAR_DIR, "chart-library", version("vl-convert-python"))
    path = folder / NAME
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    own = path.with_name(f"{uuid4().hex}.part")
    # In a process of its own: the engine inside takes 200 MB and forbids a fork afterwards.
    command = [sys.executable, "-m", "pocgate.kernel.charts.drawing", str(own)]
    subprocess.run(command, cwd=settings.BASE_DIR, check=True)  # noqa: S603 - this program, a path of our own
    return own.replace(path)
