"""Reading one mapping of the document key by key, with a problem and its line for whatever does not fit."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from decimal import Decimal
from fractions import Fraction

import yaml

from scoring.rules.playbook.problems import Problem
from scoring.rules.playbook.texts import FALLBACK_LANGUAGE, Texts

_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_INTEGER = re.compile(r"-?\d{1,9}")
_NUMBER = re.compile(r"[-+]?\d{1,9}(\.\d{1,2})?")
_FRACTION = re.compile(r"(\d{1,6})/([1-9]\d{0,5})")
_LONGEST_TEXT = 2000
_LONGEST_PHRASE = 100
_LARGEST_WEIGHT = 1000


class Section:
    """A mapping whose keys are each asked for once; `finish` reports the keys nobody asked for.

    A value that does not fit adds a problem and comes back as a harmless stand-in, so that one pass finds every fault.
    """

    def __init__(self, node: yaml.Node | None, path: str, problems: list[Problem]) -> None:
        self.path = path
        self.line = node.start_mark.line + 1 if node else 1
        # An absent section was reported by its parent; what it lacks in turn would only be noise.
        self.problems = problems if node else []
        self._entries: dict[str, yaml.Node] = {}
        self._key_lines: dict[str, int] = {}
        self._asked: set[str] = set()
        if isinstance(node, yaml.MappingNode):
            self._collect(node)
        elif node:
            self.problem("not_a_mapping", "Expected keys with values here.")

    def _collect(self, node: yaml.MappingNode) -> None:
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else "?"
            line = key_node.start_mark.line + 1
            if key in self._entries:
                first = self._key_lines[key]
                self._add(line, key, "repeated_key", f"“{key}” is already given in line {first}; keep one of them.")
                continue
            self._entries[key] = value_node
            self._key_lines[key] = line

    # what is there

    def has(self, key: str) -> bool:
        """Whether the key is given."""
        return key in self._entries

    def names(self) -> tuple[str, ...]:
        """The given keys in document order, for mappings whose keys are data."""
        return tuple(self._entries)

    def finish(self) -> None:
        """Report the keys that were never asked for."""
        for key in self._entries.keys() - self._asked:
            self._add(self._key_lines[key], key, "unknown_key", f"“{key}” is not a key that is known here.")

    def problem(self, code: str, message: str, key: str | None = None) -> None:
        """Add a problem at `key`, or at this section as a whole."""
        if key is None:
            self.problems.append(Problem(self.line, self.path, code, message))
        else:
            self._add(self._key_lines.get(key, self.line), key, code, message)

    def _add(self, line: int, key: str, code: str, message: str) -> None:
        self.problems.append(Problem(line, self._path_of(key), code, message))

    def _path_of(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def _node(self, key: str) -> yaml.Node | None:
        self._asked.add(key)
        if key not in self._entries:
            self.problem("missing_key", f"“{key}” is missing here.", key)
        return self._entries.get(key)

    def _scalar(self, key: str) -> str | None:
        node = self._node(key)
        if node is None:
            return None
        if not isinstance(node, yaml.ScalarNode):
            self.problem("not_a_value", f"“{key}” takes one value.", key)
            return None
        return str(node.value).strip()

    # single values

    def word(self, key: str) -> str:
        """A key-like word: small letters, digits and underscores."""
        value = self._scalar(key)
        if value is None:
            return ""
        if not _KEY.fullmatch(value):
            self.problem("not_a_key", f"“{value}” is no key: small letters, digits and underscores, at most 64.", key)
        return value

    def choice(self, key: str, allowed: Collection[str], code: str = "unknown_word") -> str:
        """One of the allowed words."""
        value = self._scalar(key)
        if value is None:
            return ""
        self._check_known(key, value, allowed, code)
        return value

    def integer(self, key: str, least: int, most: int = 100_000) -> int:
        """A whole number from `least` to `most`."""
        value = self._scalar(key)
        if value is None:
            return least
        return self._whole(key, value, least, most)

    def number(self, key: str) -> Decimal:
        """A finite number with at most two decimals."""
        value = self._scalar(key)
        if value is None:
            return Decimal(1)
        if not _NUMBER.fullmatch(value):
            self.problem("not_a_number", f"“{value}” is no number with at most two decimals.", key)
            return Decimal(1)
        return Decimal(value)

    def weight(self, key: str = "weight") -> Decimal:
        """A weight: a number above zero, at most 1,000, in whole hundredths, as scores are computed in them."""
        value = self.number(key)
        if not 0 < value <= _LARGEST_WEIGHT:
            self.problem("weight_out_of_range", "A weight is above 0 and at most 1,000.", key)
            return Decimal(1)
        if value != round(value, 2):
            self.problem("weight_too_fine", "A weight has at most two decimals.", key)
            return Decimal(1)
        return value

    def share(self, key: str, most: int = 1) -> Fraction:
        """A share above zero, as `2/3` or `0.5`, at most `most`."""
        value = self._scalar(key)
        if value is None:
            return Fraction(1)
        match = _FRACTION.fullmatch(value)
        if match is None and not _NUMBER.fullmatch(value):
            self.problem("not_a_share", f"“{value}” is no share; write 2/3 or 0.5.", key)
            return Fraction(1)
        share = Fraction(int(match[1]), int(match[2])) if match else Fraction(value)
        if not 0 < share <= most:
            self.problem("share_out_of_range", f"A share here is above 0 and at most {most}.", key)
            return Fraction(1)
        return share

    def flag(self, key: str) -> bool:
        """`true` or `false`; absent means false."""
        return self.has(key) and self.choice(key, ("true", "false")) == "true"

    def texts(self, key: str) -> Texts:
        """A text by language, with English always given."""
        section = self.section(key)
        languages = section.names()
        if FALLBACK_LANGUAGE not in languages:
            section.problem("missing_text", f"The text in English (“{FALLBACK_LANGUAGE}”) is missing.")
        return Texts(tuple(sorted((language, section.text(language)) for language in languages)))

    def text(self, language: str) -> str:
        """The text in one language of a language map."""
        value = self._scalar(language) or ""
        if not _LANGUAGE.fullmatch(language):
            self.problem("not_a_language", f"“{language}” is no language code such as en or pt-br.", language)
        if not value:
            self.problem("missing_text", "The text is empty.", language)
        if len(value) > _LONGEST_TEXT:
            self.problem("text_too_long", f"The text is longer than {_LONGEST_TEXT} characters.", language)
        return value

    # several values

    def words(self, key: str, allowed: Collection[str], code: str = "unknown_word") -> tuple[str, ...]:
        """A list of allowed words, none twice."""
        values = tuple(self._scalars(key))
        for value in values:
            self._check_known(key, value, allowed, code)
        self._check_distinct(key, values)
        return values

    def phrases(self, key: str) -> tuple[str, ...]:
        """A list of free words or phrases, none empty and none twice."""
        values = tuple(self._scalars(key))
        if any(not value or len(value) > _LONGEST_PHRASE for value in values):
            self.problem("phrase_length", f"A phrase has 1 to {_LONGEST_PHRASE} characters.", key)
        self._check_distinct(key, [value.casefold() for value in values])
        return values

    def integers(self, key: str, least: int, most: int = 100_000) -> tuple[int, ...]:
        """A list of whole numbers, none twice."""
        values = tuple(self._whole(key, value, least, most) for value in self._scalars(key))
        self._check_distinct(key, values)
        return values

    def section(self, key: str) -> Section:
        """The mapping under the key; an empty one when the key is missing."""
        return Section(self._node(key), self._path_of(key), self.problems)

    def sections(self, key: str) -> list[Section]:
        """The list of mappings under the key."""
        return [Section(node, f"{self._path_of(key)}[{at}]", self.problems) for at, node in self._items(key)]

    def _items(self, key: str) -> Iterator[tuple[int, yaml.Node]]:
        node = self._node(key)
        if node is None:
            return
        if not isinstance(node, yaml.SequenceNode):
            self.problem("not_a_list", f"“{key}” takes a list.", key)
            return
        yield from enumerate(node.value)

    def _scalars(self, key: str) -> Iterator[str]:
        for _at, node in self._items(key):
            if isinstance(node, yaml.ScalarNode):
                yield str(node.value).strip()
            else:
                self.problem("not_a_value", f"“{key}” takes a list of single values.", key)

    # checks

    def _whole(self, key: str, value: str, least: int, most: int) -> int:
        if not _INTEGER.fullmatch(value):
            self.problem("not_a_whole_number", f"“{value}” is no whole number.", key)
            return least
        if not least <= int(value) <= most:
            self.problem("out_of_range", f"{value} is not between {least} and {most}.", key)
            return least
        return int(value)

    def _check_known(self, key: str, value: str, allowed: Collection[str], code: str) -> None:
        if value not in allowed:
            self.problem(code, f"“{value}” is not known here; use one of: {', '.join(allowed)}.", key)

    def _check_distinct(self, key: str, values: Collection[object]) -> None:
        if len(set(values)) != len(values):
            self.problem("repeated_value", f"A value comes twice in “{key}”.", key)


def report_repeated_keys(entries: list[Section], keys: list[str]) -> None:
    """Report every entry whose key an earlier one already has."""
    seen: set[str] = set()
    for entry, key in zip(entries, keys, strict=True):
        if key in seen:
            entry.problem("repeated_key", f"The key “{key}” is already used above; keys are unique.", "key")
        seen.add(key)
