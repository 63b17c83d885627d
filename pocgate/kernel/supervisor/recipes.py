"""The processes of an embedded installation."""

from __future__ import annotations

from pathlib import Path

from pocgate.kernel.supervisor.child import Recipe


def recipes(host: str, port: int, *, var: Path) -> list[Recipe]:
    """The web server, one worker with four threads, and beat: each is watched and started again by itself."""
    web = (
        *("gunicorn", "pocgate.wsgi:application", "--bind", f"{host}:{port}"),
        *("--worker-class", "gthread", "--workers", "1", "--threads", "8"),
        *("--graceful-timeout", "5", "--keep-alive", "5", "--no-control-socket"),
    )
    worker = (
        *("celery", "-A", "pocgate", "worker", "--pool", "threads", "--concurrency", "4"),
        *("--loglevel", "INFO", "--without-gossip", "--without-mingle"),
    )
    # Not inside the worker (-B): a beat that died there would be noticed by nobody.
    beat = (
        *("celery", "-A", "pocgate", "beat", "--loglevel", "INFO", "--pidfile", ""),
        *("--scheduler", "pocgate.kernel.beat:HeartbeatScheduler", "--schedule", str(var / "beat-schedule")),
    )
    return [Recipe("web", web), Recipe("worker", worker), Recipe("beat", beat)]
