"""The risk-tier questionnaire answered, and the tier it leads to. It may raise the tier; compliance lowers it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from pocgate.identity.models import User
from pocgate.kernel.errors import FieldProblem, Invalid
from pocgate.ledger.commands import Act, record
from pocgate.ledger.models import Activity
from portfolio.commands.facts import PROPOSAL_LASTS, PROPOSED, answer_questions, propose_leaving_prohibited, set_fact
from portfolio.commands.opening import case_to_edit, invalid_when
from portfolio.enums import FactKey
from portfolio.models import CaseFact, TierAssessment, UseCase
from portfolio.permissions import require
from portfolio.queries.tiering import tier_standing
from portfolio.rules.facts import needs_compliance, needs_two_persons
from portfolio.rules.tiering import BY_KEY, VERSION, answer_problems, proposal_of, unanswered


def assess_tier(*, case_id: int, answers: Mapping[str, Any], actor: User, now: datetime) -> TierAssessment:
    """Keep the answers with the tier, role and duties they lead to. The same answers again change nothing.

    A tier that asks for more than the one in force is set at once; anything else waits for compliance. Raises
    `Forbidden`, `Invalid` for unknown or missing answers, and `NotAllowedNow` while the records are locked.
    """
    invalid_when(answer_problems(answers))
    missing = unanswered(answers)
    if missing:
        message = "Answer this question; “I do not know” is an answer."
        raise Invalid([FieldProblem(key, "unanswered", message) for key in missing])
    given = {key: _kept(answers[key]) for key in BY_KEY if answers.get(key)}
    with transaction.atomic():
        case = case_to_edit(case_id, act="edit_facts", actor=actor, now=now)
        standing = tier_standing(case)
        latest = standing.assessment
        is_known = latest is not None and (latest.questionnaire, latest.answers) == (VERSION, given)
        if latest is not None and is_known and not standing.is_unasked_since_pivot:
            return latest
        assessment = _write(case, given, actor=actor, now=now)
        _state_facts(case, given, assessment, actor=actor, now=now)
        before = {"tier": standing.proposed} if standing.proposed else {}
        after = {"tier": assessment.proposed_tier, "role": assessment.proposed_role}
        act = Act("tier.assessed", "tier_assessment", assessment.pk, case.pk, before, after)
        record(act, actor=actor, now=now)
    return assessment


def confirm_tier(*, case_id: int, tier: str, reason: str, actor: User, now: datetime) -> None:
    """Put the confirmed tier and the proposed role in force, in the transaction of the signature that confirms them."""
    standing = tier_standing(UseCase.objects.get(pk=case_id))
    if tier != standing.tier:
        set_fact(case_id=case_id, key=FactKey.TIER, value=tier, actor=actor, now=now, reason=reason)
    role = CaseFact.objects.filter(case=case_id, key=FactKey.ROLE, valid_until__isnull=True).first()
    if role is None and standing.assessment is not None and standing.assessment.proposed_role:
        value = standing.assessment.proposed_role
        set_fact(case_id=case_id, key=FactKey.ROLE, value=value, actor=actor, now=now, reason=reason)


def rule_tier(*, case_id: int, tier: str, reason: str, actor: User, now: datetime) -> bool:
    """Compliance sets the tier; True when it is in force.

    The first of the two persons that leaving `prohibited` takes only proposes it: False.
    """
    if not reason.strip():
        raise Invalid([FieldProblem("reason", "reason_missing", "Say why; the reason stays with the tier.")])
    with transaction.atomic():
        case = case_to_edit(case_id, act="edit_facts", actor=actor, now=now)
        require("lower_facts", actor, case, now=now)
        standing = tier_standing(case)
        if needs_two_persons(FactKey.TIER, standing.tier, tier) and not _is_seconded(case, tier, actor, now):
            propose_leaving_prohibited(case_id=case_id, value=tier, reason=reason, actor=actor, now=now)
            return False
        set_fact(case_id=case_id, key=FactKey.TIER, value=tier, actor=actor, now=now, reason=reason)
    return True


def _is_seconded(case: UseCase, tier: str, actor: User, now: datetime) -> bool:
    proposals = Activity.objects.filter(verb=PROPOSED, case_id=case.pk, at__gt=now - PROPOSAL_LASTS, at__lte=now)
    return any(after.get("tier") == tier for after in proposals.exclude(actor=actor).values_list("after", flat=True))


def _kept(answer: Any) -> Any:
    return sorted(set(answer)) if isinstance(answer, list | tuple) else answer


def _write(case: UseCase, given: Mapping[str, Any], *, actor: User, now: datetime) -> TierAssessment:
    proposal = proposal_of(given)
    return TierAssessment.objects.create(
        case=case,
        questionnaire=VERSION,
        answers=dict(given),
        proposed_tier=proposal.tier,
        proposed_role=proposal.role,
        obligations=[duty.key for duty in proposal.duties],
        answered_by=actor,
        answered_at=now,
    )


def _state_facts(
    case: UseCase, given: Mapping[str, Any], assessment: TierAssessment, *, actor: User, now: datetime
) -> None:
    """The answers are facts of the case; the tier is only ever raised here."""
    facts = {key: given[key] for key in FactKey.values if key in given}
    answer_questions(case_id=case.pk, answers=facts, actor=actor, now=now)
    tier = tier_standing(case).tier
    if assessment.proposed_tier != tier and not needs_compliance(FactKey.TIER, tier, assessment.proposed_tier):
        reason = "The risk-tier questionnaire points to it."
        set_fact(case_id=case.pk, key=FactKey.TIER, value=assessment.proposed_tier, actor=actor, now=now, reason=reason)
