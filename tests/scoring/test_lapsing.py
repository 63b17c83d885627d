"""What time does in SQL is what computing each case would give: alone, in a batch, and years later."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from portfolio.commands.recompute import request_recompute
from portfolio.enums import Section
from portfolio.models import ScopeItem, UseCase
from scoring.commands.readiness import catch_up, recompute_cases, recompute_due, renew_cases
from scoring.commands.readiness.lapsing import lapse
from scoring.models import CriterionResult, ReadinessPoint, ReadinessScore
from scoring.queries.playbooks import current_playbook
from scoring.rules.vocabulary import COMPUTED, SIGNED
from tests.factories.identity import UserFactory
from tests.factories.portfolio import EvidenceFactory, EvidenceRevisionFactory, UseCaseFactory
from tests.factories.scoring import AnswerEvidenceFactory, CriterionAnswerFactory, full_case, shown

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
ANSWERS = ("met", "met", "partly", "not_met", "not_applicable")


def _answered_case(rng: random.Random, now: datetime) -> UseCase:
    """A case in any stage whose criteria have any answers, with evidence of any age and end."""
    case = full_case(now, stage=rng.randrange(4)) if rng.random() < 0.5 else UseCaseFactory(stage=rng.randrange(4))
    verifier = UserFactory()
    for criterion in current_playbook().criteria:
        if criterion.kind == COMPUTED or rng.random() < 0.3:
            continue
        answered_at = now - rng.randrange(200) * DAY
        word = rng.choice(("accepted", "returned")) if criterion.kind == SIGNED else rng.choice(ANSWERS)
        verified = {"verified_by": verifier, "verified_at": now} if rng.random() < 0.5 else {}
        answer = CriterionAnswerFactory(
            case=case, criterion=criterion.key, answer=word, note="Why", answered_at=answered_at, **verified
        )
        for _ in range(rng.randrange(3)):
            until = (now + rng.randrange(-20, 400) * DAY).date() if rng.random() < 0.3 else None
            revision = EvidenceRevisionFactory(
                evidence=EvidenceFactory(case=case), uploaded_at=answered_at - DAY, valid_until=until
            )
            AnswerEvidenceFactory(answer=answer, revision=revision)
    return case


def _stored() -> list[list[tuple[Any, ...]]]:
    """Everything that is written of readiness, keys of rows apart."""
    return [
        _rows(CriterionResult, "case", "position"),
        _rows(ReadinessScore, "case"),
        _rows(ReadinessPoint, "case", "pk"),
        list(UseCase.objects.order_by("pk").values_list("pk", "computed_version", "readiness_due_at", "updated_at")),
    ]


def _rows(model: Any, *order: str) -> list[tuple[Any, ...]]:
    names = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
    return list(model.objects.order_by(*order).values_list(*names))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("days", [1, 45, 200, 2000])
def test_one_by_one_in_a_batch_by_sql_and_years_later_give_the_same(seed: int, days: int, now: datetime) -> None:
    rng = random.Random(100 * seed + days)
    ids = [_answered_case(rng, now).pk for _ in range(4)]
    recompute_cases(ids, now=now)
    later = now + days * DAY

    outcomes = []
    for way in (
        lambda: [recompute_due([pk], now=later) for pk in ids],
        lambda: recompute_due(ids, now=later),
        lambda: renew_cases(ids[0], ids[-1], now=later),
    ):
        with transaction.atomic():
            way()
            outcomes.append(_stored())
            transaction.set_rollback(True)
    recompute_cases(ids, now=later)

    assert outcomes[1] == outcomes[0]
    assert outcomes[2] == outcomes[0]
    # Computed from nothing but the records, every part and score is the same; only when it was looked at differs.
    assert _stored()[0] == outcomes[0][0]
    scores = list(ReadinessScore.objects.order_by("case").values_list("case_id", "overall", "musts_open", "changes_at"))
    names = [field.attname for field in ReadinessScore._meta.concrete_fields if not field.primary_key]
    places = [names.index(name) for name in ("case_id", "overall", "musts_open", "changes_at")]
    assert scores == [tuple(row[place] for place in places) for row in outcomes[2][1]]


def test_lapse_says_which_parts_moved_the_score(now: datetime) -> None:
    case = UseCaseFactory(stage=1)
    for criterion in ("quality_tests", "representative_sample"):
        shown(case, criterion, now)
    recompute_cases([case.pk], now=now)

    done = lapse(case.pk, case.pk, only_due=True, now=now + 180 * DAY)

    point = ReadinessPoint.objects.filter(case=case).latest("pk")
    assert (done.changed, done.astray) == (1, ())
    assert point.changes == [
        {"criterion": "representative_sample", "before": "pass", "after": "stale"},
        {"criterion": "quality_tests", "before": "pass", "after": "stale"},
    ]


def test_lapse_twice_changes_nothing_more(now: datetime) -> None:
    case = UseCaseFactory(stage=1)
    shown(case, "quality_tests", now)
    recompute_cases([case.pk], now=now)
    lapse(case.pk, case.pk, only_due=False, now=now + 180 * DAY)
    before = _stored()

    done = lapse(case.pk, case.pk, only_due=False, now=now + 181 * DAY)

    assert (done.changed, _stored()) == (0, before)


def test_lapse_leaves_a_case_with_a_waiting_change_to_its_recompute(now: datetime) -> None:
    case = UseCaseFactory(stage=1)
    shown(case, "quality_tests", now)
    recompute_cases([case.pk], now=now)
    request_recompute(case.pk, Section.SCOPE)
    before = _stored()

    done = lapse(case.pk, case.pk, only_due=True, now=now + 180 * DAY)

    assert (done.changed, done.astray, _stored()) == (0, (case.pk,), before)


def test_nightly_run_mends_a_score_that_does_not_follow_from_its_parts(now: datetime) -> None:
    case = full_case(now)
    recompute_cases([case.pk], now=now)
    before = ReadinessScore.objects.get(case=case).overall
    ReadinessScore.objects.filter(case=case).update(overall=1)

    renew_cases(case.pk, case.pk, now=now + timedelta(hours=1))

    assert ReadinessScore.objects.get(case=case).overall == before


def test_catching_up_with_many_cases_leaves_none_due(now: datetime) -> None:
    cases = [UseCaseFactory(stage=1) for _ in range(25)]
    for case in cases[:20]:
        shown(case, "quality_tests", now)
    recompute_cases([case.pk for case in cases], now=now)
    ScopeItem.objects.create(case=cases[0], kind="in", text="in", added_at=now)
    for case in cases[:3]:
        request_recompute(case.pk, Section.SCOPE)

    done = catch_up([case.pk for case in cases], now=now + 180 * DAY)

    assert done.changed == 20
    assert not UseCase.objects.filter(readiness_due_at__lte=now + 180 * DAY).exists()


@pytest.mark.parametrize("count", [1, 3])
def test_lapse_of_any_number_takes_the_same_statements(
    count: int, now: datetime, django_assert_num_queries: Any
) -> None:
    cases = [UseCaseFactory(stage=1) for _ in range(count)]
    for case in cases:
        shown(case, "quality_tests", now)
    recompute_cases([case.pk for case in cases], now=now)

    with django_assert_num_queries(11 if connection.vendor == "postgresql" else 10):
        done = lapse(cases[0].pk, cases[-1].pk, only_due=False, now=now + 180 * DAY)

    assert done.changed == count
