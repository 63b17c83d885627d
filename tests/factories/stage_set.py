"""A case that passes every must of gate 0 by real records, and a committee that can decide on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from gates.commands.decisions import Ruling, decide
from gates.commands.reviews import Request, close_voting, open_voting, request_review
from gates.commands.votes import Ballot, cast_vote
from gates.models import Committee, Decision, GateReview, Vote
from gates.rules.tally import APPROVALS
from pocgate.identity.models import User
from pocgate.identity.rules import SignIn
from portfolio.models import (
    BusinessCase,
    CaseFact,
    CostCap,
    CostPlan,
    EvidenceRevision,
    Kpi,
    KpiDefinition,
    KpiThreshold,
    ScopeItem,
    UseCase,
)
from scoring.models import Assessment, CriterionAnswer
from scoring.queries.playbooks import current_playbook
from scoring.rules.vocabulary import LAST_GATE
from tests.factories.gates import CommitteeFactory, SeatFactory
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import (
    EvidenceFactory,
    EvidenceRevisionFactory,
    StageSpellFactory,
    TeamMemberFactory,
    UseCaseFactory,
)
from tests.factories.scoring import AnswerEvidenceFactory

TOKEN = SignIn(by_token=True)
# What a go states before the last gate; the amount is each stage's cap in the plan, which so stays as it is.
FUNDING: Mapping[str, Any] = {
    "funding_amount": Decimal(40_000),
    "funding_until": date(2099, 12, 31),
    "funding_people": Decimal(2),
}
FUNDING_IN_BODY = {name: str(value) for name, value in FUNDING.items()}
ATTESTED_AT_GATE_0 = ("ai_justified", "sources_mapped", "compute_mapped", "preliminary_plan")
SIGNED_AT_GATE_0 = ("tier_confirmed", "privacy_screening")


@dataclass
class StageSet:
    """Who and what takes part; everybody is a person without other roles unless named so."""

    case: UseCase
    owner: User
    committee: Committee
    chair: User
    deputy: User
    members: list[User]
    officer: User

    def request(self, now: datetime, **values: object) -> GateReview:
        """Ask for the gate as the owner."""
        return request_review(case_id=self.case.pk, request=Request(**values), actor=self.owner, now=now)  # type: ignore[arg-type]

    def voting(self, now: datetime, days: int = 5) -> GateReview:
        """Ask for the gate and open the vote."""
        review = self.request(now)
        return open_voting(review_id=review.pk, closes_at=now + timedelta(days=days), actor=self.chair, now=now)

    def vote(self, review: GateReview, voter: User, outcome: str, now: datetime, **values: object) -> Vote:
        """Vote on the latest revision."""
        seen = values.pop("seen_revision", None) or review.dossiers.order_by("-revision")[0].revision
        rationale = values.pop("rationale", "" if outcome == "go" else "Because of the data.")
        ballot = Ballot(outcome, seen, rationale, **values)  # type: ignore[arg-type]
        return cast_vote(review_id=review.pk, ballot=ballot, actor=voter, sign_in=TOKEN, now=now)

    def closed(self, now: datetime, outcome: str = "go") -> GateReview:
        """A review whose vote is closed with this outcome by all members."""
        return self.closed_of(self.request(now), now, outcome)

    def closed_of(self, review: GateReview, now: datetime, outcome: str = "go") -> GateReview:
        """The review asked for, with its vote opened, cast by all members and closed."""
        open_voting(review_id=review.pk, closes_at=now + timedelta(days=5), actor=self.chair, now=now)
        for member in self.members:
            self.vote(review, member, outcome, now)
        return close_voting(review_id=review.pk, actor=self.chair, now=now)

    def decide(self, review: GateReview, outcome: str, now: datetime, **values: object) -> Decision:
        """Decide as the chair; a go before the last gate is funded."""
        funding = FUNDING if outcome in APPROVALS and review.gate < LAST_GATE else {}
        ruling = Ruling(outcome, **{**funding, **values})
        return decide(review_id=review.pk, ruling=ruling, actor=self.chair, sign_in=TOKEN, now=now)


def a_case(now: datetime, *, ready: bool = True) -> tuple[UseCase, User]:
    """A case in stage 0 and its product owner."""
    case: UseCase = UseCaseFactory(
        stage=0,
        problem_statement="Claims arrive as letters and are sorted by hand into forty kinds, which takes days. " * 2,
        affected_process="Intake of claims",
        affected_users="Forty clerks in intake",
    )
    StageSpellFactory(case=case, stage=0, entered_at=now - timedelta(days=10), time_box_days=28)
    if ready:
        make_ready(case, now)
    return case, TeamMemberFactory(case=case, role="product_owner").user


def a_stage_set(now: datetime, *, ready: bool = True) -> StageSet:
    """A case in stage 0 with owner, and a company-wide committee of chair, deputy and three members."""
    case, owner = a_case(now, ready=ready)
    committee = CommitteeFactory(gate=0)
    kinds = [
        ("chair", "business"),
        ("deputy", "technical"),
        ("member", "business"),
        ("member", "technical"),
        ("compliance", "compliance"),
    ]
    seats = [SeatFactory(committee=committee, role=role, discipline=discipline) for role, discipline in kinds]
    for seat in seats:
        RoleGrantFactory(user=seat.user, role="chair" if seat.role == "chair" else "committee")
    return StageSet(
        case=case,
        owner=owner,
        committee=committee,
        chair=seats[0].user,
        deputy=seats[1].user,
        members=[seat.user for seat in seats[2:]],
        officer=RoleGrantFactory(role="compliance").user,
    )


def make_ready(case: UseCase, now: datetime) -> None:
    """Record all that gate 0 asks for."""
    earlier = now - timedelta(days=5)
    for key, value in {
        "delivery": "built",
        "personal_data": "no",
        "affects_people": "no",
        "tier": "minimal",
        "stage1_real_data": "no",
    }.items():
        CaseFact.objects.create(case=case, key=key, value=value, valid_from=earlier)
    for kind in ("in", "out", "thin_slice"):
        ScopeItem.objects.create(case=case, kind=kind, text=f"{kind} of it", added_at=earlier)
    for role in ("business_owner", "sponsor", "budget_holder"):
        TeamMemberFactory(case=case, role=role, confirmed_at=earlier)
    _record_money_and_kpis(case, earlier)
    for criterion in ATTESTED_AT_GATE_0:
        answer_with_evidence(case, criterion, "met", earlier)
    for criterion in SIGNED_AT_GATE_0:
        answer_with_evidence(case, criterion, "accepted", earlier)
    _rate(case, earlier)


def answer_with_evidence(case: UseCase, criterion: str, answer: str, at: datetime) -> EvidenceRevision:
    """The current answer to a criterion, naming one revision of evidence of its own."""
    revision: EvidenceRevision = EvidenceRevisionFactory(
        evidence=EvidenceFactory(case=case), uploaded_at=at - timedelta(hours=1)
    )
    row = CriterionAnswer.objects.create(
        case=case, criterion=criterion, answer=answer, answered_at=at, author=UserFactory()
    )
    AnswerEvidenceFactory(answer=row, revision=revision)
    return revision


def _record_money_and_kpis(case: UseCase, at: datetime) -> None:
    holder = UserFactory()
    BusinessCase.objects.create(
        case=case,
        benefit_low=Decimal(200_000),
        benefit_likely=Decimal(300_000),
        benefit_high=Decimal(400_000),
        cost_at_scale=Decimal(90_000),
        budget_line="CC-1200",
        valid_from=at,
    )
    plan = CostPlan.objects.create(
        case=case,
        version=1,
        case_cap=Decimal(250_000),
        monthly_cap=Decimal(9_000),
        proposed_at=at,
        agreed_by=holder,
        agreed_at=at,
    )
    for stage in range(4):
        CostCap.objects.create(plan=plan, stage=stage, amount=Decimal(40_000))
    for key, role in (("sorting-time", "primary"), ("accuracy", "acceptance")):
        kpi = Kpi.objects.create(case=case, key=key, name=key, role=role, kind="quality", created_at=at)
        KpiDefinition.objects.create(
            kpi=kpi, unit="%", direction="higher", baseline=Decimal(60), target=Decimal(90), valid_from=at
        )
        KpiThreshold.objects.create(kpi=kpi, gate=1, value=Decimal(80), set_at=at)


def _rate(case: UseCase, at: datetime) -> None:
    for discipline in ("business", "technical", "compliance"):
        assessor = UserFactory()
        for criterion in current_playbook().scorecard.criteria:
            Assessment.objects.create(
                case=case,
                assessor=assessor,
                criterion=criterion.key,
                discipline=discipline,
                rating=4,
                assessed_at=at,
            )
