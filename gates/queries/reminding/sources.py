"""Every kind of duty that people are reminded of."""

from __future__ import annotations

from gates.queries.reminding.cases import OF_CASES
from gates.queries.reminding.committees import OF_COMMITTEES
from gates.queries.reminding.records import OF_RECORDS
from gates.queries.reminding.reviews import OF_REVIEWS
from gates.queries.reminding.source import Source

SOURCES: tuple[Source, ...] = (*OF_REVIEWS, *OF_COMMITTEES, *OF_CASES, *OF_RECORDS)
