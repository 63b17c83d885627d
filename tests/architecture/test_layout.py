"""The agreed layout of the project and its lock files."""

from __future__ import annotations

import re

from tests.architecture.sources import ROOT, tracked_files

TOP_LEVEL = {
    *("README.md", "Makefile", "pyproject.toml", "manage.py", ".gitignore", ".env.example", ".ci"),
    *("Dockerfile", "docker-compose.yml", ".dockerignore"),
    *("requirements.in", "requirements.txt", "requirements-dev.in", "requirements-dev.txt"),
    *("pocgate", "portfolio", "scoring", "gates", "templates", "static", "tests", "docs"),
}
LOCKS = ("requirements.txt", "requirements-dev.txt")


def test_top_level_holds_only_what_was_agreed() -> None:
    assert {name.partition("/")[0] for name in tracked_files()} - TOP_LEVEL == set()


def test_locks_name_no_address_and_pin_with_hashes() -> None:
    for name in LOCKS:
        text = (ROOT / name).read_text(encoding="utf-8")
        pinned = re.split(r"\n(?=[a-zA-Z0-9])", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).strip())

        assert "://" not in text, name
        assert [entry for entry in pinned if "==" not in entry or "--hash=sha256:" not in entry] == [], name


def test_both_locks_pin_the_same_versions() -> None:
    runtime, development = (_pins(name) for name in LOCKS)

    assert runtime.items() <= development.items()


def _pins(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9._\[\],-]+)==([^ ;\\]+)", text, flags=re.MULTILINE))
