"""Colours by the names of the theme, so that one specification serves light, dark and paper."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

ACCENT, INK, FAINT, SURFACE = "--accent-fill", "--ink", "--ink-3", "--surface"
GO, WARN, STOP, PIVOT, HOLD = "--go-fill", "--warn-fill", "--stop-fill", "--pivot-fill", "--hold-fill"
CATEGORIES = (ACCENT, PIVOT, WARN, GO, HOLD, STOP)

NAME = re.compile(r"--[a-z0-9-]+")
_TOKEN = re.compile(r"(--[a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")


@cache
def theme_colours(*, dark: bool) -> Mapping[str, str]:
    """The theme's colours, `--name` → `#rrggbb`, read from its style sheet."""
    text = Path(settings.BASE_DIR, "static", "css", "theme.css").read_text(encoding="utf-8")
    return {name: (on_dark if dark else on_light) for name, on_light, on_dark in _TOKEN.findall(text)}


def with_colours(value: Any, *, dark: bool) -> Any:
    """A specification with every colour name replaced; its data stay as they are. KeyError for an unknown name."""
    if isinstance(value, str):
        return theme_colours(dark=dark)[value] if NAME.fullmatch(value) else value
    if isinstance(value, list):
        return [with_colours(item, dark=dark) for item in value]
    if isinstance(value, dict):
        return {key: item if key == "values" else with_colours(item, dark=dark) for key, item in value.items()}
    return value
