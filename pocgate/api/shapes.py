"""JSON Schema (draft 2020-12, as OpenAPI 3.1 has it) for what the API answers, in few words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Shape = Mapping[str, Any]

# Where `named` leaves the name for the document.
NAME = "x-name"

STRING: Shape = {"type": "string"}
BOOLEAN: Shape = {"type": "boolean"}
NUMBER: Shape = {"type": "number"}
INTEGER: Shape = {"type": "integer"}
COUNT: Shape = {"type": "integer", "minimum": 0}
STAGE: Shape = {"type": "integer", "minimum": 0, "maximum": 3}
TIME: Shape = {"type": "string", "format": "date-time"}
DAY: Shape = {"type": "string", "format": "date"}
CURRENCY: Shape = {"type": "string", "pattern": "^[A-Z]{3}$"}
DECIMAL: Shape = {
    "type": "string",
    "pattern": r"^-?[0-9]+(\.[0-9]+)?$",
    "description": "A decimal as text: no digit lost.",
}
SCORE: Shape = {"type": "number", "minimum": 0, "maximum": 100}
REFERENCE: Shape = {"type": "string", "pattern": "^UC-[0-9]{4,}$"}
ANY_OBJECT: Shape = {"type": "object", "additionalProperties": True}


def one_of(words: Iterable[str]) -> Shape:
    """One of these words."""
    return {"type": "string", "enum": list(words)}


def array(items: Shape) -> Shape:
    """A list of one kind."""
    return {"type": "array", "items": items}


def table(values: Shape) -> Shape:
    """An object whose names are data."""
    return {"type": "object", "additionalProperties": values}


def record(**properties: Shape) -> Shape:
    """An object that has exactly these members, always all of them."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def named(name: str, shape: Shape) -> Shape:
    """A shape that the document keeps once under its name."""
    return {**shape, NAME: name}


def or_null(shape: Shape) -> Shape:
    """The shape, or an explicit null."""
    if NAME in shape:
        return {"oneOf": [shape, {"type": "null"}]}
    kind = shape.get("type")
    if not isinstance(kind, str):
        return {"oneOf": [shape, {"type": "null"}]}
    words = {"enum": [*shape["enum"], None]} if "enum" in shape else {}
    return {**shape, "type": [kind, "null"], **words}
