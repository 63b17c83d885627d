"""Trying several things on the same records, each as if it were the first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction


@contextmanager
def undone() -> Iterator[None]:
    """What is written inside is rolled back to where it began."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
