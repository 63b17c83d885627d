"""Measured benefit, in the case's currency."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from pocgate.identity.models import User
from portfolio.commands.opening import case_to_measure, invalid_when
from portfolio.commands.records.writing import Kind, content_of, write_correction, write_once
from portfolio.models import BenefitEntry, UseCase
from portfolio.rules.benefits import MeasuredBenefit, benefit_problems

KIND = Kind(BenefitEntry, "benefit_entry")


def record_benefit(*, case_id: int, benefit: MeasuredBenefit, actor: User, now: datetime) -> tuple[BenefitEntry, bool]:
    """Record money that was gained or saved; True when it is new."""
    with transaction.atomic():
        case = case_to_measure(case_id, act="keep_records", actor=actor, now=now)
        return write_once(KIND, case, _values(case, benefit, now), actor=actor, now=now)


def correct_benefit(
    *, entry_id: int, benefit: MeasuredBenefit, reason: str, actor: User, now: datetime
) -> BenefitEntry:
    """Put another entry in the place of a wrong one, which stays and refers to it."""
    with transaction.atomic():
        case = case_to_measure(KIND.case_id_of(entry_id), act="keep_records", actor=actor, now=now)
        old, values = KIND.locked(entry_id), _values(case, benefit, now)
        return write_correction(KIND, case, old, values, reason=reason, actor=actor, now=now)


def _values(case: UseCase, benefit: MeasuredBenefit, now: datetime) -> dict[str, Any]:
    invalid_when(benefit_problems(benefit, currency=case.currency, today=localdate(now)))
    values = content_of(asdict(benefit))
    del values["currency"]
    return values
