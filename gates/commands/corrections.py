"""Correcting a decision: a new one with its own number that refers to it. The earlier one stays as it was written.

A correction sets right what the record says, and the money, release and conditions that follow from it. Outcome, stage,
vote, dossier and the thresholds that were confirmed are those of the review; another outcome needs another review. So
do more money, money for longer and a condition dropped or put off: nobody votes on a correction or signs it second.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from gates.commands.decisions.terms import FUNDING, ConditionTerms, Ruling, correction_problems
from gates.commands.decisions.writing import release_of
from gates.commands.notices import tell_correction
from gates.commands.standing import check_standing
from gates.commands.states import lock_review, refuse
from gates.commands.texts import text_problems
from gates.enums import Outcome, ReviewKind
from gates.errors import required
from gates.models import Condition, Decision
from gates.queries.corrections import correction_state
from gates.queries.evaluation import day_here
from gates.queries.figures import day_text
from gates.queries.standing import causes_of
from gates.queries.titles import title_of
from gates.rules.corrections import held, is_lengthened, is_raised, loosened
from gates.rules.standing import RELEASE
from gates.rules.tally import APPROVALS
from gates.rules.transitions import correction_blockers
from pocgate.identity.commands import require_recent_sign_in
from pocgate.identity.models import User
from pocgate.identity.rules import SignIn
from pocgate.kernel.counters import next_number
from pocgate.kernel.errors import FieldProblem, Invalid
from pocgate.ledger.commands import Act, record
from portfolio.commands.costs import fund_stage
from portfolio.commands.lifecycle import lock_case
from scoring.queries.playbooks import playbook_of
from scoring.rules.vocabulary import LAST_GATE

# What a correction may set right, and what it takes over from the decision it corrects.
CORRECTED = ("reason", "reason_code", "learning", "funding_amount", "funding_until", "funding_people")
FREED = ("freed_amount", "freed_people")
KEPT = (
    *("outcome", "is_override", "dossier", "digest", "recommended", "tally"),
    *("thresholds", "pivot_changes", "musts_open", "musts_waived"),
)

CARRIED = (
    *("text", "criterion", "owner_id", "due_date", "cleared_at", "cleared_by_id"),
    *("clearing_note", "clearing_evidence_id"),
)


def correct_decision(
    *, decision_id: int, note: str, ruling: Ruling, actor: User, sign_in: SignIn, now: datetime
) -> Decision:
    """Write the decision that corrects this one, as `ruling` words it; its conditions replace those still open.

    By chair or deputy of the committee that decided. Raises RecentSignInRequired, Invalid, and NotAllowedNow (corrected
    already, decided again, a review open).
    """
    require_recent_sign_in(sign_in, now=now)
    with transaction.atomic():
        review = lock_review(Decision.objects.values_list("review_id", flat=True).get(pk=decision_id))
        lock_case(review.case_id)
        old = Decision.objects.select_related("release", "dossier").get(pk=decision_id)
        old.review = review
        refuse(correction_blockers(correction_state(old, actor, now=now)))
        _check_values(old, note, ruling, now)
        made = _create(old, note, ruling, actor=actor, now=now)
        _fund(old, made, actor=actor, now=now)
        act = Act("decision.corrected", "decision", made.pk, review.case_id, said(old), said(made))
        record(act, actor=actor, now=now)
        check_standing(case_id=review.case_id, now=now)
        tell_correction(made, now=now)
    return made


def _check_values(old: Decision, note: str, ruling: Ruling, now: datetime) -> None:
    problems = [
        *text_problems("note", note),
        *correction_problems(ruling, today=day_here(now), kept=open_terms(old)),
        *_loosened_conditions(old, ruling, now),
        *_loosened_money(old, ruling),
        *_renewed_release(old, ruling, now),
    ]
    if not note.strip():
        problems.append(required("note", "why the decision is corrected"))
    if ruling.outcome != old.outcome:
        problems.append(FieldProblem("outcome", "fixed", "The outcome stays; another one needs another review."))
    has_conditions = ruling.conditions or old.conditions.filter(cleared_at__isnull=False).exists()
    if old.outcome == Outcome.CONDITIONAL_GO and not has_conditions:
        problems.append(required("conditions", "at least one condition"))
    if problems:
        raise Invalid(problems)
    if _words(ruling, old) == said(old) and set(ruling.conditions) == set(open_terms(old)):
        raise Invalid([FieldProblem("note", "nothing_differs", "Nothing of the decision differs; there is no error.")])


def _loosened_conditions(old: Decision, ruling: Ruling, now: datetime) -> Iterator[FieldProblem]:
    """A condition goes when it is cleared; the approval was given on it."""
    binding = held(((terms.criterion, terms.due_date) for terms in open_terms(old)), today=day_here(now))
    stated = ((terms.criterion, terms.due_date) for terms in ruling.conditions)
    playbook = playbook_of(old.review.playbook_id)
    for criterion, due in loosened(binding, stated):
        shown = {"criterion": title_of(criterion, playbook), "due": day_text(due)}
        message = "The condition that was due on {due} is overdue and stays open with that date until it is cleared."
        if criterion:
            message = (
                "The condition that closes “{criterion}” stays open and due by {due} until it is cleared. "
                "Its wording and its owner may change."
            )
        yield FieldProblem("conditions", "loosened", message, shown)


def _loosened_money(old: Decision, ruling: Ruling) -> Iterator[FieldProblem]:
    for name in ("funding_amount", "funding_people"):
        if getattr(old, name) is not None and getattr(ruling, name) is None:
            yield required(name, FUNDING[name])
    if is_raised(old.funding_amount, ruling.funding_amount):
        message = (
            "A correction gives no more money than the decision did. More is decided at a review or by an override."
        )
        yield FieldProblem("funding_amount", "raised", message)
    if is_lengthened(old.funding_until, ruling.funding_until):
        message = "A correction gives no money for longer than the decision did. That is decided at another review."
        yield FieldProblem("funding_until", "lengthened", message)


def _renewed_release(old: Decision, ruling: Ruling, now: datetime) -> Iterator[FieldProblem]:
    """What lapsed an approval because it did not name it is not approved by naming it afterwards."""
    before = old.release.label if old.release else ""
    if old.outcome not in APPROVALS or ruling.release.strip() == before:
        return
    case_id = old.review.case_id
    if any(cause.code == RELEASE for cause in causes_of([case_id], now=now).get(case_id, ())):
        message = "A release beyond the approval waits for a review; until then the release stays as it was decided."
        yield FieldProblem("release", "lapsed", message)


def _create(old: Decision, note: str, ruling: Ruling, *, actor: User, now: datetime) -> Decision:
    year = day_here(now).year
    made = Decision(
        year=year,
        review=old.review,
        corrects=old,
        correction_note=note.strip(),
        release=release_of(old.review, ruling) if old.outcome in APPROVALS else None,
        decided_by=actor,
        decided_at=now,
        **{name: getattr(old, name) for name in KEPT},
        **{name: _clean(getattr(ruling, name)) for name in CORRECTED},
        **{name: getattr(ruling, name) for name in FREED if old.outcome == Outcome.STOP},
    )
    # Taken last, because the counter stays locked until the transaction ends.
    made.number = next_number(f"decisions of {year}")
    made.save()
    _carry_conditions(old, made, ruling)
    return made


def _carry_conditions(old: Decision, made: Decision, ruling: Ruling) -> None:
    """What was cleared stays cleared; what is open reads as the correction says."""
    kept = [
        Condition(decision=made, **{name: getattr(row, name) for name in CARRIED})
        for row in old.conditions.filter(cleared_at__isnull=False).order_by("pk")
    ]
    stated = [
        Condition(
            decision=made,
            text=terms.text.strip(),
            criterion=terms.criterion,
            owner_id=terms.owner_id,
            due_date=terms.due_date,
        )
        for terms in ruling.conditions
    ]
    Condition.objects.bulk_create([*kept, *stated])


def _fund(old: Decision, made: Decision, *, actor: User, now: datetime) -> None:
    """Where the money differs, the cap of the stage that the decision funded follows it."""
    if made.outcome not in APPROVALS or made.funding_amount is None or made.funding_amount == old.funding_amount:
        return
    review = old.review
    promoted = review.kind == ReviewKind.SCHEDULED and review.gate < LAST_GATE
    stage = review.gate + 1 if promoted else review.gate
    fund_stage(
        case_id=review.case_id, stage=stage, amount=made.funding_amount, reference=made.reference, actor=actor, now=now
    )


def said(decision: Decision) -> dict[str, object]:
    """What of a decision a correction may set right, for activity."""
    names = (*CORRECTED, *FREED)
    values = {name: _plain(getattr(decision, name)) for name in names}
    return {**values, "release": decision.release.label if decision.release else ""}


def _words(ruling: Ruling, old: Decision) -> dict[str, object]:
    freed = FREED if old.outcome == Outcome.STOP else ()
    values = {name: _plain(_clean(getattr(ruling, name))) for name in (*CORRECTED, *freed)}
    nothing: Mapping[str, object] = {name: None for name in FREED if name not in freed}
    return {**values, **nothing, "release": ruling.release.strip() if old.outcome in APPROVALS else ""}


def _clean(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value if value is None or isinstance(value, str) else str(value)


def open_terms(decision: Decision) -> tuple[ConditionTerms, ...]:
    """The conditions still open, as the chair would state them."""
    rows = decision.conditions.filter(cleared_at__isnull=True).order_by("due_date", "pk")
    return tuple(ConditionTerms(row.text, row.owner_id, row.due_date, row.criterion) for row in rows)
