"""The records of a case in a dossier, in words: for its page, for paper, and for the difference between two."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from gates.queries.figures import day_text
from gates.queries.titles import title_of
from portfolio.enums import ChangeKind, ChangeState, DependencyOn, IncidentSeverity, ReleaseKind
from scoring.rules.playbook import Playbook

Content = Mapping[str, Any]


@dataclass(frozen=True)
class RecordPart:
    """A part of the dossier with its records in words, in the order they were written down."""

    part: str
    title: str
    entries: tuple[RecordEntry, ...]


@dataclass(frozen=True)
class RecordEntry:
    """One record: the same `record` in every revision."""

    record: str
    name: str
    text: str


def record_parts(content: Content, playbook: Playbook) -> tuple[RecordPart, ...]:
    """The parts that the format of the dossier has; without records a part is empty."""
    parts = [
        RecordPart(part, title, tuple(RecordEntry(str(row["id"]), *word(row, playbook)) for row in content[part]))
        for part, title, word in _parts()
        if part in content
    ]
    if "consent" in content:
        agreed = content["consent"]
        shown = f"{agreed['agreed_by']}, {day_text(agreed['agreed_at'])}" if agreed else _("nobody yet")
        entry = RecordEntry("plan", _("Agreed to caps and plan"), shown)
        parts.append(RecordPart("consent", _("Consent of the budget holder"), (entry,)))
    return tuple(parts)


Word = Callable[[Mapping[str, Any], Playbook], tuple[str, str]]


def _parts() -> tuple[tuple[str, str, Word], ...]:
    return (
        ("waivers", _("Waivers"), _waiver),
        ("risks", _("Risks"), _risk),
        ("dependencies", _("Depends on"), _dependency),
        ("releases", _("Releases"), _release),
        ("incidents", _("Incidents"), _incident),
        ("change_requests", _("Changes asked for"), _change_request),
        ("questions", _("Questions"), _question),
    )


def _waiver(row: Mapping[str, Any], playbook: Playbook) -> tuple[str, str]:
    shown = {"day": day_text(row["expires_on"]), "reason": row["reason"], "who": ", ".join(row["granted_by"])}
    return title_of(row["criterion"], playbook), _("until %(day)s, granted by %(who)s: %(reason)s") % shown


def _risk(row: Mapping[str, Any], _playbook: Playbook) -> tuple[str, str]:
    shown = {"likelihood": row["likelihood"], "impact": row["impact"], "owner": row["owner"]}
    text = _("likelihood %(likelihood)s of 5, impact %(impact)s of 5, looked after by %(owner)s") % shown
    if row["mitigation"]:
        text = f"{text}: {row['mitigation']}"
    if row["residual_accepted_by"]:
        text = f"{text} · {_('what remains is accepted by %(who)s') % {'who': row['residual_accepted_by']}}"
    return row["text"], text


def _dependency(row: Mapping[str, Any], _playbook: Playbook) -> tuple[str, str]:
    on = row["case"] or str(dict(DependencyOn.choices).get(row["on"], row["on"]))
    since = row["blocked_since"]
    return row["text"], f"{on}, {_('blocked since %(day)s') % {'day': day_text(since)}}" if since else on


def _release(row: Mapping[str, Any], _playbook: Playbook) -> tuple[str, str]:
    kind = str(dict(ReleaseKind.choices).get(row["kind"], row["kind"]))
    parts = ", ".join(f"{name} {version}" for name, version in sorted(row["parts"].items()))
    return row["label"], " · ".join(text for text in (kind, parts, row["note"]) if text)


def _incident(row: Mapping[str, Any], _playbook: Playbook) -> tuple[str, str]:
    severity = str(dict(IncidentSeverity.choices).get(row["severity"], row["severity"]))
    contained = _("contained %(day)s: %(how)s") % {"day": day_text(row["contained_at"]), "how": row["containment"]}
    state = contained if row["contained_at"] else _("not contained")
    return row["text"], f"{severity}, {day_text(row['detected_at'])} · {state}"


def _change_request(row: Mapping[str, Any], _playbook: Playbook) -> tuple[str, str]:
    kind = str(dict(ChangeKind.choices).get(row["kind"], row["kind"]))
    state = str(dict(ChangeState.choices).get(row["state"], row["state"]))
    return row["text"], f"{kind} · {state}"


def _question(row: Mapping[str, Any], _playbook: Playbook) -> tuple[str, str]:
    answer = f"{row['answered_by']}: {row['answer']}" if row["answered_at"] else _("not answered")
    return f"{row['asked_by']}: {row['text']}", answer
