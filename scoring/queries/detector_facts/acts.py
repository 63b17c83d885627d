"""What happened to cases and when: requests, votes and decisions by the verb and time of their activity alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db.models import Max, Q

from pocgate.ledger.models import Activity
from portfolio.enums import ExitReason
from portfolio.models import EvidenceRevision, KpiReading, OperationsReading, StageSpell
from portfolio.models import Hold as HoldRow
from scoring.enums import Answer
from scoring.models import CriterionAnswer
from scoring.queries.probe_facts.basics import end_of_day
from scoring.rules.detectors import Hold, Turn
from scoring.rules.reasons import Record

REQUESTED, WITHDRAWN, DECIDED = "review.requested", "review.withdrawn", "decision.made"
VOTED = ("review.voted", "review.vote_changed")

Acts = Mapping[int, Mapping[str, list[datetime]]]


def acts_of(case_ids: Collection[int], *, now: datetime) -> Acts:
    """The times of requests, withdrawals, votes and decisions by case and verb, oldest first; one query."""
    rows = Activity.objects.filter(
        case_id__in=case_ids, verb__in=[REQUESTED, WITHDRAWN, DECIDED, *VOTED], at__lte=now
    ).order_by("sequence")
    found: dict[int, dict[str, list[datetime]]] = {case_id: defaultdict(list) for case_id in case_ids}
    for case_id, verb, at in rows.values_list("case_id", "verb", "at"):
        if case_id is not None:
            found[case_id][verb].append(at)
    return found


def open_request(acts: Mapping[str, list[datetime]], entered_at: datetime | None) -> datetime | None:
    """The gate request of the present stay that was neither withdrawn nor decided."""
    requested = max(acts.get(REQUESTED, []), default=None)
    settled = [*acts.get(WITHDRAWN, []), *acts.get(DECIDED, [])]
    if requested is None or (entered_at is not None and requested < entered_at):
        return None
    return None if any(moment >= requested for moment in settled) else requested


def last_acts(case_ids: Collection[int], acts: Acts, *, now: datetime) -> dict[int, datetime]:
    """The newest reading, evidence, sign-off, vote or decision of each case that has one; four queries."""
    sources: Iterable[Iterable[tuple[int, datetime | None]]] = (
        KpiReading.objects.filter(kpi__case__in=case_ids, recorded_at__lte=now)
        .values_list("kpi__case").annotate(Max("recorded_at")),
        OperationsReading.objects.filter(case__in=case_ids, recorded_at__lte=now)
        .values_list("case").annotate(Max("recorded_at")),
        EvidenceRevision.objects.filter(evidence__case__in=case_ids, uploaded_at__lte=now)
        .values_list("evidence__case").annotate(Max("uploaded_at")),
        CriterionAnswer.objects.filter(
            case__in=case_ids, answer__in=[Answer.ACCEPTED, Answer.RETURNED], answered_at__lte=now
        ).values_list("case").annotate(Max("answered_at")),
    )  # fmt: skip
    found: dict[int, datetime] = {}
    for rows in sources:
        _keep_newest(found, rows)
    for case_id, by_verb in acts.items():
        votes_and_decisions = [at for verb in (*VOTED, DECIDED) for at in by_verb.get(verb, [])]
        _keep_newest(found, [(case_id, max(votes_and_decisions, default=None))])
    return found


def _keep_newest(found: dict[int, datetime], rows: Iterable[tuple[int, datetime | None]]) -> None:
    for case_id, moment in rows:
        if moment is not None and (case_id not in found or found[case_id] < moment):
            found[case_id] = moment


def holds_of(case_ids: Collection[int], *, now: datetime) -> dict[int, list[HoldRow]]:
    """The pauses of each case, oldest first."""
    found: dict[int, list[HoldRow]] = {}
    for hold in HoldRow.objects.filter(case__in=case_ids, started_at__lte=now).order_by("started_at", "pk"):
        found.setdefault(hold.case_id, []).append(hold)
    return found


def present_hold(holds: Iterable[HoldRow], now: datetime) -> Hold | None:
    """The pause that lasts."""
    for hold in holds:
        if hold.ended_at is None or hold.ended_at > now:
            ends_at = end_of_day(hold.revive_date) if hold.revive_date else None
            return Hold(_hold_record(hold), hold.started_at, ends_at)
    return None


def resumed_at(holds: Iterable[HoldRow], now: datetime) -> datetime | None:
    """When the last pause ended."""
    return max((hold.ended_at for hold in holds if hold.ended_at and hold.ended_at <= now), default=None)


def turns_of(case_ids: Collection[int], holds: Mapping[int, list[HoldRow]], acts: Acts) -> dict[int, list[Turn]]:
    """Pauses and pivots as turns away; promotions, and decisions that led to neither, as turns on. One query."""
    left = StageSpell.objects.filter(
        Q(exit_reason__in=[ExitReason.PIVOTED, ExitReason.PROMOTED]), case__in=case_ids, left_at__isnull=False
    )
    found: dict[int, list[Turn]] = {case_id: [] for case_id in case_ids}
    for case_id, pk, reason, at in left.values_list("case", "pk", "exit_reason", "left_at"):
        if at is not None:
            found[case_id].append(Turn(at, reason == ExitReason.PIVOTED, Record("stage_spell", pk, reason)))
    for case_id, of_case in holds.items():
        found[case_id] += [Turn(hold.started_at, True, _hold_record(hold)) for hold in of_case]
    for case_id, turns in found.items():
        # A pause and a pivot come at the very moment of their decision; any other decision let the case go on.
        told = {turn.at for turn in turns}
        onward = [at for at in acts[case_id].get(DECIDED, []) if at not in told]
        turns += [Turn(at, False, Record("use_case", case_id, "")) for at in onward]
    return found


def _hold_record(hold: HoldRow) -> Record:
    return Record("hold", hold.pk, f"{hold.started_at:%Y-%m-%d}")
