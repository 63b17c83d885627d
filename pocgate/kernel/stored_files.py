"""Bytes kept under the SHA-256 of their content: written whole or not at all, never replaced."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO
from uuid import uuid4

from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage

SPOOL_BYTES = 4 * 1024 * 1024


class TooLarge(Exception):
    """The content is longer than allowed; nothing was kept."""


@dataclass(frozen=True)
class StoredFile:
    """What was kept: its SHA-256 in hex and its size in bytes."""

    sha256: str
    size: int


def store(chunks: Iterable[bytes], *, limit: int) -> StoredFile:
    """Keep the content; `TooLarge` beyond `limit` bytes. The same content twice is kept once."""
    digest, size = hashlib.sha256(), 0
    with SpooledTemporaryFile(max_size=SPOOL_BYTES) as spool:
        for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise TooLarge
            digest.update(chunk)
            spool.write(chunk)
        name = digest.hexdigest()
        spool.seek(0)
        if not default_storage.exists(name):
            _keep(name, spool)
    return StoredFile(name, size)


def _keep(name: str, content: IO[bytes]) -> None:
    """An object store writes whole objects; a folder gets a temporary file that is renamed when it is complete."""
    if not isinstance(default_storage, FileSystemStorage):
        default_storage.save(name, File(content))
        return
    written = Path(default_storage.path(default_storage.save(f"incoming-{uuid4().hex}", File(content))))
    written.replace(default_storage.path(name))


def open_stored(sha256: str) -> File[bytes]:
    """The content, for reading; `FileNotFoundError` when it is gone."""
    return default_storage.open(sha256, "rb")
