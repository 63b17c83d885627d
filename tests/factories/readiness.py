"""Computed readiness for tests that only read it."""

from __future__ import annotations

import factory

from scoring.commands.playbooks import ensure_default_playbook
from scoring.models import CriterionResult, Playbook, ReadinessScore
from tests.factories.identity import LONG_AGO
from tests.factories.portfolio import UseCaseFactory


def _playbook() -> Playbook:
    return Playbook.objects.get(pk=ensure_default_playbook(now=LONG_AGO).pk)


class ReadinessScoreFactory(factory.django.DjangoModelFactory[ReadinessScore]):
    class Meta:
        model = ReadinessScore

    case = factory.SubFactory(UseCaseFactory)
    playbook = factory.LazyFunction(_playbook)
    gate = 0
    overall = 50
    musts_open = 2
    shoulds_open = 1
    computed_at = LONG_AGO


class CriterionResultFactory(factory.django.DjangoModelFactory[CriterionResult]):
    class Meta:
        model = CriterionResult

    case = factory.SubFactory(UseCaseFactory)
    criterion = "problem_stated"
    dimension = "outcome"
    gate = 0
    level = "must"
    verdict = "pass"
    weight = 100
    achieved = 10_000
    reason = "problem_stated"
    position = 1
