"""What has to stand before the children start: folders, key, tables, static files, playbook, demonstration."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from io import StringIO
from operator import itemgetter
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.db import transaction

from pocgate.kernel.counters import next_number
from pocgate.kernel.models import Counter

DEMONSTRATION = "demonstration"
FINGERPRINT = ".fingerprint"


def make_folders() -> None:
    """Everything the installation writes to; nobody else on the machine may read it."""
    broker = Path(settings.BROKER_DIR)
    for folder in (settings.VAR_DIR, settings.VAR_DIR / "log", settings.MEDIA_ROOT, settings.EMAIL_FILE_PATH, broker):
        Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("queue", "control", "processed"):
        (broker / name).mkdir(mode=0o700, exist_ok=True)


def write_secret_key() -> None:
    """A key of this installation's own, written once and readable by its owner alone."""
    with suppress(FileExistsError):
        file = os.open(settings.SECRET_KEY_PATH, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as key:
            key.write(secrets.token_urlsafe(48))


def collect_static_files() -> bool:
    """Collect and compress them when a source changed since the last time; whether that was so."""
    fingerprint = _static_fingerprint()
    kept = Path(settings.STATIC_ROOT) / FINGERPRINT
    if kept.exists() and kept.read_text(encoding="utf-8") == fingerprint:
        return False
    call_command("collectstatic", interactive=False, verbosity=0, clear=Path(settings.STATIC_ROOT).exists())
    kept.write_text(fingerprint, encoding="utf-8")
    return True


def _static_fingerprint() -> str:
    # By content: two installations that share the folder write the chart library each at its own time.
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in sorted(finder.list(ignore_patterns=None), key=itemgetter(0)):
            content = hashlib.sha256(Path(storage.path(path)).read_bytes()).hexdigest()
            digest.update(f"{path}\0{content}\n".encode())
    return digest.hexdigest()


def load_contents(*, with_demonstration: bool, say: Callable[[str], None]) -> None:
    """The default playbook where none is, and once, into an empty installation, the demonstration."""
    is_untouched = not get_user_model().objects.exists()
    if "playbook" in get_commands():
        call_command("playbook", "publish-default", "--if-none", stdout=StringIO())
    if not with_demonstration or "seed_demo" not in get_commands():
        return
    if Counter.objects.filter(name=DEMONSTRATION).exists():
        return
    if not is_untouched:
        say("The demonstration is left out: this installation has people of its own.")
        return
    say("Loading the demonstration organisation …")
    with transaction.atomic():
        call_command("seed_demo", verbosity=0)
        next_number(DEMONSTRATION)
