"""Shares of caps as they were noticed over time, and what owners wrote when the first of them asked for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from pocgate.demo.plan.shapes import CasePlan
from pocgate.demo.writing.portion import Portion
from pocgate.identity.models import User
from portfolio.models import UseCase
from scoring.commands.costs import notice_of, shown_notice, tell_noticed
from scoring.models import CostJustification, CostNotice
from scoring.queries.costs import WATCHED, cap_plans, case_costs
from scoring.queries.playbooks import current_playbook
from scoring.rules.costs.notices import crossings, highest_each

# How long ago the watch looked: each week, and lately each day.
LOOKS = (
    *(timedelta(weeks=week) for week in range(16, 2, -1)),
    *(timedelta(days=day, hours=21) for day in range(13, -1, -1)),
)
ANSWERED_AFTER = timedelta(days=2)
REASON = (
    "The forms of two large clinics could not be read and were keyed by hand for five weeks, and the second reader was "
    "hired a month early. The clinics deliver in the new form from next month; we ask for a cap that fits, or for a "
    "smaller cohort."
)


def write_cost_notices(portion: Portion) -> None:
    """Look at the detailed cases as the watch would have, now and then, up to now."""
    plans = {case.pk: plan for plan, case in portion.pairs() if plan.detailed and case.status in WATCHED}
    known: set[tuple[object, ...]] = set()
    for ago in LOOKS:
        at = portion.now - ago
        for case, notice in _reached(list(plans), known, at):
            notice.save(force_insert=True)
            _tell(portion, plans[case.pk], case, notice)


def _reached(case_ids: list[int], known: set[tuple[object, ...]], at: datetime) -> Iterator[tuple[UseCase, CostNotice]]:
    policy, since = current_playbook().costs, cap_plans(case_ids, now=at)
    for each in case_costs(case_ids, now=at).values():
        fresh = []
        for crossing in crossings(each.outlook, policy.notice_percents):
            notice = notice_of(each.case, crossing, since[each.case.pk], policy, now=at)
            key = (notice.plan_id, notice.scope, notice.stage, notice.iteration, notice.percent)
            if key not in known:
                known.add(key)
                fresh.append((crossing, notice))
        highest = highest_each(crossing for crossing, _notice in fresh)
        for crossing, notice in fresh:
            yield each.case, notice
            if crossing in highest:
                tell_noticed(notice, each.case, now=at)


def _tell(portion: Portion, plan: CasePlan, case: UseCase, notice: CostNotice) -> None:
    """The act for the ledger; the owner answers the first notice that asks, and the chair hears of the proposal."""
    subject, at = ("cost_notice", notice.pk), notice.noticed_at
    portion.tell("cost.noticed", subject, plan, case, at=at, by=None, after=shown_notice(notice))
    answered_at = at + ANSWERED_AFTER
    owner = next((member.person for member in plan.members if member.role == "product_owner"), None)
    if notice.asks_justification and not notice.proposes_review and owner and answered_at < portion.now:
        author = User.objects.get(username=owner)
        CostJustification.objects.create(notice=notice, text=REASON, author=author, given_at=answered_at)
        after = {"notice": notice.pk, "scope": notice.scope, "percent": notice.percent, "text": REASON}
        portion.tell("cost.justified", subject, plan, case, at=answered_at, by=owner, after=after)
