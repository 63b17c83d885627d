"""The request an act belongs to, kept beside the running request or task."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_request_id: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """The id of the request or task being served, or empty."""
    return _request_id.get()


@contextmanager
def request_origin(request_id: str) -> Iterator[None]:
    """Acts of the body belong to this request."""
    token = _request_id.set(request_id[:64])
    try:
        yield
    finally:
        _request_id.reset(token)
