"""Sandbox heroics: a prototype that nobody prepares to run."""

from __future__ import annotations

from scoring.rules.detectors.facts import DetectorFacts, numbers_of
from scoring.rules.detectors.shapes import Signal, both, opposite, strong, weak
from scoring.rules.playbook.whole import Playbook

VERSION = 1

_PROTOTYPE = 1
_DISCIPLINES = {
    "product_owner": "business",
    "business_owner": "business",
    "sponsor": "business",
    "budget_holder": "business",
    "user_representative": "business",
    "engineering": "engineering",
    "data_science": "data",
    "data_owner": "data",
    "compliance": "compliance",
    "security": "security",
    "operations": "operations",
}


def signals(facts: DetectorFacts, playbook: Playbook) -> tuple[Signal, ...]:
    """No way into production, nobody from operations, one discipline, nothing instrumented."""
    numbers = numbers_of(playbook, "sandbox_heroics")
    return (
        _no_production_path(facts, playbook),
        _no_operations(facts, int(numbers["operations_person_by_stage"])),
        _few_disciplines(facts, int(numbers["fewest_disciplines"])),
        weak(
            "nothing_instrumented",
            both(facts.stage >= _PROTOTYPE, opposite(facts.shown("instrumented", playbook))),
            {"stage": facts.stage},
            facts.behind("instrumented", playbook),
        ),
    )


def _no_production_path(facts: DetectorFacts, playbook: Playbook) -> Signal:
    percent = numbers_of(playbook, "sandbox_heroics")["time_box_percent"]
    missing = opposite(facts.shown("production_path", playbook))
    holds = both(facts.stage >= _PROTOTYPE, missing, facts.past(percent))
    box = (facts.box.record,) if facts.box else ()
    used = {"stage": facts.stage, "percent": facts.box.percent if facts.box else None}
    return strong("no_production_path", holds, used, (*box, *facts.behind("production_path", playbook)))


def _no_operations(facts: DetectorFacts, by_stage: int) -> Signal:
    holds = facts.stage >= by_stage and not facts.members("operations")
    return strong("no_operations_person", holds, {"stage": facts.stage}, [facts.case])


def _few_disciplines(facts: DetectorFacts, fewest: int) -> Signal:
    team = facts.members()
    disciplines = sorted({_DISCIPLINES.get(member.role, member.role) for member in team})
    holds = len(disciplines) < fewest if team else None
    params = {"disciplines": len(disciplines), "needed": fewest}
    return weak("few_disciplines", holds, params, [member.record for member in team])
