"""Errors that commands raise and that pages and the API turn into one shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Blocker:
    """One reason why something cannot be done now.

    `code` is stable and machine-readable, `message` an English sentence with `{name}` places that `params` fill.
    The same blocker greys a button, explains why, and refuses the command.
    """

    code: str
    message: str
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The message with its places filled, in English."""
        return self.message.format(**self.params)


@dataclass(frozen=True)
class FieldProblem:
    """One value that was refused: where (`pointer`, a JSON pointer or a form field's name), why, and how to mend it."""

    pointer: str
    code: str
    message: str
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The message with its places filled, in English."""
        return self.message.format(**self.params)


class DomainError(Exception):
    """Base of everything a command refuses on purpose."""


class NotAllowedNow(DomainError):
    """The state of things forbids the act; each blocker names one reason. Nothing was changed."""

    def __init__(self, blockers: Iterable[Blocker]) -> None:
        self.blockers = tuple(blockers)
        super().__init__("; ".join(blocker.text for blocker in self.blockers))


class Forbidden(DomainError):
    """The actor may see the subject but not do this to it. Nothing was changed."""

    def __init__(self, blocker: Blocker) -> None:
        self.blocker = blocker
        super().__init__(blocker.text)


class Stale(DomainError):
    """Someone else changed the record meanwhile; read it again and repeat. Nothing was changed."""


class Invalid(DomainError):
    """Values were refused, each with its place and reason. Nothing was changed."""

    def __init__(self, problems: Iterable[FieldProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{problem.pointer}: {problem.text}" for problem in self.problems))


class RecentSignInRequired(DomainError):
    """The act asks for a sign-in younger than the configured age; nothing was changed."""
