"""What the head of a case says: the track, the people, the next gate, and what it still takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import get_language

from gates.enums import OPEN_REVIEW_STATES
from gates.models import GateReview
from gates.queries.standing_words import ShownStanding, shown_standing
from pocgate.identity.models import User
from pocgate.web.queries.track import GateTrack, track_of
from portfolio.enums import TeamRole
from portfolio.models import TeamMember, UseCase
from scoring.enums import Level, Verdict
from scoring.models import CriterionResult
from scoring.queries.playbooks import current_playbook

SETTLED = (Verdict.PASS, Verdict.WAIVED, Verdict.NOT_APPLICABLE)
EFFORTS = ("S", "M", "L")


@dataclass(frozen=True)
class OpenMust:
    """A must-meet that does not pass: its title, and how much work it is (S, M, L; days of lead)."""

    key: str
    title: str
    verdict: str
    effort: str
    lead_days: int


@dataclass(frozen=True)
class CaseHead:
    """Everything the head shows. `open_musts` starts with the cheapest."""

    case: UseCase
    track: GateTrack
    owner: User | None
    review: GateReview | None
    open_musts: tuple[OpenMust, ...]
    standing: ShownStanding

    @property
    def gate(self) -> int | None:
        """The next gate."""
        return self.case.next_gate

    @property
    def cheapest(self) -> OpenMust | None:
        """What takes least of what is missing."""
        return self.open_musts[0] if self.open_musts else None

    @property
    def gate_date(self) -> date | None:
        """When the next gate is meant to be: while in review, when it has to be decided."""
        return self.review.decide_by if self.review else self.case.target_gate_date


def case_head(case: UseCase, *, now: datetime) -> CaseHead:
    """The head of one case, in a fixed number of queries."""
    owner = TeamMember.objects.filter(case=case, role=TeamRole.PRODUCT_OWNER, ended_at__isnull=True)
    member = owner.select_related("user").first()
    return CaseHead(
        case=case,
        track=track_of(case, now=now),
        owner=member.user if member else None,
        review=GateReview.objects.filter(case=case, state__in=OPEN_REVIEW_STATES).first(),
        open_musts=open_musts(case),
        standing=shown_standing(case),
    )


def open_musts(case: UseCase) -> tuple[OpenMust, ...]:
    """The must-meets of the next gate that do not pass, cheapest first."""
    if case.next_gate is None:
        return ()
    rows = CriterionResult.objects.filter(case=case, gate=case.next_gate, level=Level.MUST).exclude(verdict__in=SETTLED)
    criteria = current_playbook().criteria_by_key
    language = get_language() or "en"
    found = []
    for row in rows.only("criterion", "verdict", "position"):
        criterion = criteria.get(row.criterion)
        if criterion:
            title = criterion.title.in_language(language)
            found.append(OpenMust(row.criterion, title, row.verdict, criterion.effort, criterion.lead_days))
    return tuple(sorted(found, key=lambda must: (EFFORTS.index(must.effort), must.lead_days, must.title)))
