"""`make run`: web server, worker and beat in the foreground, on this machine alone."""

from __future__ import annotations

import os
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection, connections

from pocgate.kernel import jobs
from pocgate.kernel.supervisor import CannotStart, Supervisor
from pocgate.kernel.supervisor.loop import answers_ready
from pocgate.kernel.supervisor.preparation import (
    collect_static_files,
    load_contents,
    make_folders,
    write_secret_key,
)
from pocgate.kernel.supervisor.recipes import recipes
from pocgate.kernel.supervisor.refusals import only_one, refuse_taken_port

HOST = "127.0.0.1"
READY_PATH = "/api/v1/health/ready"


class Command(BaseCommand):
    """Prepares the installation, then supervises it until Ctrl-C."""

    help = "Start POC Gate on this machine: web server, worker and beat, until Ctrl-C."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Port, and whether the demonstration is wanted."""
        parser.add_argument("--port", type=_port, default=8000, help="port on 127.0.0.1 (default 8000)")
        parser.add_argument("--no-demo", action="store_true", help="leave the demonstration organisation out")

    def handle(self, *, port: int, no_demo: bool, **options: Any) -> None:
        """Refuse, prepare, supervise."""
        if settings.SERVER_MODE:
            raise CommandError("POCGATE_MODE=server: start gunicorn and celery as docs/operations.md says.")
        try:
            make_folders()
            with only_one(Path(settings.VAR_DIR), self._address(port)):
                refuse_taken_port(HOST, port)
                self._prepare(with_demonstration=not no_demo)
                status = self._supervise(port)
        except (CannotStart, OSError) as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from error
        except KeyboardInterrupt:
            status = 130
        if status:
            raise SystemExit(status)
        self._say("Stopped.")

    def _prepare(self, *, with_demonstration: bool) -> None:
        where = settings.DATABASES["default"]["NAME"] if settings.ON_SQLITE else "PostgreSQL"
        self._say(f"POC Gate on {where}, messages through {'Redis' if settings.REDIS_URL else settings.BROKER_DIR}")
        write_secret_key()
        call_command("migrate", interactive=False, verbosity=0)
        self._say("Tables are up to date.")
        if collect_static_files():
            self._say("Static files are collected.")
        load_contents(with_demonstration=with_demonstration, say=self._say)

    def _supervise(self, port: int) -> int:
        folder = Path(settings.BASE_DIR)
        supervisor = Supervisor(
            recipes(HOST, port, var=Path(settings.VAR_DIR)),
            folder=folder,
            logs=Path(settings.VAR_DIR) / "log",
            variables={**os.environ, "POCGATE_SITE_URL": os.environ.get("POCGATE_SITE_URL") or self._address(port)},
            say=self._say,
        )
        supervisor.listen_for_signals()
        # The worker answers this as soon as it is up, instead of at beat's first turn.
        jobs.send("kernel.beat_heartbeat")
        connections.close_all()
        return supervisor.run(
            is_ready=lambda: answers_ready(HOST, port, READY_PATH), when_ready=lambda: self._greet(port)
        )

    def _greet(self, port: int) -> None:
        self._say(f"\nReady at {self._address(port)}  (Ctrl-C stops; logs in {settings.VAR_DIR / 'log'})\n")
        if not get_user_model().objects.exists():
            self._say("Nobody can sign in yet: .venv/bin/python manage.py create_person NAME --role admin")
        elif "demo_sign_ins" in get_commands():
            call_command("demo_sign_ins", stdout=self.stdout)
            self.stdout.flush()
        connection.close()

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    @staticmethod
    def _address(port: int) -> str:
        return f"http://{HOST}:{port}"


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:  # noqa: PLR2004
        raise ArgumentTypeError(f"{text!r} is no port: a whole number from 1 to 65535")
    return int(text)
