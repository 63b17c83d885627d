"""The house style, as far as a machine can hold it: imports, names, signals, commands."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

from tests.architecture.sources import ROOT, modules, place, tree

VAGUE_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "service", "services", "data", "misc"}
# Seconds to load or tens of megabytes: the one adapter of each loads it at its first call.
HEAVY = {"numpy", "scipy", "vl_convert", "typst"}


def test_import_contracts_are_kept() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def test_no_import_is_deferred_but_in_ready_or_of_a_heavy_library() -> None:
    found = [
        place(path, inner.lineno)
        for path in modules()
        for function in ast.walk(tree(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and function.name != "ready"
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom) and not _roots(inner) <= HEAVY
    ]

    assert found == []


def test_no_model_signal_is_used() -> None:
    found = [
        place(path, node.lineno)
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(("models.signals", "django.dispatch"))
    ]

    assert found == []


def test_no_module_has_a_vague_name() -> None:
    assert [place(path) for path in modules() if path.stem in VAGUE_NAMES or path.parent.name in VAGUE_NAMES] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [place(path) for path in modules() if path.name != "__init__.py" and ast.get_docstring(tree(path)) is None]

    assert silent == []


def test_every_management_command_has_help() -> None:
    commands = [path for path in modules() if path.parent.name == "commands" and "management" in path.parts]
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in commands if path.stem != "__init__"]

    silent = [name for name in names if not importlib.import_module(name).Command.help]

    assert names
    assert silent == []


def _roots(statement: ast.Import | ast.ImportFrom) -> set[str]:
    if isinstance(statement, ast.ImportFrom):
        return {(statement.module or "").partition(".")[0]}
    return {alias.name.partition(".")[0] for alias in statement.names}
