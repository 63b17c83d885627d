"""Templates under a strict content security policy, usable without JavaScript."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from zipfile import ZipFile

import lucide
import pytest

from tests.architecture.sources import ROOT, place, templates

_TAGS = re.compile(r"\{#.*?#\}|\{% *comment\b.*?%\}.*?\{% *endcomment *%\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_REQUESTS = {"hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete"}
_OUTSIDE = re.compile(r"(?:https?:)?//[a-z0-9]", re.IGNORECASE)
# Namespaces are names, not addresses that anything fetches.
_NAMESPACES = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
# Regions that refresh themselves ask for nothing a person could click.
_SELF_STARTED = ("every ", "load", "revealed", "unread-changed ")


class _Finder(HTMLParser):
    """Notes what breaks the policy."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.problems: list[str] = []
        self.forms = 0
        self.script_open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.forms += tag == "form"
        if tag == "script" and "src" not in given:
            self._note("inline script")
        if tag == "style" or ("style" in given and not tag.startswith("c-")):
            self._note("inline style")
        for name, value in given.items():
            self._check(tag, name, value or "")
        if _REQUESTS & set(given) and not self._works_without_script(tag, given):
            self._note(f"<{tag}> with {', '.join(sorted(_REQUESTS & set(given)))} has neither href nor form")

    def handle_endtag(self, tag: str) -> None:
        self.forms -= tag == "form"

    def _check(self, tag: str, name: str, value: str) -> None:
        if re.fullmatch(r"on[a-z]+", name):
            self._note(f"inline handler {name}")
        if name.startswith("hx-on"):
            self._note(f"{name} needs unsafe-eval")
        if _OUTSIDE.match(value.strip()) and value not in _NAMESPACES:
            self._note(f"{name} of <{tag}> leads outside: {value}")

    def _works_without_script(self, tag: str, given: dict[str, str | None]) -> bool:
        trigger = given.get("hx-trigger") or ""
        return (
            "href" in given or tag == "form" or self.forms > 0 or "form" in given or trigger.startswith(_SELF_STARTED)
        )

    def _note(self, what: str) -> None:
        self.problems.append(f"{place(self.path, self.getpos()[0])}: {what}")


def _blank(match: re.Match[str]) -> str:
    return "x" + "\n" * match.group().count("\n")


def problems_of(path: Path, text: str) -> list[str]:
    """What in the template breaks the policy, with its line."""
    finder = _Finder(path)
    finder.feed(_TAGS.sub(_blank, text))
    finder.close()
    return finder.problems


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(ROOT)))
def test_template_keeps_the_policy(path: Path) -> None:
    assert problems_of(path, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "<script>go()</script>",
        '<p style="color: red">',
        "<style>p {}</style>",
        '<a href="#" onclick="go()">',
        '<img src="https://cdn.example/x.png">',
        '<script src="//cdn.example/x.js"></script>',
        '<button hx-post="{% url "x" %}">',
        '<div hx-on:click="go()">',
    ],
)
def test_policy_check_finds_what_it_is_for(text: str) -> None:
    assert len(problems_of(ROOT / "templates" / "x.html", text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        '<a href="{% url "x" %}" hx-get="{% url "x" %}">',
        '<form method="post" hx-post="{{ address }}"><button hx-post="x">x</button></form>',
        '<div hx-get="x" hx-trigger="every 3s">',
        '<script src="{% static "x.js" %}"></script>',
        '{# <script>alert()</script> #}<svg xmlns="http://www.w3.org/2000/svg">',
    ],
)
def test_policy_check_lets_pass_what_is_right(text: str) -> None:
    assert problems_of(ROOT / "templates" / "x.html", text) == []


def test_every_icon_exists() -> None:
    with ZipFile(Path(lucide.__file__).parent / "lucide.zip") as archive:
        known = {Path(name).stem for name in archive.namelist()}
    named = {
        (place(path), name)
        for path in templates()
        for value in re.findall(
            r'(?:\bicon="|lucide ")(?P<value>(?:\{%.*?%\}|[^">])*)', path.read_text(encoding="utf-8")
        )
        for name in re.findall(r"[a-z0-9-]+", re.sub(r"\{[%{].*?[%}]\}", " ", value))
    }

    assert len(named) > 50
    assert {(where, name) for where, name in named if name not in known} == set()


# Whole numbers are shown with separators, as in 2,133; a number that is sent back must not have any.
_NUMBERS = re.compile(
    r"""\b(?:value|data-[a-z-]+|href|hx-[a-z]+|action|min|max)="[^"]*?
    \{\{\s*(?:[a-z_.]*\.)?(?:pk|id|[a-z_]*_id|revision|version|line|duration|[a-z_]*following)\s*\}\}""",
    re.VERBOSE,
)


def test_numbers_in_attributes_are_written_without_separators() -> None:
    found = [
        f"{place(path)}: {match.group()}"
        for path in templates()
        for match in _NUMBERS.finditer(path.read_text("utf-8"))
    ]

    assert found == []
