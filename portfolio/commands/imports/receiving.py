"""A file arrives: its bytes are kept, and its check is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction

from pocgate.identity.models import User
from pocgate.kernel import stored_files
from pocgate.ledger.commands import Act, record
from portfolio.importing.refusal import Refused
from portfolio.models import ImportRun
from portfolio.permissions import require_import

MEBIBYTE = 1024 * 1024
NAME_LENGTH = 255


def receive_file(*, chunks: Iterable[bytes], file_name: str, actor: User | None, now: datetime) -> ImportRun:
    """Keep the file and open a run for it; `Refused` when it is too large. No actor means the command line."""
    require_import(actor, now=now)
    try:
        stored = stored_files.store(chunks, limit=settings.MAX_UPLOAD_BYTES)
    except stored_files.TooLarge as error:
        limit = settings.MAX_UPLOAD_BYTES // MEBIBYTE
        raise Refused("too_large", {"size": f"over {limit}", "limit": limit}) from error
    with transaction.atomic():
        run = ImportRun.objects.create(
            file_name=_plain_name(file_name),
            sha256=stored.sha256,
            size=stored.size,
            created_by=actor,
            created_at=now,
        )
        after = {"file": run.file_name, "sha256": run.sha256, "size": run.size}
        record(Act("import.received", "import_run", run.pk, None, {}, after), actor=actor, now=now)
    return run


def _plain_name(name: str) -> str:
    """The last part of the name, without control characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char for char in last if char.isprintable())[:NAME_LENGTH] or "upload"
