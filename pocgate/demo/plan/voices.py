"""What users say about a pilot, and what they are answered, written as YAML beside this module."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Voice:
    """A user's words with the answer to them."""

    rating: int
    channel: str
    text: str
    answer: str


@cache
def voices() -> tuple[Voice, ...]:
    """All of them, in the order of the file."""
    text = Path(__file__).with_name("voices.yaml").read_text(encoding="utf-8")
    return tuple(Voice(**entry) for entry in yaml.safe_load(text))
