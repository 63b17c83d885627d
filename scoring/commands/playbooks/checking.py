"""What every way into force checks first."""

from __future__ import annotations

from pocgate.kernel.errors import Invalid, NotAllowedNow
from scoring import errors
from scoring.queries.playbooks import PublishedPlaybook
from scoring.rules.playbook import Playbook, PlaybookInvalid, parse_playbook


def checked_rules(text: str) -> Playbook:
    """The rules of a document; `Invalid` with the line of every fault."""
    try:
        return parse_playbook(text)
    except PlaybookInvalid as invalid:
        raise Invalid(
            errors.playbook_line(problem.line, problem.path, problem.code, problem.message)
            for problem in invalid.problems
        ) from invalid


def refuse_repetition(before: PublishedPlaybook, rules: Playbook) -> None:
    """The same content again is `NotAllowedNow`; a key that changes its meaning is `Invalid`."""
    if before.pk is None:
        return
    if before.digest == rules.digest:
        raise NotAllowedNow([errors.playbook_unchanged(before.version)])
    changed = [
        errors.meaning_changed(key, field, getattr(known, field), getattr(criterion, field))
        for key, criterion in rules.criteria_by_key.items()
        if (known := before.rules.criteria_by_key.get(key)) is not None
        for field in ("kind", "dimension")
        if getattr(known, field) != getattr(criterion, field)
    ]
    if changed:
        raise Invalid(changed)
