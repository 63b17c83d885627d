"""Why something is missing before a gate, and who mends it, in the reader's language."""

from __future__ import annotations

from django import template

from gates.queries.precheck import Missing
from gates.queries.wording import who_text
from scoring.queries.wording import reason_text

register = template.Library()


@register.filter
def why_missing(missing: Missing) -> str:
    """The sentence behind the verdict."""
    return reason_text(missing.result.reason.code, missing.result.reason.params)


@register.filter
def who_mends(missing: Missing) -> str:
    """The team, compliance, or the role that verifies."""
    return who_text(missing.who)
