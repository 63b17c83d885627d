"""Value and feasibility: what gates count, and what a viewer may see of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pocgate.identity.models import User
from portfolio.models import UseCase
from scoring.models import Assessment
from scoring.queries.blindness import ENDED, has_moved_on
from scoring.queries.playbooks import current_playbook
from scoring.queries.ratings import ratings_of
from scoring.queries.readiness import in_reader_language
from scoring.queries.wording import reason_text
from scoring.rules.playbook import Playbook, ScorecardCriterion
from scoring.rules.scorecard import CriterionScore, Scorecard, scorecard


@dataclass(frozen=True)
class Rated:
    """One assessor's rating as shown beside others, with the earlier ones it came from, the newest first."""

    row: Assessment
    is_own: bool
    is_owner: bool
    earlier: tuple[Assessment, ...]


@dataclass(frozen=True)
class RatedCriterion:
    """One criterion as the viewer sees it: `shown` is empty and `score` None until they rated it themselves."""

    criterion: ScorecardCriterion
    title: str
    means: tuple[tuple[int, str], ...]
    own: Assessment | None
    shown: tuple[Rated, ...]
    score: CriterionScore | None
    raters: int

    @property
    def apart(self) -> tuple[tuple[Rated, ...], tuple[Rated, ...]] | None:
        """Who should talk: those at the lowest and at the highest counted rating, when they are flagged."""
        if self.score is None or not self.score.disagreement:
            return None
        counted = [rated for rated in self.shown if not rated.is_owner]
        low, high = self.score.lowest, self.score.highest
        return (
            tuple(rated for rated in counted if rated.row.rating == low),
            tuple(rated for rated in counted if rated.row.rating == high),
        )


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

    @property
    def is_begun(self) -> bool:
        """Whether any criterion is open to the viewer."""
        return any(rated.score is not None for axis in self.axes for rated in axis.criteria)


def scorecard_at(
    case_id: int, *, now: datetime, playbook: Playbook | None = None, within_days: int | None = None
) -> Scorecard:
    """The scorecard as a gate counts it; with `within_days`, older ratings are left out."""
    policy = (playbook or current_playbook()).scorecard
    return scorecard(policy, ratings_of([case_id], now=now)[case_id], now, within_days)


def scorecard_of(case: UseCase, viewer: User, *, may_rate: bool, now: datetime) -> CaseScorecard:
    """The scorecard as the viewer may see it: whoever may rate sees others' ratings only after their own.

    A criterion opens with one's own rating of it, axes and quadrant once all criteria are rated.
    """
    policy = current_playbook().scorecard
    rows = _rows(case.pk, now=now)
    current = [row for row in rows if row.superseded_at is None or row.superseded_at > now]
    result = scorecard(policy, ratings_of([case.pk], now=now)[case.pk], now)
    own = {row.criterion: row for row in current if row.assessor_id == viewer.pk}
    every = {criterion.key for criterion in policy.criteria}
    opened = set(own) if _waits(case, viewer, current, may_rate=may_rate) else every
    scores = {score.key: score for axis in (result.value, result.feasibility) for score in axis.criteria}
    axes = tuple(
        RatedAxis(
            axis,
            in_reader_language(title),
            tuple(
                _rated(criterion, rows, current, own.get(criterion.key), scores[criterion.key])
                if criterion.key in opened
                else _hidden(criterion, current, own.get(criterion.key))
                for criterion in policy.of_axis(axis)
            ),
        )
        for axis, title in policy.axis_titles
    )
    is_open = every <= opened
    titles = {key: in_reader_language(title) for key, title in policy.quadrant_titles}
    return CaseScorecard(
        axes=axes,
        result=result if is_open else None,
        quadrant=titles.get(result.quadrant or "", "") if is_open else "",
        quadrants=tuple(titles.items()),
        assessors=len({row.assessor_id for row in current}),
        discipline=next((row.discipline for row in own.values()), ""),
        reasons=_sentences(result, axes) if is_open else (),
    )


def _waits(case: UseCase, viewer: User, current: Sequence[Assessment], *, may_rate: bool) -> bool:
    """Whether others' ratings wait for the viewer's own; a program stands for nobody who rated."""
    if case.status in ENDED or not (may_rate or not viewer.is_person):
        return False
    latest = max((row.assessed_at for row in current), default=None)
    return latest is None or not has_moved_on(case.pk, since=latest)


def _sentences(result: Scorecard, axes: Iterable[RatedAxis]) -> tuple[str, ...]:
    """What is lacking and what was knocked out, with the criteria by their titles."""
    titles = {rated.criterion.key: rated.title for axis in axes for rated in axis.criteria}
    return tuple(
        reason_text(reason.code, {**reason.params, "criterion": titles.get(str(reason.params.get("criterion")), "")})
        for reason in result.reasons
    )


def _hidden(criterion: ScorecardCriterion, current: Iterable[Assessment], own: Assessment | None) -> RatedCriterion:
    """How many rated, and no more."""
    return RatedCriterion(
        criterion=criterion,
        title=in_reader_language(criterion.title),
        means=_anchors(criterion),
        own=own,
        shown=(),
        score=None,
        raters=sum(row.criterion == criterion.key for row in current),
    )


def _rated(
    criterion: ScorecardCriterion,
    rows: Sequence[Assessment],
    current: Iterable[Assessment],
    own: Assessment | None,
    score: CriterionScore,
) -> RatedCriterion:
    owner = score.owner_rating.assessor_id if score.owner_rating else None
    shown = tuple(
        Rated(row, row is own, row.assessor_id == owner, _earlier(rows, row))
        for row in current
        if row.criterion == criterion.key
    )
    return replace(_hidden(criterion, current, own), shown=shown, score=score)


def _anchors(criterion: ScorecardCriterion) -> tuple[tuple[int, str], ...]:
    texts = ((1, criterion.means_1), (3, criterion.means_3), (5, criterion.means_5))
    return tuple((rating, in_reader_language(text)) for rating, text in texts)


def _earlier(rows: Sequence[Assessment], row: Assessment) -> tuple[Assessment, ...]:
    """What the assessor said before, the newest first; saying the same again is no news."""
    same = (row.assessor_id, row.criterion)
    found, after = [], row
    for each in reversed(rows):
        if (each.assessor_id, each.criterion) == same and each.assessed_at < row.assessed_at:
            if _said(each) != _said(after):
                found.append(each)
            after = each
    return tuple(found)


def _said(row: Assessment) -> tuple[object, ...]:
    return row.rating, row.low, row.high, row.rationale


def _rows(case_id: int, *, now: datetime) -> Sequence[Assessment]:
    """Every rating given by `now`, by assessor, the earlier ones first."""
    given = Assessment.objects.filter(case=case_id, assessed_at__lte=now)
    return list(given.select_related("assessor").order_by("assessor__full_name", "assessor", "assessed_at", "pk"))
