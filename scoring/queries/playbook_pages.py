"""The playbook as people read it: titles in their language, gates side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scoring.enums import PlaybookState
from scoring.models import Playbook as PlaybookRow
from scoring.queries.playbooks import PublishedPlaybook, published_playbook
from scoring.queries.readiness import in_reader_language
from scoring.rules.playbook import Applicability, Criterion, GatePolicy, Playbook, ScorecardCriterion
from scoring.rules.vocabulary import DIMENSIONS


@dataclass(frozen=True)
class CriterionLine:
    """A criterion in words. `counts` holds, for each rule, its level, gate and conditions in words."""

    criterion: Criterion
    title: str
    asks: str
    how: str
    counts: tuple[tuple[str, int, str], ...]


@dataclass(frozen=True)
class DimensionLines:
    """A dimension with its criteria."""

    key: str
    title: str
    lines: tuple[CriterionLine, ...]


@dataclass(frozen=True)
class GateColumn:
    """The policy of one gate; `stage` is the stage it closes."""

    policy: GatePolicy
    question: str
    stage: str
    quorum_percent: int
    approval: str
    presence: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ScorecardLine:
    """A question of the scorecard with its anchors."""

    criterion: ScorecardCriterion
    title: str
    means: tuple[str, str, str]


@dataclass(frozen=True)
class PlaybookPage:
    """Everything the page shows."""

    published: PublishedPlaybook
    title: str
    gates: tuple[GateColumn, ...]
    dimensions: tuple[DimensionLines, ...]
    axes: tuple[tuple[str, tuple[ScorecardLine, ...]], ...]

    @property
    def rules(self) -> Playbook:
        """The rules themselves."""
        return self.published.rules

    @property
    def criteria_count(self) -> int:
        """How many criteria of readiness there are."""
        return len(self.rules.criteria)


def playbook_page() -> PlaybookPage:
    """The version in force. One query."""
    published = published_playbook()
    rules = published.rules
    return PlaybookPage(
        published=published,
        title=in_reader_language(rules.title),
        gates=tuple(_gate(policy, rules) for policy in rules.gates),
        dimensions=tuple(_dimension(key, rules) for key in DIMENSIONS),
        axes=tuple(
            (in_reader_language(title), tuple(_scorecard_line(each) for each in rules.scorecard.of_axis(axis)))
            for axis, title in rules.scorecard.axis_titles
        ),
    )


def published_versions() -> Sequence[PlaybookRow]:
    """Every published version without its text, the newest first."""
    rows = PlaybookRow.objects.filter(state=PlaybookState.PUBLISHED).select_related("published_by")
    return list(rows.defer("text").order_by("-version"))


def _gate(policy: GatePolicy, rules: Playbook) -> GateColumn:
    share = policy.approval.share
    sign = "≥" if policy.approval.inclusive else ">"
    exact = f"{share * 100} %" if (share * 100).denominator == 1 else f"{share.numerator}⁄{share.denominator}"
    stages = dict(rules.wording.stages)
    return GateColumn(
        policy=policy,
        question=in_reader_language(policy.question),
        stage=in_reader_language(stages[f"stage_{policy.gate}"]),
        quorum_percent=int(policy.quorum_share * 100),
        approval=f"{sign} {exact}",
        presence=tuple((presence.discipline, ", ".join(presence.tiers)) for presence in policy.presence),
    )


def _dimension(key: str, rules: Playbook) -> DimensionLines:
    titles = dict(rules.wording.dimensions)
    lines = tuple(_line(criterion, rules) for criterion in rules.criteria if criterion.dimension == key)
    return DimensionLines(key, in_reader_language(titles[key]), lines)


def _line(criterion: Criterion, rules: Playbook) -> CriterionLine:
    return CriterionLine(
        criterion=criterion,
        title=in_reader_language(criterion.title),
        asks=in_reader_language(criterion.asks),
        how=in_reader_language(criterion.how),
        counts=tuple((rule.level, rule.gate, _conditions(rule, rules)) for rule in criterion.counts),
    )


def _conditions(rule: Applicability, rules: Playbook) -> str:
    """Such as “Built in house, Configured from a platform”; empty when it always counts."""
    values = {wording.key: dict(wording.values) for wording in rules.wording.facts}
    asks = {wording.key: in_reader_language(wording.asks) for wording in rules.wording.facts}
    return "; ".join(
        f"{asks[condition.fact]} "
        + ", ".join(in_reader_language(values[condition.fact][value]) for value in condition.values)
        for condition in rule.when
    )


def _scorecard_line(criterion: ScorecardCriterion) -> ScorecardLine:
    return ScorecardLine(
        criterion=criterion,
        title=in_reader_language(criterion.title),
        means=(
            in_reader_language(criterion.means_1),
            in_reader_language(criterion.means_3),
            in_reader_language(criterion.means_5),
        ),
    )
