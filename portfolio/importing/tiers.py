"""Words of risk and of personal data: a tier and a yes or no proposed from theirs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from .lexicon import load_words
from .phrases import Phrase, PhraseBook, phrase_book
from .stages import is_blank, unnumbered
from .text import fold

type_tier = Literal["unassessed", "minimal", "limited", "high", "prohibited"]
type_answer = Literal["yes", "no", "unknown"]

_TIERS = ("prohibited", "high", "limited", "minimal")


@dataclass(frozen=True)
class TierProposal:
    """A tier for one word of theirs. ``imputed`` marks a guess; unassessed is no guess, it counts as high."""

    word: str
    target: type_tier
    confidence: float
    imputed: bool
    reason: str


@dataclass(frozen=True)
class AnswerProposal:
    """Yes, no or unknown for one word of theirs; None for a blank cell."""

    word: str
    target: type_answer | None
    confidence: float


@lru_cache(maxsize=16384)
def propose_tier(word: str, question: str = "") -> TierProposal:
    """Propose a tier for one word. ``question`` is the header: it gives a bare yes or no its meaning."""
    if is_blank(word):
        return TierProposal(word, "unassessed", 1.0, False, "blank")
    whole = fold(unnumbered(word))
    known = _whole_words().get(whole)
    if known is not None:
        return _proposal(word, known, "exact")
    answer = propose_answer(word).target if len(whole.split()) <= 2 else None
    if answer in ("yes", "no") and _asks_for_high(question):
        target: type_tier = "high" if answer == "yes" else "minimal"
        return TierProposal(word, target, 0.7, True, "question")
    if _stays_open(whole):
        return TierProposal(word, "unassessed", 0.8, False, "open")
    hits = _phrases().find(whole)
    targets = {hit.phrase.target for hit in hits}
    if len(targets) == 1:
        return _proposal(word, hits[0].phrase, "phrase", share=sum(len(hit.text) for hit in hits) / len(whole))
    return TierProposal(word, "unassessed", 0.5 if targets else 0.0, False, "mixed" if targets else "unknown_word")


@lru_cache(maxsize=16384)
def propose_answer(word: str) -> AnswerProposal:
    """Yes, no or unknown by the first word, as in "Yes – by the privacy office"."""
    if not word.strip():
        return AnswerProposal(word, None, 1.0)
    if is_blank(word) and fold(word) not in ("none", "geen"):
        return AnswerProposal(word, "unknown", 0.9)
    whole = fold(unnumbered(word))
    if _opens_no_answer(whole):
        return AnswerProposal(word, "unknown", 0.9)
    tokens = whole.split()
    lists = load_words("answers")
    first = tokens[0] if tokens else ""
    for answer in ("yes", "no"):
        # "X-104" and "1 of 3" are no answers: a single sign answers only alone.
        if first in lists[answer] and (len(tokens) == 1 or len(first) > 1 or _is_twice(tokens, lists[answer])):
            return AnswerProposal(word, answer, 0.95 if len(tokens) == 1 else 0.8)
    return AnswerProposal(word, "unknown", 0.3)


def _is_twice(tokens: list[str], words: list[str]) -> bool:
    """ "Y / O", "J / O": the same answer in two languages."""
    return len(tokens) == 2 and all(token in words for token in tokens)


def _opens_no_answer(whole: str) -> bool:
    """ "Not sure" and "no data" begin like an answer and are none."""
    return any(
        f"{whole} ".startswith(f"{phrase.rstrip('*')}{'' if phrase.endswith('*') else ' '}") for phrase in _open()
    )


def is_paused(word: str) -> bool:
    """Whether a status word says that the case rests for now."""
    return any(hit.phrase.target == "paused" for hit in _paused().find(fold(word)))


def _proposal(word: str, phrase: Phrase, reason: str, share: float = 1.0) -> TierProposal:
    target: type_tier = phrase.target  # type: ignore[assignment]
    confidence = (0.7 if phrase.coarse else 0.95) if reason == "exact" else round(0.5 + 0.35 * share, 2)
    return TierProposal(word, target, confidence, phrase.coarse or (reason == "phrase" and share < 0.5), reason)


def _asks_for_high(question: str) -> bool:
    folded = f" {fold(question.replace('_', ' '))} "
    return any(
        f" {hint}" in folded
        for hint in (
            "high impact",
            "high risk",
            "hochrisiko",
            "haut risque",
            "hoog risico",
            "hoogrisico",
            "alto riesgo",
            "rights impacting",
            "safety impacting",
        )
    )


def _stays_open(whole: str) -> bool:
    text = f" {whole} "
    return any(f" {phrase.rstrip('*')}" in text for phrase in load_words("tiers")["open"] if len(phrase) > 3)


@lru_cache
def _open() -> tuple[str, ...]:
    return tuple(load_words("answers")["open"])


@lru_cache
def _phrases() -> PhraseBook:
    lists = load_words("tiers")
    return phrase_book({target: lists[target] for target in _TIERS})


@lru_cache
def _paused() -> PhraseBook:
    return phrase_book({"paused": {"sure": load_words("answers")["status"]["paused"]}})


@lru_cache
def _whole_words() -> dict[str, Phrase]:
    return {phrase.text: phrase for phrase in reversed(_phrases().phrases)}
