"""Refusals of scoring's commands."""

from __future__ import annotations

from pocgate.kernel.errors import Blocker, FieldProblem


def not_an_administrator() -> Blocker:
    """Only administrators publish."""
    return Blocker("not_an_administrator", "Only an administrator may publish a playbook.")


def playbook_unchanged(version: int) -> Blocker:
    """Publishing the same content again would only make a version that says nothing."""
    return Blocker("playbook_unchanged", "This is the content of version {version} already.", {"version": version})


def playbook_line(line: int, path: str, code: str, message: str) -> FieldProblem:
    """A fault of a playbook document at its line."""
    return FieldProblem(f"line {line}" + (f", {path}" if path else ""), code, "{message}", {"message": message})


def meaning_changed(key: str, field: str, before: str, after: str) -> FieldProblem:
    """Stored answers would read differently under the new playbook."""
    return FieldProblem(
        f"criteria[{key}].{field}",
        "meaning_changed",
        "“{key}” is published with {field} “{before}” and may not become “{after}”; give the new criterion a new key.",
        {"key": key, "field": field, "before": before, "after": after},
    )
