"""Where the risk tier of a case stands: what was answered, what it proposes, what is in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portfolio.enums import FactKey, LegalRole
from portfolio.models import CaseFact, StageSpell, TierAssessment, UseCase
from portfolio.rules.facts import UNASSESSED
from portfolio.rules.tiering import BY_KEY, DEPLOYER, Duty, duties_of, duty_named


@dataclass(frozen=True)
class TierStanding:
    """`tier` is in force, `proposed` follows from the latest assessment ("" without one)."""

    tier: str
    assessment: TierAssessment | None
    is_unasked_since_pivot: bool

    @property
    def proposed(self) -> str:
        """What the latest answers point to."""
        return self.assessment.proposed_tier if self.assessment else ""

    @property
    def duties(self) -> tuple[Duty, ...]:
        """The duties that follow from the latest answers."""
        keys = self.assessment.obligations if self.assessment else []
        return tuple(duty for key in keys if (duty := duty_named(key)) is not None)

    @property
    def duties_in_force(self) -> tuple[Duty, ...]:
        """The duties of the tier in force, in the role that the latest answers point to; deployer without any."""
        given = self.assessment.answers if self.assessment else {}
        role = (self.assessment.proposed_role if self.assessment else "") or DEPLOYER
        return duties_of(self.tier, role, given.get("situations") or ())

    @property
    def role_words(self) -> str:
        """What the latest answers make us under the law."""
        role = self.assessment.proposed_role if self.assessment else ""
        return str(dict(LegalRole.choices).get(role, role))

    @property
    def differs(self) -> bool:
        """Whether the answers point elsewhere than what is in force."""
        return bool(self.proposed) and self.proposed != self.tier

    def confirmed_as(self, tier: str) -> str:
        """The tier that a confirmation stands for: the named one, the one in force, the proposed one, or none."""
        if tier:
            return tier
        if self.tier != UNASSESSED:
            return self.tier
        return self.proposed if self.proposed != UNASSESSED else ""


def tier_standing(case: UseCase) -> TierStanding:
    """What is known of the case's tier; three queries at most."""
    fact = CaseFact.objects.filter(case=case, key=FactKey.TIER, valid_until__isnull=True).first()
    latest = assessments_of(case)[:1]
    assessment = latest[0] if latest else None
    return TierStanding(fact.value if fact else UNASSESSED, assessment, _is_unasked(case, assessment))


def stated_answers(case: UseCase) -> dict[str, str]:
    """What the facts of the case answer already."""
    rows = CaseFact.objects.filter(case=case, key__in=BY_KEY, valid_until__isnull=True)
    return dict(rows.values_list("key", "value"))


def assessments_of(case: UseCase) -> list[TierAssessment]:
    """Every time the questionnaire was answered, the newest first."""
    rows = TierAssessment.objects.filter(case=case).select_related("answered_by")
    return list(rows.order_by("-answered_at", "-pk")[:50])


def _is_unasked(case: UseCase, assessment: TierAssessment | None) -> bool:
    """Whether the case pivoted after the questionnaire was answered last."""
    if case.iteration == 1:
        return False
    began = _iteration_began(case)
    return began is not None and (assessment is None or assessment.answered_at < began)


def _iteration_began(case: UseCase) -> datetime | None:
    spells = StageSpell.objects.filter(case=case, iteration=case.iteration, entered_at__isnull=False)
    return spells.order_by("entered_at").values_list("entered_at", flat=True).first()
