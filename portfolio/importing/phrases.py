"""Known phrases found inside a folded text, the longest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Phrase:
    """A phrase of a word list. ``coarse`` marks meanings that a person should confirm."""

    text: str
    target: str
    coarse: bool


@dataclass(frozen=True)
class Hit:
    """A phrase in a text, by the places of its first word and of the word behind its last."""

    phrase: Phrase
    start: int
    end: int
    text: str


@dataclass(frozen=True, eq=False)
class PhraseBook:
    """Phrases ranked: longer ones first, sure ones before coarse ones of the same length."""

    phrases: tuple[Phrase, ...]
    index: Mapping[str, Sequence[tuple[int, tuple[str, ...]]]]

    def find(self, text: str) -> list[Hit]:
        """Phrases in a folded text that do not overlap a better one, in the order of the text."""
        words = text.split()
        found = [
            (rank, place, len(parts))
            for place, word in enumerate(words)
            for rank, parts in self.index.get(word[:3], ())
            if _stands_at(parts, words, place)
        ]
        taken: set[int] = set()
        hits = []
        for rank, place, count in sorted(found):
            span = range(place, place + count)
            if taken.isdisjoint(span):
                taken.update(span)
                hits.append(Hit(self.phrases[rank], place, span.stop, " ".join(words[place : span.stop])))
        return sorted(hits, key=lambda hit: hit.start)


def phrase_book(lists: Mapping[str, Mapping[str, Sequence[str]]]) -> PhraseBook:
    """A book from phrases per target, each in the groups ``sure`` and ``coarse``."""
    phrases = {
        (text, target): Phrase(text, target, strength != "sure")
        for target, groups in lists.items()
        for strength in ("coarse", "sure")
        for text in groups.get(strength, [])
    }
    ranked = sorted(phrases.values(), key=lambda p: (-len(p.text.split()), "*" in p.text, p.coarse, p.text))
    # By the first three letters, so that a long text meets few of the phrases.
    index: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
    for rank, phrase in enumerate(ranked):
        parts = tuple(phrase.text.split())
        index.setdefault(parts[0].rstrip("*")[:3], []).append((rank, parts))
    return PhraseBook(tuple(ranked), index)


def _stands_at(parts: Sequence[str], words: Sequence[str], place: int) -> bool:
    if place + len(parts) > len(words):
        return False
    return all(
        words[place + i].startswith(part[:-1]) if part.endswith("*") else words[place + i] == part
        for i, part in enumerate(parts)
    )
