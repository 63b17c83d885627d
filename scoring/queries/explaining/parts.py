"""Computed parts with their texts in the reader's language, as pages show stored ones."""

from __future__ import annotations

from scoring.queries.explaining.as_of import AsOf
from scoring.queries.readiness import CaseReadiness, Part, in_dimensions, in_reader_language
from scoring.queries.wording import reason_text
from scoring.rules.canonical import plain
from scoring.rules.facts import CaseFacts, asked
from scoring.rules.playbook import Playbook
from scoring.rules.readiness import CriterionResult


def part_of(result: CriterionResult, rules: Playbook, facts: CaseFacts) -> Part:
    """One computed criterion with title, question and reason."""
    criterion = rules.criteria_by_key[result.key]
    params = {name: plain(value) for name, value in result.reason.params.items()}
    return Part(
        criterion=criterion,
        title=in_reader_language(criterion.title),
        asks=in_reader_language(asked(criterion, facts)),
        how=in_reader_language(criterion.how),
        level=result.level,
        verdict=result.verdict,
        achievement=result.achievement,
        points=result.points,
        points_possible=result.points_possible,
        reason=result.reason.code,
        reason_text=reason_text(result.reason.code, params),
        records=result.records,
        changes_at=result.changes_at,
    )


def readiness_then(found: AsOf) -> CaseReadiness:
    """The whole readiness of a moment, in the form in which the stored one is shown."""
    policy = found.rules.gate(found.readiness.gate)
    parts = [part_of(result, found.rules, found.state.facts) for result in found.readiness.results]
    totals = {each.dimension: (each.score, each.points, each.points_possible) for each in found.readiness.dimensions}
    return CaseReadiness(
        gate=found.readiness.gate,
        question=in_reader_language(policy.question),
        overall=found.readiness.overall,
        bar=policy.readiness_bar,
        dimensions=in_dimensions(parts, totals, found.playbook),
        computed_at=found.at,
        changes_at=found.readiness.changes_at,
        is_current=True,
        playbook=found.playbook,
    )
