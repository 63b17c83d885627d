"""How views are described in the OpenAPI document, and the document's own addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from pocgate.api import shapes
from pocgate.api.answers import JSON
from pocgate.api.parameters import Parameter
from pocgate.api.problems import MEDIA_TYPE, TYPE_PREFIX, title_of

F = TypeVar("F", bound=Callable[..., Any])

PROBLEM = shapes.named(
    "Problem",
    {
        **shapes.record(
            type={"type": "string", "description": f"Stable, such as {TYPE_PREFIX}invalid."},
            title=shapes.STRING,
            status=shapes.INTEGER,
            detail=shapes.STRING,
            instance=shapes.STRING,
            errors=shapes.array(
                shapes.record(
                    pointer={
                        "type": "string",
                        "description": "JSON pointer into the body, or ?name of a parameter; empty for the whole.",
                    },
                    code=shapes.STRING,
                    detail=shapes.STRING,
                )
            ),
        ),
        "description": "RFC 9457.",
    },
)
ALWAYS = (401, 403, 422, 429)
ETAG_HEADERS = (
    OpenApiParameter(
        "If-None-Match", str, OpenApiParameter.HEADER, description="Answers 304 when the ETag still holds."
    ),
)
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag you read; 428 without, 412 if stale."
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 200},
    OpenApiParameter.HEADER,
    description="Repeating the call under the same key within 24 hours gives the same answer and writes nothing twice.",
)
REFERENCE = OpenApiParameter(
    "ref", {"type": "string", "pattern": "^UC-[0-9]+$"}, OpenApiParameter.PATH, description="Such as UC-0042."
)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Bearer tokens."""

    target_class = "pocgate.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """HTTP bearer."""
        return {"type": "http", "scheme": "bearer", "description": "A token made on the page “Tokens”."}


def described(
    operation_id: str,
    summary: str,
    *,
    tag: str,
    answers: Mapping[int, shapes.Shape | None],
    query: Iterable[Parameter] = (),
    parameters: Iterable[OpenApiParameter] = (),
    request: Any = None,
    errors: Iterable[int] = (),
    media: Mapping[str, shapes.Shape] | None = None,
    is_open: bool = False,
) -> Callable[[F], F]:
    """Describe one method of a view. `answers` are JSON by status; `media` adds other media types of the 200.

    `request` is a body, or bodies by media type.
    """
    responses: dict[Any, Any] = {}
    for status, shape in answers.items():
        responses[status, JSON] = OpenApiResponse(shape, description="")
    for media_type, shape in (media or {}).items():
        responses[200, media_type] = OpenApiResponse(shape, description="")
    for status in (*errors, *(() if is_open else ALWAYS)):
        responses[status, MEDIA_TYPE] = OpenApiResponse(PROBLEM, description=title_of(status))
    decorate: Callable[[F], F] = extend_schema(
        operation_id=operation_id,
        summary=summary,
        tags=[tag],
        parameters=[*(_parameter(parameter) for parameter in query), *parameters],
        request=request if isinstance(request, dict) or request is None else {JSON: request},
        responses=responses,
        auth=[] if is_open else None,
    )
    return decorate


def named_shapes_as_components(result: dict[str, Any], **_: object) -> dict[str, Any]:
    """A hook of the generator: shapes that carry a name become components, each told once."""
    components = result.setdefault("components", {}).setdefault("schemas", {})
    result["paths"] = _hoisted(result["paths"], components)
    return result


def _hoisted(node: Any, components: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_hoisted(inner, components) for inner in node]
    if not isinstance(node, dict):
        return node
    inside = {key: _hoisted(inner, components) for key, inner in node.items()}
    name = inside.pop(shapes.NAME, None)
    if name is None:
        return inside
    components[name] = inside
    return {"$ref": f"#/components/schemas/{name}"}


def _parameter(parameter: Parameter) -> OpenApiParameter:
    is_list = parameter.schema.get("type") == "array"
    return OpenApiParameter(
        parameter.name,
        dict(parameter.schema),
        OpenApiParameter.QUERY,
        description=parameter.description,
        style="form" if is_list else None,
        explode=False if is_list else None,
    )
