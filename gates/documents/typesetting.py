"""The one adapter of typst: blocks of plain values in, PDF out. What users wrote is set as text and is never code."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, TypeAlias

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gates.documents.blocks import Block

TEMPLATE = Path(__file__).with_name("document.typ")
Standard: TypeAlias = Literal["ua-1", "1.7"]
AUTHOR = "POC Gate"


@dataclass(frozen=True)
class Document:
    """A document to be set. `footer` stands on each page; `at` is the time its content is of, not that of printing."""

    title: str
    footer: str
    at: datetime
    blocks: Sequence[Block]


def typeset(document: Document) -> bytes:
    """The document as PDF/UA-1, the same bytes whenever and wherever it is set with the same fonts."""
    data = {
        "lang": (get_language() or "en").partition("-")[0],
        "title": _printable(document.title),
        "author": AUTHOR,
        "footer": _printable(document.footer),
        "blocks": _clean(list(document.blocks)),
    }
    try:
        return _compiled(data, document.at, "ua-1")
    except ValueError:
        # Letters that no font here has: accessible PDF refuses them, plain PDF shows where they stand.
        missing = _("Letters that no font here has are left blank; the page and its JSON hold them.")
        return _compiled({**data, "footer": f"{data['footer']} · {missing}"}, document.at, "1.7")


def _compiled(data: Mapping[str, Any], at: datetime, standard: Standard) -> bytes:
    import typst  # noqa: PLC0415 - 40 MB that only printing needs

    try:
        pdf: bytes = typst.compile(
            TEMPLATE,
            root=TEMPLATE.parent,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=standard,
            timestamp=int(at.timestamp()),
        )
    except typst.TypstError as error:
        if "could not be displayed" in str(error):
            raise ValueError(str(error)) from error
        raise
    return pdf


def _fonts() -> list[Path]:
    further: Path = settings.PRINT_FONTS
    return [_own_font(), *([further] if further.is_dir() else [])]


@cache
def _own_font() -> Path:
    found = find_spec("font_source_sans_pro")
    if found is None or found.origin is None:
        raise AssertionError("the lock names font-source-sans-pro")
    return Path(found.origin).with_name("files")


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _printable(value)
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value


def _printable(text: str) -> str:
    """Without control characters, which PDF/UA refuses; line breaks stay."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(letter for letter in plain if letter == "\n" or letter.isprintable() or letter in _SOFT)


# Soft hyphen, no-break space and narrow no-break space: spaces that Python does not call printable.
_SOFT = "\u00ad\u00a0\u202f"
