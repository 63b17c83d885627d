"""The container files, read: no engine is needed to see that they fit the settings and each other."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from django.core.management import get_commands, load_command_class

from tests.architecture.sources import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SETTINGS = (ROOT / "pocgate" / "settings.py").read_text(encoding="utf-8")
VARIABLES = set(re.findall(r"""env\.\w+\(\s*"([A-Z_]+)\"""", SETTINGS))
WITH_FILE = {f"{name}_FILE" for name in re.findall(r"""env\.(?:secret|database|broker)\(\s*"([A-Z_]+)\"""", SETTINGS)}
ROOT_USERS = {None, "", "0", "root", "0:0"}


def test_example_lists_every_variable_once_and_no_other() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    named = [line.partition("=")[0] for line in lines if line and not line.startswith("#")]

    assert sorted(named) == sorted(VARIABLES)


def test_compose_has_every_part() -> None:
    assert set(SERVICES) == {"migrate", "web", "worker", "beat", "postgres", "redis"}
    assert SERVICES["postgres"]["image"] == "postgres:15"


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_not_root_and_writes_only_where_it_may(name: str) -> None:
    service = SERVICES[name]

    assert service.get("user") not in ROOT_USERS
    assert service["read_only"] is True
    assert service["tmpfs"]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_long_running_service_has_a_health_check_and_comes_back(name: str) -> None:
    check = SERVICES[name]["healthcheck"]

    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "retries"} <= set(check)
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", OURS)
def test_variables_of_a_service_exist_in_the_settings(name: str) -> None:
    assert set(SERVICES[name]["environment"]) - VARIABLES - WITH_FILE == set()


def test_variables_taken_from_the_surroundings_are_in_the_example() -> None:
    taken = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))

    assert taken - VARIABLES == set()


def test_secrets_are_files_and_each_is_declared() -> None:
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}
    paths = {
        value.removeprefix("/run/secrets/")
        for service in SERVICES.values()
        for key, value in service.get("environment", {}).items()
        if key.endswith("_FILE")
    }

    assert used == set(COMPOSE["secrets"]) == paths
    assert "secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()


@pytest.mark.parametrize("name", OURS)
def test_service_waits_for_what_it_needs(name: str) -> None:
    for needed, how in SERVICES[name]["depends_on"].items():
        finished = how["condition"] == "service_completed_successfully"

        assert finished == (needed == "migrate")
        assert finished or (how["condition"] == "service_healthy" and "healthcheck" in SERVICES[needed])


def test_health_checks_call_components_that_doctor_knows() -> None:
    doctor = load_command_class(get_commands()["doctor"], "doctor")
    tests = [SERVICES[name]["healthcheck"]["test"] for name in ("web", "worker", "beat")]

    for test in tests:
        assert test[1:4] == ["python", "manage.py", "doctor"]
        doctor.create_parser("manage.py", "doctor").parse_args(test[4:])


def test_only_the_web_server_is_reachable_and_only_from_this_machine() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"web"}
    assert SERVICES["web"]["ports"] == ["127.0.0.1:8000:8000"]
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_volumes_and_networks_are_declared() -> None:
    volumes = {volume.partition(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}

    assert volumes == set(COMPOSE["volumes"])
    assert {network for service in SERVICES.values() for network in service["networks"]} <= set(COMPOSE["networks"])


def test_image_is_built_in_stages_and_runs_as_nobody_important() -> None:
    stages = re.findall(r"^FROM (\S+)", DOCKERFILE, flags=re.MULTILINE)
    last = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]

    assert stages == ["python:3.11-slim", "python:3.11-slim"]
    assert re.search(r"^USER 10001:10001$", last, flags=re.MULTILINE)
    assert "HEALTHCHECK" in last
    assert "--require-hashes --no-deps" in DOCKERFILE
    assert {SERVICES[name]["user"] for name in OURS} == {"10001:10001"}


def test_image_sets_only_variables_that_exist() -> None:
    named = set(re.findall(r"\b(POCGATE_[A-Z_]+)=", DOCKERFILE))

    assert named - VARIABLES == set()


def test_image_and_compose_start_the_same_web_server() -> None:
    command = re.findall(r'"([^"]*)"', DOCKERFILE[DOCKERFILE.rindex("\nCMD ") :])

    assert command == SERVICES["web"]["command"]


def test_nothing_secret_or_local_enters_the_image() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()

    assert {".git", ".venv", "var", "secrets", ".env"} <= set(ignored)
