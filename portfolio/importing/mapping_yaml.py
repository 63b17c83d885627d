"""Mappings as YAML: loaded with errors by line, written so that people can edit them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from .fields import ANSWER_WORDS, FIELDS, is_field
from .mapping import Mapping, Source
from .stages import TARGETS

SHIPPED = Path(__file__).parent / "mappings"
MAX_TEXT = 256 * 1024

_STAGE_WORDS: dict[str, str | None] = {**{str(target): target for target in TARGETS}, "unknown": None}
_TIERS = {name: name for name in ("unassessed", "minimal", "limited", "high", "prohibited")}
_ANSWERS = {name: name for name in ("yes", "no", "unknown")}
_CRITERIA = {name: name for name in ANSWER_WORDS}
_DEFAULTS = {name: name for name in ("department", "unit", "category", "vendor")}
_PLAIN = ("name", "title", "encoding", "delimiter", "sheet", "header_row", "date_order", "confirmed")
_KEYS = (*_PLAIN, "columns", "stages", "tiers", "personal_data", "answers", "departments", "defaults")


@dataclass(frozen=True)
class MappingFault:
    """What is wrong with a mapping's text, and on which line (1-based)."""

    line: int
    message: str


class InvalidMapping(Exception):
    """A mapping's text that cannot be used; carries every fault found."""

    def __init__(self, faults: list[MappingFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"line {fault.line}: {fault.message}" for fault in faults))


def load_mapping(text: str) -> Mapping:
    """A mapping from its YAML. InvalidMapping with all faults and their lines."""
    if len(text) > MAX_TEXT:
        raise InvalidMapping([MappingFault(1, "the mapping is longer than 256 KiB")])
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise InvalidMapping([MappingFault(mark.line + 1 if mark else 1, f"not YAML: {error}")]) from error
    except RecursionError as error:
        raise InvalidMapping([MappingFault(1, "too deeply nested")]) from error
    reader = _Reader()
    mapping = reader.mapping(root)
    if reader.faults:
        raise InvalidMapping(sorted(reader.faults, key=lambda fault: fault.line))
    return mapping


def dump_mapping(mapping: Mapping) -> str:
    """The mapping as YAML that load_mapping reads back to an equal mapping."""
    content: dict[str, object] = {"name": mapping.name}
    plain = {key: getattr(mapping, key) for key in ("encoding", "delimiter", "sheet", "header_row", "date_order")}
    content.update({key: value for key, value in plain.items() if value is not None})
    if not mapping.confirmed:
        content["confirmed"] = False
    content["columns"] = {field: _source(source) for field, source in mapping.columns.items()}
    parts: dict[str, object] = {
        "stages": {word: _stage_word(target) for word, target in mapping.stages.items()},
        "tiers": dict(mapping.tiers),
        "personal_data": dict(mapping.answers),
        "answers": dict(mapping.criteria),
        "departments": dict(mapping.departments),
        "defaults": dict(mapping.defaults),
    }
    content |= {key: value for key, value in parts.items() if value}
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110)


@lru_cache
def shipped_mappings() -> tuple[Mapping, ...]:
    """The mappings that come with the product, by name."""
    return tuple(load_mapping(path.read_text(encoding="utf-8")) for path in sorted(SHIPPED.glob("*.yaml")))


def _stage_word(target: str | None) -> str | int:
    if target is None:
        return "unknown"
    return int(target) if target.isdigit() else target


def _source(source: Source) -> object:
    if source.position is None and len(source.headers) == 1:
        return source.headers[0]
    if source.position is None:
        return list(source.headers)
    headers: object = source.headers[0] if len(source.headers) == 1 else list(source.headers)
    return {"header": headers, "position": source.position} if source.headers else {"position": source.position}


class _Reader:
    """Walks composed nodes, because only those know their lines."""

    def __init__(self) -> None:
        self.faults: list[MappingFault] = []

    def fault(self, node: Node, message: str) -> None:
        self.faults.append(MappingFault(node.start_mark.line + 1, message))

    def mapping(self, root: Node | None) -> Mapping:
        if not isinstance(root, MappingNode):
            self.faults.append(MappingFault(1, "a mapping is a list of keys and values"))
            return Mapping("")
        parts = {key.value: (key, value) for key, value in self.pairs(root)}
        for name, (key, _) in parts.items():
            if name not in _KEYS:
                self.fault(key, f"unknown key {name}; known are {', '.join(_KEYS)}")
        plain = {name: self.scalar(parts[name][1]) for name in _PLAIN if name in parts}
        nodes = {name: value for name, (_, value) in parts.items()}
        columns = self.columns(nodes.get("columns"), root)
        return Mapping(
            name=self.name(plain.get("name"), root),
            columns=columns,
            stages=self.words(nodes.get("stages"), _STAGE_WORDS),  # type: ignore[arg-type]
            tiers=self.words(nodes.get("tiers"), _TIERS),  # type: ignore[arg-type]
            answers=self.words(nodes.get("personal_data"), _ANSWERS),  # type: ignore[arg-type]
            criteria=self.words(nodes.get("answers"), _CRITERIA),  # type: ignore[arg-type]
            departments=self.texts(nodes.get("departments")),
            defaults=self.defaults(nodes.get("defaults")),
            confirmed=self.truth(nodes.get("confirmed")),
            encoding=plain.get("encoding"),
            delimiter=plain.get("delimiter"),
            sheet=plain.get("sheet"),
            header_row=self.number(nodes.get("header_row"), "header_row"),
            date_order=self.order(nodes.get("date_order")),
        )

    def pairs(self, node: Node) -> Iterator[tuple[ScalarNode, Node]]:
        if not isinstance(node, MappingNode):
            self.fault(node, "keys and values are expected here")
            return
        seen = set()
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                self.fault(key, "a key must be text")
            elif key.value in seen:
                self.fault(key, f"{key.value} is there twice")
            else:
                seen.add(key.value)
                yield key, value

    def scalar(self, node: Node) -> str | None:
        if not isinstance(node, ScalarNode):
            self.fault(node, "one value is expected here")
            return None
        return None if node.tag.endswith(":null") else str(node.value)

    def name(self, name: str | None, root: Node) -> str:
        if not name or len(name) > 100:
            self.fault(root, "name: a mapping needs a name of at most 100 characters")
        return name or ""

    def columns(self, node: Node | None, root: Node) -> dict[str, Source]:
        columns: dict[str, Source] = {}
        for key, value in self.pairs(node) if node is not None else ():
            if not is_field(key.value):
                self.fault(key, f"unknown field {key.value}; known are {', '.join(FIELDS)}, answer:CRITERION")
                continue
            source = self.source(value)
            if source is not None:
                columns[key.value] = source
        if "title" not in columns:
            self.fault(root, "columns: no column is named for title")
        return columns

    def source(self, node: Node) -> Source | None:
        if isinstance(node, MappingNode):
            parts = {key.value: value for key, value in self.pairs(node)}
            for name in parts.keys() - {"header", "position"}:
                self.fault(node, f"unknown key {name}; a column has header and position")
            headers = self.headers(parts["header"]) if "header" in parts else ()
            position = self.number(parts.get("position"), "position")
            if not headers and position is None:
                self.fault(node, "a column needs a header or a position")
                return None
            return Source(headers, position)
        headers = self.headers(node)
        return Source(headers) if headers else None

    def headers(self, node: Node) -> tuple[str, ...]:
        items = node.value if isinstance(node, SequenceNode) else [node]
        found = tuple(text for item in items if (text := self.scalar(item)))
        if not found:
            self.fault(node, "a header is expected here")
        return found

    def words(self, node: Node | None, targets: dict[str, str | None] | dict[str, str]) -> dict[str, str | None]:
        words: dict[str, str | None] = {}
        for key, value in self.pairs(node) if node is not None else ():
            target = self.scalar(value)
            if target is None or target.lower() not in targets:
                self.fault(value, f"{key.value}: {target or 'nothing'} is not one of {', '.join(targets)}")
            else:
                words[key.value] = targets[target.lower()]
        return words

    def texts(self, node: Node | None) -> dict[str, str]:
        pairs = self.pairs(node) if node is not None else ()
        return {key.value: text for key, value in pairs if (text := self.scalar(value))}

    def defaults(self, node: Node | None) -> dict[str, str]:
        found = self.texts(node)
        for name in found.keys() - _DEFAULTS.keys():
            self.fault(node or ScalarNode("", ""), f"unknown default {name}; known are {', '.join(_DEFAULTS)}")
        return found

    def number(self, node: Node | None, name: str) -> int | None:
        text = self.scalar(node) if node is not None else None
        if text is None or node is None:
            return None
        if not text.isdigit() or not 1 <= int(text) <= 1_000_000:
            self.fault(node, f"{name} is a whole number from 1")
            return None
        return int(text)

    def truth(self, node: Node | None) -> bool:
        text = (self.scalar(node) or "").lower() if node is not None else "true"
        if node is not None and text not in ("true", "false", "yes", "no"):
            self.fault(node, "confirmed is true or false")
        return text in ("true", "yes")

    def order(self, node: Node | None) -> str | None:
        text = self.scalar(node) if node is not None else None
        if text is not None and node is not None and text not in ("mdy", "dmy", "mixed"):
            self.fault(node, "date_order is mdy or dmy")
        return text
