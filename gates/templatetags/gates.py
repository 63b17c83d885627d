"""Why something is missing before a gate, and who mends it, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django import template

from gates.enums import Outcome
from gates.models import Delegation
from gates.queries.gaps import Gap
from gates.queries.precheck import Missing
from gates.queries.reading import title_of
from gates.queries.wording import override_text, who_text
from portfolio.enums import ReasonCode
from scoring.rules.playbook import Playbook

register = template.Library()


@register.filter
def why_missing(missing: Missing) -> str:
    """The sentence behind the verdict."""
    return missing.why


@register.filter
def criterion_title(key: str, playbook: Playbook) -> str:
    """The title of a criterion by its key."""
    return title_of(key, playbook)


@register.filter
def who_mends(missing: Missing | Gap) -> str:
    """The team, compliance, or the role that verifies."""
    return who_text(missing.who)


@register.filter
def outcome_name(outcome: str) -> str:
    """An outcome in the reader's language."""
    return str(Outcome(outcome).label)


@register.filter
def passed_over(names: Iterable[str]) -> str:
    """What an override passes over, as a list of words."""
    return ", ".join(override_text(name) for name in names)


@register.filter
def reason_code_name(code: str) -> str:
    """A reason code in the reader's language."""
    return str(ReasonCode(code).label)


@register.filter
def at(found: Mapping[int, Delegation], key: int) -> Delegation | None:
    """What a mapping holds at a key."""
    return found.get(key)
