"""Opening a YAML document safely: size, depth, aliases and syntax are checked before anything is built from it."""

from __future__ import annotations

import yaml

from scoring.rules.playbook.problems import Problem

LARGEST_BYTES = 1024 * 1024
DEEPEST_LEVEL = 16

# The C reader is about ten times faster and is missing from some wheels.
_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def open_document(text: str, problems: list[Problem]) -> yaml.Node | None:
    """The root node, or None with the reason added to `problems`. Nothing is resolved or constructed."""
    try:
        if len(text.encode()) > LARGEST_BYTES:
            problems.append(Problem(1, "", "too_large", "The playbook is larger than 1 MiB."))
            return None
        fault = _structure_fault(text)
        if fault is not None:
            problems.append(fault)
            return None
        root = yaml.compose(text, Loader=_Loader)
    except UnicodeEncodeError:
        problems.append(Problem(1, "", "not_text", "The playbook holds characters that are no valid Unicode."))
        return None
    except yaml.YAMLError as error:
        problems.append(_syntax_problem(error, text))
        return None
    if root is None:
        problems.append(Problem(1, "", "empty", "The playbook is empty."))
    return root


def _structure_fault(text: str) -> Problem | None:
    """Nested aliases grow into gigabytes and deep nesting exhausts the stack: both are refused while scanning."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            return _structure_problem(event, "alias", "Aliases (*name) are not allowed; write the value out.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST_LEVEL:
            return _structure_problem(event, "too_deep", f"Nested deeper than {DEEPEST_LEVEL} levels.")
    return None


def _structure_problem(event: yaml.Event, code: str, message: str) -> Problem:
    mark = event.start_mark
    return Problem(mark.line + 1 if mark else 1, "", code, message)


def _syntax_problem(error: yaml.YAMLError, text: str) -> Problem:
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, int(error.position)) + 1
        return Problem(line, "", "yaml", "A character here is not allowed in YAML.")
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    reason = getattr(error, "problem", None) or "it cannot be read"
    # What breaks off is noticed after the last line; the mark belongs on one that is there.
    last = max(1, len(text.splitlines()))
    return Problem(min(mark.line + 1, last) if mark else 1, "", "yaml", f"This is no valid YAML: {reason}.")
