"""What a case must hold before it can be handed in, and which values its describing fields may take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pocgate.kernel.errors import Blocker, FieldProblem
from portfolio.rules.money import currency_problems

TEXT_LIMITS: Mapping[str, int] = {
    "title": 400,
    "problem_statement": 20_000,
    "affected_process": 5_000,
    "affected_users": 5_000,
    "expected_benefit": 20_000,
    "category": 200,
    "vendor": 300,
}
TAG_LIMIT, TAGS_LIMIT = 60, 20
ANSWERS_NEEDED = (
    "delivery",
    "personal_data",
    "affects_people",
    "prohibited_practice",
    "sensitive_area",
    "faces_people",
)


@dataclass(frozen=True)
class Registration:
    """What is known of a case that is to be handed in. `answered` holds the keys of the facts that have a value."""

    title: str
    problem: str
    has_department: bool
    has_product_owner: bool
    answered: frozenset[str]


def registration_blockers(case: Registration) -> list[Blocker]:
    """What is still missing; empty when the case can be handed in. `params["step"]` is where it is given, 1 to 4."""
    lacking = [
        (not case.title.strip(), "title_missing", "Give the case a title.", 1),
        (not case.problem.strip(), "problem_missing", "Say which problem is to be solved.", 1),
        (not case.has_department, "department_missing", "Name the department.", 2),
        (not case.has_product_owner, "product_owner_missing", "Name the product owner.", 2),
    ]
    blockers = [Blocker(code, message, {"step": step}) for missing, code, message, step in lacking if missing]
    unanswered = [key for key in ANSWERS_NEEDED if key not in case.answered]
    if unanswered:
        message = "Answer the questions on data and risk; {count} are open."
        params = {"step": 3, "count": len(unanswered), "missing": ", ".join(unanswered)}
        blockers.append(Blocker("questions_open", message, params))
    return blockers


def text_problems(changes: Mapping[str, object], *, is_draft: bool) -> list[FieldProblem]:
    """What is wrong with the describing fields that are to be changed."""
    problems: list[FieldProblem] = []
    for field, value in changes.items():
        if field in TEXT_LIMITS:
            problems += _long_text(field, value)
        elif field == "currency":
            problems += currency_problems(field, str(value))
        elif field == "technology":
            problems += _tag_problems(value)
        elif field == "target_gate_date" and not (value is None or isinstance(value, date)):
            problems.append(FieldProblem(field, "not_a_date", "Give a date such as 2026-05-31."))
    if "title" in changes and not str(changes["title"]).strip():
        problems.append(FieldProblem("title", "required", "A case needs a title."))
    if not is_draft and "problem_statement" in changes and not str(changes["problem_statement"]).strip():
        problems.append(FieldProblem("problem_statement", "required", "Only drafts may lack a problem statement."))
    return problems


def _long_text(field: str, value: object) -> list[FieldProblem]:
    text, limit = str(value), TEXT_LIMITS[field]
    if "\x00" in text:
        return [FieldProblem(field, "nul_character", "The text holds a NUL character; remove it.")]
    if len(text) <= limit:
        return []
    params = {"length": len(text), "limit": limit}
    return [FieldProblem(field, "too_long", "The text has {length} characters; at most {limit} fit.", params)]


def _tag_problems(value: object) -> list[FieldProblem]:
    if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
        return [FieldProblem("technology", "not_a_list", "Give technology as a list of words.")]
    if len(value) > TAGS_LIMIT:
        return [FieldProblem("technology", "too_many", "Give at most {limit} words.", {"limit": TAGS_LIMIT})]
    if any(not tag.strip() or len(tag) > TAG_LIMIT or "\x00" in tag for tag in value):
        return [
            FieldProblem("technology", "tag_length", "A word has 1 to {limit} characters.", {"limit": TAG_LIMIT}),
        ]
    return []
