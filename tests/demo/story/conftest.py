"""The demonstration, loaded once for all of these modules; every test leaves it as it found it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from pocgate.demo.seeding import seed

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)


def silent(_act: str, _count: int) -> None:
    """Nobody listens to the progress."""


@pytest.fixture(scope="package")
def loaded(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The forty cases as of `NOW`; the folder with their files."""
    folder = tmp_path_factory.mktemp("uploads")
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(MEDIA_ROOT=folder, PASSWORD_HASHERS=hashers):
            seed(cases=40, seed_number=1, now=NOW, recompute=True, progress=silent)
        yield folder
        transaction.set_rollback(True)


@pytest.fixture
def demonstration(loaded: Path, db: None, settings: Any) -> Path:
    """The loaded demonstration, with its files where the product looks for them."""
    settings.MEDIA_ROOT = loaded
    return loaded
