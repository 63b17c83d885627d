"""Answers are what the OpenAPI document says they are."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator, FormatChecker


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return made


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Path, method and description of each operation."""
    return [
        (path, method, operation) for path, item in document()["paths"].items() for method, operation in item.items()
    ]


def assert_as_described(answer: Any, path: str, method: str = "get") -> Any:
    """The answer's JSON, after a check against the document."""
    responses = document()["paths"][f"/api/v1/{path}"][method]["responses"]
    media_type = answer["Content-Type"].partition(";")[0]
    described = responses[str(answer.status_code)]["content"][media_type]["schema"]
    checker = Draft202012Validator(
        {**described, "components": document()["components"]}, format_checker=FormatChecker()
    )
    body = answer.json()
    wrong = [f"{list(error.absolute_path)}: {error.message}" for error in checker.iter_errors(body)]
    assert wrong == [], wrong
    return body
