"""The whole playbook: read from YAML, checked across its sections, digested and compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from scoring.rules.canonical import Change, difference, sha256_of
from scoring.rules.playbook.criteria import Criterion, read_criteria
from scoring.rules.playbook.document import open_document
from scoring.rules.playbook.findings import FindingPolicy, read_findings
from scoring.rules.playbook.gates import (
    GatePolicy,
    OverridePolicy,
    Recommendation,
    VotingPolicy,
    WaiverPolicy,
    read_gates,
    read_overrides,
    read_recommendation,
    read_voting,
    read_waivers,
)
from scoring.rules.playbook.measures import CostPolicy, KpiPolicy, ProbePolicy, read_costs, read_kpis, read_probes
from scoring.rules.playbook.pace import (
    BaselineReviews,
    OperatingReviews,
    PacePolicy,
    ReminderPolicy,
    read_baseline_reviews,
    read_operating_reviews,
    read_pace,
    read_reminders,
)
from scoring.rules.playbook.problems import PlaybookInvalid, Problem
from scoring.rules.playbook.scorecard import ScorecardPolicy, read_scorecard
from scoring.rules.playbook.section import Section
from scoring.rules.playbook.texts import Texts
from scoring.rules.playbook.wording import Wording, read_wording

FORMAT = 1


@dataclass(frozen=True)
class Playbook:
    """Everything that is policy. Two documents with equal content have an equal `digest`, whatever their layout."""

    title: Texts
    wording: Wording
    scorecard: ScorecardPolicy
    criteria: tuple[Criterion, ...]
    kpis: KpiPolicy
    costs: CostPolicy
    probes: ProbePolicy
    gates: tuple[GatePolicy, ...]
    voting: VotingPolicy
    recommendation: Recommendation
    waivers: WaiverPolicy
    overrides: OverridePolicy
    pace: PacePolicy
    operating_reviews: OperatingReviews
    baseline_reviews: BaselineReviews
    reminders: ReminderPolicy
    findings: FindingPolicy

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical content, 64 hexadecimal digits."""
        return sha256_of(self)

    @cached_property
    def criteria_by_key(self) -> Mapping[str, Criterion]:
        """Every readiness criterion by its key."""
        return {criterion.key: criterion for criterion in self.criteria}

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """The place of every readiness criterion in the document, from 0."""
        return {criterion.key: position for position, criterion in enumerate(self.criteria)}

    def gate(self, gate: int) -> GatePolicy:
        """The policy of gate 0–3."""
        return self.gates[gate]


def parse_playbook(text: str) -> Playbook:
    """The playbook in a YAML document of at most 1 MiB; raises PlaybookInvalid with every problem and its line."""
    problems: list[Problem] = []
    root = open_document(text, problems)
    if root is None:
        raise PlaybookInvalid(problems)
    document = Section(root, "", problems)
    document.integer("format", least=FORMAT, most=FORMAT)
    playbook = _read_playbook(document)
    document.finish()
    if problems:
        raise PlaybookInvalid(problems)
    return playbook


def _read_playbook(document: Section) -> Playbook:
    criteria = read_criteria(document)
    criteria_keys = [criterion.key for criterion in criteria]
    return Playbook(
        title=document.texts("title"),
        wording=read_wording(document),
        scorecard=read_scorecard(document.section("scorecard")),
        criteria=criteria,
        kpis=read_kpis(document.section("kpis")),
        costs=read_costs(document.section("costs")),
        probes=read_probes(document.section("probes")),
        gates=read_gates(document),
        voting=read_voting(document.section("voting")),
        recommendation=read_recommendation(document.section("recommendation")),
        waivers=read_waivers(document.section("waivers"), criteria_keys),
        overrides=read_overrides(document.section("overrides")),
        pace=read_pace(document.section("pace")),
        operating_reviews=read_operating_reviews(document.section("operating_reviews")),
        baseline_reviews=read_baseline_reviews(document.section("baseline_reviews")),
        reminders=read_reminders(document.section("reminders")),
        findings=read_findings(document.section("findings")),
    )


def diff_playbooks(before: Playbook, after: Playbook) -> tuple[Change, ...]:
    """What changed, in path order; criteria and other keyed entries are matched by their keys."""
    return difference(before, after)
