"""“May it go on?”: the answer for pipelines, from the same evaluation that the gate itself uses."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gates.enums import Outcome
from gates.queries.gaps import NO_COMMITTEE, Gap, gaps_of
from gates.queries.precheck import Missing, Precheck, precheck
from gates.queries.releases import ReleaseAsked, release_asked
from gates.queries.standing_words import ShownStanding, StandingNow, standing_json, standing_now
from pocgate.api.cases.columns import reference
from pocgate.api.cases.detail import as_decision, latest_decision
from portfolio.enums import Stage, Status
from portfolio.models import UseCase

GOES_ON = frozenset({Outcome.GO.value, Outcome.CONDITIONAL_GO.value})
UNEVALUATED: dict[str, Any] = {"recommended": None, "rule": None, "readiness": None, "decision": None}
ENDED_OR_WAITING = {
    Status.DRAFT.value: "The case is a draft; hand it in first.",
    Status.PAUSED.value: "The case is paused.",
    Status.STOPPED.value: "The case was stopped.",
    Status.RETIRED.value: "The case was retired.",
}


def gate_check(case: UseCase, gate: int | None, release: str | None, *, now: datetime) -> dict[str, Any]:
    """Whether the case passed the gate or, at its next gate, whether policy would let it pass now.

    `exit_status` is 0 for allow and 1 for deny, and `because` says why in a sentence. Without `gate` the next gate is
    asked, or with a `release` of a case that was let through, its latest go. A go that no longer stands allows no new
    release; rollbacks and security fixes are always allowed.
    """
    standing, asking = standing_now(case, now=now), release_asked(case, release)
    asked = gate
    if asked is None:
        asked = standing.gate if release is not None and standing.gate is not None else case.next_gate
    if asked is not None and case.stage is not None and asked < case.stage:
        found = _passed(case, asked)
    else:
        found = _before(case, asked, release, standing, now=now)
    if release is not None or asked == Stage.PRODUCTION or (case.stage is not None and (asked or 0) < case.stage):
        found["blockers"] += _standing_blockers(standing.shown, asking)
    if asking.is_free:
        found["blockers"] = []
    allowed = not found["blockers"]
    return {
        "reference": reference(case.number),
        "gate": asked,
        "release": release,
        "release_kind": asking.kind,
        "verdict": "allow" if allowed else "deny",
        "exit_status": 0 if allowed else 1,
        "because": _because(asking, found["blockers"]),
        **found,
        "standing": standing_json(standing.shown),
        "evaluated_at": now,
    }


def _because(asking: ReleaseAsked, blockers: list[dict[str, Any]]) -> str:
    if asking.is_free:
        return "Rollbacks and security fixes are never held up."
    if not blockers:
        return "Nothing stands in the way."
    more = len(blockers) - 1
    first = blockers[0]["detail"]
    return f"{first} And {more} more." if more else str(first)


def _standing_blockers(standing: ShownStanding, asking: ReleaseAsked) -> list[dict[str, Any]]:
    """Why a go that was given allows no new release now."""
    how = "Mend the cause, or have the committee review the case."
    blockers = [{**_blocker(cause.code, cause.text, "chair", how)} for cause in standing.causes]
    named = {(cause.subject_type, cause.subject_id) for cause in standing.causes}
    if asking.is_outside and ("release", str(asking.record)) not in named:
        detail = f"No decision approved release {asking.label}."
        blockers.append(_blocker("release_outside_approval", detail, "chair", "Request a review that approves it."))
    return blockers


def _passed(case: UseCase, gate: int) -> dict[str, Any]:
    """A gate behind the case: its decision allows, and a gate that was never held here does not."""
    decision = latest_decision(case, gate)
    blockers = _status_blockers(case)
    if decision is None:
        blockers.append(
            _blocker("not_held_here", "This gate was not held here; the case came in beyond it.", "chair", "")
        )
    elif decision.outcome not in GOES_ON:
        blockers.append(_blocker("not_passed", f"The gate decided {decision.outcome}.", "chair", ""))
    return {**UNEVALUATED, "decision": as_decision(decision) if decision else None, "blockers": blockers}


def _before(
    case: UseCase, gate: int | None, release: str | None, standing: StandingNow, *, now: datetime
) -> dict[str, Any]:
    """The next gate: evaluated afresh from the records, as a request for it would be.

    In production a release goes out under the latest go, which the next operating review only renews.
    """
    if release is not None and gate == standing.gate == case.stage == Stage.PRODUCTION:
        return _passed(case, gate)
    blockers = _status_blockers(case)
    if case.stage is None and case.status not in ENDED_OR_WAITING:
        how = "The product owner says, when editing the case, in which stage it is."
        blockers.append(_blocker("stage_unknown", "The stage of this case is not known.", "product_owner", how))
        blockers += [_gap(gap) for gap in gaps_of(case, None, None)]
    elif gate is not None and case.stage is not None and gate > case.stage:
        message = f"The case is in stage {case.stage}; gate {gate} comes after gate {case.stage}."
        blockers.append(_blocker("gate_not_reached", message, "", ""))
    if blockers or gate is None:
        return {**UNEVALUATED, "blockers": blockers}
    found = precheck(case, actor=None, now=now)
    return _evaluated(found) if found.evaluation is not None else {**UNEVALUATED, "blockers": blockers}


def _evaluated(found: Precheck) -> dict[str, Any]:
    evaluation = found.evaluation
    if evaluation is None:
        raise ValueError("the case has no next gate")
    recommended = evaluation.recommended
    goes_on = recommended.outcome in GOES_ON
    blockers = [_gap(gap) for gap in found.gaps if gap.code == NO_COMMITTEE or not goes_on]
    blockers += [_must(missing) for missing in found.missing if not missing.may_stay_open]
    blockers += [
        _blocker("condition_open", f"Open condition: {condition.text}", str(condition.owner), "Clear the condition.")
        for condition in found.open_conditions
    ]
    if not goes_on and not blockers:
        blockers.append(_blocker(recommended.rule, f"Policy recommends {recommended.outcome}.", "chair", ""))
    decision = latest_decision(found.case, evaluation.gate)
    return {
        "recommended": recommended.outcome,
        "rule": recommended.rule,
        "readiness": float(evaluation.readiness.overall),
        "decision": as_decision(decision) if decision else None,
        "blockers": blockers,
    }


def _status_blockers(case: UseCase) -> list[dict[str, Any]]:
    if case.status not in ENDED_OR_WAITING:
        return []
    return [_blocker(f"status_{case.status}", ENDED_OR_WAITING[case.status], "", "")]


def _gap(gap: Gap) -> dict[str, Any]:
    return {**_blocker(gap.code, gap.text, gap.who, gap.how), "title": gap.title}


def _must(missing: Missing) -> dict[str, Any]:
    return {
        "code": "must_open",
        "criterion": missing.key,
        "title": str(missing.criterion.title),
        "detail": missing.why,
        "who": missing.who,
        "how": str(missing.criterion.how),
    }


def _blocker(code: str, detail: str, who: str, how: str) -> dict[str, Any]:
    return {"code": code, "criterion": None, "title": None, "detail": detail, "who": who, "how": how}
