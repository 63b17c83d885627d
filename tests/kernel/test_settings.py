"""Settings come from the environment alone; nonsense stops the start and names its variable."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from pocgate.kernel.env import Environment
from tests.installation import ROOT

SETTINGS = ROOT / "pocgate" / "settings.py"
VARIABLES = re.findall(r"""env\.(\w+)\(\s*"([A-Z_]+)\"""", SETTINGS.read_text(encoding="utf-8"))
SECRETS = {name for reader, name in VARIABLES if reader in {"secret", "database", "broker"}}
SERVER = {
    "POCGATE_MODE": "server",
    "POCGATE_SECRET_KEY": "kq3v9wz8r2mx7tb5nc4hj6pd1fy0sgle-UAVWQXKZTRMBNCHJP",
    "POCGATE_ALLOWED_HOSTS": "gate.example.org",
    "POCGATE_TRUSTED_ORIGINS": "https://gate.example.org",
    "POCGATE_SITE_URL": "https://gate.example.org",
    "POCGATE_TLS": "1",
    "DATABASE_URL": "postgresql://pocgate:secret@db:5432/pocgate",
    "REDIS_URL": "redis://redis:6379/0",
}
NONSENSE = {
    "POCGATE_VAR": str(SETTINGS),
    "POCGATE_STATIC": str(SETTINGS),
    "POCGATE_MODE": "production",
    "POCGATE_DEBUG": "perhaps",
    "POCGATE_ALLOWED_HOSTS": "https://gate.example.org/",
    "POCGATE_TRUSTED_ORIGINS": "gate.example.org",
    "POCGATE_DATABASE_POOL": "many",
    "POCGATE_RECENT_SIGN_IN_MINUTES": "0",
    "POCGATE_TIME_ZONE": "Europe/Atlantis",
    "POCGATE_MAIL": "pigeon",
    "POCGATE_MAIL_HOST": "mail server",
    "POCGATE_MAIL_PORT": "70000",
    "POCGATE_MAIL_TLS": "2",
    "POCGATE_MAIL_FROM": "nobody",
    "POCGATE_SITE_URL": "gate.example.org",
    "POCGATE_API_RATE": "fast",
    "POCGATE_LOG_LEVEL": "LOUD",
    "POCGATE_WEBHOOK_ALLOW_PRIVATE": "10.0.0.1/8",
    "POCGATE_WEBHOOK_PAUSES": "5,soon",
    "POCGATE_JOB_RETENTION_DAYS": "0",
    "POCGATE_WEBHOOK_LOG_DAYS": "0",
    "DATABASE_URL": "mysql://db/pocgate",
    "REDIS_URL": "amqp://redis",
    "POCGATE_SECRET_KEY_FILE": "/nowhere/key",
    "POCGATE_MAIL_PASSWORD_FILE": "/nowhere/password",
}
SERVER_ONLY_NONSENSE = {"POCGATE_TLS": "soon", "POCGATE_HSTS_SECONDS": "-1"}
ANYTHING_GOES = {"POCGATE_MAIL_USER"}


def _settings(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    for name in list(os.environ):
        if name.startswith("POCGATE_") or name in {"DATABASE_URL", "REDIS_URL"}:
            monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(SETTINGS))


def test_settings_without_a_variable_are_the_embedded_default(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _settings({}, monkeypatch)

    assert settings["DATABASES"]["default"]["ENGINE"] == "django.db.backends.sqlite3"
    assert settings["DATABASES"]["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert settings["CELERY_BROKER_URL"].startswith("filesystem://")
    assert settings["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost", "[::1]"]
    assert settings["DEBUG"] is False


def test_two_addresses_switch_database_and_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _settings({name: SERVER[name] for name in ("DATABASE_URL", "REDIS_URL")}, monkeypatch)

    assert settings["DATABASES"]["default"]["ENGINE"] == "django.db.backends.postgresql"
    assert settings["CELERY_BROKER_URL"] == SERVER["REDIS_URL"]
    assert settings["CACHES"]["default"]["LOCATION"] == SERVER["REDIS_URL"]


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_stops_the_start_and_names_its_variable(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^{name}[=:]"):
        _settings({name: NONSENSE[name]}, monkeypatch)


@pytest.mark.parametrize("name", SERVER_ONLY_NONSENSE)
def test_nonsense_stops_a_server_and_names_its_variable(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^{name}[=:]"):
        _settings(SERVER | {name: SERVER_ONLY_NONSENSE[name]}, monkeypatch)


def test_every_variable_was_tried_with_nonsense() -> None:
    tried = {name.removesuffix("_FILE") for name in NONSENSE} | set(SERVER_ONLY_NONSENSE) | ANYTHING_GOES

    assert {name for _reader, name in VARIABLES} - tried == set()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("POCGATE_SECRET_KEY", ""),
        ("POCGATE_SECRET_KEY", "too-short"),
        ("POCGATE_SECRET_KEY", "a" * 60),
        ("POCGATE_SECRET_KEY", "django-insecure-" + SERVER["POCGATE_SECRET_KEY"]),
        ("POCGATE_ALLOWED_HOSTS", ""),
        ("POCGATE_ALLOWED_HOSTS", "*"),
        ("POCGATE_DEBUG", "1"),
        ("POCGATE_TLS", "0"),
        ("POCGATE_TLS", ""),
        ("POCGATE_SITE_URL", "http://gate.example.org"),
    ],
)
def test_server_without_a_safe_value_does_not_start(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^{name}[=:]"):
        _settings(SERVER | {name: value}, monkeypatch)


def test_server_has_no_demonstration_sign_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _settings(SERVER, monkeypatch)["DEMO_SIGN_INS"] is False


def test_check_deploy_is_clean_on_a_server(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "POCGATE_VAR": str(tmp_path)} | SERVER,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_refused_start_ends_a_command_with_the_variable_and_a_status(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "POCGATE_VAR": str(tmp_path), "POCGATE_TIME_ZONE": "Mars/Base"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr == (
        "POC Gate can not start. POCGATE_TIME_ZONE='Mars/Base': not a time zone such as Europe/Vienna.\n"
    )


def test_command_before_the_tables_exist_says_what_to_run(tmp_path: Path) -> None:
    inventory = tmp_path / "inventory.csv"
    inventory.write_text("Use case title,Department\nSort claims,Claims\n", encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "manage.py", "import_portfolio", str(inventory)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "POCGATE_VAR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "run `manage.py migrate` first" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_secret_is_read_from_the_file_that_its_variable_names(name: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("redis://from-a-file:6379/0\n")

    assert Environment({f"{name}_FILE": str(file)}).secret(name) == "redis://from-a-file:6379/0"


def test_secret_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="REDIS_URL and REDIS_URL_FILE are both set"):
        Environment({"REDIS_URL": "redis://a", "REDIS_URL_FILE": str(tmp_path)}).broker("REDIS_URL")


@pytest.mark.parametrize(
    "url", ["postgresql://db:port/name", "postgresql://db:5432/", "postgresql://", "db.sqlite3", "oracle://db/x"]
)
def test_database_address_that_can_not_be_used_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_URL:"):
        Environment({"DATABASE_URL": url}).database("DATABASE_URL", "")


@pytest.mark.parametrize("url", ["redis://host:port/0", "host:6379", "http://host"])
def test_broker_address_that_can_not_be_used_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^REDIS_URL:"):
        Environment({"REDIS_URL": url}).broker("REDIS_URL")
