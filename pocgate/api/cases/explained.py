"""What explains a case's readiness: what it would take, what is coming, and what moved it between two days."""

from __future__ import annotations

from typing import Any

from pocgate.api.cases.columns import reference
from portfolio.models import UseCase
from scoring.queries.explaining.ahead import CaseOutlook, ComingLoss, outlook_of
from scoring.queries.explaining.as_of import AsOf
from scoring.queries.explaining.changes import CaseChanges, PartMove
from scoring.queries.explaining.margins import ComingBreach, Margin, breaches_of, margins_of
from scoring.queries.explaining.mending import CaseWay, Mend, ways_of
from scoring.queries.readiness import Part
from scoring.rules.canonical import plain

NOT_EXPLAINED: dict[str, Any] = {"what_it_takes": None, "outlook": None, "near_limit": [], "breaches": []}


def explained(found: AsOf | None) -> dict[str, Any]:
    """Seen from the moment of `found`; nothing without a next gate."""
    if found is None:
        return NOT_EXPLAINED
    ahead = outlook_of(found)
    ways = ways_of(found, ahead)
    return {
        "what_it_takes": {
            "to_go": _way(ways.to_go),
            "to_conditional_go": _way(ways.to_conditional_go),
            "scorecard_asked": ways.quadrant_asked,
            "is_prohibited": ways.is_prohibited,
        },
        "outlook": _outlook(ahead),
        "near_limit": [_margin(margin) for margin in margins_of(found)],
        "breaches": [_breach(coming) for coming in breaches_of(found)],
    }


def readiness_changes(case: UseCase, changes: CaseChanges | None) -> dict[str, Any]:
    """The waterfall: `start` plus the points of the moves is `end`. All null when either day had no next gate."""
    return {
        "reference": reference(case.number),
        "since": changes.since if changes else None,
        "until": changes.until if changes else None,
        "gate_before": changes.gate_before if changes else None,
        "gate_after": changes.gate_after if changes else None,
        "start": float(changes.start) if changes else None,
        "end": float(changes.end) if changes else None,
        "points": float(changes.points) if changes else None,
        "moves": [
            {"cause": move.cause, "points": float(move.points), "parts": [_moved(part) for part in move.parts]}
            for move in (changes.moves if changes else ())
        ],
    }


def _way(way: CaseWay) -> dict[str, Any]:
    return {
        "readiness": float(way.plan.overall),
        "reaches_bar": way.way.to_the_bar is not None,
        "effort": way.plan.effort,
        "lead_days": way.plan.lead_days,
        "lead_days_in_turn": way.plan.lead_days_in_turn,
        "earliest_date": way.earliest_date,
        "changes": [_mend(mend) for mend in way.mends],
        "left_open": [mend.part.key for mend in way.left_open],
        "renew_meanwhile": [{"criterion": loss.key, "by": loss.by} for loss in way.lapsing],
    }


def _mend(mend: Mend) -> dict[str, Any]:
    return {
        "criterion": mend.part.key,
        "title": mend.part.title,
        "how": mend.part.how,
        "level": mend.part.level,
        "effort": mend.change.effort,
        "lead_days": mend.change.lead_days,
        "who": list(mend.change.who),
        "gain": float(mend.change.gain),
        "only_for_the_bar": mend.for_the_bar,
        "waivable": mend.change.waivable,
    }


def _outlook(found: CaseOutlook) -> dict[str, Any]:
    ahead = found.outlook
    return {
        "until": ahead.until.date(),
        "bar": ahead.bar,
        "is_under_bar": ahead.is_under_bar,
        "falls_under_bar_at": found.falls_under_bar.step.at if found.falls_under_bar else None,
        "first_must_fails_at": found.first_must_fails.step.at if found.first_must_fails else None,
        "steps": [
            {
                "at": step.at,
                "readiness": float(step.overall),
                "blockers": len(step.musts_open),
                "lost": [loss.key for loss in step.losses],
            }
            for step in ahead.steps
        ],
        "renewals": [_renewal(loss) for loss in found.renewals],
    }


def _renewal(loss: ComingLoss) -> dict[str, Any]:
    return {"by": loss.by, "points": float(loss.points), **_named(loss.now), "detail": loss.then.reason_text}


def _margin(margin: Margin) -> dict[str, Any]:
    figures = {"figure": str(margin.figure), "limit": str(margin.limit), "share_left": float(margin.share)}
    return {**_named(margin.part), "detail": margin.part.reason_text, **figures}


def _breach(coming: ComingBreach) -> dict[str, Any]:
    days = {"day": coming.breach.day, "earliest": coming.breach.earliest, "latest": coming.breach.latest}
    return {"scope": coming.scope, "cap": str(coming.cap.amount), "state": coming.state, **days}


def _moved(part: PartMove) -> dict[str, Any]:
    return {
        "criterion": part.key,
        "title": part.title,
        "change": part.change,
        "points": float(part.points),
        "before": part.before.verdict if part.before else None,
        "after": part.after.verdict if part.after else None,
        "detail": part.reason_text,
        "records": [plain(record) for record in part.after.records] if part.after else [],
    }


def _named(part: Part) -> dict[str, Any]:
    records = [plain(record) for record in part.records]
    return {"criterion": part.key, "title": part.title, "level": part.level, "records": records}
