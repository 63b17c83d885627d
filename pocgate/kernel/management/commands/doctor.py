"""`manage.py doctor`: what is wrong with this installation."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from pocgate.kernel.diagnosis import BROKEN, CHECKS, WEB, findings, web_finding


class Command(BaseCommand):
    """Looks, says, changes nothing."""

    help = "Say what is wrong with this installation and how to mend it; exit status 1 when something is broken."
    # Checks of the code would hide what is asked for here: the state of the installation.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """All components, or one."""
        parser.add_argument("--component", choices=[*CHECKS, WEB], default="", help="look at this one only")
        parser.add_argument("--address", default="127.0.0.1:8000", help="where --component web asks")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, component: str, address: str, **options: Any) -> None:
        """Print every finding."""
        now = timezone.now()
        # Worker and beat run on machines without a web server: only who names it asks for it.
        found = [web_finding(address)] if component == WEB else findings(now=now, component=component)
        broken = any(finding.state == BROKEN for finding in found)
        if options["json"]:
            self.stdout.write(json.dumps({"ok": not broken, "checks": [asdict(finding) for finding in found]}))
        else:
            for finding in found:
                self.stdout.write(f"{finding.state:8}{finding.component:12}{finding.seen}")
                if finding.mend:
                    self.stdout.write(f"{'':20}{finding.mend}")
        if broken:
            raise SystemExit(1)
