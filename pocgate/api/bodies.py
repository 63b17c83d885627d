"""What bodies of requests share: unknown members are refused, not passed over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

SHOWN_OF_A_NAME = 60


class Body(serializers.Serializer[Any]):
    """An object of a request. Members that it does not have are an error each, with their pointer."""

    def to_internal_value(self, data: Any) -> Any:
        """The members' values, or `ValidationError`."""
        if isinstance(data, Mapping):
            unknown = [str(name) for name in data if name not in self.fields]
            if unknown:
                raise serializers.ValidationError({name[:SHOWN_OF_A_NAME]: [_unknown(self.fields)] for name in unknown})
        return super().to_internal_value(data)


def _unknown(fields: Mapping[str, Any]) -> ErrorDetail:
    return ErrorDetail(f"There is no such member. Known: {', '.join(sorted(fields))}.", "unknown_member")


def read_body(body: type[Body], data: Any, *, partial: bool = False) -> dict[str, Any]:
    """The checked values; raises `ValidationError`, which is answered as 422."""
    reader = body(data=data, partial=partial)
    reader.is_valid(raise_exception=True)
    values: dict[str, Any] = dict(reader.validated_data)
    return values
