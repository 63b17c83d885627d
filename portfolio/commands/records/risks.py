"""Risks: recorded by the team, corrected as they change; what remains is accepted by business owner or sponsor."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from pocgate.identity.models import User
from pocgate.kernel.errors import FieldProblem
from pocgate.ledger.commands import Act
from portfolio.commands.opening import case_to_edit, invalid_when, note_change, refuse_when
from portfolio.commands.records.writing import Kind, content_of, reason_problems, write_correction, write_once
from portfolio.models import Risk
from portfolio.rules.dependencies import Threat, risk_blockers, threat_problems

KIND = Kind(Risk, "risk")


def record_risk(*, case_id: int, threat: Threat, actor: User, now: datetime) -> tuple[Risk, bool]:
    """Record what may go wrong; True when it is new."""
    values = _values(threat)
    with transaction.atomic():
        case = case_to_edit(case_id, act="keep_records", actor=actor, now=now)
        return write_once(KIND, case, values, actor=actor, now=now)


def correct_risk(*, risk_id: int, threat: Threat, reason: str, actor: User, now: datetime) -> Risk:
    """State the risk anew, for the reason given; the earlier view of it stays. It has to be accepted again."""
    values = _values(threat)
    with transaction.atomic():
        case = case_to_edit(KIND.case_id_of(risk_id), act="keep_records", actor=actor, now=now)
        old = KIND.locked(risk_id)
        refuse_when(risk_blockers(is_corrected=old.superseded_by_id is not None, is_closed=old.closed_at is not None))
        return write_correction(KIND, case, old, values, reason=reason, actor=actor, now=now)


def accept_residual_risk(*, risk_id: int, reason: str, actor: User, now: datetime) -> Risk:
    """Business owner or sponsor accept what remains of the risk as it is stated now, and say why it can be borne."""
    invalid_when(reason_problems(reason))
    with transaction.atomic():
        case = case_to_edit(KIND.case_id_of(risk_id), act="accept_risk", actor=actor, now=now)
        row = KIND.locked(risk_id)
        refuse_when(
            risk_blockers(
                is_corrected=row.superseded_by_id is not None,
                is_closed=row.closed_at is not None,
                is_accepted=row.residual_accepted_at is not None,
            )
        )
        row.residual_accepted_at, row.residual_accepted_by = now, actor
        row.save(update_fields=["residual_accepted_at", "residual_accepted_by"])
        after = {"likelihood": row.likelihood, "impact": row.impact, "reason": reason.strip()}
        note_change(case, Act("risk.accepted", "risk", row.pk, case.pk, {}, after), actor=actor, now=now)
    return row


def close_risk(*, risk_id: int, reason: str, actor: User, now: datetime) -> Risk:
    """It no longer threatens, for the reason given."""
    invalid_when(reason_problems(reason))
    with transaction.atomic():
        case = case_to_edit(KIND.case_id_of(risk_id), act="keep_records", actor=actor, now=now)
        row = KIND.locked(risk_id)
        refuse_when(risk_blockers(is_corrected=row.superseded_by_id is not None, is_closed=row.closed_at is not None))
        row.closed_at, row.closed_by = now, actor
        row.save(update_fields=["closed_at", "closed_by"])
        after = {"reason": reason.strip()}
        note_change(case, Act("risk.closed", "risk", row.pk, case.pk, {}, after), actor=actor, now=now)
    return row


def _values(threat: Threat) -> dict[str, Any]:
    problems = threat_problems(threat)
    if not User.objects.filter(pk=threat.owner_id, is_active=True).exists():
        problems.append(FieldProblem("owner", "unknown_person", "There is no such person."))
    invalid_when(problems)
    return content_of(asdict(threat))
