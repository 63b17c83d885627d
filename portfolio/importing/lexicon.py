"""The shipped word lists, read once: header phrases and rules per field, and the words of values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from .text import fold

WORDS = Path(__file__).parent / "words"
SCORES = {"exact": 0.97, "likely": 0.78, "weak": 0.55}

type_tokens = tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """Words that must all occur in a header; each is a tuple of alternatives."""

    words: tuple[tuple[str, ...], ...]
    loose: bool = False

    def explained(self, tokens: type_tokens) -> set[int] | None:
        """The places in the header that the rule explains; None when a word is missing."""
        found: set[int] = set()
        for alternatives in self.words:
            places = {place for word in alternatives for place in _places(word, tokens)}
            if not places:
                return None
            found |= places
        return found


@dataclass(frozen=True)
class Terms:
    """All that is known of one field's headers."""

    phrases: Mapping[str, float]
    rules: tuple[Rule, ...]
    barred: tuple[str, ...]

    def is_barred(self, tokens: type_tokens) -> bool:
        return any(_places(word, tokens) for word in self.barred)


def _places(word: str, tokens: type_tokens) -> set[int]:
    if "_" in word:
        parts = word.split("_")
        return {
            place + step
            for place in range(len(tokens) - len(parts) + 1)
            if all(_fits(part, tokens[place + i]) for i, part in enumerate(parts))
            for step in range(len(parts))
        }
    return {place for place, token in enumerate(tokens) if _fits(word, token)}


def _fits(word: str, token: str) -> bool:
    return token.startswith(word[:-1]) if word.endswith("*") else token == word


@lru_cache
def field_terms() -> dict[str, Terms]:
    """Terms per field name, in the order of the word list."""
    return {field: _terms(entry) for field, entry in load_words("fields").items()}


@lru_cache
def organisation_terms() -> tuple[Terms, ...]:
    """Terms per level of organisation, the highest level first."""
    lists = load_words("organisations")
    return tuple(_terms({**level, "not": lists["not"]}) for level in lists["levels"])


@lru_cache
def neutral_words() -> tuple[frozenset[str], frozenset[str]]:
    """Words dropped before comparing, and words dropped as well when coverage is counted."""
    lists = load_words("neutral")
    return frozenset(lists["stop"]), frozenset(lists["stop"]) | frozenset(lists["subject"])


@lru_cache
def load_words(name: str) -> dict[str, Any]:
    """One shipped word list. Every scalar is text: `no` is a word here, not a truth value."""
    with (WORDS / f"{name}.yaml").open(encoding="utf-8") as stream:
        loaded: dict[str, Any] = yaml.load(stream, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506
    return loaded


def _terms(entry: Mapping[str, list[str]]) -> Terms:
    stop, _ = neutral_words()
    phrases: dict[str, float] = {}
    for strength, score in reversed(SCORES.items()):
        phrases.update({_phrase(text, stop): score for text in entry.get(strength, [])})
    rules = [*_rules(entry.get("rules", []), loose=False), *_rules(entry.get("loose", []), loose=True)]
    return Terms(phrases, tuple(rules), tuple(entry.get("not", [])))


def _phrase(text: str, stop: frozenset[str]) -> str:
    words = fold(text).split()
    return " ".join(word for word in words if word not in stop) or " ".join(words)


def _rules(lines: Iterable[str], *, loose: bool) -> list[Rule]:
    return [Rule(tuple(tuple(word.split("|")) for word in line.split()), loose) for line in lines]
