"""Cases that look alike, by the words of title and problem."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process, utils

THRESHOLD = 60
# Long texts say the same as their beginning, at a multiple of the time.
COMPARED_CHARACTERS = 400
WORD_LENGTH = 4
WORD = re.compile(r"\w{4,}")


@dataclass(frozen=True)
class Candidate:
    """A case that may be alike."""

    id: int
    title: str
    problem: str


@dataclass(frozen=True)
class Likeness:
    """A case and how alike it is, 0–100."""

    id: int
    score: int


def telling_words(text: str, limit: int = 8) -> list[str]:
    """The longest different words: the rarer ones, as far as that can be told without counting."""
    words = dict.fromkeys(word.lower() for word in WORD.findall(text))
    return sorted(words, key=lambda word: (-len(word), word))[:limit]


def likenesses(title: str, problem: str, candidates: Iterable[Candidate], *, limit: int = 5) -> Sequence[Likeness]:
    """The candidates most alike, best first.

    `token_set_ratio` over title and beginning of the problem, and over the titles alone where that says more.
    """
    known = list(candidates)
    titles = process.extract(
        title,
        [candidate.title for candidate in known],
        scorer=fuzz.token_set_ratio,
        processor=utils.default_process,
        score_cutoff=THRESHOLD,
        limit=None,
    )
    scores = {index: score * 0.9 for _text, score, index in titles}
    if problem.strip():
        texts = [_text(candidate.title, candidate.problem) for candidate in known]
        wholes = process.extract(
            _text(title, problem),
            texts,
            scorer=fuzz.token_set_ratio,
            processor=utils.default_process,
            score_cutoff=THRESHOLD,
            limit=None,
        )
        for _whole, score, index in wholes:
            scores[index] = max(score, scores.get(index, 0))
    found = [Likeness(known[index].id, round(score)) for index, score in scores.items() if score >= THRESHOLD]
    return sorted(found, key=lambda likeness: (-likeness.score, likeness.id))[:limit]


def _text(title: str, problem: str) -> str:
    return f"{title} {problem}"[:COMPARED_CHARACTERS]
