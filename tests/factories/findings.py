"""Findings for tests that only read or answer them."""

from __future__ import annotations

import factory

from scoring.models import Finding, FindingAnswer, FindingChange, SwampSignal
from tests.factories.identity import LONG_AGO, UserFactory
from tests.factories.portfolio import UseCaseFactory


class FindingFactory(factory.django.DjangoModelFactory[Finding]):
    """Gold-plating that fired by its strong signal."""

    class Meta:
        model = Finding

    case = factory.SubFactory(UseCaseFactory)
    detector = "gold_plating"
    state = "fired"
    severity = "serious"
    version = 1
    first_seen_at = LONG_AGO
    changed_at = LONG_AGO


class FindingChangeFactory(factory.django.DjangoModelFactory[FindingChange]):
    class Meta:
        model = FindingChange

    case = factory.SubFactory(UseCaseFactory)
    detector = "gold_plating"
    after = "fired"
    severity = "serious"
    version = 1
    at = LONG_AGO


class FindingAnswerFactory(factory.django.DjangoModelFactory[FindingAnswer]):
    class Meta:
        model = FindingAnswer

    case = factory.SubFactory(UseCaseFactory)
    detector = "gold_plating"
    reply = "agree"
    author = factory.SubFactory(UserFactory)
    answered_at = LONG_AGO


class SwampSignalFactory(factory.django.DjangoModelFactory[SwampSignal]):
    class Meta:
        model = SwampSignal

    case = factory.SubFactory(UseCaseFactory)
    kind = "past_time_box"
    version = 1
    first_seen_at = LONG_AGO
