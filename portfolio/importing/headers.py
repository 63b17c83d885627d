"""Which row names the columns: below banners and empty rows, above the data."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .dates import read_date
from .text import clean_cell
from .vocabulary import header_scores, organisation_level

SEARCHED_ROWS = 40
# A cell over this is a sentence of data or a banner, hardly a header; questions are seldom longer.
_LONG = 400
# A row of explanations has at least so many cells, of which at least this share are header words or hints.
_FEWEST, _MOST, _SURE = 3, 0.75, 0.9
_HINT = re.compile(
    r"\(.*\)|\[.*\]|<.*>"
    r"|(?:select|choose|enter|pick|drop-?down|free text|max\.? \d|auswahl|freitext|choisir|texte libre"
    r"|kies|vrije tekst|seleccion\w*|texto libre)\b.*"
    r"|(?:dd|mm|jj|tt)[/.-](?:mm[/.-])?(?:yyyy|aaaa|jjjj)|yyyy-mm(?:-dd)?",
    re.IGNORECASE | re.DOTALL,
)


def find_header(rows: Sequence[tuple[int, Sequence[str]]]) -> int | None:
    """The number of the header row among the first rows of a sheet; None when no row can be one."""
    best: tuple[float, int] | None = None
    for place, (number, cells) in enumerate(rows[:SEARCHED_ROWS]):
        score = header_likeness(cells, [row for _, row in rows[place + 1 : place + 6]])
        # A later row must be clearly better: column names stand above the data that repeats their words.
        if score > 0 and (best is None or score > best[0] * 1.15):
            best = (score, number)
    return None if best is None else best[1]


def header_likeness(cells: Sequence[str], below: Sequence[Sequence[str]]) -> float:
    """How much a row looks like column names, given the rows below it; 0 when it cannot be."""
    names = [clean_cell(cell).strip() for cell in cells]
    filled = [name for name in names if name]
    if not filled or _is_data(filled):
        return 0.0
    known = sum(_knows(name) for name in filled)
    width = max((sum(1 for cell in row if cell.strip()) for row in below), default=0)
    if len(filled) == 1 and width > 1 and known < 0.9:
        return 0.0
    if len(filled) < 2 and len(names) > 1 and width > 1:
        return 0.0
    cover = min(1.0, len(filled) / max(width, 1))
    distinct = len({name.casefold() for name in filled}) / len(filled)
    return (known * 2 + min(len(filled), 10) * 0.1) * cover * (0.5 + 0.5 * distinct)


def explains_header(cells: Sequence[str]) -> bool:
    """Whether the first row below the header is part of it: the names in another language, or how to fill them in."""
    filled = [clean_cell(cell).strip() for cell in cells if cell.strip()]
    told = sum(1 for text in filled if _HINT.fullmatch(text) or _knows(text) >= _SURE)
    return len(filled) >= _FEWEST and told >= _MOST * len(filled)


def _knows(name: str) -> float:
    """How surely one cell is a header of an inventory, 0–1."""
    if len(name) > _LONG:
        return 0.0
    level = organisation_level(name)
    best = max([*header_scores(name).values(), level[1] if level else 0.0], default=0.0)
    return best if best >= 0.5 else 0.0


def _is_data(filled: Sequence[str]) -> bool:
    odd = sum(
        1 for name in filled if name.replace(".", "").replace(",", "").isdigit() or len(name) > _LONG or _is_date(name)
    )
    return odd * 2 > len(filled)


def _is_date(name: str) -> bool:
    return any(c.isdigit() for c in name) and len(name) <= 20 and read_date(name).precision in ("day", "month")
