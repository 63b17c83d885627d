"""Dates as people and spreadsheets write them: raw text, value, precision and what looks misread."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from .months import MONTH, MONTHS, QUARTER
from .text import squeeze

type_precision = Literal["day", "month", "quarter", "year"]
type_order = Literal["mdy", "dmy", "mixed"]

# code: what a person is told. The value, where there is one, is a proposal.
SUSPICIONS: dict[str, str] = {
    "serial_year": "A spreadsheet took the year {year} for a day count and showed {raw}.",
    "day_month": "A spreadsheet took a year and month for a day and month; read as {month} {year}.",
    "serial_day": "A spreadsheet's day count, read as {value}.",
    "ambiguous_order": "Day and month could be the other way round; read as {value}.",
    "two_digit_year": "The year has two digits; read as {year}.",
    "fiscal_year": "A fiscal year; its first day depends on the organisation. Read as {year}.",
    "text_around": "Only a part of the text is a date; read as {value}.",
    "implausible_year": "The year {year} is not plausible.",
    "not_a_date": "{raw} is not a date.",
}
_EPOCH = date(1899, 12, 30)
_EARLIEST, _LATEST = 1950, 2100
# The day counts 1950 to 2100 fall into these months.
_EPOCH_YEAR, _SERIAL_MONTHS = 1905, range(5, 10)
_TIME = re.compile(r"[ t]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[ap]\.?m\.?)?\s*(?:z|utc|[+-]\d{2}:?\d{2})?$")
_NOTHING = re.compile(
    r"(?:|[-–—.?/]+|n\W?a\W?.*|not applicable.*|none|null|nil|nan|unknown|tbd|todo|to be determined.*|on-?going.*"
    r"|\[?blank\]?"
    r"|unbekannt|offen|k\W?a\W?|keine angabe|inconnu|non renseigne|sans objet|onbekend|nvt|n\.v\.t\.?"
    r"|desconocido|no aplica|no consta|sin fecha)"
)


@dataclass(frozen=True)
class DateCell:
    """A date cell. ``value`` is the first day of the period that ``precision`` names; None when nothing is sure.

    ``suspicion`` is a key of SUSPICIONS.
    """

    raw: str
    value: date | None = None
    precision: type_precision | None = None
    suspicion: str | None = None

    @property
    def text(self) -> str:
        """The value at its precision, ISO 8601 (quarters as 2023-Q3); "" without a value."""
        if self.value is None:
            return ""
        if self.precision == "quarter":
            return f"{self.value.year:04d}-Q{(self.value.month + 2) // 3}"
        return self.value.isoformat()[: {"year": 4, "month": 7}.get(self.precision or "day", 10)]

    @property
    def message(self) -> str:
        """The suspicion as an English sentence; "" without one."""
        if self.suspicion is None:
            return ""
        value = self.value
        return SUSPICIONS[self.suspicion].format(
            raw=self.raw.strip(),
            value=self.text,
            year=value.year if value else self.raw.strip(),
            month=f"{value:%B}" if value else "",
        )


type_parts = tuple[int, int, int]
type_found = tuple[date, type_precision, str | None]


def date_order(values: Iterable[str]) -> type_order | None:
    """Whether a column writes month or day first, from its unmistakable dates; None when none is."""
    month_first = day_first = False
    for value in values:
        match = _NUMERIC.fullmatch(_plain(value))
        if match:
            first, second = int(match["a"]), int(match["b"])
            month_first |= first <= 12 < second <= 31
            day_first |= second <= 12 < first <= 31
    if month_first and day_first:
        return "mixed"
    return "mdy" if month_first else "dmy" if day_first else None


@lru_cache(maxsize=65536)
def read_date(raw: str, order: type_order | None = None) -> DateCell:
    """Read one cell. ``order`` comes from date_order over its column."""
    text = _plain(raw)
    if _NOTHING.fullmatch(text):
        return DateCell(raw)
    found = _whole(text, order)
    if found is None:
        found = _inside(text, order)
    if found is None:
        return DateCell(raw, suspicion="not_a_date")
    value, precision, suspicion = found
    return DateCell(raw, value, precision, suspicion)


def _plain(raw: str) -> str:
    text = unicodedata.normalize("NFKD", squeeze(raw)).casefold()
    text = "".join(c for c in text if not unicodedata.combining(c))
    return _TIME.sub("", text).strip()


def _whole(text: str, order: type_order | None) -> type_found | None:
    for pattern, read in _READERS:
        match = pattern.fullmatch(text)
        if match:
            found = read(match, order)
            if found is not None:
                return _checked(found)
    return None


def _checked(found: type_found) -> type_found:
    value, precision, suspicion = found
    serial = (value - _EPOCH).days
    if (
        precision == "day"
        and value.year in (1905, 1906)
        and _EARLIEST <= serial <= _LATEST
        and suspicion in (None, "ambiguous_order")
    ):
        return date(serial, 1, 1), "year", "serial_year"
    if not _EARLIEST <= value.year <= _LATEST and suspicion is None:
        return value, precision, "implausible_year"
    return found


def _inside(text: str, order: type_order | None) -> type_found | None:
    """A date with words around it; not when the words or a second date make it a range or a bound."""
    if re.search(r"\b(?:pre|before|after|until|vor|nach|avant|apres|voor|na|antes|despues|prior|earlier|bis)\b", text):
        return None
    places = list(_EMBEDDED.finditer(text))
    if len(places) != 1 or len(text) > 200:
        return None
    found = _whole(places[0].group(), order)
    return None if found is None else (found[0], found[1], found[2] if found[2] == "serial_year" else "text_around")


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _iso(match: re.Match[str], _order: type_order | None) -> type_found | None:
    value = _day(int(match["y"]), int(match["m"]), int(match["d"]))
    return None if value is None else (value, "day", None)


def _numeric(match: re.Match[str], order: type_order | None) -> type_found | None:
    first, second, short = int(match["a"]), int(match["b"]), len(match["y"]) == 2
    year = _century(int(match["y"])) if short else int(match["y"])
    if second > 12 or (first <= 12 and _month_first(order, match["sep"])):
        month, day = first, second
    else:
        month, day = second, first
    if year == _EPOCH_YEAR and order is None and month not in _SERIAL_MONTHS and day in _SERIAL_MONTHS:
        month, day = day, month
    value = _day(year, month, day)
    if value is None:
        return None
    open_order = order in (None, "mixed") and first <= 12 and second <= 12 and first != second and match["sep"] != "."
    return value, "day", "ambiguous_order" if open_order else "two_digit_year" if short else None


def _month_first(order: type_order | None, separator: str) -> bool:
    if order in ("mdy", "dmy"):
        return order == "mdy"
    return separator == "/"


def _century(year: int) -> int:
    return year + (2000 if year < 70 else 1900)


def _year_month(match: re.Match[str], _order: type_order | None) -> type_found | None:
    value = _day(int(match["y"]), int(match["m"]), 1)
    return None if value is None else (value, "month", None)


def _year(match: re.Match[str], _order: type_order | None) -> type_found | None:
    year = int(match["y"])
    return (date(year, 1, 1), "year", None) if _EARLIEST <= year <= _LATEST else None


def _serial(match: re.Match[str], _order: type_order | None) -> type_found | None:
    return _EPOCH + timedelta(days=int(match["n"])), "day", "serial_day"


def _quarter(match: re.Match[str], _order: type_order | None) -> type_found | None:
    found = QUARTER.search(match["quarter"])
    if found is None:
        return None
    year = int(match["y"])
    year = _century(year) if year < 100 else year
    if match["fy"]:
        return date(year, 1, 1), "year", "fiscal_year"
    return date(year, int(found["q"] or found["q2"]) * 3 - 2, 1), "quarter", None


def _fiscal(match: re.Match[str], _order: type_order | None) -> type_found | None:
    year = int(match["y"])
    return date(_century(year) if year < 100 else year, 1, 1), "year", "fiscal_year"


def _named(match: re.Match[str], _order: type_order | None) -> type_found | None:
    groups = match.groupdict()
    year = int(groups["y"])
    short = len(groups["y"]) == 2
    day = int(groups.get("d") or 1)
    value = _day(_century(year) if short else year, MONTHS[groups["month"]], day)
    if value is None:
        return None
    return value, "day" if groups.get("d") else "month", "two_digit_year" if short else None


def _day_month(match: re.Match[str], _order: type_order | None) -> type_found | None:
    """ "24-Nov": Nov-24, that is November 2024, shown as a day and a month."""
    value = _day(_century(int(match["n"])), MONTHS[match["month"]], 1)
    return None if value is None else (value, "month", "day_month")


_NUMERIC = re.compile(r"(?P<a>\d{1,2})(?P<sep>[/.-])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4}|\d{2})")
_Q = (
    r"(?P<quarter>(?:q|quarter|quartal|kwartaal|trimestre|trim\.?|t|k)\s*[1-4]"
    r"|[1-4](?:\.|er|e|eme|o|st|nd|rd|th)?\s*(?:quarter|quartal|kwartaal|trimestre|trim|q))"
)
_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], type_order | None], type_found | None]], ...] = (
    (re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"), _iso),
    (_NUMERIC, _numeric),
    (re.compile(r"(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})"), _iso),
    (re.compile(r"(?P<m>\d{1,2})\s?[-/.]\s?(?P<y>\d{4})"), _year_month),
    (re.compile(r"(?P<y>\d{4})\s?[-/.]\s?(?P<m>\d{1,2})"), _year_month),
    (re.compile(r"(?P<y>\d{4})(?:\.0)?"), _year),
    (re.compile(r"(?P<n>[345]\d{4})(?:\.\d+)?"), _serial),
    (re.compile(_Q + r"[\s/,.-]*(?:of\s|de\s)?(?P<fy>fy\s?)?(?P<y>\d{4}|\d{2})"), _quarter),
    (re.compile(r"(?P<fy>fy\s?)?(?P<y>\d{4})[\s/,.-]*" + _Q), _quarter),
    (
        re.compile(r"(?:fy|fiscal year|fiscal|exercice|haushaltsjahr|gj|boekjaar|ejercicio)[\s-]*(?P<y>\d{4}|\d{2})"),
        _fiscal,
    ),
    (re.compile(MONTH + r"\.?,?[\s-]+(?:de\s|del\s|of\s)?(?P<y>\d{4})"), _named),
    (re.compile(r"(?P<y>\d{4})[\s-]+" + MONTH + r"\.?"), _named),
    (re.compile(MONTH + r"\.?[\s-]?['’]?(?P<y>\d{2})"), _named),
    (
        re.compile(
            r"(?P<d>\d{1,2})(?:\.|st|nd|rd|th|er)?[\s-]*(?:de\s)?"
            + MONTH
            + r"\.?,?[\s-]*(?:de\s|del\s)?(?P<y>\d{4}|\d{2})"
        ),
        _named,
    ),
    (re.compile(MONTH + r"\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})"), _named),
    (re.compile(r"(?P<n>\d{2})[\s-]+" + MONTH + r"\.?"), _day_month),
)
_EMBEDDED = re.compile(
    r"(?<![\d/.-])(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{1,2}/\d{4}|\d{4}[-/]\d{1,2}|(?:q[1-4]\s*)?(?:fy\s?)?\d{4}"
    r"|fy\s?\d{2})(?![\d/.-]|\d)"
)
