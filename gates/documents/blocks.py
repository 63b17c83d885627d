"""What a document is made of: each block is plain values that `document.typ` knows how to set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from pocgate.kernel.charts import Chart
from pocgate.kernel.charts.drawing import draw_svg

Block: TypeAlias = dict[str, Any]
PRINTED_WIDTH = 640


def heading(text: str, level: int = 2) -> Block:
    """Level 1 is the document's title, or that of a part of a pack."""
    return {"kind": "heading", "level": level, "text": text}


def paragraph(text: str, *, faint: bool = False) -> Block:
    """A text with its line breaks."""
    return {"kind": "text", "text": text, "faint": faint}


def note(text: str, tone: str = "warn") -> Block:
    """Something that must not be overlooked."""
    return {"kind": "note", "text": text, "tone": tone}


def outcome(word: str, tone: str, text: str) -> Block:
    """An outcome and the sentence that belongs to it."""
    return {"kind": "outcome", "word": word, "tone": tone, "text": text}


def facts(rows: Iterable[tuple[str, str]]) -> Block:
    """Names with their values; empty values are left out."""
    return {"kind": "facts", "rows": [[name, value] for name, value in rows if value]}


def table(
    head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = (), widths: Sequence[int] = ()
) -> Block:
    """A table; `numbers` are the columns kept to the right, `widths` shares of the width, equal by default."""
    shares = list(widths) or [1] * len(head)
    return {
        "kind": "table",
        "head": list(head),
        "rows": [list(row) for row in rows],
        "numbers": list(numbers),
        "widths": shares,
    }


def item(title: str, text: str = "", tag: str = "", tone: str = "plain") -> dict[str, str]:
    """One row of `items`."""
    return {"title": title, "text": text, "tag": tag, "tone": tone}


def items(rows: Iterable[dict[str, str]]) -> Block:
    """Titles with a line below and a tag at the right."""
    return {"kind": "items", "rows": list(rows)}


def progress(name: str, text: str, value: float, *, bar: float = 0, tone: str = "accent") -> Block:
    """A share in per cent with the bar it is held against."""
    return {
        "kind": "progress",
        "name": name,
        "text": text,
        "value": value,
        "bar": bar,
        "tone": tone,
        "alt": f"{name}: {text}",
    }


def chart(drawn: Chart) -> Block:
    """A chart as a picture. Draws: not in a process that forks afterwards."""
    svg = draw_svg(drawn, width=PRINTED_WIDTH)
    return {"kind": "chart", "title": drawn.title, "alt": drawn.description, "svg": svg}


def page_break() -> Block:
    """What follows begins on a new page."""
    return {"kind": "break"}
