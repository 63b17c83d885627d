"""Uploaded bytes: kept once under their SHA-256, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from pocgate.kernel.errors import Invalid
from portfolio.rules.evidence import MAX_FILE_BYTES, SNIFFED_BYTES, size_problem


@dataclass(frozen=True)
class KeptFile:
    """Bytes in the upload folder. `head` holds the first ones, for checks."""

    sha256: str
    size: int
    head: bytes
    path: Path


def path_of(sha256: str) -> Path:
    """Where the bytes lie."""
    return Path(settings.MEDIA_ROOT) / sha256


def keep_bytes(chunks: Iterable[bytes], *, limit: int = MAX_FILE_BYTES) -> KeptFile:
    """Write the chunks beside their place, hashing on the way, and move them there in one step.

    More than `limit` bytes raise `Invalid`, and nothing is kept.
    """
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    digest, size, head = hashlib.sha256(), 0, b""
    descriptor, name = tempfile.mkstemp(prefix="incoming-", dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as target:
            for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    raise Invalid([size_problem()])
                head += chunk[: max(SNIFFED_BYTES - len(head), 0)]
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        path = path_of(digest.hexdigest())
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
    return KeptFile(digest.hexdigest(), size, head, path)
