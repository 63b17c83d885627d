"""Identity's verbs: the one hook before acts that bind, people, roles and tokens."""

from pocgate.identity.commands.people import create_person, create_service_account, record_visit, set_active
from pocgate.identity.commands.roles import grant_role, revoke_role
from pocgate.identity.commands.sign_in import require_recent_sign_in
from pocgate.identity.commands.tokens import (
    DEFAULT_LIFETIME,
    DEFAULT_SCOPES,
    create_token,
    digest_of,
    note_token_use,
    revoke_token,
    rotate_token,
)

__all__ = [
    "DEFAULT_LIFETIME",
    "DEFAULT_SCOPES",
    "create_person",
    "create_service_account",
    "create_token",
    "digest_of",
    "grant_role",
    "note_token_use",
    "record_visit",
    "require_recent_sign_in",
    "revoke_role",
    "revoke_token",
    "rotate_token",
    "set_active",
]
