"""Names of months and quarters in the languages the importer reads."""

from __future__ import annotations

import re

_NAMES = (
    "january jan januar janner janvier janv januari enero ene jaenner",
    "february feb februar fevrier fevr fev februari febrero febr",
    "march mar marz mars maart mrt marzo maerz mrz",
    "april apr avril avr abril abr",
    "may mai mei mayo",
    "june jun juni juin junio",
    "july jul juli juillet juil julio",
    "august aug aout augustus agosto ago",
    "september sep sept septembre septiembre set setiembre",
    "october oct oktober okt octobre octubre",
    "november nov novembre noviembre",
    "december dec dezember dez decembre diciembre dic",
)
MONTHS: dict[str, int] = {name: number for number, names in enumerate(_NAMES, start=1) for name in names.split()}
MONTH = "(?P<month>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + ")"
QUARTER = re.compile(
    r"(?:q|quarter|quartal|quartaal|kwartaal|trimestre|trim|t|k)\s*(?P<q>[1-4])|(?P<q2>[1-4])\s*(?:\.|er|e|eme|o|st|nd|rd|th)?\s*(?:q\b|quarter|quartal|kwartaal|trimestre|trim)"
)
