"""`manage.py migrate`: Django's own, after which the schedule is due."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import connection
from django.utils import timezone

from pocgate.kernel.schedule import begin


class Command(migrate.Command):
    """Only here is it known that an installation is made: where worker and beat never run, nothing else begins."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, then let what is new in the schedule be due from now on."""
        super().handle(*args, **options)
        only_looks = options["plan"] or options["check_unapplied"]
        # Migrated back to nothing, there is no such table.
        if not only_looks and "kernel_scheduledrun" in connection.introspection.table_names():
            begin(now=timezone.now())
