"""Probes of a case in use: feedback of users, figures of operation, training. Only the present iteration counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from scoring.rules.playbook.measures import ProbePolicy
from scoring.rules.playbook.whole import Playbook
from scoring.rules.probes.records import Feedback, Figure, ProbeFacts, Training
from scoring.rules.probes.results import failed, missing, outdated, passed
from scoring.rules.readiness.answers import ProbeResult
from scoring.rules.reasons import Record

# A verdict names so many records at most; more of them would say the same.
_NAMED = 20


def user_feedback(facts: ProbeFacts, playbook: Playbook) -> ProbeResult:
    """Enough feedback in the days before now, and the share of it that the playbook asks for is answered."""
    policy = playbook.probes
    if not facts.feedback:
        return missing("feedback_missing")
    newest_first = sorted(facts.feedback, key=lambda each: (each.received_at, str(each.record.id)), reverse=True)
    valid_days = playbook.criteria_by_key["user_feedback"].valid_days
    stale_at = newest_first[0].received_at + timedelta(days=valid_days) if valid_days else None
    if stale_at is not None and stale_at <= facts.now:
        return outdated("feedback_outdated", {"days": valid_days}, records=_records(newest_first))
    days = timedelta(days=policy.feedback_days)
    recent = [each for each in newest_first if each.received_at + days > facts.now]
    if _is_enough(recent, policy) and _is_answered(recent, policy):
        return _heard(recent, policy)
    leaves = [recent[-1].received_at + days] if recent else []
    return _not_heard(recent, policy, min([*leaves, *([stale_at] if stale_at else [])], default=None))


def _is_enough(feedback: Sequence[Feedback], policy: ProbePolicy) -> bool:
    return len(feedback) >= policy.feedback_count


def _is_answered(feedback: Sequence[Feedback], policy: ProbePolicy) -> bool:
    return sum(each.is_answered for each in feedback) >= policy.feedback_answered * len(feedback)


def _heard(recent: Sequence[Feedback], policy: ProbePolicy) -> ProbeResult:
    """It holds until so many of the oldest left the window that what remains is too little or too little answered.

    The newest ones that suffice stand for all, so that nothing about the result changes before that moment.
    """
    kept = len(recent)
    while _is_enough(recent[:kept], policy) and _is_answered(recent[:kept], policy):
        kept -= 1
    params = {"needed": policy.feedback_count, "days": policy.feedback_days, "percent": _percent(policy)}
    changes_at = recent[kept].received_at + timedelta(days=policy.feedback_days)
    return passed("feedback_answered", params, records=_records(recent[: policy.feedback_count]), changes_at=changes_at)


def _not_heard(recent: Sequence[Feedback], policy: ProbePolicy, changes_at: datetime | None) -> ProbeResult:
    answered = sum(each.is_answered for each in recent)
    came = min(Fraction(len(recent), policy.feedback_count), Fraction(1))
    heard = min(Fraction(answered, len(recent)) / policy.feedback_answered, Fraction(1)) if recent else Fraction(0)
    if not _is_enough(recent, policy):
        params = {"received": len(recent), "needed": policy.feedback_count, "days": policy.feedback_days}
        return missing(
            "feedback_too_little", params, records=_records(recent), changes_at=changes_at, achieved=came * heard
        )
    open_ones = [each for each in recent if not each.is_answered]
    counts = {"answered": answered, "received": len(recent), "percent": _percent(policy)}
    return failed("feedback_unanswered", counts, records=_records(open_ones), changes_at=changes_at, achieved=heard)


def _percent(policy: ProbePolicy) -> int:
    return round(policy.feedback_answered * 100)


def _records(of: Sequence[Feedback | Training]) -> list[Record]:
    return [each.record for each in of[:_NAMED]]


def operations_observed(facts: ProbeFacts, playbook: Playbook) -> ProbeResult:
    """Each figure of operation was observed lately; the fraction is that of the figures that were."""
    days, figures = playbook.probes.operations_days, playbook.probes.operations_figures
    newest = {figure: _newest(facts.operations, figure) for figure in figures}
    known = {figure: reading for figure, reading in newest.items() if reading is not None}
    ends = {figure: reading.observed_to + timedelta(days=days) for figure, reading in known.items()}
    fresh = {figure: end for figure, end in ends.items() if end > facts.now}
    records = [reading.record for reading in known.values()]
    changes_at = min(fresh.values(), default=None)
    if len(fresh) == len(figures):
        return passed("operations_observed", {"days": days}, records=records, changes_at=changes_at)
    never = [figure for figure in figures if figure not in known]
    old = [figure for figure in figures if figure in known and figure not in fresh]
    achieved = Fraction(len(fresh), len(figures))
    if never:
        return missing(
            "operations_missing", {"missing": never}, records=records, changes_at=changes_at, achieved=achieved
        )
    params = {"days": days, "missing": old}
    return outdated("operations_outdated", params, records=records, changes_at=changes_at, achieved=achieved)


def _newest(readings: Sequence[Figure], figure: str) -> Figure | None:
    of_figure = [reading for reading in readings if reading.figure == figure]
    return max(of_figure, key=lambda reading: (reading.observed_to, str(reading.record.id)), default=None)


def training_delivered(facts: ProbeFacts, playbook: Playbook) -> ProbeResult:
    """Most of the people for whom sessions were planned by now were trained, and the newest session is not too old.

    The year before the newest session held counts, and what was planned since; a session to come is not missed yet.
    """
    sessions = sorted(facts.training, key=lambda each: (each.ends_at, str(each.record.id)))
    if not sessions:
        return missing("training_missing")
    next_due = min(
        (each.ends_at for each in sessions if each.trained is None and each.ends_at > facts.now), default=None
    )
    held = [each for each in sessions if each.trained is not None]
    if not held:
        planned = {"planned": sum(each.planned for each in sessions)}
        return missing("training_not_held", planned, records=_records(sessions))
    days = playbook.criteria_by_key["training_delivered"].valid_days
    year = timedelta(days=days) if days else None
    stale_at = held[-1].ends_at + year if year else None
    if stale_at is not None and stale_at <= facts.now:
        return outdated("training_outdated", {"days": days}, records=_records(held[::-1]))
    due = [each for each in sessions if each.trained is not None or each.ends_at <= facts.now]
    counted = [each for each in due if year is None or each.ends_at > held[-1].ends_at - year]
    changes_at = min((moment for moment in (next_due, stale_at) if moment), default=None)
    return _attended(counted, playbook.probes.training_reached, changes_at)


def _attended(counted: Sequence[Training], reached: Fraction, changes_at: datetime | None) -> ProbeResult:
    trained = sum(each.trained or 0 for each in counted)
    planned = sum(each.planned for each in counted)
    records = _records(counted[::-1])
    params = {"trained": trained, "planned": planned}
    if trained and trained >= reached * planned:
        return passed("training_delivered", params, records=records, changes_at=changes_at)
    achieved = Fraction(trained, planned) / reached if planned else Fraction(0)
    return failed(
        "training_incomplete",
        {**params, "percent": round(reached * 100)},
        records=records,
        changes_at=changes_at,
        achieved=achieved,
    )
