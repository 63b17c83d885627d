"""The money of cases as the rules read it, which caps are in force since when, and the notices on record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet

from portfolio.enums import Status
from portfolio.models import CostPlan, UseCase
from scoring.models import CostJustification, CostNotice, CostOutlook
from scoring.queries.playbooks import current_playbook
from scoring.queries.probe_facts.basics import case_rows
from scoring.queries.probe_facts.costs import costs_of, plans_of
from scoring.queries.recompute import batches
from scoring.rules.costs.notices import Noticed, still_asking
from scoring.rules.costs.outlook import Outlook, outlook_of
from scoring.rules.costs.records import CASE_CAP, RUN_RATE_CAP, STAGE_CAP, CaseMoney, Cost

WATCHED = (Status.ACTIVE, Status.IN_REVIEW, Status.PAUSED)

# A cap by its scope and, for a stage's, the stage.
CapKey = tuple[str, int | None]


@dataclass(frozen=True)
class CaseCosts:
    """A case's money and its outlook at a moment; `version` is the version requested when the case was read."""

    case: UseCase
    version: int
    money: CaseMoney
    outlook: Outlook


def case_costs(case_ids: Iterable[int], *, now: datetime) -> dict[int, CaseCosts]:
    """The money of the cases that exist; four queries, however many cases."""
    rows = case_rows(case_ids, now=now)
    plans, policy = plans_of([row.case.pk for row in rows], now=now), current_playbook().costs
    entries: dict[int, list[Cost]] = defaultdict(list)
    for case_id, cost in costs_of(rows, now=now):
        entries[case_id].append(cost)
    found = {}
    for row in rows:
        money = CaseMoney(
            # The same day as the probe's, whatever the time zone of the installation.
            today=now.astimezone(UTC).date(),
            stage=row.case.stage,
            plan=plans.get(row.case.pk),
            costs=tuple(entries[row.case.pk]),
            horizon=row.horizon,
        )
        found[row.case.pk] = CaseCosts(row.case, row.version, money, outlook_of(money, policy))
    return found


def costs_due(*, now: datetime) -> Iterator[list[int]]:
    """The ids of open cases whose outlook is of older records or of an earlier day, a batch at a time."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    fresh = CostOutlook.objects.filter(
        case=OuterRef("pk"), version__gte=OuterRef("requested_version"), computed_at__gte=midnight
    )
    return batches(Q(status__in=WATCHED) & Q(~Exists(fresh)))


def cap_plans(case_ids: Sequence[int], *, now: datetime) -> dict[int, dict[CapKey, int]]:
    """The version of the plan with which each cap in force came to its amount, by case and cap; one query.

    Agreeing to the same amount anew is no other cap.
    """
    rows = (
        CostPlan.objects.filter(case__in=case_ids, agreed_at__lte=now)
        .order_by("case_id", "version", "caps__stage")
        .values_list("case_id", "pk", "case_cap", "monthly_cap", "caps__stage", "caps__amount")
    )
    versions: dict[tuple[int, int], dict[CapKey, Decimal]] = defaultdict(dict)
    for case_id, plan_id, case_cap, monthly_cap, stage, stage_cap in rows:
        named = (((CASE_CAP, None), case_cap), ((RUN_RATE_CAP, None), monthly_cap), ((STAGE_CAP, stage), stage_cap))
        versions[case_id, plan_id] |= {key: amount for key, amount in named if amount is not None}
    since: dict[int, dict[CapKey, int]] = {}
    amounts: dict[int, dict[CapKey, Decimal]] = {}
    for (case_id, plan_id), caps in versions.items():
        before, earlier = amounts.get(case_id, {}), since.get(case_id, {})
        since[case_id] = {key: earlier[key] if before.get(key) == caps[key] else plan_id for key in caps}
        amounts[case_id] = caps
    return since


def notices_of(case_ids: Iterable[int]) -> QuerySet[CostNotice]:
    """The notices of the cases, oldest first, with whether somebody justified each."""
    answered = CostJustification.objects.filter(notice=OuterRef("pk"))
    return (
        CostNotice.objects.filter(case__in=list(case_ids))
        .annotate(is_answered=Exists(answered))
        .order_by("noticed_at", "pk")
    )


def standing_notices(
    notices: Iterable[CostNotice], cases: Mapping[int, UseCase], plans: Mapping[int, Mapping[CapKey, int]]
) -> list[CostNotice]:
    """Those whose cap is still in force, and of a stage's cap the stage and iteration still the present ones."""
    return [
        notice
        for notice in notices
        if plans.get(notice.case_id, {}).get((notice.scope, notice.stage)) == notice.plan_id
        and (
            notice.scope != STAGE_CAP
            or (notice.stage, notice.iteration) == (cases[notice.case_id].stage, cases[notice.case_id].iteration)
        )
    ]


def unanswered(notices: Sequence[CostNotice]) -> set[int]:
    """The ids of those standing notices whose justification is outstanding."""
    return set(still_asking([as_noticed(notice) for notice in notices]))


def as_noticed(notice: CostNotice) -> Noticed:
    """A notice of `notices_of` as the rules take it."""
    return Noticed(
        id=notice.pk,
        scope=notice.scope,
        stage=notice.stage,
        iteration=notice.iteration,
        plan_id=notice.plan_id,
        percent=notice.percent,
        is_asked=notice.asks_justification,
        is_answered=vars(notice)["is_answered"],
    )
