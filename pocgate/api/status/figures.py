"""Readiness by stage, money by currency, gates that are due, findings and swamp, each in one query or two."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Avg, Count, F, Model, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber

from gates.enums import OPEN_REVIEW_STATES
from gates.models import GateReview
from pocgate.api.cases.detail import cents
from pocgate.api.status.counts import OPEN
from pocgate.identity.models import User
from portfolio.enums import CostState, Stage, Status
from portfolio.models import CostEntry, CostPlan, UseCase, UseCaseQuerySet
from scoring.enums import CapState
from scoring.models import CostOutlook, Finding, ReadinessScore
from scoring.queries.finding_counts import signal_counts, standing_signals, state_counts

SOON = timedelta(days=30)
ZERO = Decimal("0.00")


R = TypeVar("R", bound=Model)


@dataclass(frozen=True)
class Visible:
    """The cases a person sees, archived drafts left out. `is_whole`: no case of the installation is hidden."""

    cases: UseCaseQuerySet
    is_whole: bool

    def of(self, rows: QuerySet[R]) -> QuerySet[R]:
        """Records of these cases; when nothing is hidden there is nothing to compare."""
        return rows if self.is_whole else rows.filter(case__in=self.cases.order_by().values("pk"))


def visible(user: User, *, now: datetime) -> Visible:
    """What the person sees."""
    cases = UseCase.objects.visible_to(user, now=now)
    return Visible(cases.filter(archived_at__isnull=True), is_whole=not cases.query.has_filters())


def readiness_by_stage(seen: Visible) -> dict[str, Any]:
    """Average and median readiness of the open cases in each stage, and how many have been measured."""
    scores = seen.of(ReadinessScore.objects.filter(case__status__in=OPEN))
    averages = scores.order_by().values_list("case__stage").annotate(Avg("overall"), Count("pk"))
    rows: dict[str, Any] = {str(stage): {"average": None, "median": None, "measured": 0} for stage in Stage.values}
    for stage, average, measured in averages:
        if stage is not None:
            rows[str(stage)] = {"average": round(float(average), 2), "median": None, "measured": measured}
    for stage, median in _medians(scores):
        rows[str(stage)]["median"] = median
    return rows


def _medians(scores: QuerySet[ReadinessScore]) -> Iterable[tuple[int, float]]:
    """The middle one, or the mean of the two in the middle; windows, because SQLite has no median."""
    middle = (
        scores.filter(case__stage__isnull=False)
        .annotate(
            place=Window(RowNumber(), partition_by=[F("case__stage")], order_by=[F("overall").asc(), F("pk").asc()]),
            of=Window(Count("pk"), partition_by=[F("case__stage")]),
        )
        .filter(place__gte=F("of") / 2.0, place__lte=F("of") / 2.0 + 1)
        .values_list("case__stage", "overall")
    )
    found: dict[int, list[Decimal]] = {}
    for stage, overall in middle:
        if stage is not None:
            found.setdefault(stage, []).append(overall)
    return [(stage, round(float(sum(values) / len(values)), 2)) for stage, values in found.items()]


def money(seen: Visible, *, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """Actual and committed cost and agreed caps, per currency and never converted."""
    entries, plans = (
        CostEntry.objects.filter(superseded_by__isnull=True),
        CostPlan.objects.filter(agreed_at__isnull=False),
    )
    if as_of is None:
        plans = plans.filter(superseded_at__isnull=True)
    else:
        later = Q(superseded_by__isnull=True) | Q(superseded_by__recorded_at__gt=as_of)
        entries = CostEntry.objects.filter(later, recorded_at__lte=as_of)
        plans = plans.filter(Q(superseded_at__isnull=True) | Q(superseded_at__gt=as_of), agreed_at__lte=as_of)
    spent = seen.of(entries).order_by().values_list("case__currency", "state")
    caps = seen.of(plans).order_by().values_list("case__currency")
    rows: dict[str, dict[str, Any]] = {}
    for currency, state, amount in spent.annotate(Sum("amount")):
        _money_row(rows, currency)["actual" if state == CostState.ACTUAL else "committed"] += cents(amount)
    for currency, amount in caps.annotate(Sum("case_cap")):
        _money_row(rows, currency)["cap"] += cents(amount)
    _add_forecasts(rows, seen, is_past=as_of is not None)
    return [rows[currency] for currency in sorted(rows)]


def _money_row(rows: dict[str, dict[str, Any]], currency: str) -> dict[str, Any]:
    empty = {"actual": ZERO, "committed": ZERO, "cap": ZERO, "forecast": None, "untold": None, "breaches": None}
    return rows.setdefault(currency, {"currency": currency, **empty})


def _add_forecasts(rows: dict[str, dict[str, Any]], seen: Visible, *, is_past: bool) -> None:
    """What all will have cost by their horizons: used so far, and of open cases what the forecast adds.

    `untold` counts open cases whose forecast can not be told, `breaches` those over a cap or surely going to be. Of the
    past no forecast is kept.
    """
    if is_past:
        return
    ahead = seen.of(CostOutlook.objects.filter(case__status__in=OPEN)).order_by().values("case__currency")
    found = ahead.annotate(
        more=Sum(F("forecast") - F("used"), filter=Q(forecast__gt=F("used"))),
        untold=Count("pk", filter=Q(forecast__isnull=True)),
        breaches=Count("pk", filter=Q(state__in=[CapState.OVER, CapState.SURE])),
    )
    for currency, more, untold, breaches in found.values_list("case__currency", "more", "untold", "breaches"):
        _money_row(rows, currency).update(forecast=cents(more), untold=untold, breaches=breaches)
    for row in rows.values():
        row["forecast"] = row["actual"] + row["committed"] + (row["forecast"] or ZERO)
        row["untold"], row["breaches"] = row["untold"] or 0, row["breaches"] or 0


def gates_due(seen: Visible, *, now: datetime) -> dict[str, int]:
    """Planned gates by date, and open reviews by what they wait for."""
    today = now.date()
    open_cases = seen.cases.filter(status__in=[Status.ACTIVE, Status.PAUSED])
    due: dict[str, int] = open_cases.aggregate(
        overdue=Count("pk", filter=Q(target_gate_date__lt=today)),
        next_30_days=Count("pk", filter=Q(target_gate_date__gte=today, target_gate_date__lte=today + SOON)),
    )
    reviews = seen.of(GateReview.objects.filter(state__in=OPEN_REVIEW_STATES))
    states = dict(reviews.order_by().values_list("state").annotate(Count("pk")))
    return {**due, **{f"reviews_{state.value}": states.get(state.value, 0) for state in OPEN_REVIEW_STATES}}


def swamp(seen: Visible, *, as_of: datetime | None = None) -> dict[str, int]:
    """How many cases linger, and by which sign; at a past moment as it was seen then."""
    return signal_counts(seen.of(standing_signals(as_of=as_of)))


def detectors(seen: Visible) -> dict[str, dict[str, int]]:
    """On how many cases each detector fires, is clear, and can not tell."""
    return state_counts(seen.of(Finding.objects.all()))
