"""The cost of a case beyond its sums: forecast and breach, run-rate, lines, notices, and what the money brings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from gates.queries.cost_reviews import proposing_notices
from portfolio.models import UseCase
from scoring.models import CostJustification
from scoring.queries.cost_details import ShownNotice, Worth, cost_details
from scoring.rules.costs.forecast import METHOD, Range
from scoring.rules.costs.lines import LineCost
from scoring.rules.costs.outlook import Outlook, Standing
from scoring.rules.costs.worth import Comparison, Return, UnitCost
from scoring.rules.reasons import Reason

RATIO = Decimal("0.0001")


def cost_outlook(case: UseCase, *, now: datetime) -> dict[str, Any]:
    """What the cost tab tells; amounts in the currency of the case, days as dates."""
    details = cost_details(case.pk, now=now)
    outlook = details.outlook
    proposed = {notice.pk for notice in proposing_notices([case.pk], now=now)} if details.notices else set()
    return {
        "run_rate": outlook.run_rate,
        "run_rate_at_scale": outlook.at_scale,
        "forecast": _forecast(outlook),
        "lines": [_line(line) for line in details.lines],
        "notices": [_notice(each, proposed) for each in details.notices],
        **_worth(details.worth),
    }


def _forecast(outlook: Outlook) -> dict[str, Any]:
    """`state` is the worse one's; each standing has its own. `reason` says why there is no forecast."""
    rate = None if outlook.reason else outlook.rate
    return {
        "state": outlook.worst.state,
        "reason": outlook.reason.text if outlook.reason else None,
        "horizon": outlook.horizon,
        "method": METHOD if rate else None,
        "recorded_until": rate.until if rate else None,
        "periods": rate.periods if rate else None,
        "standings": [_standing(each) for each in outlook.standings],
    }


def _standing(each: Standing) -> dict[str, Any]:
    breach = each.breach
    return {
        "scope": each.scope,
        "stage": each.stage,
        "cap": each.cap.amount if each.cap else None,
        "used": each.used,
        "state": each.state,
        "amount": _range(each.forecast),
        "breach_day": breach.day if breach else None,
        "breach_earliest": breach.earliest if breach else None,
        "breach_latest": breach.latest if breach else None,
    }


def _range(found: Range | None) -> dict[str, Decimal] | None:
    return {"point": found.point, "lower": found.lower, "upper": found.upper} if found else None


def _line(line: LineCost) -> dict[str, Any]:
    return {
        "line": line.line,
        "estimate_monthly": line.estimate,
        "zero_reason": line.zero_reason,
        "actual_monthly": line.monthly,
        "actual": line.actual,
        "committed": line.committed,
    }


def _notice(each: ShownNotice, proposed: set[int]) -> dict[str, Any]:
    notice = each.notice
    return {
        "id": notice.pk,
        "scope": notice.scope,
        "stage": notice.stage,
        "percent": notice.percent,
        "cap": notice.cap,
        "used": notice.used,
        "noticed_at": notice.noticed_at,
        "stands": each.stands,
        "justification_asked": each.is_asked,
        "review_proposed": notice.pk in proposed,
        "justification": each.justification and as_justification(each.justification),
    }


def as_justification(given: CostJustification) -> dict[str, Any]:
    """What an owner wrote."""
    return {"text": given.text, "author": given.author.username, "given_at": given.given_at}


def _worth(worth: Worth) -> dict[str, Any]:
    unit, returns, compared = worth.unit_cost, worth.returns, worth.comparison
    return {
        "unit_cost": _untold(unit) if isinstance(unit, Reason) else _told(_unit_cost(unit)),
        "return": _untold(returns) if isinstance(returns, Reason) else _told(_return(returns)),
        "business_case": _untold(compared) if isinstance(compared, Reason) else _told(_comparison(compared)),
    }


def _told(value: Mapping[str, Any]) -> dict[str, Any]:
    return {"value": dict(value), "reason": None}


def _untold(reason: Reason) -> dict[str, Any]:
    return {"value": None, "reason": reason.text}


def _unit_cost(found: UnitCost) -> dict[str, Any]:
    return {
        "amount": found.amount,
        "cost": found.cost,
        "units": found.units,
        "kpi": found.kpi.label,
        "first": found.first,
        "until": found.until,
    }


def _return(found: Return) -> dict[str, Any]:
    ratio = Range(*(each.quantize(RATIO) for each in (found.ratio.point, found.ratio.lower, found.ratio.upper)))
    return {
        "ratio": _range(ratio),
        "benefit_a_year": _range(found.benefit),
        "cost_a_year": found.cost,
        "has_interval": found.has_interval,
    }


def _comparison(found: Comparison) -> dict[str, Any]:
    return {
        "verdict": found.verdict,
        "percent_of_likely": found.percent,
        "measured_a_year": found.measured,
        "at_scale_a_year": found.at_scale,
        "promised": {"low": found.low, "likely": found.likely, "high": found.high},
        "days_measured": found.days,
    }
