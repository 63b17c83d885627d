"""What the database itself refuses about findings."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from scoring.models import FindingAnswer, FindingChange
from tests.factories.findings import FindingAnswerFactory, FindingChangeFactory, FindingFactory, SwampSignalFactory
from tests.factories.identity import LONG_AGO
from tests.factories.portfolio import UseCaseFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("constraint", "factory", "fields"),
    [
        ("scoring_finding_detector_known", FindingFactory, {"detector": "luck"}),
        ("scoring_finding_state_known", FindingFactory, {"state": "maybe", "severity": ""}),
        ("scoring_finding_severe_when_fired", FindingFactory, {"severity": ""}),
        ("scoring_finding_severe_when_fired", FindingFactory, {"state": "clear"}),
        ("scoring_finding_fired_since", FindingFactory, {"first_seen_at": None}),
        ("scoring_finding_fired_since", FindingFactory, {"cleared_at": LONG_AGO}),
        ("scoring_findingchange_states_known", FindingChangeFactory, {"after": "maybe"}),
        ("scoring_findinganswer_reply_known", FindingAnswerFactory, {"reply": "maybe"}),
        ("scoring_findinganswer_dispute_reasoned", FindingAnswerFactory, {"reply": "dispute"}),
        ("scoring_findinganswer_mend_has_date", FindingAnswerFactory, {"reply": "mend"}),
        ("scoring_findinganswer_mend_has_date", FindingAnswerFactory, {"mend_by": date(2026, 12, 1)}),
        ("scoring_swampsignal_kind_known", SwampSignalFactory, {"kind": "tired"}),
        ("scoring_swampsignal_ends_after_start", SwampSignalFactory, {"ended_at": LONG_AGO - timedelta(days=1)}),
    ],
)
def test_row_that_breaks_a_constraint_is_refused(constraint: str, factory: Any, fields: dict[str, object]) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        factory(**fields)


def test_case_has_one_finding_for_each_detector() -> None:
    case = UseCaseFactory()
    FindingFactory(case=case)

    with pytest.raises(IntegrityError), transaction.atomic():
        FindingFactory(case=case)


def test_case_has_one_open_signal_of_a_kind_and_any_number_of_ended_ones() -> None:
    case = UseCaseFactory()
    SwampSignalFactory(case=case, ended_at=LONG_AGO)
    SwampSignalFactory(case=case)

    with pytest.raises(IntegrityError), transaction.atomic():
        SwampSignalFactory(case=case)


@pytest.mark.parametrize("factory", [FindingChangeFactory, FindingAnswerFactory])
def test_history_of_findings_is_append_only(factory: Any) -> None:
    row = factory()
    model = FindingChange if factory is FindingChangeFactory else FindingAnswer

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model.objects.filter(pk=row.pk).update(detector="weak_metrics")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model.objects.filter(pk=row.pk).delete()
