"""Text as it comes out of spreadsheets, made comparable: cells, words and header segments."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Zero-width and direction marks survive copy and paste and make equal names unequal.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")
_WORD = re.compile(r"[^\W_]+")
_SEGMENT = re.compile(r"\s+/\s+|\s*\|\s*|\n+|\s+[-–—]\s+|\s*/(?=[A-ZÀ-Þ])")
_NUMBERING = re.compile(r"^\s*(?:[qf]?\s?\d+(?:\.\d+)*[a-z]?\s*[_.):\-–—]+\s*|\(?[a-z]\)\s*|[qf]\d+\s+)", re.IGNORECASE)


def clean_cell(text: str) -> str:
    """The cell as kept: invisible marks removed, characters no database takes replaced by U+FFFD."""
    if text.isascii() and text.isprintable():
        return _unescaped(text)
    return _CONTROL.sub("\ufffd", _INVISIBLE.sub("", _unescaped(text)))


def _unescaped(text: str) -> str:
    """Without the line ends that spreadsheets write as an escape into their files."""
    return text.replace("_x000D_", "") if "_x000D_" in text else text


def has_control(text: str) -> bool:
    """Whether clean_cell would replace a character of this text."""
    return not text.isprintable() and _CONTROL.search(text) is not None


def squeeze(text: str) -> str:
    """White space normalised: none at the ends, one space inside (no-break spaces included)."""
    # Most cells are clean already; telling so costs a tenth of cleaning them.
    if text.isascii() and text.isprintable() and "  " not in text and text[:1] != " " and text[-1:] != " ":
        return text
    return " ".join(clean_cell(text).split())


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Lower case without accents, words parted by single spaces; digits are kept."""
    plain = unicodedata.normalize("NFKD", clean_cell(text)).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    # Ligatures are letters of their own to Unicode; in headers and words they are two letters written together.
    plain = plain.replace("\u0153", "oe").replace("\u00e6", "ae")
    plain = plain.replace("'s ", " ").replace("\u2019s ", " ")
    return " ".join(_WORD.findall(plain))


def header_segments(header: str) -> tuple[str, ...]:
    """The folded header and, for two languages in one cell, each of its parts as well."""
    text = clean_cell(header).strip()
    parts = [text, *_SEGMENT.split(text)] if _SEGMENT.search(text) else [text]
    folded = (fold(_CAMEL.sub(" ", _NUMBERING.sub("", part).replace("_", " "))) for part in parts)
    return tuple(dict.fromkeys(part for part in folded if part))


def identity_key(text: str) -> str:
    """The form under which two titles, units or departments count as the same."""
    return squeeze(unicodedata.normalize("NFKC", text)).casefold()
