"""A text in several languages."""

from __future__ import annotations

from dataclasses import dataclass

FALLBACK_LANGUAGE = "en"


@dataclass(frozen=True)
class Texts:
    """The same text by language code; English is always there."""

    by_language: tuple[tuple[str, str], ...]

    def in_language(self, language: str) -> str:
        """The text in `language` (`de`, `pt-br`), else in its base language, else in English."""
        texts = dict(self.by_language)
        for candidate in (language, language.partition("-")[0], FALLBACK_LANGUAGE):
            if candidate in texts:
                return texts[candidate]
        return self.by_language[0][1] if self.by_language else ""

    def __str__(self) -> str:
        return self.in_language(FALLBACK_LANGUAGE)
