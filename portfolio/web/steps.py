"""What each step of registration shows and saves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from pocgate.identity.queries import SignedInRequest
from portfolio.commands import cases, drafts
from portfolio.forms.measures import MeasureForm
from portfolio.forms.registration import PeopleForm, ProblemForm, RiskForm
from portfolio.models import UseCase
from portfolio.permissions import can
from portfolio.queries.cases import case_profile
from portfolio.queries.costs import cost_view
from portfolio.queries.kpis import kpi_views
from portfolio.queries.team import team_view
from portfolio.queries.tiering import tier_standing

PROBLEM, PEOPLE, RISK, MEASURE = 1, 2, 3, 4


def form_of(step: int, case: UseCase, request: SignedInRequest, now: datetime, *, bound: bool = False) -> forms.Form:
    """The step's form: with the present values, or bound to what was sent."""
    given: dict[str, Any] = {"data": request.POST} if bound else {}
    if step == PROBLEM:
        return ProblemForm(**given, initial=ProblemForm.initial_of(case))
    if step == PEOPLE:
        may_name = can("manage_team", request.user, case, now=now)
        initial = PeopleForm.initial_of(case, team_view(case))
        return PeopleForm(**given, initial=initial, may_name_people=may_name)
    profile = case_profile(case, now)
    if step == RISK:
        return RiskForm(**given, initial=RiskForm.initial_of(profile, tier_standing(case)))
    costs = cost_view(case, today=timezone.localdate(now))
    return MeasureForm(**given, initial=MeasureForm.initial_of(profile, kpi_views(case), costs))


Saver = Callable[[UseCase, Any, SignedInRequest, datetime, int | None], UseCase]


def _save_problem(
    case: UseCase, form: ProblemForm, request: SignedInRequest, now: datetime, version: int | None
) -> UseCase:
    return cases.save_draft(case_id=case.pk, version=version, changes=form.changes(), actor=request.user, now=now)


def _save_people(
    case: UseCase, form: PeopleForm, request: SignedInRequest, now: datetime, version: int | None
) -> UseCase:
    return drafts.save_people(
        case_id=case.pk,
        version=version,
        changes=form.changes(),
        people=form.people(),
        actor=request.user,
        now=now,
    )


def _save_risk(case: UseCase, form: RiskForm, request: SignedInRequest, now: datetime, version: int | None) -> UseCase:
    return drafts.save_risk(
        case_id=case.pk,
        version=version,
        changes=form.changes(),
        answers=form.answers(),
        questionnaire=form.questionnaire(),
        actor=request.user,
        now=now,
    )


def _save_measures(
    case: UseCase, form: MeasureForm, request: SignedInRequest, now: datetime, version: int | None
) -> UseCase:
    return drafts.save_measures(case_id=case.pk, version=version, measures=form.measures(), actor=request.user, now=now)


SAVERS: dict[int, Saver] = {
    PROBLEM: _save_problem,
    PEOPLE: _save_people,
    RISK: _save_risk,
    MEASURE: _save_measures,
}
