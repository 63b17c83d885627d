"""How well a header names each field, by the general word lists: no file is known here."""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz import fuzz, process

from .lexicon import SCORES, Terms, field_terms, neutral_words, organisation_terms, type_tokens
from .text import header_segments

# A part of a header in two languages says a little less than the whole.
_PART = 0.97
_MIN_COVERAGE = 0.5
_FUZZY_FLOOR = 90


@lru_cache(maxsize=8192)
def header_scores(header: str) -> dict[str, float]:
    """Score 0–1 per field a header may name; fields below 0.3 are left out."""
    scores: dict[str, float] = {}
    for segment, weight in _segments(header):
        for field, terms in field_terms().items():
            scores[field] = max(scores.get(field, 0.0), weight * _score(segment, terms))
    if max(scores.values(), default=0.0) < 0.5:
        scores.update(_by_likeness(header_segments(header)))
    return {field: round(score, 3) for field, score in scores.items() if score >= 0.3}


@lru_cache(maxsize=8192)
def organisation_level(header: str) -> tuple[int, float] | None:
    """The level of organisation a header names (0 the highest) and how surely; None when it names none."""
    best: tuple[int, float] | None = None
    for segment, weight in _segments(header):
        for level, terms in enumerate(organisation_terms()):
            score = weight * _score(segment, terms)
            if score >= 0.5 and (best is None or score > best[1]):
                best = (level, round(score, 3))
    return best


def _segments(header: str) -> list[tuple[str, float]]:
    return [(segment, 1.0 if i == 0 else _PART) for i, segment in enumerate(header_segments(header))]


def _score(segment: str, terms: Terms) -> float:
    stop, neutral = neutral_words()
    tokens = tuple(word for word in segment.split() if word not in stop) or tuple(segment.split())
    phrase = " ".join(tokens)
    known = terms.phrases.get(phrase, 0.0)
    if known:
        return known
    if terms.is_barred(tokens):
        return 0.0
    return _by_rules(tokens, terms, neutral)


def _by_rules(tokens: type_tokens, terms: Terms, neutral: frozenset[str]) -> float:
    best = 0.0
    for rule in terms.rules:
        explained = rule.explained(tokens)
        if explained is None:
            continue
        telling = {place for place, token in enumerate(tokens) if token not in neutral} | explained
        coverage = len(explained) / len(telling)
        if rule.loose:
            best = max(best, 0.7 + 0.2 * coverage)
        elif coverage >= _MIN_COVERAGE:
            best = max(best, 0.45 + 0.45 * coverage)
    return best


def _by_likeness(segments: tuple[str, ...]) -> dict[str, float]:
    """Misspelt headers: only near misses of a phrase that names a field outright."""
    known = _sure_phrases()
    for segment in segments:
        if 6 <= len(segment) <= 60:
            found = process.extractOne(segment, known.keys(), scorer=fuzz.ratio, score_cutoff=_FUZZY_FLOOR)
            if found is not None:
                return {known[found[0]]: 0.75 * found[1] / 100}
    return {}


@lru_cache
def _sure_phrases() -> dict[str, str]:
    return {
        text: field
        for field, terms in field_terms().items()
        for text, score in terms.phrases.items()
        if score == SCORES["exact"] and len(text) >= 6
    }
