"""The small language of mail texts: `$name` stands for a value, `$$` for a dollar sign, and nothing is ever run."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from string import Template

REFUSED_TAGS = {"script", "iframe", "object", "embed", "form", "input", "button", "base", "link", "meta", "svg"}
ADDRESSES = {"href", "src"}
SAFE_ADDRESS = re.compile(r"(?:https?://|mailto:|cid:|#|\$\{?[a-z_]*link\b)", re.IGNORECASE)
QUOTED = re.compile("\"[^\"]*\"|'[^']*'")


class Markup(str):
    """Text that is HTML already; everything else is escaped."""

    __slots__ = ()


class MailText(Template):
    """Names are lower-case words, so that prices such as $5 are found as mistakes."""

    idpattern = r"(?-i:[a-z][a-z_]*)"


@dataclass(frozen=True)
class TextProblem:
    """What is wrong in a text, and in which line (from 1)."""

    line: int
    code: str
    what: str = ""


def problems_of_text(text: str, known: Collection[str]) -> list[TextProblem]:
    """Placeholders that do not exist and dollar signs that stand alone."""
    found = []
    for match in MailText.pattern.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        name = match.group("named") or match.group("braced")
        if match.group("invalid") is not None:
            found.append(TextProblem(line, "dollar_alone"))
        elif name is not None and name not in known:
            found.append(TextProblem(line, "placeholder_unknown", f"${name}"))
    return found


def problems_of_html(text: str, known: Collection[str]) -> list[TextProblem]:
    """The same, and what a mail must not hold: programs, forms, and values inside a tag other than as a link."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return sorted([*problems_of_text(text, known), *reader.found], key=lambda problem: problem.line)


def filled_text(text: str, values: Mapping[str, str]) -> str:
    """The text with its values, as plain text. A name without a value stays as it is written."""
    return MailText(text).safe_substitute(values)


def filled_line(text: str, values: Mapping[str, str]) -> str:
    """The same on one line, as a header has to be."""
    return " ".join(filled_text(text, values).split())


def filled_html(text: str, values: Mapping[str, str]) -> str:
    """The text with its values escaped, unless they are markup already."""
    return MailText(text).safe_substitute(
        {name: value if isinstance(value, Markup) else escape(value) for name, value in values.items()}
    )


class _Reader(HTMLParser):
    """Notes what a mail must not hold."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[TextProblem] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in REFUSED_TAGS:
            self._note("tag_refused", f"<{tag}>")
        self.found.extend(self._problems(attrs))

    def _problems(self, attrs: list[tuple[str, str | None]]) -> Iterator[TextProblem]:
        line = self.getpos()[0]
        if re.search(r"=\s*\$", QUOTED.sub("", self.get_starttag_text() or "")):
            yield TextProblem(line, "value_unquoted")
        for name, value in attrs:
            if name.startswith("on"):
                yield TextProblem(line, "attribute_refused", name)
            elif name in ADDRESSES:
                if not SAFE_ADDRESS.match((value or "").strip()):
                    yield TextProblem(line, "address_refused", value or "")
                elif "$" in SAFE_ADDRESS.sub("", value or "", count=1):
                    yield TextProblem(line, "value_in_address", value or "")
            elif "$" in f"{name}{value or ''}":
                yield TextProblem(line, "value_in_tag", name)

    def _note(self, code: str, what: str) -> None:
        self.found.append(TextProblem(self.getpos()[0], code, what))
