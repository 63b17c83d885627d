"""The benchmarks' own database: a file of SQLite, or `pocgate_bench` beside the database that DATABASE_URL names.

It is kept for the next run as long as the number of cases and the migrations stay the same.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent.parent
REPORTS = Path(os.environ.get("POCGATE_VAR", ROOT / "var"))
FOLDER = REPORTS / "bench"
NAME = "pocgate_bench"


def prepare_afresh(name: str) -> None:
    """Point the settings to an empty database of that name and start Django, for what changes its cases."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith("postgres"):
        _create_database(url, name, afresh=True)
        _start(urlunsplit(urlsplit(url)._replace(path=f"/{name}")))
    else:
        _start(_sqlite_file(name, afresh=True))


def prepare(cases: int) -> bool:
    """Point the settings to the benchmarks' database and start Django; False when it is to be seeded first."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    url = os.environ.get("DATABASE_URL", "")
    is_postgresql = url.startswith("postgres")
    mark = _mark(is_postgresql)
    is_seeded = mark.exists() and mark.read_text(encoding="utf-8") == _fingerprint(cases)
    if not is_seeded:
        mark.unlink(missing_ok=True)
    if is_postgresql:
        _create_database(url, NAME, afresh=not is_seeded)
        own = urlunsplit(urlsplit(url)._replace(path=f"/{NAME}"))
    else:
        own = _sqlite_file("bench", afresh=not is_seeded)
    _start(own)
    return is_seeded


def _start(url: str) -> None:
    os.environ.update(
        DATABASE_URL=url,
        DJANGO_SETTINGS_MODULE="pocgate.settings",
        POCGATE_VAR=str(FOLDER),
        POCGATE_MODE="embedded",
        POCGATE_API_RATE="100000000/min",
        POCGATE_LOG_LEVEL="WARNING",
    )
    import django

    django.setup()


def mark_seeded(cases: int, *, is_postgresql: bool) -> None:
    """The database is whole: the next run may use it."""
    _mark(is_postgresql).write_text(_fingerprint(cases), encoding="utf-8")


def _mark(is_postgresql: bool) -> Path:
    return FOLDER / ("postgresql.seeded" if is_postgresql else "sqlite.seeded")


def _fingerprint(cases: int) -> str:
    """Of everything that decides what lies in the database."""
    files = [*ROOT.glob("**/migrations/*.py"), *(ROOT / "pocgate" / "demo").glob("**/*.py"), Path(__file__)]
    digest = hashlib.sha256()
    for path in sorted(path for path in files if ".venv" not in path.parts):
        digest.update(path.read_bytes())
    return f"{cases} {digest.hexdigest()}"


def _sqlite_file(name: str, *, afresh: bool) -> str:
    file = FOLDER / f"{name}.sqlite3"
    if afresh:
        for path in FOLDER.glob(f"{name}.sqlite3*"):
            path.unlink()
    return f"sqlite:///{file}"


def _create_database(url: str, name: str, *, afresh: bool) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        if afresh:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if found is None:
            connection.execute(f"CREATE DATABASE {name}")
