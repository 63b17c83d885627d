"""Scorecards and rows of the matrix as JSON. What waits for the caller's own rating is left out by the queries."""

from __future__ import annotations

from typing import Any

from pocgate.identity.models import User
from portfolio.models import UseCase
from scoring.queries.assessors import AssessorsView
from scoring.queries.matrix import MatrixRow
from scoring.queries.scorecards import CaseScorecard, Rated, RatedAxis, RatedCriterion
from scoring.rules.agreement import Agreement
from scoring.rules.scorecard import AxisScore


def scorecard_content(case: UseCase, card: CaseScorecard, *, may_rate: bool) -> dict[str, Any]:
    """The scorecard as its viewer may see it."""
    result = card.result
    scores = {axis.axis: axis for axis in (result.value, result.feasibility)} if result else {}
    return {
        "reference": case.reference,
        "may_rate": may_rate,
        "is_hidden": card.is_hidden,
        "quadrant": result.quadrant if result else None,
        "priority": _number(result.priority if result else None),
        "assessors": card.assessors,
        "reasons": card.reasons,
        "axes": [_axis(axis, scores.get(axis.axis)) for axis in card.axes],
    }


def _axis(axis: RatedAxis, score: AxisScore | None) -> dict[str, Any]:
    return {
        "key": axis.axis,
        "title": axis.title,
        "score": _number(score.score if score else None),
        "capped_by": score.capped_by if score else (),
        "criteria": [_criterion(rated) for rated in axis.criteria],
    }


def _criterion(rated: RatedCriterion) -> dict[str, Any]:
    criterion, score = rated.criterion, rated.score
    return {
        "key": criterion.key,
        "title": rated.title,
        "weight": float(criterion.weight),
        "knock_out": criterion.knock_out,
        **{f"means_{mark}": text for mark, text in rated.means},
        "raters": rated.raters,
        "is_hidden": score is None,
        "mean": _number(score.mean if score else None),
        "spread": score.spread if score else None,
        "disagreement": score.disagreement if score else None,
        "ratings": [_rating(each) for each in rated.shown],
    }


def _rating(each: Rated) -> dict[str, Any]:
    row = each.row
    return {
        "assessor": _name(row.assessor),
        "discipline": row.discipline,
        "rating": row.rating,
        "low": row.low,
        "high": row.high,
        "rationale": row.rationale,
        "is_own": each.is_own,
        "is_counted": not each.is_owner,
        "rated_at": row.assessed_at,
    }


def matrix_row(row: MatrixRow) -> dict[str, Any]:
    """A case with its position."""
    case, position = row.case, row.position
    return {
        "reference": case.reference,
        "title": case.title,
        "stage": case.stage,
        "status": case.status,
        "department": case.department.name if case.department else None,
        "quadrant": position.quadrant,
        "priority": _number(position.priority),
        **{
            axis: {
                "score": _number(getattr(position, axis)),
                "low": _number(getattr(position, f"{axis}_low")),
                "high": _number(getattr(position, f"{axis}_high")),
            }
            for axis in ("value", "feasibility")
        },
        "rank": {"low": row.rank.low, "high": row.rank.high},
        "commit_chance": _number(position.commit_chance),
        "assessors": position.assessors,
        "disagreements": position.disagreements,
        "weight_shifts": [
            {**shift, "before": float(shift["before"]), "after": float(shift["after"])}
            for shift in position.weight_shifts
        ],
        "rated_at": position.rated_at,
        "computed_at": position.computed_at,
    }


def assessors_content(found: AssessorsView) -> dict[str, Any]:
    """Agreement and leniency."""
    return {
        "cases": found.cases,
        "agreement": _agreement(found.whole),
        "criteria": [{"key": each.key, "title": each.title, **_agreement(each.agreement)} for each in found.criteria],
        "assessors": [
            {
                "name": each.name or None,
                "is_own": each.is_own,
                "points": _number(each.leniency.points),
                "low": _number(each.leniency.low),
                "high": _number(each.leniency.high),
                "cases": each.leniency.cases,
                "ratings": each.leniency.ratings,
                "reading": each.leniency.reading,
            }
            for each in found.assessors
        ],
    }


def _agreement(found: Agreement) -> dict[str, Any]:
    return {
        "alpha": _number(found.alpha),
        "reading": found.reading,
        "is_thin": found.is_thin,
        "units": found.units,
        "ratings": found.ratings,
    }


def _name(person: User) -> str:
    return str(person)


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))
