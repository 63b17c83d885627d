"""A mapping: which column fills which field, what their words mean, how the file is to be read."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

from .stages import StageProposal, is_blank, propose_stage, type_target
from .table import Column
from .text import fold, identity_key, squeeze
from .tiers import AnswerProposal, TierProposal, propose_answer, propose_tier, type_answer, type_tier

FITS_FROM = 0.8


@dataclass(frozen=True)
class Source:
    """The column of one field: any of these headers; the position decides where a header is repeated."""

    headers: tuple[str, ...]
    position: int | None = None


@dataclass(frozen=True)
class Mapping:
    """A named, editable mapping. Words are compared folded, so white space, case and accents do not matter.

    ``confirmed``: a person has agreed to the words; proposals from them are not imputed.
    ``answers``: words about personal data. ``criteria``: words of the columns that answer a criterion.
    ``date_order``: 'mdy' or 'dmy' where the columns themselves do not tell.
    """

    name: str
    columns: MappingOf[str, Source] = field(default_factory=dict)
    stages: MappingOf[str, type_target | None] = field(default_factory=dict)
    tiers: MappingOf[str, type_tier] = field(default_factory=dict)
    answers: MappingOf[str, type_answer] = field(default_factory=dict)
    criteria: MappingOf[str, str] = field(default_factory=dict)
    departments: MappingOf[str, str] = field(default_factory=dict)
    defaults: MappingOf[str, str] = field(default_factory=dict)
    confirmed: bool = True
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    date_order: str | None = None

    @cached_property
    def _words(self) -> dict[str, dict[str, Any]]:
        kinds: dict[str, MappingOf[str, Any]] = {
            "stages": self.stages,
            "tiers": self.tiers,
            "answers": self.answers,
            "criteria": self.criteria,
        }
        return {kind: {fold(word): target for word, target in words.items()} for kind, words in kinds.items()}

    @cached_property
    def _aliases(self) -> dict[str, str]:
        return {identity_key(alias): squeeze(name) for alias, name in self.departments.items()}

    def stage(self, word: str) -> StageProposal:
        """What a stage word means: as mapped, else as the vocabulary proposes. A blank is never mapped."""
        found = propose_stage(word)
        words = self._words["stages"]
        if not squeeze(word) or fold(word) not in words:
            return found
        return StageProposal(word, words[fold(word)], 1.0, not self.confirmed, "mapping")

    def tier(self, word: str, question: str = "") -> TierProposal:
        """What a tier word means."""
        words = self._words["tiers"]
        if fold(word) in words and squeeze(word):
            return TierProposal(word, words[fold(word)], 1.0, not self.confirmed, "mapping")
        return propose_tier(word, question)

    def answer(self, word: str) -> AnswerProposal:
        """What a word about personal data means."""
        words = self._words["answers"]
        if fold(word) in words and squeeze(word):
            return AnswerProposal(word, words[fold(word)], 1.0)
        return propose_answer(word)

    def criterion(self, word: str) -> str:
        """What a word says of a criterion: as mapped, else yes and no; anything else is no answer."""
        words = self._words["criteria"]
        if fold(word) in words and squeeze(word):
            return str(words[fold(word)])
        return {"yes": "met", "no": "not_met"}.get(propose_answer(word).target or "", "")

    def department(self, text: str) -> str:
        """A department's name, trimmed and by its alias; the default where the cell is blank."""
        name = squeeze(text)
        if not name or is_blank(name):
            return self.defaults.get("department", "")
        return self._aliases.get(identity_key(name), name)

    def positions(self, columns: Sequence[Column]) -> dict[str, int]:
        """Position per field found among the columns; fields whose column is missing are left out."""
        by_header: dict[str, list[Column]] = {}
        for column in columns:
            by_header.setdefault(identity_key(column.header), []).append(column)
        found = {}
        for name, source in self.columns.items():
            position = _position(source, by_header, len(columns))
            if position is not None:
                found[name] = position
        return found

    def missing(self, columns: Sequence[Column]) -> list[str]:
        """Fields of the mapping whose column is not there."""
        found = self.positions(columns)
        return [name for name in self.columns if name not in found]

    def fits(self, columns: Sequence[Column]) -> float:
        """How well the mapping fits a file: the share 0–1 of its columns that are there; 0 without the title."""
        found = self.positions(columns)
        if not self.columns or "title" not in found:
            return 0.0
        return len(found) / len(self.columns)


def best_fitting(mappings: Sequence[Mapping], columns: Sequence[Column]) -> Mapping | None:
    """The saved mapping that fits best, if any fits well; more columns decide between equals, then the name."""
    fitting = [mapping for mapping in mappings if mapping.fits(columns) >= FITS_FROM]
    return max(fitting, key=lambda m: (m.fits(columns), len(m.columns), m.name), default=None)


def with_words(
    mapping: Mapping,
    *,
    stages: MappingOf[str, type_target | None] | None = None,
    tiers: MappingOf[str, type_tier] | None = None,
    answers: MappingOf[str, type_answer] | None = None,
) -> Mapping:
    """The mapping with words a person has decided, on top of those it has."""
    return replace(
        mapping,
        stages=_decided(mapping.stages, stages or {}),
        tiers=_decided(mapping.tiers, tiers or {}),
        answers=_decided(mapping.answers, answers or {}),
    )


type_word = TypeVar("type_word")


def _decided(known: MappingOf[str, type_word], decided: MappingOf[str, type_word]) -> dict[str, type_word]:
    replaced = {fold(word) for word in decided}
    return {**{word: target for word, target in known.items() if fold(word) not in replaced}, **decided}


def _position(source: Source, by_header: MappingOf[str, list[Column]], width: int) -> int | None:
    for header in source.headers:
        columns = by_header.get(identity_key(header), [])
        for column in columns:
            if column.position == source.position:
                return column.position
        if columns:
            return columns[0].position
    if not source.headers and source.position is not None and source.position <= width:
        return source.position
    return None
