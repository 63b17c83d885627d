"""What is wrong with a playbook document, line by line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One fault: the line (from 1), the path of keys, a stable code, and a sentence that says how to mend it."""

    line: int
    path: str
    code: str
    message: str


class PlaybookInvalid(ValueError):
    """The document is no usable playbook; every problem found is listed, in line order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.line, problem.path, problem.code)))
        super().__init__("; ".join(f"line {problem.line}: {problem.message}" for problem in self.problems))
