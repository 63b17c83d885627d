"""The frame of a dossier: every key of one, with the criteria of its gate and no single record.

Serialised in pieces, because the criteria are the same for all cases with the same facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gates.queries.dossier import FORMAT
from gates.rules.digest import canonical_json
from pocgate.demo.plan.shapes import CasePlan, ReviewPlan
from scoring.queries.playbooks import PublishedPlaybook
from scoring.rules.facts import CaseFacts, applies
from scoring.rules.playbook import Criterion
from scoring.rules.vocabulary import FACT_VALUES, MUST, NOT_ENOUGH_EVIDENCE, NOT_READY, PASS

_RULES = {"go": "all_musts_pass", "conditional_go": "closable_open"}
_NO_COSTS: Mapping[str, object] = {
    "currency": "EUR",
    "plan": None,
    "stage_actual": "0",
    "stage_committed": "0",
    "case_actual": "0",
    "case_committed": "0",
}


@dataclass(frozen=True)
class Frame:
    """Canonical JSON, and the outcome it recommends by which rule."""

    content: bytes
    outcome: str
    rule: str


class Frames:
    """The frames under one version of the playbook."""

    def __init__(self, version: PublishedPlaybook) -> None:
        self.version = version
        self._fixed: dict[tuple[int, CaseFacts, str], Mapping[str, bytes]] = {}

    def of(self, plan: CasePlan, review: ReviewPlan) -> Frame:
        """The frame of a review's dossier."""
        decided = review.decision.outcome if review.decision else "go"
        outcome, rule = (decided if decided in _RULES else NOT_READY), _RULES.get(decided, "must_open")
        facts = CaseFacts(**{fact.key: fact.value for fact in plan.facts if fact.key in FACT_VALUES})
        fixed = self._fixed.get((review.gate, facts, outcome))
        if fixed is None:
            fixed = self._fixed[review.gate, facts, outcome] = self._fixed_parts(review.gate, facts, outcome)
        own = {
            "as_of": review.opened_at or review.requested_at,
            "gate": review.gate,
            "kind": review.kind,
            "proposal": review.proposal,
            "case": _case(plan, review, facts),
            "recommended": {"outcome": outcome, "rule": rule, "criteria": [], "records": []},
        }
        content = _composed({**fixed, **{key: canonical_json(value) for key, value in own.items()}})
        return Frame(content, outcome, rule)

    def _fixed_parts(self, gate: int, facts: CaseFacts, outcome: str) -> Mapping[str, bytes]:
        """What all cases with these facts have in common at the gate, as canonical JSON already."""
        playbook = self.version.rules
        verdict = NOT_ENOUGH_EVIDENCE if outcome == NOT_READY else PASS
        counting = {
            criterion: level
            for criterion in playbook.criteria
            if (level := applies(criterion, facts, gate)) is not None
        }
        overall = "100" if verdict == PASS else "0"
        parts: Mapping[str, object] = {
            "format": FORMAT,
            "convened_reason": "",
            "playbook": {"version": self.version.version, "digest": self.version.digest},
            "readiness": {"overall": overall, "bar": playbook.gate(gate).readiness_bar, "dimensions": []},
            "criteria": [_criterion(criterion, level, verdict) for criterion, level in counting.items()],
            "material": {
                "recommended": outcome,
                "musts": {criterion.key: verdict for criterion, level in counting.items() if level == MUST},
                "caps": {},
                "tier": facts.tier,
                "scope": [],
                "sign_offs_taken_back": [],
            },
            "costs": _NO_COSTS,
            **{key: [] for key in ("scope", "kpis", "sign_offs", "closing_plans", "findings")},
            **dict.fromkeys(("scorecard", "changes")),
        }
        return {key: canonical_json(value) for key, value in parts.items()}


def _criterion(criterion: Criterion, level: str, verdict: str) -> Mapping[str, object]:
    return {
        "key": criterion.key,
        "dimension": criterion.dimension,
        "kind": criterion.kind,
        "level": level,
        "verdict": verdict,
        "achievement": "1" if verdict == PASS else "0",
        "points": "0",
        "points_possible": "0",
        "reason": {"code": "shown" if verdict == PASS else "unanswered", "params": {}},
        "records": [],
        "closable": criterion.closable,
        "standing": criterion.standing,
        "expires_at": None,
    }


def _case(plan: CasePlan, review: ReviewPlan, facts: CaseFacts) -> Mapping[str, object]:
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


def _composed(parts: Mapping[str, bytes]) -> bytes:
    """An object from members that are canonical already: RFC 8785 sorts them by name, and these names are ASCII."""
    return b"{" + b",".join(b'"%s":%s' % (key.encode(), parts[key]) for key in sorted(parts)) + b"}"
