"""The fields a column can be mapped to."""

from __future__ import annotations

DATE_FIELDS = ("date_started", "date_development", "date_implemented", "date_retired")
TEXT_FIELDS = ("problem_statement", "expected_benefit", "outputs", "affected_process", "affected_users")
ORGANISATION_FIELDS = ("department", "unit")
WORD_FIELDS = ("stage", "status", "tier", "personal_data")
FIELDS = (
    "title",
    *TEXT_FIELDS,
    "department",
    "department_abbreviation",
    "unit",
    "category",
    "technology",
    "vendor",
    *WORD_FIELDS,
    *DATE_FIELDS,
    "external_id",
    "contact",
    "owner",
)
