"""The processes of an embedded installation."""

from __future__ import annotations

from pathlib import Path

from pocgate.kernel.supervisor.child import Recipe


def recipes(host: str, port: int, *, var: Path) -> list[Recipe]:
    """The web server, and one worker process that carries beat as well (about 50 MB together with it)."""
    web = (
        *("gunicorn", "pocgate.wsgi:application", "--bind", f"{host}:{port}"),
        *("--worker-class", "gthread", "--workers", "1", "--threads", "8"),
        *("--graceful-timeout", "5", "--keep-alive", "5", "--no-control-socket"),
    )
    worker = (
        *("celery", "-A", "pocgate", "worker", "-B", "--pool", "threads", "--concurrency", "4"),
        *("--scheduler", "pocgate.kernel.beat:HeartbeatScheduler", "--schedule", str(var / "beat-schedule")),
        *("--loglevel", "INFO", "--without-gossip", "--without-mingle"),
    )
    return [Recipe("web", web), Recipe("worker", worker)]
