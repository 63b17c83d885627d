"""The files of the demonstration in the store; the same bytes are kept and looked for once."""

from __future__ import annotations

from hashlib import sha256

from pocgate.kernel.stored_files import StoredFile, store

LIMIT = 100_000


class Files:
    """What was kept in this run, by content."""

    def __init__(self) -> None:
        self._kept: dict[str, StoredFile] = {}

    def keep(self, content: bytes) -> StoredFile:
        """Keep the bytes under their SHA-256."""
        digest = sha256(content).hexdigest()
        if digest not in self._kept:
            self._kept[digest] = store([content], limit=LIMIT)
        return self._kept[digest]
