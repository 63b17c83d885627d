"""The digest that binds a vote to the dossier it was cast on, and what changed between two dossiers."""

from __future__ import annotations

from scoring.rules.canonical import Change, canonical_json, difference, plain, sha256_of

__all__ = ["Change", "canonical_json", "difference", "plain", "sha256_of"]
