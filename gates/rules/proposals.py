"""When a case comes before its committee without anybody asking: operating and baseline reviews, time-box, pause."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from pocgate.kernel.errors import Blocker
from scoring.rules.playbook.pace import BaselineReviews, OperatingReviews

DAYS_OF_A_WAVE = 7
# A review that was called off opens again after another half of the time-box.
STEP_PERCENT = 50


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last day of a shorter month."""
    index = day.month - 1 + months
    year, month = day.year + index // 12, index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def operating_review_due(
    *, went_live: date | None, last_review: date | None, tier: str, policy: OperatingReviews
) -> date | None:
    """When gate 3 comes round: some days after going live, then so many months after each review; None when unknown."""
    if last_review is not None:
        return months_after(last_review, policy.months_for(tier))
    return went_live + timedelta(days=policy.first_after_days) if went_live is not None else None


def baseline_review_due(*, imported: date, number: int, tier: str, policy: BaselineReviews) -> date:
    """When a case that was imported into operation has its first review: in weekly waves within the days of its tier.

    The number of the case chooses its wave, so that consecutive cases are spread evenly.
    """
    days = dict(policy.days_by_tier).get(tier, policy.other_days)
    waves = max(days // DAYS_OF_A_WAVE, 1)
    return imported + timedelta(days=min((number % waves + 1) * DAYS_OF_A_WAVE, days))


def overdue_step(percent: int | None, opens_at: Fraction) -> int | None:
    """The share of the time-box, in percent, at which a review opens by itself now; None before it.

    Every further half of the time-box is a step of its own.
    """
    first = int(opens_at * 100)
    if percent is None or percent < first:
        return None
    return first + (percent - first) // STEP_PERCENT * STEP_PERCENT


def recommended_when_overdue(*, last_reading: date | None, today: date, silent_days: int) -> str:
    """What policy recommends for a case far past its time-box: stop when nothing was measured lately, else pause."""
    is_silent = last_reading is None or last_reading < today - timedelta(days=silent_days)
    return "stop" if is_silent else "pause"


@dataclass(frozen=True)
class ProposalState:
    """What settling a proposed review depends on."""

    is_open: bool
    is_chair: bool
    reason: str


def dismissal_blockers(state: ProposalState) -> list[Blocker]:
    """Why a proposed review can not be dismissed."""
    blockers = []
    if not state.is_open:
        message = "This proposal was settled already, by a review or by a dismissal."
        blockers.append(Blocker("proposal_settled", message))
    if not state.reason.strip():
        blockers.append(Blocker("reason_missing", "Dismissing a proposed review needs a reason."))
    return blockers
