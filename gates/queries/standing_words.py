"""What lapsed an approval, in the reader's words; pages, mails and programs say the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gates.enums import StandingState
from gates.models import GateStanding
from gates.queries.evaluation import day_here
from gates.queries.standing import approvals, cause_from, causes_of, noted, standing_row
from gates.rules.standing import Cause, standing_of
from portfolio.enums import Tier
from portfolio.models import UseCase
from scoring.queries.playbooks import current_playbook

WORDS: Mapping[str, str | Promise] = {
    "standing_criterion_lost": _("%(text)s was shown when the gate said go, and is not any more."),
    "serious_incident": _("A serious incident was not reviewed yet: %(text)s"),
    "release_outside_approval": _("Release %(text)s goes beyond what was approved."),
    "new_data_source": _("A new data source was requested: %(text)s"),
    "new_user_group": _("A new user group was requested: %(text)s"),
    "new_purpose": _("A new purpose was requested: %(text)s"),
    "tier_changed": _("The risk tier became %(text)s."),
    "cap_raised": _("A cap was raised by cost plan %(text)s."),
    "condition_overdue": _("A condition is overdue: %(text)s"),
    "cost_breach_sure": _("A cap is passed, or surely going to be."),
}
REQUESTED_RELEASE = _("A new release was requested: %(text)s")


def cause_text(cause: Cause) -> str:
    """One sentence."""
    words = WORDS.get(cause.code, "%(text)s")
    if cause.code == "release_outside_approval" and cause.subject_type == "change_request":
        words = REQUESTED_RELEASE
    text = str(dict(Tier.choices).get(cause.text, cause.text)) if cause.code == "tier_changed" else cause.text
    return str(words) % {"text": text}


@dataclass(frozen=True)
class ShownCause:
    """A cause with its sentence and the day it was noticed."""

    code: str
    text: str
    since: date | None
    subject_type: str
    subject_id: str


@dataclass(frozen=True)
class ShownStanding:
    """How the latest go of a case stands. `decision` is its number; empty while there was none."""

    state: str
    decision: str
    causes: tuple[ShownCause, ...]
    since: datetime | None
    review_due: date | None
    next_review: date | None

    @property
    def is_lapsed(self) -> bool:
        """Whether the go no longer holds."""
        return self.state == StandingState.LAPSED


def shown_standing(case: UseCase) -> ShownStanding:
    """The standing of a case as it was noted last; one query."""
    return shown(standing_row(case))


def shown(row: GateStanding | None) -> ShownStanding:
    """A noted standing; `row` with its decision."""
    if row is None:
        return ShownStanding(StandingState.UNGATED.value, "", (), None, None, None)
    return ShownStanding(
        state=row.state,
        decision=row.decision.reference if row.decision else "",
        causes=shown_causes(cause_from(reason) for reason in row.reasons),
        since=row.since,
        review_due=row.review_due,
        next_review=row.next_review,
    )


def shown_causes(causes: Iterable[Cause]) -> tuple[ShownCause, ...]:
    """Causes with their sentences."""
    return tuple(
        ShownCause(cause.code, cause_text(cause), cause.since, cause.subject_type, cause.subject_id) for cause in causes
    )


@dataclass(frozen=True)
class StandingNow:
    """A standing worked out at this moment, whatever was noted last; `gate` is that of its go, None without one."""

    shown: ShownStanding
    gate: int | None


def standing_now(case: UseCase, *, now: datetime) -> StandingNow:
    """How the latest go of a case stands at this moment; about a dozen queries."""
    row = standing_row(case)
    go = approvals().filter(review__case=case).select_related("review").order_by("-decided_at", "-pk").first()
    if row is None or go is None or row.decision_id != go.pk:
        # A go that nobody noted yet was given a moment ago.
        state = StandingState.VALID if go else StandingState.UNGATED
        noted_last = shown(row)
        fresh = replace(noted_last, state=state.value, decision=go.reference if go else "", causes=(), review_due=None)
        return StandingNow(fresh, go.review.gate if go else None)
    grace = current_playbook().pace.reopening_grace_days
    causes = causes_of([case.pk], now=now).get(case.pk, ())
    found = standing_of(has_go=True, before=noted(row), causes=causes, today=day_here(now), grace_days=grace)
    if not case.is_open:
        found = noted(row)
    return StandingNow(
        replace(shown(row), state=found.state, causes=shown_causes(found.causes), review_due=found.review_due),
        go.review.gate,
    )


def standing_json(found: ShownStanding) -> dict[str, Any]:
    """A standing as programs read it."""
    return {
        "state": found.state,
        "decision": found.decision or None,
        "since": found.since,
        "review_due": found.review_due,
        "next_review": found.next_review,
        "reasons": [
            {"code": cause.code, "detail": cause.text, "since": cause.since, "subject": cause.subject_type}
            | {"subject_id": cause.subject_id}
            for cause in found.causes
        ],
    }
