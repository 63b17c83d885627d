"""Everything there is to say about the cost of one case: outlook, lines, months, notices, and what it brings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from portfolio.models import BenefitEntry, KpiDefinition, UseCase
from scoring.models import CostJustification, CostNotice
from scoring.queries.costs import CaseCosts, cap_plans, case_costs, notices_of, standing_notices, unanswered
from scoring.queries.playbooks import current_playbook
from scoring.queries.probe_facts.basics import business_cases_of, case_rows
from scoring.queries.probe_facts.kpis import kpis_of
from scoring.queries.probe_facts.periods import in_force, uncorrected
from scoring.rules.costs.lines import LineCost, Month, burn_by_month, lines_of
from scoring.rules.costs.outlook import Outlook
from scoring.rules.costs.records import CaseMoney
from scoring.rules.costs.worth import (
    Comparison,
    Gained,
    Measured,
    Return,
    UnitCost,
    Valued,
    against_business_case,
    return_of,
    unit_cost,
)
from scoring.rules.playbook import Playbook
from scoring.rules.probes.records import HIGHER, Kpi, Reading
from scoring.rules.reasons import Reason, Record

PRIMARY, OUTCOME = "primary", "outcome"
# Where a playbook asks for no unit cost, it is told all the same, from as many days as the one that ships takes.
UNIT_COST_DAYS = 120


@dataclass(frozen=True)
class ShownNotice:
    """A notice; it `stands` while its cap is in force, `is_asked` while its justification is outstanding."""

    notice: CostNotice
    stands: bool
    is_asked: bool
    justification: CostJustification | None


@dataclass(frozen=True)
class Worth:
    """What the money brings, each with the reason where it can not be told."""

    unit_cost: UnitCost | Reason
    returns: Return | Reason
    comparison: Comparison | Reason


@dataclass(frozen=True)
class CostDetails:
    """The cost of one case at a moment."""

    case: UseCase
    money: CaseMoney
    outlook: Outlook
    lines: tuple[LineCost, ...]
    months: tuple[Month, ...]
    notices: tuple[ShownNotice, ...]
    worth: Worth


def cost_details(case_id: int, *, now: datetime) -> CostDetails:
    """The cost of a case; about fifteen queries. Raises KeyError when there is no such case."""
    found = case_costs([case_id], now=now)[case_id]
    return CostDetails(
        case=found.case,
        money=found.money,
        outlook=found.outlook,
        lines=lines_of(found.money),
        months=burn_by_month(found.money.costs, found.money.today),
        notices=shown_notices(found.case, now=now),
        worth=_worth(found, current_playbook(), now=now),
    )


def shown_notices(case: UseCase, *, now: datetime) -> tuple[ShownNotice, ...]:
    """The notices of a case, newest first; at most three queries."""
    notices = list(notices_of([case.pk]))
    if not notices:
        return ()
    standing = standing_notices(notices, {case.pk: case}, cap_plans([case.pk], now=now))
    asked, stands = unanswered(standing), {notice.pk for notice in standing}
    given = CostJustification.objects.filter(notice__case=case).select_related("author").order_by("pk")
    by_notice = {each.notice_id: each for each in given}
    return tuple(
        ShownNotice(notice, notice.pk in stands, notice.pk in asked, by_notice.get(notice.pk))
        for notice in reversed(notices)
    )


def _worth(found: CaseCosts, playbook: Playbook, *, now: datetime) -> Worth:
    today, case = found.money.today, found.case
    valued = _valued(case, now=now)
    outcome = next((kpi for kpi, role, kind in valued if (role, kind) == (PRIMARY, OUTCOME)), None)
    counted = outcome or next((kpi for kpi, _role, kind in valued if kind == OUTCOME), None)
    worth_money = [kpi for kpi, _role, _kind in valued if kpi.money_per_unit is not None]
    criterion = playbook.criteria_by_key.get("unit_cost_known")
    valid_days = criterion.valid_days if criterion else None
    return Worth(
        unit_cost=unit_cost(counted, found.money.costs, today=today, valid_days=valid_days or UNIT_COST_DAYS),
        returns=return_of(
            next(iter(worth_money), None),
            found.outlook.run_rate,
            today=today,
            confidence=playbook.costs.forecast_confidence,
        ),
        comparison=against_business_case(_gained(case, now=now), _promised(case, now=now), today=today),
    )


def _valued(case: UseCase, *, now: datetime) -> list[tuple[Valued, str, str]]:
    """The KPIs with role and kind, the primary one first; readings of the present iteration."""
    definitions = KpiDefinition.objects.filter(
        in_force(now, start="valid_from", end="valid_until"), kpi__case=case, money_per_unit__isnull=False
    )
    money = dict(definitions.values_list("kpi", "money_per_unit"))
    kpis = [kpi for _case_id, kpi in kpis_of(case_rows([case.pk], now=now), now=now)]
    kpis.sort(key=lambda kpi: (kpi.role != PRIMARY, int(kpi.record.id)))
    return [
        (
            Valued(
                record=kpi.record,
                baseline=kpi.baseline,
                sign=1 if kpi.direction == HIGHER else -1,
                money_per_unit=money.get(int(kpi.record.id)),
                readings=tuple(_measured(reading) for reading in _counting(kpi, case)),
            ),
            kpi.role,
            kpi.kind,
        )
        for kpi in kpis
    ]


def _counting(kpi: Kpi, case: UseCase) -> list[Reading]:
    return [
        reading
        for reading in kpi.readings
        if reading.iteration == case.iteration and (kpi.counts_from is None or reading.observed_from >= kpi.counts_from)
    ]


def _measured(reading: Reading) -> Measured:
    first, until = _day(reading.observed_from), _day(reading.observed_to)
    return Measured(
        reading.record, reading.value, reading.sample_size, first, max(until, first + timedelta(days=1)), reading.error
    )


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def _gained(case: UseCase, *, now: datetime) -> list[Gained]:
    rows = BenefitEntry.objects.filter(uncorrected(now), case=case).order_by("pk")
    return [
        Gained(
            record=Record("benefit_entry", row.pk, str(row)),
            amount=row.amount,
            first=row.period_start,
            until=row.period_end,
            scale=row.scale_percent / 100,
        )
        for row in rows
    ]


def _promised(case: UseCase, *, now: datetime) -> tuple[Decimal, Decimal, Decimal] | None:
    found = business_cases_of([case.pk], now=now).get(case.pk)
    if found is None or found.benefit_low is None or found.benefit_likely is None or found.benefit_high is None:
        return None
    return found.benefit_low, found.benefit_likely, found.benefit_high
