"""What of a file can be shown without opening it: text as text, a raster image by its own size, and two texts compared.

Nothing of a file is ever interpreted: its text is escaped like any other, and only images without code are drawn.
"""

from __future__ import annotations

import difflib
import struct
from collections.abc import Sequence
from dataclasses import dataclass

TEXT, IMAGE, NONE = "text", "image", "none"
TEXT_TYPES = frozenset(
    {
        "text/plain",
        "text/markdown",
        "text/csv",
        "message/rfc822",
        "application/json",
        "application/x-ipynb+json",
        "application/yaml",
    }
)
IMAGE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif"})
READ_BYTES = 64 * 1024
SHOWN_LINES, LINE_LENGTH = 60, 400
IMAGE_BYTES = 8 * 1024 * 1024
# Beyond this a small file could fill the memory of whoever looks at it.
MOST_PIXELS = 40_000_000
_CONTROLS = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)), "�")


@dataclass(frozen=True)
class Excerpt:
    """The first lines of a text; `is_whole` when there are no others."""

    lines: tuple[str, ...]
    is_whole: bool


@dataclass(frozen=True)
class Line:
    """A line of a comparison: `added`, `removed`, `same`, or `place` for where in the text it stands."""

    kind: str
    text: str


def kind_of(media_type: str, size: int) -> str:
    """How a file of this type and size can be shown."""
    if media_type in TEXT_TYPES:
        return TEXT
    return IMAGE if media_type in IMAGE_TYPES and size <= IMAGE_BYTES else NONE


def excerpt_of(head: bytes, *, is_whole: bool) -> Excerpt:
    """The first lines of the text that begins with these bytes."""
    lines = _decoded(head).splitlines()
    shown = tuple(line.translate(_CONTROLS)[:LINE_LENGTH] for line in lines[:SHOWN_LINES])
    return Excerpt(shown, is_whole and len(lines) <= SHOWN_LINES)


def comparison(before: bytes, after: bytes) -> tuple[Line, ...]:
    """What changed from one text to another, with two lines around each place."""
    old, new = (
        [line.translate(_CONTROLS)[:LINE_LENGTH] for line in _decoded(text).splitlines()] for text in (before, after)
    )
    found = list(difflib.unified_diff(old, new, lineterm="", n=2))[2:]
    return tuple(_line(line) for line in found[: SHOWN_LINES * 2])


def pixels_of(head: bytes) -> tuple[int, int] | None:
    """Width and height by the image's own word; None where it has none that can be read."""
    if head.startswith(b"\x89PNG\r\n\x1a\n") and len(head) >= 24:  # noqa: PLR2004 - PNG, section 11.2.2
        width, height = struct.unpack(">II", head[16:24])
        return width, height
    if head.startswith((b"GIF87a", b"GIF89a")) and len(head) >= 10:  # noqa: PLR2004 - GIF89a, section 18
        width, height = struct.unpack("<HH", head[6:10])
        return width, height
    return _jpeg_pixels(head) if head.startswith(b"\xff\xd8") else None


def may_be_drawn(pixels: tuple[int, int] | None) -> bool:
    """Whether the image is small enough to be drawn."""
    return pixels is not None and 0 < pixels[0] * pixels[1] <= MOST_PIXELS


def _jpeg_pixels(head: bytes) -> tuple[int, int] | None:
    """From the frame header, ITU-T T.81, section B.2.2."""
    at = 2
    while at + 9 <= len(head) and head[at] == 0xFF:  # noqa: PLR2004 - each segment begins with it
        marker, length = head[at + 1], int.from_bytes(head[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # noqa: PLR2004 - start of frame
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            return width, height
        if length < 2:  # noqa: PLR2004 - the length counts itself
            return None
        at += 2 + length
    return None


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # A letter cut in two at the end of what was read is no reason to take another encoding.
        is_cut = error.end == len(data) and len(data) - error.start < 4  # noqa: PLR2004 - longest in UTF-8
        return data[: error.start].decode("utf-8-sig") if is_cut else data.decode("cp1252", "replace")


def _line(text: str) -> Line:
    kinds: Sequence[tuple[str, str]] = (("@@", "place"), ("+", "added"), ("-", "removed"))
    kind = next((kind for mark, kind in kinds if text.startswith(mark)), "same")
    return Line(kind, text if kind == "place" else text[1:])
