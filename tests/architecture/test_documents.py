"""Documents say what the product does."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command, get_commands

from pocgate.demo.plan.people import PERSONAS
from tests.architecture.sources import ROOT

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
ADRS = sorted((ROOT / "docs" / "adr").glob("*.md"))


def test_lifecycle_document_is_the_transition_table() -> None:
    out = StringIO()

    call_command("lifecycle_doc", stdout=out)

    assert (ROOT / "docs" / "lifecycle.md").read_text(encoding="utf-8") == out.getvalue()


def test_readme_names_exactly_two_commands() -> None:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)

    assert blocks == ["make run\nmake test\n"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_of_a_document_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8"))

    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_and_targets_of_a_document_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    targets = set(
        re.findall(r"^([a-z0-9-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    )

    assert set(re.findall(r"manage\.py ([a-z_]+)", text)) - set(get_commands()) == set()
    assert set(re.findall(r"`make ([a-z-]+)", text)) - targets == set()


def test_readme_names_only_people_who_can_sign_in() -> None:
    named = re.findall(r"^  ([a-z]+\.[a-z]+) ", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE)

    assert named
    assert set(named) - {person.username for person in PERSONAS} == set()


def test_operations_names_every_variable() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    named = [line.partition("=")[0] for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()]

    missing = [name for name in named if re.fullmatch(r"[A-Z_]+", name) and name not in text]

    assert [name for name in missing if not name.startswith("POCGATE_MAIL_")] == []


@pytest.mark.parametrize("path", ADRS, ids=lambda path: path.stem)
def test_decision_record_is_numbered_dated_and_short(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()

    assert re.fullmatch(r"\d{4}-[a-z0-9-]+", path.stem)
    assert lines[0].startswith(f"# {int(path.stem[:4])}. ")
    assert re.fullmatch(r"(Accepted|Superseded by \d{4}) · \d{4}-\d{2}-\d{2}", lines[2])
    assert 10 <= len(lines) <= 30
