"""Refusals that several commands of the gates share."""

from __future__ import annotations

from pocgate.kernel.errors import Blocker, FieldProblem

NOT_ADMINISTRATOR = Blocker("administrator_only", "Only an administrator can change committees.")
NOT_REQUESTER = Blocker("request_not_yours", "Only the product owner of the case or the chair can ask for a gate.")
NO_OWNER_YET = Blocker(
    "request_not_yours",
    "This case has no product owner yet: a product owner takes it on under Team, and then asks for its gate.",
)
NOT_PRESIDING = Blocker(
    "chair_only", "Only the chair, or the deputy while the chair is in conflict or recused, can do this."
)
NOT_CHAIR = Blocker("chair_only", "Only the chair or deputy of the committee of the next gate can do this.")
NOT_SEATED = Blocker("no_seat", "You have no seat on the committee of this review.")


def required(pointer: str, what: str) -> FieldProblem:
    """A value that has to be given."""
    return FieldProblem(pointer, "required", "Please give {what}.", {"what": what})


def unknown(pointer: str, value: object) -> FieldProblem:
    """A value outside the known ones."""
    return FieldProblem(pointer, "unknown_value", "“{value}” is not known here.", {"value": value})
