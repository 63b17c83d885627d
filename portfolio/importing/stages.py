"""Words of stages: ours proposed from theirs. Words count, digits never; blank stays blank."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from .lexicon import load_words
from .phrases import Hit, Phrase, PhraseBook, phrase_book
from .text import fold, squeeze

type_target = Literal["0", "1", "2", "3", "retired", "closed"]

TARGETS: tuple[type_target, ...] = ("0", "1", "2", "3", "retired", "closed")
_KIND = r"(?:stage|phase|step|level|tier|stufe|schritt|etape|étape|stade|niveau|fase|stap|stadium|etapa|nivel|paso|trl)"
# "Stage 4 -", "Phase II:", "b)", "3." in front: their numbering, which is not ours.
_NUMBERED = re.compile(
    rf"^\s*(?:{_KIND}\s*(?:\d+|[ivx]+\b)\s*[-–—:.)(]*\s*|\(?(?:\d{{1,2}}|[a-z])\s*[).:]\s*|\d+\s*[-–—]\s*)",
    re.IGNORECASE,
)
_TAIL = re.compile(r"\s+[-–—:¤|]+\s*|\s*[:(;–—¤\n]|\.\s")
_GAP = re.compile(r"\s{2,}")
_BLANKS = frozenset(
    {
        "",
        "n a",
        "na",
        "none",
        "null",
        "nil",
        "blank",
        "tbd",
        "unknown",
        "not applicable",
        "not available",
        "not provided",
        "not specified",
        "not reported",
        "to be determined",
        "undefined",
        "unspecified",
        "other",
        "nan",
        "inconnu",
        "non renseigne",
        "non precise",
        "sans objet",
        "s o",
        "a determiner",
        "non applicable",
        "unbekannt",
        "keine angabe",
        "keine angaben",
        "k a",
        "entfallt",
        "offen",
        "nicht zutreffend",
        "onbekend",
        "niet van toepassing",
        "nvt",
        "n v t",
        "niet ingevuld",
        "geen",
        "desconocido",
        "no aplica",
        "sin especificar",
        "no consta",
        "sin datos",
        "se desconoce",
    }
)


@dataclass(frozen=True)
class StageProposal:
    """One word of theirs. ``target`` None: unknown, or blank; ``imputed``: guessed, a person must confirm.

    ``confidence`` 0–1. ``reason``: exact, head, phrase, mixed, negated, paused, blank, unknown_word, mapping.
    """

    word: str
    target: type_target | None
    confidence: float
    imputed: bool
    reason: str

    @property
    def stage(self) -> int | None:
        """The stage 0–3; None for unknown, retired and closed."""
        return int(self.target) if self.target in ("0", "1", "2", "3") else None


@lru_cache(maxsize=16384)
def propose_stage(word: str) -> StageProposal:
    """Propose a target for one word or sentence of a stage or status column."""
    text = squeeze(word)
    if is_blank(text):
        return StageProposal(word, None, 0.0, False, "blank")
    text = unnumbered(word)
    head = fold(_TAIL.split(text, maxsplit=1)[0])
    whole = fold(text)
    # Explanations are often pasted behind the word with nothing but a wide gap between them.
    gapped = _exact(word, fold(_GAP.split(text, maxsplit=1)[0]))
    if gapped is not None and gapped.target is not None:
        return gapped
    for part, reason in ((head, "head"), (whole, "phrase")):
        found = _propose(word, part, reason if part != whole or reason == "phrase" else "phrase")
        if found.target is not None or found.reason == "paused":
            return found
    return found


def unnumbered(word: str) -> str:
    """The word without their numbering in front: "b) Pilot", "Stage 3 - Pilot" and "Pilot" read the same."""
    text = word.strip()
    while (shorter := _NUMBERED.sub("", text)) != text and shorter.strip():
        text = shorter.strip()
    return text


def is_blank(text: str) -> bool:
    """Whether a cell says nothing: empty, a dash, or a word for "not given", perhaps in two languages."""
    return fold(text) in _BLANKS or ("/" in text and all(fold(part) in _BLANKS for part in text.split(" / ")))


def _propose(word: str, part: str, reason: str) -> StageProposal:
    exact = _exact(word, part)
    if exact is not None:
        return exact
    hits = _phrases().find(part)
    kept, negated = _without_negated(part, hits)
    ends = [hit for hit in kept if hit.phrase.target in ("retired", "closed", "paused")]
    steps = [hit for hit in kept if hit not in ends]
    if ends:
        return _ended(word, part, ends, steps, reason)
    if not steps:
        return StageProposal(word, None, 0.0, False, "negated" if negated else "unknown_word")
    return _staged(word, part, steps, reason)


def _exact(word: str, part: str) -> StageProposal | None:
    known = _whole_words().get(part)
    if known is None:
        return None
    if known.target == "paused":
        return StageProposal(word, None, 0.0, False, "paused")
    return StageProposal(word, known.target, 0.75 if known.coarse else 0.95, known.coarse, "exact")  # type: ignore[arg-type]


def _ended(word: str, part: str, ends: Sequence[Hit], steps: Sequence[Hit], reason: str) -> StageProposal:
    kinds = {hit.phrase.target for hit in ends}
    if "retired" in kinds:
        return _end(word, "retired", part, ends, reason)
    if kinds == {"paused"}:
        return StageProposal(word, None, 0.0, False, "paused")
    solid = [hit for hit in steps if not hit.phrase.coarse]
    if solid and all(_is_finished(hit.text) for hit in ends):
        # "Implementation completed": a step was finished, not the case.
        return replace(_staged(word, part, solid, reason), confidence=0.4, imputed=True)
    return _end(word, "closed", part, ends, reason)


def _end(word: str, target: type_target, part: str, ends: Sequence[Hit], reason: str) -> StageProposal:
    sure = any(not hit.phrase.coarse for hit in ends)
    whole = sure and sum(hit.end - hit.start for hit in ends) == len(part.split())
    return StageProposal(word, target, 0.9 if whole else 0.8 if sure else 0.6, not whole, reason)


def _staged(word: str, part: str, steps: Sequence[Hit], reason: str) -> StageProposal:
    solid = [hit for hit in steps if not hit.phrase.coarse] or list(steps)
    targets = sorted({hit.phrase.target for hit in solid})
    target: type_target = targets[0]  # type: ignore[assignment]
    if len(targets) > 1:
        # Two stages in one phrase: the less mature is the safer proposal.
        return StageProposal(word, target, 0.4, True, "mixed")
    covered = sum(len(hit.text.split()) for hit in solid) / max(1, len(part.split()))
    coarse = all(hit.phrase.coarse for hit in solid)
    # "Operation and maintenance (…)" is as sure as its head; a phrase inside a long sentence is a guess.
    certain = covered >= 0.5 and not coarse
    return StageProposal(word, target, round((0.5 if coarse else 0.6) + 0.3 * covered, 2), not certain, reason)


def _without_negated(part: str, hits: Sequence[Hit]) -> tuple[list[Hit], bool]:
    kept, negated = [], False
    words = part.split()
    for hit in hits:
        before = words[max(0, hit.start - 4) : hit.start]
        ends = hit.phrase.target in ("retired", "closed", "paused")
        if _is_not_yet(words, hit) or (not ends and _is_negated(before)):
            negated = True
        else:
            kept.append(hit)
    return kept, negated


def _is_not_yet(words: Sequence[str], hit: Hit) -> bool:
    """Whether "not yet" begins before the phrase and reaches it, as in "nog niet in gebruik"."""
    before = " ".join(words[max(0, hit.start - 3) : hit.start + 1])
    return hit.start > 0 and any(adverb in before for adverb in load_words("stages")["not_yet"])


def _is_negated(before: Sequence[str]) -> bool:
    text = " ".join(before)
    return any(text == word or text.endswith(f" {word}") or f" {word} " in f" {text} " for word in _negations())


def _is_finished(text: str) -> bool:
    return any(text.startswith(word.rstrip("*")) for word in load_words("stages")["finished"])


@lru_cache
def _negations() -> tuple[str, ...]:
    return tuple(load_words("stages")["negation"])


@lru_cache
def _phrases() -> PhraseBook:
    lists = load_words("stages")
    return phrase_book({target: lists[target] for target in (*TARGETS, "paused")})


@lru_cache
def _whole_words() -> dict[str, Phrase]:
    """Phrases without endings left open, for whole cells; the sure meaning wins over a coarse one."""
    known: dict[str, Phrase] = {}
    for phrase in _phrases().phrases:
        if "*" not in phrase.text and (phrase.text not in known or (known[phrase.text].coarse and not phrase.coarse)):
            known[phrase.text] = phrase
    return known
