"""Dossiers of reviews: whole for cases with a story, a frame for the others. The digests are true for both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from gates.models import Dossier, GateReview
from gates.queries.dossier import FORMAT, dossier_content
from gates.rules.digest import canonical_json
from pocgate.demo.plan.shapes import CasePlan, ReviewPlan
from pocgate.demo.writing.then import evaluation_then
from scoring.queries.playbooks import PublishedPlaybook
from scoring.rules.facts import CaseFacts, applies
from scoring.rules.playbook import Playbook
from scoring.rules.vocabulary import MUST, NOT_READY

_RULES = {"go": "all_musts_pass", "conditional_go": "closable_open"}
_FACTS = ("delivery", "personal_data", "affects_people", "tier", "stage1_real_data")


def dossiers_of(plan: CasePlan, review: ReviewPlan, row: GateReview, version: PublishedPlaybook) -> Iterator[Dossier]:
    """The revisions of a review, oldest first: at the request, and when the vote opened."""
    if not plan.detailed:
        yield _framed(plan, review, row, version)
        return
    found = evaluation_then(row, playbook=version.rules, now=review.requested_at)
    frozen = [("requested", review.requested_at)]
    if review.opened_at is not None:
        # Between request and vote no record of these cases changes that a verdict rests on.
        frozen.append(("voting_opened", review.opened_at))
    for revision, (reason, at) in enumerate(frozen, start=1):
        content = canonical_json(dossier_content(row, version, found, now=at))
        dossier = _dossier(row, content, at, found.recommended.outcome, found.recommended.rule)
        dossier.revision, dossier.reason = revision, reason
        yield dossier


def _dossier(row: GateReview, content: bytes, at: datetime, outcome: str, rule: str) -> Dossier:
    return Dossier(
        review=row,
        revision=1,
        content=content.decode(),
        digest=sha256(content).hexdigest(),
        recommended=outcome,
        rule=rule,
        reason="voting_opened",
        frozen_at=at,
    )


def _framed(plan: CasePlan, review: ReviewPlan, row: GateReview, version: PublishedPlaybook) -> Dossier:
    """Every key of a dossier, with the criteria of its gate and no single record."""
    outcome = review.decision.outcome if review.decision else "go"
    rule = _RULES.get(outcome, "must_open")
    recommended = outcome if outcome in _RULES else NOT_READY
    facts = tuple((fact.key, fact.value) for fact in plan.facts if fact.key in _FACTS)
    at = review.opened_at or review.requested_at
    parts: dict[str, object] = {
        "format": FORMAT,
        "as_of": at,
        "gate": row.gate,
        "kind": row.kind,
        "proposal": row.proposal,
        "convened_reason": "",
        "case": _case(plan, review, dict(facts)),
        "recommended": {"outcome": recommended, "rule": rule, "criteria": [], "records": []},
        "scorecard": None,
        "scope": [],
        "kpis": [],
        "costs": _NO_COSTS,
        "sign_offs": [],
        "closing_plans": [],
        "findings": [],
        "changes": None,
    }
    fixed = _fixed_parts(version.rules, row.gate, facts, recommended, version.version)
    content = _composed({**{key: canonical_json(value) for key, value in parts.items()}, **fixed})
    return _dossier(row, content, at, recommended, rule)


_NO_COSTS: Mapping[str, object] = {
    "currency": "EUR",
    "plan": None,
    "stage_actual": "0",
    "stage_committed": "0",
    "case_actual": "0",
    "case_committed": "0",
}


def _case(plan: CasePlan, review: ReviewPlan, facts: Mapping[str, str]) -> dict[str, object]:
    return {
        "reference": "",
        "title": plan.title,
        "problem": plan.problem,
        "process": plan.process,
        "users": plan.users,
        "benefit": plan.benefit,
        "department": None,
        "unit": plan.unit,
        "stage": review.stage,
        "iteration": review.iteration,
        "facts": facts,
        "vendor": plan.vendor,
        "technology": plan.technology,
    }


@lru_cache(maxsize=2048)
def _fixed_parts(
    playbook: Playbook, gate: int, facts: tuple[tuple[str, str], ...], recommended: str, version: int
) -> Mapping[str, bytes]:
    """What all cases with the same facts have in common at a gate, as canonical JSON already."""
    known = CaseFacts(**dict(facts))
    verdict = "not_enough_evidence" if recommended == NOT_READY else "pass"
    counting = [
        (criterion, level) for criterion in playbook.criteria if (level := applies(criterion, known, gate)) is not None
    ]
    criteria: list[dict[str, object]] = [
        {
            "key": criterion.key,
            "dimension": criterion.dimension,
            "kind": criterion.kind,
            "level": level,
            "verdict": verdict,
            "achievement": "1" if verdict == "pass" else "0",
            "points": "0",
            "points_possible": "0",
            "reason": {"code": "shown" if verdict == "pass" else "unanswered", "params": {}},
            "records": [],
            "closable": criterion.closable,
            "standing": criterion.standing,
            "expires_at": None,
        }
        for criterion, level in counting
    ]
    material = {
        "recommended": recommended,
        "musts": {criterion.key: verdict for criterion, level in counting if level == MUST},
        "caps": {},
        "tier": known.tier,
        "scope": [],
        "sign_offs_taken_back": [],
    }
    overall = "100" if verdict == "pass" else "0"
    parts = {
        "criteria": criteria,
        "material": material,
        "readiness": {"overall": overall, "bar": playbook.gate(gate).readiness_bar, "dimensions": []},
        "playbook": {"version": version, "digest": playbook.digest},
    }
    return {key: canonical_json(value) for key, value in parts.items()}


def _composed(parts: Mapping[str, bytes]) -> bytes:
    """An object from members that are canonical already: RFC 8785 sorts them by name, and these names are ASCII."""
    return b"{" + b",".join(b'"%s":%s' % (key.encode(), parts[key]) for key in sorted(parts)) + b"}"
