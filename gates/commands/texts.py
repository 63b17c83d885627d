"""Texts that no database keeps are refused before anything is written."""

from __future__ import annotations

from pocgate.kernel.errors import FieldProblem, Invalid

LONGEST_TEXT = 4000


def check_texts(**texts: str) -> None:
    """Raise `Invalid` naming each text that is too long or holds a NUL character, which PostgreSQL cannot store."""
    problems = [problem for pointer, text in texts.items() for problem in text_problems(pointer, text)]
    if problems:
        raise Invalid(problems)


def text_problems(pointer: str, text: str, longest: int = LONGEST_TEXT) -> list[FieldProblem]:
    """What is wrong with one text; empty when nothing is."""
    if "\x00" in text:
        return [FieldProblem(pointer, "unreadable", "The text holds a NUL character; paste it again as plain text.")]
    if len(text) > longest:
        shown = {"characters": longest}
        return [FieldProblem(pointer, "too_long", "A text has at most {characters} characters.", shown)]
    return []
