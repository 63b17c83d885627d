"""What the architecture tests look at."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("pocgate", "portfolio", "scoring", "gates")


def modules() -> list[Path]:
    """Every module of the product but its migrations."""
    found = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


@cache
def tree(path: Path) -> ast.Module:
    """The module's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def templates() -> list[Path]:
    """Every template."""
    return sorted((ROOT / "templates").rglob("*.html"))


def tracked_files() -> list[str]:
    """Files under version control, relative to the root; empty outside a clone."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()


def place(path: Path, line: int = 0) -> str:
    """A file and line to open."""
    return f"{path.relative_to(ROOT)}:{line}"
