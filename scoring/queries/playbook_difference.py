"""What one playbook changes against another, in words: section by section, each thing by its title and key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from scoring.queries.readiness import in_reader_language
from scoring.rules.canonical import ADDED, CHANGED, REMOVED, REORDERED, Change, Json
from scoring.rules.playbook import Playbook, diff_playbooks

SECTIONS: Mapping[str, object] = {
    "criteria": gettext_lazy("Readiness criteria"),
    "gates": gettext_lazy("Gates"),
    "scorecard": gettext_lazy("Value and feasibility"),
    "recommendation": gettext_lazy("Recommended outcome"),
    "voting": gettext_lazy("Voting"),
    "waivers": gettext_lazy("Waivers"),
    "overrides": gettext_lazy("Overrides"),
    "pace": gettext_lazy("Time-boxes and pace"),
    "kpis": gettext_lazy("KPIs"),
    "costs": gettext_lazy("Cost"),
    "probes": gettext_lazy("Computed criteria"),
    "findings": gettext_lazy("Anti-patterns"),
    "operating_reviews": gettext_lazy("Reviews in production"),
    "baseline_reviews": gettext_lazy("Baseline reviews"),
    "reminders": gettext_lazy("Reminders"),
    "wording": gettext_lazy("Words"),
    "title": gettext_lazy("Title"),
}
KINDS: Mapping[str, object] = {
    ADDED: gettext_lazy("added"),
    REMOVED: gettext_lazy("removed"),
    CHANGED: gettext_lazy("changed"),
    REORDERED: gettext_lazy("in another order"),
}
WORDS: Mapping[str, object] = {
    "readiness_bar": gettext_lazy("readiness asked for"),
    "valid_days": gettext_lazy("days an answer stays valid"),
    "closable": gettext_lazy("may stay open under a conditional go"),
    "standing": gettext_lazy("its loss after a go makes the standing lapse"),
    "counts": gettext_lazy("counts"),
    "lead_days": gettext_lazy("lead time in days"),
    "asks": gettext_lazy("what it asks"),
    "how": gettext_lazy("how to meet it"),
    "quorum_share": gettext_lazy("quorum"),
    "time_box_days": gettext_lazy("days in a time-box"),
    "verifier": gettext_lazy("who verifies"),
}
_STEP = re.compile(r"([a-z0-9_]+)|\[([^\]]*)\]", re.IGNORECASE)
LANGUAGES = "by_language"


@dataclass(frozen=True)
class DifferenceLine:
    """One change: what (title and key), which of its fields, and both values in words; a missing side is empty."""

    kind: str
    kind_word: str
    subject: str
    key: str
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class DifferenceSection:
    """The changes of one part of the playbook."""

    key: str
    title: str
    lines: tuple[DifferenceLine, ...]


def playbook_difference(before: Playbook, after: Playbook) -> tuple[DifferenceSection, ...]:
    """Every change, in the order of `SECTIONS`; empty when the content is the same."""
    titles = {**_titles(before), **_titles(after)}
    order = list(SECTIONS)
    changes = sorted(diff_playbooks(before, after), key=lambda change: _rank(_section(change), order))
    return tuple(
        DifferenceSection(key, str(SECTIONS.get(key, _spaced(key))), tuple(_line(change, titles) for change in group))
        for key, group in groupby(changes, key=_section)
    )


def _section(change: Change) -> str:
    return _steps(change.path)[0][0]


def _rank(section: str, order: Sequence[str]) -> int:
    return order.index(section) if section in order else len(order)


def _steps(path: str) -> list[tuple[str, bool]]:
    """The path as names, each with whether it stood in brackets."""
    return [(found[1] or found[2] or "", found[1] is None) for found in _STEP.finditer(path)]


def _line(change: Change, titles: Mapping[str, str]) -> DifferenceLine:
    steps = [step for step in _steps(change.path) if step[0] != LANGUAGES]
    place = next((index for index, (_name, is_key) in enumerate(steps) if is_key), None)
    key = steps[place][0] if place is not None else ""
    field = steps[place + 1 :] if place is not None else steps[1:]
    root = steps[0][0]
    whole = str(SECTIONS.get(root, _spaced(root)))
    subject = titles.get(f"{root}:{key}") or titles.get(key) or _spaced(key) or whole
    return DifferenceLine(
        kind=change.kind,
        kind_word=str(KINDS[change.kind]),
        subject=subject,
        key="" if key.isdigit() or subject == _spaced(key) else key,
        field=", ".join(_step_words(name, is_key) for name, is_key in field),
        before=_value(change.before),
        after=_value(change.after),
    )


def _titles(rules: Playbook) -> dict[str, str]:
    titles = {each.key: in_reader_language(each.title) for each in rules.criteria}
    titles |= {each.key: in_reader_language(each.title) for each in rules.scorecard.criteria}
    gates = {f"gates:{policy.gate}": _("Gate %(gate)s") % {"gate": policy.gate} for policy in rules.gates}
    return titles | gates


def _step_words(name: str, is_key: bool) -> str:
    if is_key and name.isdigit():
        return _("from gate %(gate)s") % {"gate": name}
    return str(WORDS.get(name, _spaced(name)))


def _value(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return _record(value)
    if isinstance(value, list):
        return _texts(value) or ", ".join(_value(item) for item in value)
    return str(value)


def _texts(value: Iterable[Json]) -> str:
    """The text in the reader's language when the list is one of texts by language."""
    pairs = [item for item in value if isinstance(item, list) and len(item) == 2 and str(item[0]).isascii()]  # noqa: PLR2004
    known = {str(item[0]): str(item[1]) for item in pairs}
    return known.get(get_language() or "en") or known.get("en", "")


def _record(value: Mapping[str, Json]) -> str:
    if LANGUAGES in value:
        return _value(value[LANGUAGES])
    parts = [(_step_words(name, is_key=False), _value(item)) for name, item in value.items() if name != "key"]
    return "; ".join(f"{name}: {shown}" for name, shown in parts if shown)


def _spaced(name: str) -> str:
    return name.replace("_", " ")
