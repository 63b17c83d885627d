"""Bringing the outlook of cases up to date and noticing, once for each cap, that a share of it is reached.

As with readiness, records are read before the transaction under the version requested by then; a change that arrives
meanwhile has raised it and leaves its case due.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from pocgate.ledger.commands import Act, record
from portfolio.models import UseCase
from scoring.commands.costs.telling import tell_noticed
from scoring.commands.playbooks import ensure_default_playbook
from scoring.models import CostNotice, CostOutlook
from scoring.queries.costs import WATCHED, CapKey, CaseCosts, cap_plans, case_costs
from scoring.queries.recompute import BATCH
from scoring.rules.costs.notices import Crossing, crossings, highest_each
from scoring.rules.playbook import CostPolicy

VALUES = (
    "version", "state", "reason", "horizon", "used", "forecast", "lower", "upper", "run_rate", "breach_date",
    "computed_at",
)  # fmt: skip


@dataclass(frozen=True)
class Watched:
    """How many cases were looked at, and how many notices were written."""

    cases: int = 0
    notices: int = 0

    def __add__(self, other: Watched) -> Watched:
        return Watched(self.cases + other.cases, self.notices + other.notices)


def watch_costs(case_ids: Iterable[int], *, now: datetime) -> Watched:
    """Look at the cost of the open ones of these cases. Running it twice, late, or twice at once is harmless."""
    ids = sorted(set(case_ids))
    done = Watched()
    for start in range(0, len(ids), BATCH):
        done += _watch_batch(ids[start : start + BATCH], now=now)
    return done


def _watch_batch(case_ids: Sequence[int], *, now: datetime) -> Watched:
    policy = ensure_default_playbook(now=now).rules.costs
    found = {pk: each for pk, each in case_costs(case_ids, now=now).items() if each.case.status in WATCHED}
    crossed = {pk: crossings(each.outlook, policy.notice_percents) for pk, each in found.items()}
    crossed = {pk: reached for pk, reached in crossed.items() if reached}
    with transaction.atomic():
        requested = _lock(found)
        # A change that arrived meanwhile may have moved a cap; its case stays due, and is judged by what it says then.
        current = {pk: each for pk, each in found.items() if requested.get(pk) == each.version}
        _write_outlooks(current, now=now)
        new = _write_notices(current, {pk: crossed[pk] for pk in crossed if pk in current}, policy, now=now)
    return Watched(len(found), new)


def _lock(case_ids: Iterable[int]) -> dict[int, int]:
    """Lock the rows in pk order until the transaction ends; the version requested of each."""
    rows = UseCase.objects.select_for_update(no_key=True).filter(pk__in=list(case_ids)).order_by("pk")
    return dict(rows.values_list("pk", "requested_version"))


def _write_outlooks(found: Mapping[int, CaseCosts], *, now: datetime) -> None:
    """Write what was computed, unless another worker did so at a later moment."""
    later = CostOutlook.objects.filter(case__in=list(found), computed_at__gt=now).values_list("case_id", flat=True)
    overtaken = set(later)
    rows = [_outlook(each, now) for pk, each in found.items() if pk not in overtaken]
    CostOutlook.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["case"], update_fields=VALUES, batch_size=500
    )


def _outlook(each: CaseCosts, now: datetime) -> CostOutlook:
    outlook, worst = each.outlook, each.outlook.worst
    forecast = outlook.case.forecast
    return CostOutlook(
        case_id=each.case.pk,
        version=each.version,
        state=worst.state,
        reason=outlook.reason.code if outlook.reason else "",
        horizon=outlook.horizon,
        used=outlook.case.used,
        forecast=forecast.point if forecast else None,
        lower=forecast.lower if forecast else None,
        upper=forecast.upper if forecast else None,
        run_rate=outlook.run_rate,
        breach_date=worst.breach.day if worst.breach else None,
        computed_at=now,
    )


def _write_notices(
    found: Mapping[int, CaseCosts], crossed: Mapping[int, Sequence[Crossing]], policy: CostPolicy, *, now: datetime
) -> int:
    """Write the notices that are not on record and tell those they concern of the highest of each cap."""
    if not crossed:
        return 0
    plans, known = cap_plans(list(crossed), now=now), _known(crossed)
    written = 0
    for case_id, reached in crossed.items():
        case = found[case_id].case
        fresh = [each for each in reached if _key(case, each, plans[case_id]) not in known]
        told = highest_each(fresh)
        for crossing in fresh:
            notice = _write(case, crossing, plans[case_id], policy, now=now)
            if crossing in told:
                tell_noticed(notice, case, now=now)
        written += len(fresh)
    return written


def _known(case_ids: Iterable[int]) -> set[tuple[object, ...]]:
    rows = CostNotice.objects.filter(case__in=list(case_ids))
    return {
        (plan, scope, stage, iteration if stage is not None else None, percent)
        for plan, scope, stage, iteration, percent in rows.values_list("plan", "scope", "stage", "iteration", "percent")
    }


def _key(case: UseCase, crossing: Crossing, plans: Mapping[CapKey, int]) -> tuple[object, ...]:
    iteration = case.iteration if crossing.stage is not None else None
    plan = plans[crossing.scope, crossing.stage]
    return plan, crossing.scope, crossing.stage, iteration, crossing.percent


def _write(
    case: UseCase, crossing: Crossing, plans: Mapping[CapKey, int], policy: CostPolicy, *, now: datetime
) -> CostNotice:
    notice = notice_of(case, crossing, plans, policy, now=now)
    notice.save(force_insert=True)
    act = Act("cost.noticed", "cost_notice", notice.pk, case.pk, {}, shown_notice(notice))
    record(act, actor=None, now=now)
    return notice


def notice_of(
    case: UseCase, crossing: Crossing, plans: Mapping[CapKey, int], policy: CostPolicy, *, now: datetime
) -> CostNotice:
    """The notice of a crossing, not written yet."""
    return CostNotice(
        case=case,
        plan_id=plans[crossing.scope, crossing.stage],
        scope=crossing.scope,
        stage=crossing.stage,
        iteration=case.iteration,
        percent=crossing.percent,
        cap=crossing.cap.amount,
        used=crossing.used,
        asks_justification=crossing.percent >= policy.justification_percent,
        proposes_review=crossing.percent >= policy.review_percent,
        noticed_at=now,
    )


def shown_notice(notice: CostNotice) -> dict[str, object]:
    """A notice as its activity tells it."""
    return {"scope": notice.scope, "percent": notice.percent, "used": str(notice.used), "cap": str(notice.cap)}
