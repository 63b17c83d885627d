"""Refusals of identity's commands."""

from pocgate.kernel.errors import FieldProblem

UNKNOWN_SCOPE = "unknown_scope"


def unknown_scope(scope: str, known: str) -> FieldProblem:
    """A scope that does not exist, with those that do."""
    return FieldProblem(
        "scopes", UNKNOWN_SCOPE, "There is no scope “{scope}”. Known scopes: {known}.", {"scope": scope, "known": known}
    )
