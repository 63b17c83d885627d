"""The verdict and achievement of one criterion, from what is stored about it and the present moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from scoring.rules.playbook.criteria import Criterion
from scoring.rules.readiness.answers import AnswerState, EvidenceRevision, SignOffState
from scoring.rules.reasons import Reason, Record
from scoring.rules.vocabulary import (
    ACCEPTED,
    COMPUTED,
    FAIL,
    IMPORTED_ANSWERS,
    MET,
    MUST,
    NOT_APPLICABLE,
    NOT_ENOUGH_EVIDENCE,
    NOT_MET,
    PARTLY,
    PASS,
    RETURNED,
    SATISFYING_VERDICTS,
    SIGNED,
    STALE,
    UNANSWERED,
    WAIVED,
)

EVIDENCE_EXPIRED, SIGN_OFF_EXPIRED = Reason("evidence_expired"), Reason("sign_off_expired")
FULL, HALF, NOTHING = Decimal("1.0000"), Decimal("0.5000"), Decimal("0.0000")

# Musts asked at this gate or a later one count in full only once another person verified them.
VERIFIED_FROM_GATE = 2


@dataclass(frozen=True)
class CriterionResult:
    """One criterion that counts at the gate asked.

    `achievement` is 0–1 with four decimals. `points` of `points_possible` (0–100, two decimals) is its part of the
    overall score; both are zero until `readiness` spreads the score. `counts` is False when it left both sums.
    `expires_at` is when its evidence ends, `changes_at` the next moment at which time alone may change the result.
    `lapses_to` is why it is stale from then on, when nothing else happens at that moment.
    """

    key: str
    dimension: str
    kind: str
    level: str
    verdict: str
    achievement: Decimal
    weight: Decimal
    reason: Reason
    records: tuple[Record, ...]
    closable: bool
    standing: bool
    expires_at: datetime | None = None
    changes_at: datetime | None = None
    lapses_to: Reason | None = None
    points: Decimal = Decimal("0.00")
    points_possible: Decimal = Decimal("0.00")

    @property
    def counts(self) -> bool:
        """Whether its weight stays in the denominator."""
        return self.verdict != NOT_APPLICABLE

    @property
    def is_open(self) -> bool:
        """Whether it neither passes nor is waived nor is not applicable."""
        return self.verdict not in SATISFYING_VERDICTS


@dataclass(frozen=True)
class _Finding:
    verdict: str
    achievement: Decimal
    reason: Reason
    records: tuple[Record, ...] = ()
    expires_at: datetime | None = None
    changes_at: datetime | None = None
    lapses_to: Reason | None = None


def evaluate_criterion(
    criterion: Criterion, level: str, gate: int, answer: AnswerState, now: datetime
) -> CriterionResult:
    """The result of a criterion that counts as `level` at `gate`; `points` are spread later by `readiness`."""
    finding = _finding(criterion, level, gate, answer, now)
    if finding.verdict not in (PASS, NOT_APPLICABLE) and answer.is_waived(now):
        finding = _waived(finding, answer)
    return CriterionResult(
        key=criterion.key,
        dimension=criterion.dimension,
        kind=criterion.kind,
        level=level,
        verdict=finding.verdict,
        achievement=finding.achievement,
        weight=criterion.weight,
        reason=finding.reason,
        records=finding.records,
        closable=criterion.closable,
        standing=criterion.standing,
        expires_at=finding.expires_at,
        changes_at=finding.changes_at,
        lapses_to=finding.lapses_to,
    )


def _finding(criterion: Criterion, level: str, gate: int, answer: AnswerState, now: datetime) -> _Finding:
    if criterion.kind == COMPUTED:
        return _computed(answer)
    if criterion.kind == SIGNED:
        return _signed(criterion, answer, now)
    return _attested(criterion, level, gate, answer, now)


def _waived(finding: _Finding, answer: AnswerState) -> _Finding:
    records = (answer.waiver,) if answer.waiver else ()
    # What lies under the waiver may mend itself with time, so its own moment still counts.
    return replace(
        finding,
        verdict=WAIVED,
        achievement=NOTHING,
        reason=Reason("waived"),
        records=records,
        changes_at=_earliest(finding.changes_at, answer.waived_until),
        lapses_to=None,
    )


# computed


def _computed(answer: AnswerState) -> _Finding:
    probe = answer.probe
    if probe is None:
        return _Finding(NOT_ENOUGH_EVIDENCE, NOTHING, Reason("never_computed"))
    reason = Reason(probe.code, probe.params)
    changes_at, lapses_to = probe.changes_at, probe.lapses_to
    return _Finding(probe.verdict, probe.achievement, reason, probe.records, changes_at, changes_at, lapses_to)


# signed


def _signed(criterion: Criterion, answer: AnswerState, now: datetime) -> _Finding:
    sign_off = answer.sign_off
    if sign_off is None:
        return _unsigned(answer)
    if sign_off.state == RETURNED:
        return _Finding(RETURNED, NOTHING, Reason("sign_off_returned"), (sign_off.record,))
    if sign_off.state != ACCEPTED:
        return _Finding(STALE, NOTHING, Reason("sign_off_outdated"), (sign_off.record,))
    return _accepted(criterion, answer, sign_off, now)


def _unsigned(answer: AnswerState) -> _Finding:
    if answer.answer in (PARTLY, NOT_MET) and not answer.imported:
        code = "partly_met" if answer.answer == PARTLY else "answered_not_met"
        return _Finding(FAIL, NOTHING, Reason(code), _own_record(answer))
    return _Finding(NOT_ENOUGH_EVIDENCE, NOTHING, Reason("awaiting_sign_off"), _own_record(answer))


def _accepted(criterion: Criterion, answer: AnswerState, sign_off: SignOffState, now: datetime) -> _Finding:
    revisions = answer.current_evidence(now)
    records = (sign_off.record, *(revision.record for revision in revisions))
    if answer.answer == NOT_APPLICABLE:
        return _Finding(NOT_APPLICABLE, NOTHING, Reason("does_not_apply"), records)
    signature_end = _signature_end(criterion, sign_off.signed_at)
    expires_at = _latest_end(criterion, revisions) if revisions else signature_end
    if expires_at is not None and expires_at <= now:
        return _Finding(STALE, NOTHING, SIGN_OFF_EXPIRED, records, expires_at)
    return _until(_Finding(PASS, FULL, Reason("signed"), records), expires_at, SIGN_OFF_EXPIRED)


def _signature_end(criterion: Criterion, signed_at: datetime) -> datetime | None:
    return None if criterion.valid_days is None else signed_at + timedelta(days=criterion.valid_days)


# attested


def _attested(criterion: Criterion, level: str, gate: int, answer: AnswerState, now: datetime) -> _Finding:
    if answer.imported or answer.answer not in (MET, PARTLY, NOT_APPLICABLE):
        return _without_claim(answer)
    if answer.answer == NOT_APPLICABLE:
        return _not_applicable(criterion, level, answer)
    revisions = answer.current_evidence(now)
    records = (*_own_record(answer), *(revision.record for revision in revisions))
    expires_at = _latest_end(criterion, revisions)
    if revisions and expires_at is not None and expires_at <= now:
        return _Finding(STALE, NOTHING, EVIDENCE_EXPIRED, records, expires_at)
    if answer.answer == PARTLY:
        # Half by the author's own word, with or without evidence; it never passes.
        return _until(_Finding(FAIL, HALF, Reason("partly_met"), records), expires_at, EVIDENCE_EXPIRED)
    if not revisions:
        return _Finding(NOT_ENOUGH_EVIDENCE, NOTHING, Reason("no_evidence"), records)
    verification_due = level == MUST and gate >= VERIFIED_FROM_GATE
    return _shown(criterion, answer, verification_due, records, expires_at)


def _shown(
    criterion: Criterion,
    answer: AnswerState,
    verification_due: bool,
    records: tuple[Record, ...],
    expires_at: datetime | None,
) -> _Finding:
    if verification_due and not answer.is_verified:
        reason = Reason("not_verified", {"role": criterion.verifier})
        return _until(_Finding(NOT_ENOUGH_EVIDENCE, HALF, reason, records), expires_at, EVIDENCE_EXPIRED)
    reason = Reason("shown_and_verified" if answer.is_verified else "shown")
    return _until(_Finding(PASS, FULL, reason, records), expires_at, EVIDENCE_EXPIRED)


def _until(finding: _Finding, end: datetime | None, lapses_to: Reason) -> _Finding:
    """What holds until its evidence ends, and is stale from then on."""
    return replace(finding, expires_at=end, changes_at=end, lapses_to=lapses_to if end else None)


def _not_applicable(criterion: Criterion, level: str, answer: AnswerState) -> _Finding:
    records = _own_record(answer)
    if not answer.reason.strip():
        return _Finding(NOT_ENOUGH_EVIDENCE, NOTHING, Reason("not_applicable_without_reason"), records)
    if level == MUST and not answer.is_verified:
        reason = Reason("not_applicable_unverified", {"role": criterion.verifier})
        return _Finding(NOT_ENOUGH_EVIDENCE, NOTHING, reason, records)
    return _Finding(NOT_APPLICABLE, NOTHING, Reason("does_not_apply"), records)


def _without_claim(answer: AnswerState) -> _Finding:
    records = _own_record(answer)
    if answer.answer == NOT_MET and not answer.imported:
        return _Finding(FAIL, NOTHING, Reason("answered_not_met"), records)
    if answer.answer in IMPORTED_ANSWERS or (answer.imported and answer.answer != UNANSWERED):
        reason = Reason("answer_not_from_here", {"answer": answer.answer})
        return _Finding(NOT_ENOUGH_EVIDENCE, NOTHING, reason, records)
    return _Finding(NOT_ENOUGH_EVIDENCE, NOTHING, Reason("unanswered"), records)


def _own_record(answer: AnswerState) -> tuple[Record, ...]:
    return (answer.record,) if answer.record else ()


def _latest_end(criterion: Criterion, revisions: Sequence[EvidenceRevision]) -> datetime | None:
    """When the last of the revisions expires; None when there is none or one of them never does."""
    ends = [revision.expires_at(criterion.valid_days) for revision in revisions]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
