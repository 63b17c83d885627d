"""How a reminder says what it is about, in Python and, for whole kinds at once, in SQL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

_PLACE = re.compile(r"%\((\w+)\)s")


def when(days_left: int, *, is_state: bool) -> str:
    """How long until the deadline or since."""
    days = abs(days_left)
    if is_state:
        return ngettext("For %(days)s day", "For %(days)s days", days) % {"days": days} if days else _("Since today")
    if days_left == 0:
        return _("Due today")
    if days_left > 0:
        return ngettext("Due in %(days)s day", "Due in %(days)s days", days) % {"days": days}
    return ngettext("Overdue by %(days)s day", "Overdue by %(days)s days", days) % {"days": days}


def headline(said: str, what: str) -> str:
    """The title of a reminder."""
    return _("%(when)s: %(what)s") % {"when": said, "what": what}


@dataclass(frozen=True)
class Text:
    """An SQL expression of a text and its parameters."""

    sql: str
    params: tuple[Any, ...] = ()


def filled(template: str, columns: Mapping[str, Text]) -> Text:
    """The template with its places filled by these columns; what stands between them is passed as parameters."""
    pieces = enumerate(_PLACE.split(template))
    parts = [columns[piece] if place % 2 else Text("%s", (piece.replace("%%", "%"),)) for place, piece in pieces]
    return Text(" || ".join(part.sql for part in parts), tuple(param for part in parts for param in part.params))
