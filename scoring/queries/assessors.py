"""How assessors rate: agreement and leniency over the cases whose ratings are open to the viewer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from pocgate.identity.enums import Role
from pocgate.identity.models import User
from pocgate.identity.queries import roles_of
from portfolio.enums import TeamRole
from portfolio.models import TeamMember, UseCaseQuerySet
from scoring.models import Assessment
from scoring.queries.blindness import open_positions
from scoring.queries.playbooks import current_playbook
from scoring.queries.readiness import in_reader_language
from scoring.rules.agreement import Agreement, agreement
from scoring.rules.leniency import Given, Leniency, leniencies

# Who is told names: those who answer for the committees' work and those who audit it. Everybody is told their own.
NAMED_TO = frozenset({Role.CHAIR, Role.AUDITOR, Role.ADMIN})


@dataclass(frozen=True)
class CriterionAgreement:
    """How far assessors agree on one criterion."""

    key: str
    title: str
    agreement: Agreement


@dataclass(frozen=True)
class AssessorLeniency:
    """An assessor's leniency; `name` is blank where the viewer is not told it."""

    name: str
    is_own: bool
    leniency: Leniency


@dataclass(frozen=True)
class AssessorsView:
    """Over the `cases` open to the viewer: agreement on all and on each criterion, the lowest first, and leniency."""

    cases: int
    whole: Agreement
    criteria: tuple[CriterionAgreement, ...]
    assessors: tuple[AssessorLeniency, ...]
    is_named: bool


def assessors_of(viewer: User, cases: UseCaseQuerySet, *, now: datetime) -> AssessorsView:
    """Aggregates over the cases that the viewer may see rated; nothing of a case that waits for their rating."""
    given = _given(viewer, cases, now=now)
    is_named = not roles_of(viewer, now=now).isdisjoint(NAMED_TO)
    by_criterion = _units(given)
    titles = {each.key: in_reader_language(each.title) for each in current_playbook().scorecard.criteria}
    criteria = [CriterionAgreement(key, title, agreement(by_criterion.get(key, ()))) for key, title in titles.items()]
    found = leniencies(given)
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=[each.assessor_id for each in found])}
    return AssessorsView(
        cases=len({each.case_id for each in given}),
        whole=agreement(unit for units in by_criterion.values() for unit in units),
        criteria=tuple(sorted(criteria, key=_lowest_first)),
        assessors=tuple(
            AssessorLeniency(names[each.assessor_id] if is_named or own else "", own, each)
            for each in found
            for own in (each.assessor_id == viewer.pk,)
        ),
        is_named=is_named,
    )


def _lowest_first(each: CriterionAgreement) -> tuple[bool, float]:
    alpha = each.agreement.alpha
    return alpha is None, 0.0 if alpha is None else float(alpha)


def _given(viewer: User, cases: UseCaseQuerySet, *, now: datetime) -> list[Given]:
    """The counted ratings in force of the open cases. The owner's are left out, as in the score."""
    owner = TeamMember.objects.filter(
        case=OuterRef("case"), user=OuterRef("assessor"), role=TeamRole.PRODUCT_OWNER, ended_at__isnull=True
    )
    rows = Assessment.objects.filter(
        ~Exists(owner), case__in=open_positions(viewer, cases, now=now).values("case"), superseded_at__isnull=True
    )
    return [Given(*row) for row in rows.values_list("case_id", "criterion", "assessor_id", "rating")]


def _units(given: Sequence[Given]) -> Mapping[str, Sequence[Sequence[int]]]:
    """The ratings of each criterion, case by case."""
    units: defaultdict[str, defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for each in given:
        units[each.criterion][each.case_id].append(each.rating)
    return {criterion: list(by_case.values()) for criterion, by_case in units.items()}
