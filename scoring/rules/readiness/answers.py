"""What is stored about one criterion of one case, as the evaluation reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from scoring.rules.reasons import Reason, Record
from scoring.rules.vocabulary import UNANSWERED


@dataclass(frozen=True)
class EvidenceRevision:
    """One revision of evidence linked to an answer. `valid_until` is the first moment at which it no longer counts."""

    record: Record
    uploaded_at: datetime
    valid_until: datetime | None = None
    current: bool = True

    def expires_at(self, valid_days: int | None) -> datetime | None:
        """The earlier of its own end and upload plus the criterion's validity; None when it never expires."""
        ends = [self.valid_until] if self.valid_until else []
        if valid_days is not None:
            ends.append(self.uploaded_at + timedelta(days=valid_days))
        return min(ends, default=None)


@dataclass(frozen=True)
class SignOffState:
    """The latest sign-off of compliance on a signed criterion: `accepted`, `returned` or `outdated`."""

    state: str
    signed_at: datetime
    record: Record


@dataclass(frozen=True)
class ProbeResult:
    """What a probe found. `achievement` is 0–1 with four decimals; `changes_at` is when time alone may change it.

    `lapses_to` says that all that happens then is that it gets stale for this reason, its records the same.
    """

    achievement: Decimal
    verdict: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    records: tuple[Record, ...] = ()
    changes_at: datetime | None = None
    lapses_to: Reason | None = None


@dataclass(frozen=True)
class AnswerState:
    """Everything known about one criterion of one case at one moment.

    Verification counts only when another person than the author gave it, at or after the answer.
    `waived_until` is the first moment at which the waiver no longer counts. An `imported` answer shows nothing
    until it is given here.
    """

    criterion: str
    answer: str = UNANSWERED
    reason: str = ""
    answered_at: datetime | None = None
    author_id: int | None = None
    verified_at: datetime | None = None
    verified_by_id: int | None = None
    evidence: tuple[EvidenceRevision, ...] = ()
    sign_off: SignOffState | None = None
    probe: ProbeResult | None = None
    waived_until: datetime | None = None
    waiver: Record | None = None
    record: Record | None = None
    imported: bool = False

    @property
    def is_verified(self) -> bool:
        """Whether another person than the author verified the answer as it stands."""
        if self.verified_at is None or self.verified_by_id is None or self.verified_by_id == self.author_id:
            return False
        return self.answered_at is None or self.verified_at >= self.answered_at

    def current_evidence(self, now: datetime) -> tuple[EvidenceRevision, ...]:
        """The current revisions uploaded by `now`, the newest first."""
        known = [revision for revision in self.evidence if revision.current and revision.uploaded_at <= now]
        return tuple(sorted(known, key=lambda revision: (revision.uploaded_at, str(revision.record.id)), reverse=True))

    def is_waived(self, now: datetime) -> bool:
        """Whether a waiver is live."""
        return self.waived_until is not None and now < self.waived_until
