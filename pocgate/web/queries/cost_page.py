"""What the cost tab says beside the records themselves: outlook, notices, what the money brings, and who may act."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gates.models import Committee
from gates.permissions import is_chair_of
from gates.queries.committees import committee_for
from gates.queries.cost_reviews import proposing_notices
from pocgate.identity.models import User
from portfolio.models import UseCase
from scoring.enums import CapState
from scoring.permissions import can
from scoring.queries.cost_details import CostDetails, ShownNotice, cost_details
from scoring.queries.wording import reason_text
from scoring.rules.costs.outlook import Standing
from scoring.rules.reasons import Reason

TONES = {"over": "stop", "sure": "stop", "likely": "warn", "possible": "warn", "within": "go", "cannot_tell": "plain"}


@dataclass(frozen=True)
class ShownStanding:
    """A standing with the word and colour of its state."""

    standing: Standing
    word: str
    tone: str


@dataclass(frozen=True)
class NoticeGroup:
    """The notices of one cap: the highest share, and the lower ones, which it has overtaken."""

    top: ShownNotice
    lower: tuple[ShownNotice, ...]


@dataclass(frozen=True)
class CostPage:
    """The tab. `proposal_ids` are notices whose review nobody has asked for; the reasons say what can not be told."""

    details: CostDetails
    standings: tuple[ShownStanding, ...]
    reason: str
    reasons: dict[str, str]
    proposal_ids: frozenset[int]
    may_justify: bool
    may_convene: bool
    confidence: int

    @property
    def standing_groups(self) -> list[NoticeGroup]:
        """Notices whose cap is in force, those that ask for something first."""
        groups = _grouped(each for each in self.details.notices if each.stands)
        return sorted(groups, key=lambda group: -group.top.notice.percent)

    @property
    def past_groups(self) -> list[NoticeGroup]:
        """Notices of caps that were raised or left behind, the newest first."""
        return _grouped(each for each in self.details.notices if not each.stands)


def cost_page(case: UseCase, user: User, *, confidence: int, now: datetime) -> CostPage:
    """The tab as this person sees it; about twenty queries."""
    details = cost_details(case.pk, now=now)
    proposals = proposing_notices([case.pk], now=now) if details.notices else []
    worth = {name: value for name, value in vars(details.worth).items() if isinstance(value, Reason)}
    return CostPage(
        details=details,
        standings=tuple(
            ShownStanding(each, str(CapState(each.state).label), TONES[each.state])
            for each in details.outlook.standings
            if each.cap is not None or each.used
        ),
        reason=worded(details.outlook.reason),
        reasons={name: worded(reason) for name, reason in worth.items()},
        proposal_ids=frozenset(notice.pk for notice in proposals),
        may_justify=bool(details.notices) and can("justify_cost", user, case, now=now),
        may_convene=bool(proposals) and is_chair_of(user, _committee(case), now=now),
        confidence=confidence,
    )


def _grouped(notices: Iterable[ShownNotice]) -> list[NoticeGroup]:
    caps: dict[tuple[object, ...], list[ShownNotice]] = {}
    for each in notices:
        notice = each.notice
        caps.setdefault((notice.plan_id, notice.scope, notice.stage, notice.iteration), []).append(each)
    ordered = (sorted(group, key=lambda each: -each.notice.percent) for group in caps.values())
    return [NoticeGroup(first, tuple(rest)) for first, *rest in ordered]


def worded(reason: Reason | None) -> str:
    """A reason in the reader's language; empty without one."""
    return reason_text(reason.code, dict(reason.params)) if reason else ""


def _committee(case: UseCase) -> Committee | None:
    return committee_for(case, case.stage) if case.stage is not None else None
