"""Hype chasing: a technology in search of a problem."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scoring.rules.detectors.facts import DetectorFacts, numbers_of
from scoring.rules.detectors.shapes import Signal, opposite, strong, weak
from scoring.rules.playbook.whole import Playbook
from scoring.rules.reasons import Record

VERSION = 1

_WORD = re.compile(r"\w+(?:[-’']\w+)*")


def signals(facts: DetectorFacts, playbook: Playbook) -> tuple[Signal, ...]:
    """A technology named before the problem, many buzzwords, and nothing that says why it takes AI."""
    return (
        _technology_first(facts),
        _buzzwords(facts, playbook),
        weak(
            "ai_not_justified",
            opposite(facts.shown("ai_justified", playbook)),
            {},
            facts.behind("ai_justified", playbook),
        ),
    )


def _technology_first(facts: DetectorFacts) -> Signal:
    primaries = [kpi for kpi in facts.probe.kpis if kpi.role == "primary"]
    there = {
        "problem": bool(facts.probe.text.problem.strip()),
        "owner": bool(facts.members("business_owner", "product_owner")),
        "baseline": any(kpi.baseline is not None for kpi in primaries),
        "target": any(kpi.target is not None for kpi in primaries),
    }
    lacking = [name for name, given in there.items() if not given]
    params = {"technology": list(facts.technology), "missing": lacking}
    records: list[Record] = [facts.case, *(kpi.record for kpi in primaries)]
    return strong("technology_first", bool(facts.technology) and bool(lacking), params, records)


def _buzzwords(facts: DetectorFacts, playbook: Playbook) -> Signal:
    least = numbers_of(playbook, "hype_chasing")["buzzword_percent"]
    counted, words = buzzwords_in(f"{facts.title} . {facts.probe.text.problem}", playbook.findings.buzzwords)
    percent = 100 * counted // words if words else 0
    holds = 100 * counted >= least * words if words else None
    return weak("many_buzzwords", holds, {"percent": percent, "buzzwords": counted, "words": words}, [facts.case])


def buzzwords_in(text: str, phrases: Iterable[str]) -> tuple[int, int]:
    """How many words of the text belong to a buzz phrase, and how many words it has. The longest phrase wins."""
    words = [word.casefold() for word in _WORD.findall(text)]
    known = {tuple(_WORD.findall(phrase.casefold())) for phrase in phrases} - {()}
    longest = max((len(phrase) for phrase in known), default=0)
    counted = at = 0
    while at < len(words):
        length = next((size for size in range(longest, 0, -1) if tuple(words[at : at + size]) in known), 0)
        counted += length
        at += length or 1
    return counted, len(words)
