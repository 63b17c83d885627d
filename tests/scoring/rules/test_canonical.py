"""Canonical JSON, its digest, and differences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules.canonical import Change, canonical_json, difference, plain, sha256_of

NAIVE = datetime(2026, 1, 5, tzinfo=UTC).replace(tzinfo=None)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@dataclass(frozen=True)
class Amount:
    value: Decimal
    on: date


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("10.00"), b'"10"'),
        (Decimal("1E+3"), b'"1000"'),
        (Decimal("0.00"), b'"0"'),
        (Fraction(2, 3), b'"2/3"'),
        (date(2026, 1, 5), b'"2026-01-05"'),
        (datetime(2026, 1, 5, 8, 30, tzinfo=UTC), b'"2026-01-05T08:30:00Z"'),
        (datetime(2026, 1, 5, 9, 30, tzinfo=timezone(timedelta(hours=1))), b'"2026-01-05T08:30:00Z"'),
        ({"b": 1, "a": (1, None, True)}, b'{"a":[1,null,true],"b":1}'),
        ({2: "two"}, b'{"2":"two"}'),
        (frozenset({"b", "a"}), b'["a","b"]'),
        (Amount(Decimal("1.50"), date(2026, 1, 5)), b'{"on":"2026-01-05","value":"1.5"}'),
    ],
)
def test_canonical_json_of_domain_values(value, expected):
    assert canonical_json(value) == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), Decimal("Infinity"), NAIVE])
def test_canonical_json_of_a_value_without_meaning_is_refused(value):
    with pytest.raises(ValueError, match=r".+"):
        canonical_json({"value": value})


def test_canonical_json_of_an_unknown_type_is_refused():
    with pytest.raises(TypeError, match="has no canonical form"):
        canonical_json({"value": object()})


def test_digest_ignores_the_order_of_keys():
    assert sha256_of({"a": 1, "b": 2}) == sha256_of({"b": 2, "a": 1})


@given(json_values)
def test_difference_of_a_value_with_itself_is_empty(value):
    assert difference(value, value) == ()


@given(json_values, json_values)
def test_difference_is_empty_only_for_equal_canonical_forms(before, after):
    assert (difference(before, after) == ()) == (canonical_json(before) == canonical_json(after))


def test_difference_matches_records_by_key_and_names_the_place():
    before = {"criteria": [{"key": "a", "w": 1}, {"key": "b", "w": 2}], "title": "x"}
    after = {"criteria": [{"key": "b", "w": 3}, {"key": "c", "w": 1}], "title": "x"}

    assert difference(before, after) == (
        Change("criteria[a]", "removed", {"key": "a", "w": 1}, None),
        Change("criteria[b].w", "changed", 2, 3),
        Change("criteria[c]", "added", None, {"key": "c", "w": 1}),
    )


def test_difference_of_plain_lists_is_one_change():
    assert difference({"days": [7, 3]}, {"days": [7, 1]}) == (Change("days", "changed", [7, 3], [7, 1]),)


def test_plain_value_tells_true_from_one():
    assert difference({"a": True}, {"a": 1}) == (Change("a", "changed", plain(True), 1),)
