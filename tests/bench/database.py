"""The benchmarks' own database: a file of SQLite, or `pocgate_bench` beside the database that DATABASE_URL names."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = Path(os.environ.get("POCGATE_VAR", ROOT / "var")) / "bench"
NAME = "pocgate_bench"


def prepare() -> None:
    """Point the settings to the benchmarks' database and start Django."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith("postgres"):
        _create_database(url)
        os.environ["DATABASE_URL"] = urlunsplit(urlsplit(url)._replace(path=f"/{NAME}"))
    else:
        os.environ["DATABASE_URL"] = f"sqlite:///{FOLDER / 'bench.sqlite3'}"
    os.environ.update(
        DJANGO_SETTINGS_MODULE="pocgate.settings",
        POCGATE_MODE="embedded",
        POCGATE_API_RATE="100000000/min",
        POCGATE_LOG_LEVEL="WARNING",
    )
    import django

    django.setup()


def _create_database(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone()
        if found is None:
            connection.execute(f"CREATE DATABASE {NAME}")
