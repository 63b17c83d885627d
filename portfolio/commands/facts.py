"""Dated facts: the old row is closed, a new one opened; the tier is copied to the case for lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from pocgate.identity.models import User
from pocgate.kernel.errors import Blocker
from pocgate.ledger.commands import Act, record
from pocgate.ledger.models import Activity
from portfolio.commands.opening import case_to_edit, invalid_when, note_change, refuse_when
from portfolio.enums import FACT_VALUES, FactKey, YesNoUnknown
from portfolio.models import CaseFact, UseCase
from portfolio.permissions import can, require
from portfolio.rules.facts import fact_problems, needs_compliance, needs_two_persons

VALUES: Mapping[str, frozenset[str]] = {key: frozenset(choices.values) for key, choices in FACT_VALUES.items()}
PROPOSED = "fact.leaving_prohibited_proposed"
PROPOSAL_LASTS = timedelta(days=14)
CLAIMED_NONE = "The owner says there is none; compliance confirms it."


def set_fact(*, case_id: int, key: str, value: str, actor: User, now: datetime, reason: str = "") -> CaseFact:
    """State a fact from now on. The same value again changes nothing.

    Raises `Forbidden` when only compliance may make this change, `NotAllowedNow` when it takes a second person.
    """
    invalid_when(fact_problems(key, value, VALUES))
    with transaction.atomic():
        case = case_to_edit(case_id, act="edit_facts", actor=actor, now=now)
        old = CaseFact.objects.filter(case=case, key=key, valid_until__isnull=True).first()
        if old is not None and old.value == value and (key != FactKey.PERSONAL_DATA or old.reason == reason):
            return old
        if needs_compliance(key, old.value if old else None, value):
            require("lower_facts", actor, case, now=now)
        if needs_two_persons(key, old.value if old else None, value):
            refuse_when(_second_person_blockers(case, value, actor, now))
        return _write(case, old, key, value, reason, actor=actor, now=now)


def set_facts(*, case_id: int, values: Mapping[str, str], actor: User, now: datetime, reason: str = "") -> UseCase:
    """State several facts at once, all or none; blank values leave what is known."""
    with transaction.atomic():
        for key, value in sorted(values.items()):
            if value:
                set_fact(case_id=case_id, key=key, value=value, actor=actor, now=now, reason=reason)
        return UseCase.objects.get(pk=case_id)


def answer_questions(*, case_id: int, answers: Mapping[str, str], actor: User, now: datetime) -> UseCase:
    """The owner's answers at registration; blank ones leave what is known.

    That there is no personal data is compliance's to state: the owner's “no” is kept as not known, with that word.
    """
    values = {key: value for key, value in answers.items() if value}
    with transaction.atomic():
        case = UseCase.objects.get(pk=case_id)
        claimed = values.pop(FactKey.PERSONAL_DATA, "")
        set_facts(case_id=case_id, values=values, actor=actor, now=now)
        if claimed == YesNoUnknown.NO and not can("lower_facts", actor, case, now=now):
            known = CaseFact.objects.filter(case=case, key=FactKey.PERSONAL_DATA, valid_until__isnull=True).first()
            if known is not None and known.value == YesNoUnknown.NO:
                return case
            values = {FactKey.PERSONAL_DATA: YesNoUnknown.UNKNOWN}
            set_facts(case_id=case_id, values=values, actor=actor, now=now, reason=CLAIMED_NONE)
        else:
            set_facts(case_id=case_id, values={FactKey.PERSONAL_DATA: claimed}, actor=actor, now=now)
        case.refresh_from_db()
    return case


def propose_leaving_prohibited(*, case_id: int, value: str, reason: str, actor: User, now: datetime) -> None:
    """First of the two persons of compliance who take a case out of `prohibited`; the second one sets the fact."""
    invalid_when(fact_problems(FactKey.TIER, value, VALUES))
    with transaction.atomic():
        case = case_to_edit(case_id, act="lower_facts", actor=actor, now=now)
        record(
            Act(PROPOSED, "use_case", case.pk, case.pk, {"tier": case.tier}, {"tier": value, "reason": reason}),
            actor=actor,
            now=now,
        )


def _second_person_blockers(case: UseCase, value: str, actor: User, now: datetime) -> list[Blocker]:
    proposals = Activity.objects.filter(verb=PROPOSED, case_id=case.pk, at__gt=now - PROPOSAL_LASTS, at__lte=now)
    others = proposals.exclude(actor=actor).values_list("after", flat=True)
    if any(after.get("tier") == value for after in others):
        return []
    message = "Leaving the tier “prohibited” takes two persons of compliance; a second one has to propose the same."
    return [Blocker("second_person_needed", message)]


def _write(
    case: UseCase, old: CaseFact | None, key: str, value: str, reason: str, *, actor: User, now: datetime
) -> CaseFact:
    if old is not None:
        CaseFact.objects.filter(pk=old.pk).update(valid_until=now)
    fact = CaseFact.objects.create(
        case=case, key=key, value=value, valid_from=now, recorded_by=actor, reason=reason[:2000]
    )
    if key == FactKey.TIER:
        UseCase.objects.filter(pk=case.pk).update(tier=value)
    before = {key: old.value if old else None}
    after = {key: value, **({"reason": reason} if reason else {})}
    note_change(case, Act("fact.set", "case_fact", fact.pk, case.pk, before, after), actor=actor, now=now)
    return fact
