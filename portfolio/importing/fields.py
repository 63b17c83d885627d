"""The fields a column can be mapped to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

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

# A column may also answer a criterion of the playbook, which this app does not know: "answer:quality_tests".
ANSWER = "answer:"
ANSWER_WORDS = (
    "met",
    "partly",
    "not_met",
    "not_applicable",
    "in_progress",
    "planned",
    "waived",
    "precluded",
    "withheld",
)
_ANSWER_FIELD = re.compile(r"answer:[a-z][a-z0-9_]{0,59}")


def is_field(name: str) -> bool:
    """Whether a column can be mapped to it."""
    return name in FIELDS or _ANSWER_FIELD.fullmatch(name) is not None


def nested_answers(values: Mapping[str, str]) -> dict[str, Any]:
    """Values as kept with the case: answers by criterion under ``answers``, where there are any."""
    answers = {name.removeprefix(ANSWER): word for name, word in values.items() if name.startswith(ANSWER)}
    plain = {name: text for name, text in values.items() if not name.startswith(ANSWER)}
    return {**plain, "answers": answers} if answers else plain


def flat_answers(values: Mapping[str, Any]) -> dict[str, str]:
    """Values as a row has them: the reverse of nested_answers."""
    plain = {name: text for name, text in values.items() if name != "answers"}
    return plain | {f"{ANSWER}{criterion}": word for criterion, word in values.get("answers", {}).items()}
