"""Value and feasibility: what gates count, and what a viewer may see of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from pocgate.identity.models import User
from portfolio.enums import TeamRole
from portfolio.models import TeamMember, UseCase
from scoring.models import Assessment
from scoring.queries.playbooks import current_playbook
from scoring.queries.probe_facts.periods import in_force
from scoring.queries.readiness import in_reader_language
from scoring.queries.wording import reason_text
from scoring.rules.playbook import Playbook, ScorecardCriterion
from scoring.rules.reasons import Record
from scoring.rules.scorecard import CriterionScore, Rating, Scorecard, scorecard


@dataclass(frozen=True)
class RatedCriterion:
    """One criterion as the viewer sees it: `shown` is empty and `score` None until they rated it themselves."""

    criterion: ScorecardCriterion
    title: str
    means: tuple[tuple[int, str], ...]
    own: Assessment | None
    shown: tuple[Assessment, ...]
    score: CriterionScore | None
    raters: int


@dataclass(frozen=True)
class RatedAxis:
    """Value or feasibility with its criteria."""

    axis: str
    title: str
    criteria: tuple[RatedCriterion, ...]


@dataclass(frozen=True)
class CaseScorecard:
    """The scorecard for one viewer. `result` (axes, quadrant) is None while others' ratings are hidden from them."""

    axes: tuple[RatedAxis, ...]
    result: Scorecard | None
    quadrant: str
    quadrants: tuple[tuple[str, str], ...]
    assessors: int
    discipline: str
    reasons: tuple[str, ...]

    @property
    def is_hidden(self) -> bool:
        """Whether the viewer has to rate first."""
        return self.result is None


def scorecard_at(
    case_id: int, *, now: datetime, playbook: Playbook | None = None, within_days: int | None = None
) -> Scorecard:
    """The scorecard as a gate counts it; with `within_days`, older ratings are left out."""
    policy = (playbook or current_playbook()).scorecard
    return scorecard(policy, _ratings(case_id, _current(case_id, now=now), now=now), now, within_days)


def scorecard_of(case: UseCase, viewer: User, *, may_rate: bool, now: datetime) -> CaseScorecard:
    """The scorecard as the viewer may see it: whoever may rate sees others' ratings only after their own.

    A criterion opens with one's own rating of it, axes and quadrant once all criteria are rated.
    """
    policy = current_playbook().scorecard
    rows = _current(case.pk, now=now)
    own = {row.criterion: row for row in rows if row.assessor_id == viewer.pk}
    result = scorecard(policy, _ratings(case.pk, rows, now=now), now)
    opened = set(own) if may_rate else {criterion.key for criterion in policy.criteria}
    scores = {score.key: score for axis in (result.value, result.feasibility) for score in axis.criteria}
    axes = tuple(
        RatedAxis(
            axis,
            in_reader_language(title),
            tuple(
                _rated(criterion, rows, own.get(criterion.key), scores[criterion.key], criterion.key in opened)
                for criterion in policy.of_axis(axis)
            ),
        )
        for axis, title in policy.axis_titles
    )
    is_open = all(criterion.key in opened for criterion in policy.criteria)
    titles = {key: in_reader_language(title) for key, title in policy.quadrant_titles}
    return CaseScorecard(
        axes=axes,
        result=result if is_open else None,
        quadrant=titles.get(result.quadrant or "", "") if is_open else "",
        quadrants=tuple(titles.items()),
        assessors=len({row.assessor_id for row in rows}),
        discipline=next((row.discipline for row in own.values()), ""),
        reasons=_sentences(result, axes) if is_open else (),
    )


def _sentences(result: Scorecard, axes: Iterable[RatedAxis]) -> tuple[str, ...]:
    """What is lacking and what was knocked out, with the criteria by their titles."""
    titles = {rated.criterion.key: rated.title for axis in axes for rated in axis.criteria}
    return tuple(
        reason_text(reason.code, {**reason.params, "criterion": titles.get(str(reason.params.get("criterion")), "")})
        for reason in result.reasons
    )


def _rated(
    criterion: ScorecardCriterion,
    rows: Iterable[Assessment],
    own: Assessment | None,
    score: CriterionScore,
    is_open: bool,
) -> RatedCriterion:
    of_criterion = tuple(row for row in rows if row.criterion == criterion.key)
    anchors = ((1, criterion.means_1), (3, criterion.means_3), (5, criterion.means_5))
    return RatedCriterion(
        criterion=criterion,
        title=in_reader_language(criterion.title),
        means=tuple((rating, in_reader_language(text)) for rating, text in anchors),
        own=own,
        shown=of_criterion if is_open else (),
        score=score if is_open else None,
        raters=len(of_criterion),
    )


def _current(case_id: int, *, now: datetime) -> Sequence[Assessment]:
    """The latest rating of each assessor and criterion at `now`."""
    current = Assessment.objects.filter(in_force(now, start="assessed_at", end="superseded_at"), case=case_id)
    return list(current.select_related("assessor").order_by("assessor__full_name", "pk"))


def _ratings(case_id: int, rows: Iterable[Assessment], *, now: datetime) -> list[Rating]:
    members = TeamMember.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=now), case=case_id, started_at__lte=now
    ).values_list("user_id", "role")
    roles = list(members)
    team = {user_id for user_id, _role in roles}
    owners = {user_id for user_id, role in roles if role == TeamRole.PRODUCT_OWNER}
    return [
        Rating(
            record=Record("assessment", row.pk, str(row.assessor)),
            criterion=row.criterion,
            assessor_id=row.assessor_id,
            rating=row.rating,
            discipline=row.discipline,
            on_team=row.assessor_id in team,
            is_owner=row.assessor_id in owners,
            rated_at=row.assessed_at,
        )
        for row in rows
    ]
