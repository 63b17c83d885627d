"""What is different between two dossiers, in words: place by place with before and after, as a reader would say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from gates.enums import Outcome, SignOffState
from gates.queries.figures import day_text, figure_text, money_text
from gates.queries.record_words import record_parts
from gates.queries.titles import detector_title, title_of
from gates.queries.wording import rule_text
from gates.rules.digest import NOT_COMPARED
from portfolio.enums import Tier
from scoring.enums import Verdict
from scoring.queries.readiness import in_reader_language
from scoring.queries.wording import reason_text
from scoring.rules.playbook import Playbook

Content = Mapping[str, Any]
# The part and the record of it; the same in both dossiers.
Place = tuple[str, str]


@dataclass(frozen=True)
class Entry:
    """One place of a dossier and what stands there, both in words."""

    part: str
    name: str
    text: str


@dataclass(frozen=True)
class Difference:
    """One place where two dossiers differ; the side on which there is nothing is empty."""

    part: str
    name: str
    before: str
    after: str


def differences(before: Content, after: Content, playbook: Playbook) -> tuple[Difference, ...]:
    """In the order in which a reader meets the parts. Parts that one of the two formats lacks are left out."""
    parts = (before.keys() & after.keys()) - NOT_COMPARED
    old = dict(_entries({part: before[part] for part in parts}, playbook))
    new = dict(_entries({part: after[part] for part in parts}, playbook))
    places = [*new, *(place for place in old if place not in new)]
    order = {part: rank for rank, (part, _record) in reversed(list(enumerate(places)))}
    changed = [place for place in places if _text(old, place) != _text(new, place)]
    return tuple(_difference(place, old, new) for place in sorted(changed, key=lambda place: order[place[0]]))


def _text(entries: Mapping[Place, Entry], place: Place) -> str:
    return entries[place].text if place in entries else ""


def _difference(place: Place, old: Mapping[Place, Entry], new: Mapping[Place, Entry]) -> Difference:
    named = new.get(place) or old[place]
    return Difference(named.part, named.name, _text(old, place), _text(new, place))


def _entries(content: Content, playbook: Playbook) -> Iterator[tuple[Place, Entry]]:
    currency = content["costs"]["currency"]
    yield from _put("recommended", _("Policy recommends"), _recommended(content))
    yield from _put("readiness", _("Readiness"), _readiness(content))
    yield from _put("criteria", _("Criteria"), _criteria(content, playbook))
    yield from _put("kpis", _("KPIs"), _kpis(content))
    yield from _put("costs", _("Cost"), _costs(content, currency))
    yield from _put("scorecard", _("Value and feasibility"), _scorecard(content, playbook))
    yield from _put("case", _("The case"), _case(content))
    yield from _put("scope", _("Scope"), _scope(content))
    yield from _put("sign_offs", _("Signed by compliance"), _sign_offs(content, playbook))
    yield from _put("findings", _("Anti-patterns found"), _findings(content, playbook))
    for found in record_parts(content, playbook):
        yield from _put(found.part, found.title, [(each.record, each.name, each.text) for each in found.entries])
    yield from _put("playbook", _("Playbook"), [("version", _("Version"), str(content["playbook"]["version"]))])


Named = tuple[str, str, str]


def _put(part: str, title: str, entries: Iterator[Named] | list[Named]) -> Iterator[tuple[Place, Entry]]:
    for record, name, text in entries:
        yield (part, record), Entry(title, name, text)


def _recommended(content: Content) -> list[Named]:
    outcomes = {**dict(Outcome.choices), "not_ready": _("not ready")}
    found = content["recommended"]
    return [
        ("outcome", _("Outcome"), str(outcomes.get(found["outcome"], found["outcome"]))),
        ("rule", _("Rule"), rule_text(found["rule"])),
    ]


def _readiness(content: Content) -> Iterator[Named]:
    yield "overall", _("Overall, of 100"), figure_text(content["readiness"]["overall"])
    yield "bar", _("Bar"), figure_text(content["readiness"]["bar"])


def _criteria(content: Content, playbook: Playbook) -> Iterator[Named]:
    verdicts = dict(Verdict.choices)
    for row in (*content["criteria"], *content.get("extras", ())):
        reason = reason_text(row["reason"]["code"], row["reason"]["params"])
        verdict = str(verdicts.get(row["verdict"], row["verdict"]))
        title = row.get("title") or title_of(row["key"], playbook)
        yield row["key"], title, f"{verdict}: {reason}" if reason else verdict


def _kpis(content: Content) -> Iterator[Named]:
    verdicts = dict(Verdict.choices)
    for row in content["kpis"]:
        own, name, unit = str(row["id"]), row["name"], row["unit"]
        for key, title in (("baseline", _("baseline")), ("target", _("target")), ("threshold", _("threshold"))):
            yield f"{own} {key}", f"{name}, {title}", _with_unit(row[key], unit)
        latest = row["readings"][-1] if row["readings"] else None
        shown = f"{_with_unit(latest['value'], unit)} ({day_text(latest['observed_to'])})" if latest else _("none yet")
        yield f"{own} latest", f"{name}, {_('latest reading')}", shown
        yield f"{own} readings", f"{name}, {_('readings')}", figure_text(len(row["readings"]))
        if row["evidence"]:
            verdict = row["evidence"]["verdict"]
            yield f"{own} verdict", f"{name}, {_('result')}", str(verdicts.get(verdict, verdict))


def _with_unit(value: object, unit: str) -> str:
    shown = figure_text(value)
    return f"{shown} {unit}" if value is not None and unit else shown


def _costs(content: Content, currency: str) -> Iterator[Named]:
    costs = content["costs"]
    yield "stage_actual", _("Spent in this stage"), money_text(costs["stage_actual"], currency)
    yield "stage_committed", _("Committed in this stage"), money_text(costs["stage_committed"], currency)
    yield "case_actual", _("Spent in all"), money_text(costs["case_actual"], currency)
    yield "case_committed", _("Committed in all"), money_text(costs["case_committed"], currency)
    for cap in (costs["plan"] or {"caps": []})["caps"]:
        name = _cap_name(cap["scope"], cap["stage"])
        shown = money_text(cap["amount"], currency)
        yield f"{cap['scope']} {cap['stage']}", name, shown if cap["agreed_at"] else f"{shown} ({_('not agreed')})"


def _cap_name(scope: str, stage: int | None) -> str:
    names = {"case": _("Cap over all stages"), "run_rate": _("Cap of a month")}
    return names.get(scope) or _("Cap of stage %(stage)s") % {"stage": stage}


def _scorecard(content: Content, playbook: Playbook) -> Iterator[Named]:
    card = content["scorecard"]
    if not card:
        return
    title = dict(playbook.scorecard.quadrant_titles).get(card["quadrant"] or "")
    yield "quadrant", _("Quadrant"), in_reader_language(title) if title else figure_text(card["quadrant"])
    names = {"value": _("Value"), "feasibility": _("Feasibility")}
    for axis in card["axes"]:
        yield axis["key"], names.get(axis["key"], axis["key"]), figure_text(axis["score"])


def _case(content: Content) -> Iterator[Named]:
    case, tiers = content["case"], dict(Tier.choices)
    names = {
        "title": _("Title"),
        "problem": _("Problem"),
        "process": _("Process"),
        "users": _("Users"),
        "benefit": _("Expected benefit"),
        "department": _("Department"),
        "unit": _("Unit"),
        "vendor": _("Vendor"),
        "iteration": _("Iteration"),
        "stage": _("Stage"),
    }
    for key, name in names.items():
        yield key, name, figure_text(case[key]) if isinstance(case[key], int) else (case[key] or "")
    yield "technology", _("Technology"), ", ".join(case["technology"] or [])
    tier = case["facts"].get("tier")
    yield "tier", _("Risk tier"), str(tiers.get(tier, tier or ""))


def _scope(content: Content) -> Iterator[Named]:
    for item in content["scope"]:
        name = _("First slice") if item["thin_slice"] else (_("In scope") if item["inside"] else _("Out of scope"))
        yield str(item["id"]), name, item["text"]


def _sign_offs(content: Content, playbook: Playbook) -> Iterator[Named]:
    states = dict(SignOffState.choices)
    for row in content["sign_offs"]:
        state = _("outdated") if row["outdated"] else str(states.get(row["state"], row["state"]))
        comment = f": {row['comment']}" if row["comment"] else ""
        yield row["key"], title_of(row["key"], playbook), f"{state}, {row['signed_by']}{comment}"


def _findings(content: Content, playbook: Playbook) -> Iterator[Named]:
    for row in content["findings"]:
        if row["state"] == "fired":
            yield row["key"], detector_title(row["key"], playbook), str(row["severity"])
