"""Rows written past the models are the rows the models would have written."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from pocgate.kernel.bulk import write_rows
from pocgate.ledger.models import Activity
from portfolio.models import CostEntry
from tests.factories.portfolio import UseCaseFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 10, 30, 15, 123456, tzinfo=UTC)


def _entry(case_id: int, **fields: object) -> dict[str, object]:
    return {
        "case_id": case_id,
        "line": "people",
        "amount": Decimal("1200.5"),
        "state": "actual",
        "recurrence": "recurring",
        "period_start": date(2026, 10, 1),
        "period_end": date(2026, 11, 1),
        "recorded_at": NOW,
        **fields,
    }


def test_row_reads_back_as_if_the_model_had_written_it() -> None:
    case = UseCaseFactory()
    by_model = CostEntry.objects.create(**_entry(case.pk))

    (key,) = write_rows(CostEntry, [_entry(case.pk)])

    written = {**vars(CostEntry.objects.get(pk=key)), "id": by_model.pk}
    expected = vars(CostEntry.objects.get(pk=by_model.pk))
    assert {name: value for name, value in written.items() if name != "_state"} == {
        name: value for name, value in expected.items() if name != "_state"
    }


def test_keys_come_in_the_order_of_the_rows_and_the_model_goes_on_behind_them() -> None:
    case = UseCaseFactory()

    keys = write_rows(CostEntry, [_entry(case.pk, note=f"{number}") for number in range(3)])
    behind = CostEntry.objects.create(**_entry(case.pk))

    notes = dict(CostEntry.objects.filter(pk__in=list(keys)).values_list("pk", "note"))
    assert [notes[key] for key in keys] == ["0", "1", "2"]
    assert behind.pk > max(keys)


def test_json_and_odd_characters_survive() -> None:
    odd = {"text": "tab\there, line\nthere, back\\slash, quote' and ü", "list": [1, None, True]}

    (key,) = write_rows(
        Activity, [{"at": NOW, "verb": "a.b", "subject_type": "x\ty\\z", "subject_id": "1", "after": odd}]
    )

    activity = Activity.objects.get(pk=key)
    assert (activity.after, activity.before, activity.subject_type) == (odd, {}, "x\ty\\z")


def test_no_rows_are_no_statement(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert list(write_rows(CostEntry, [])) == []


def test_constraint_is_kept_and_nothing_is_written() -> None:
    case = UseCaseFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        write_rows(CostEntry, [_entry(case.pk), _entry(case.pk, line="nonsense")])
    assert not CostEntry.objects.exists()


def test_name_the_model_does_not_have_is_refused() -> None:
    with pytest.raises(KeyError, match="CostEntry has no colour"):
        write_rows(CostEntry, [_entry(1, colour="red")])
