"""Refusals of identity's commands."""

from pocgate.kernel.errors import Blocker, FieldProblem

UNKNOWN_SCOPE = "unknown_scope"


def unknown_scope(scope: str, known: str) -> FieldProblem:
    """A scope that does not exist, with those that do."""
    return FieldProblem(
        "scopes", UNKNOWN_SCOPE, "There is no scope “{scope}”. Known scopes: {known}.", {"scope": scope, "known": known}
    )


def no_scope() -> FieldProblem:
    """A token without any scope could do nothing."""
    return FieldProblem("scopes", "no_scope", "Choose at least one scope.")


def name_missing() -> FieldProblem:
    """A token is told apart by its name."""
    return FieldProblem("name", "required", "Give the token a name, such as the program that will use it.")


def name_too_long(limit: int) -> FieldProblem:
    """The column holds no more."""
    return FieldProblem("name", "too_long", "The name has more than {limit} characters.", {"limit": limit})


def expiry_in_the_past() -> FieldProblem:
    """A token that is born dead."""
    return FieldProblem("expires_at", "in_the_past", "The token must expire in the future.")


def expiry_too_far(days: int) -> FieldProblem:
    """Tokens that nobody looks at again must end by themselves."""
    return FieldProblem("expires_at", "too_far", "A token lives at most {days} days.", {"days": days})


def unknown_role(role: str, known: str) -> FieldProblem:
    """A role that does not exist, with those that do."""
    return FieldProblem(
        "role", "unknown_role", "There is no role “{role}”. Known roles: {known}.", {"role": role, "known": known}
    )


def username_missing() -> FieldProblem:
    """An account is named."""
    return FieldProblem("username", "required", "Give a user name.")


def username_taken(username: str) -> FieldProblem:
    """Names are unique whatever their capitals."""
    return FieldProblem("username", "taken", "The user name “{username}” is taken.", {"username": username})


def not_an_administrator() -> Blocker:
    """People and roles are an administrator's."""
    return Blocker("not_an_administrator", "Only an administrator may do this.")


def not_your_token() -> Blocker:
    """Somebody else's token."""
    return Blocker("not_your_token", "Only the holder or an administrator may manage this token.")


def token_is_over() -> Blocker:
    """Revoked or expired already."""
    return Blocker("token_is_over", "This token was revoked or has expired; create a new one.")


def holder_inactive() -> Blocker:
    """An account that was switched off gets no token."""
    return Blocker("holder_inactive", "This account is switched off.")


def last_administrator() -> Blocker:
    """An installation that nobody can administer."""
    return Blocker("last_administrator", "This is the last active administrator; appoint another one first.")


def not_a_person_role() -> Blocker:
    """Service accounts never vote, sign, waive or decide."""
    return Blocker("service_account", "A service account can not have this role.")
