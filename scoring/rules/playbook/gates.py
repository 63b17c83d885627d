"""The gate policy of a playbook: who must vote, what carries, what may stay open and for how long."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction

from scoring.rules.playbook.criteria import Condition, read_conditions
from scoring.rules.playbook.section import Section
from scoring.rules.playbook.texts import Texts
from scoring.rules.vocabulary import (
    DISCIPLINES,
    GATES,
    LAST_GATE,
    NOT_READY,
    OUTCOMES,
    QUADRANTS,
    RECOMMENDATION_RULES,
    SEAT_ROLES,
    TIERS,
)

OWN_VOTE, CLOSE = "own_vote", "close"
BLIND_MODES = (OWN_VOTE, CLOSE)


@dataclass(frozen=True)
class ScorecardDemand:
    """The quadrant asked at a gate; only ratings of the last `rated_within_days` count, all when None."""

    quadrant: str
    rated_within_days: int | None


@dataclass(frozen=True)
class Presence:
    """A discipline or seat role that has to be among the voters, in the named tiers only when tiers are named."""

    discipline: str
    tiers: tuple[str, ...]


@dataclass(frozen=True)
class ApprovalShare:
    """The share of counted votes that carries: reached when above `share`, or equal to it where `inclusive`."""

    share: Fraction
    inclusive: bool

    def is_reached(self, part: Fraction, whole: Fraction) -> bool:
        """Whether `part` of `whole` carries; never of nothing."""
        if whole <= 0:
            return False
        return part >= self.share * whole if self.inclusive else part > self.share * whole


@dataclass(frozen=True)
class GatePolicy:
    """What one gate asks. `quorum_share` is of the seats not recused; `readiness_bar` warns and never refuses alone."""

    gate: int
    question: Texts
    scorecard: ScorecardDemand | None
    readiness_bar: int
    quorum_share: Fraction
    min_voters: int
    presence: tuple[Presence, ...]
    approval: ApprovalShare
    veto_roles: tuple[str, ...]
    blind_until: str
    decide_within_working_days: int


@dataclass(frozen=True)
class RecommendationRule:
    """One row of the recommendation: a rule of the vocabulary and the outcome it recommends."""

    rule: str
    outcome: str


@dataclass(frozen=True)
class Recommendation:
    """The rules in the order in which they are tried, and the numbers they use."""

    rules: tuple[RecommendationRule, ...]
    late_iteration: int
    closable_musts: int
    closing_days: int


@dataclass(frozen=True)
class WaiverBan:
    """A criterion that may not be waived: at `gate` only, or at every gate when None; under the conditions given."""

    criterion: str
    gate: int | None
    when: tuple[Condition, ...]


@dataclass(frozen=True)
class WaiverPolicy:
    """How many waivers may live at once on a case, how long each, how often renewed, and never for what."""

    live_per_case: int
    longest_days: int
    renewals: int
    best_outcome: str
    never: tuple[WaiverBan, ...]


@dataclass(frozen=True)
class OverridePolicy:
    """What an override may pass over, what it never may, what needs the budget holder, and who signs second."""

    may: tuple[str, ...]
    never: tuple[str, ...]
    with_budget_holder: tuple[str, ...]
    second_signature_roles: tuple[str, ...]


@dataclass(frozen=True)
class VotingPolicy:
    """Voting at every gate: the extension without a quorum, its number, and extra seats a delegate may fill.

    `material` names what voids votes when it changes while the vote runs.
    """

    extension_working_days: int
    extensions: int
    delegated_seats: int
    material: tuple[str, ...]


MATERIAL = ("recommended", "musts", "caps", "tier", "scope", "sign_offs_taken_back")


OVERRIDABLE = ("scorecard", "kpi_sample_sizes", "should_meets", "closable_musts_beyond_limit")
NEVER_OVERRIDABLE = ("sign_offs", "veto", "tier", "quorum")


def read_gates(document: Section) -> tuple[GatePolicy, ...]:
    """The list `gates`: each gate exactly once, in gate order."""
    policies = [_read_gate(entry) for entry in document.sections("gates")]
    given = sorted(policy.gate for policy in policies)
    if document.has("gates") and given != list(GATES):
        document.problem("gates_incomplete", "Each gate from 0 to 3 is described exactly once.", "gates")
    return tuple(sorted(policies, key=lambda policy: policy.gate))


def _read_gate(section: Section) -> GatePolicy:
    policy = GatePolicy(
        gate=section.integer("gate", least=0, most=LAST_GATE),
        question=section.texts("question"),
        scorecard=_read_scorecard_demand(section),
        readiness_bar=section.integer("readiness_bar", least=0, most=100),
        quorum_share=section.share("quorum_share"),
        min_voters=section.integer("min_voters", least=1, most=1000),
        presence=tuple(_read_presence(entry) for entry in section.sections("presence")),
        approval=_read_approval(section),
        veto_roles=section.words("veto_roles", SEAT_ROLES, "unknown_role"),
        blind_until=section.choice("blind_until", BLIND_MODES),
        decide_within_working_days=section.integer("decide_within_working_days", least=1, most=365),
    )
    section.finish()
    return policy


def _read_scorecard_demand(section: Section) -> ScorecardDemand | None:
    if not section.has("scorecard"):
        return None
    entry = section.section("scorecard")
    within = entry.integer("rated_within_days", least=1) if entry.has("rated_within_days") else None
    demand = ScorecardDemand(entry.choice("quadrant", QUADRANTS), within)
    entry.finish()
    return demand


def _read_presence(section: Section) -> Presence:
    tiers = section.words("tiers", TIERS) if section.has("tiers") else ()
    presence = Presence(section.choice("discipline", DISCIPLINES), tiers)
    section.finish()
    return presence


def _read_approval(section: Section) -> ApprovalShare:
    entry = section.section("approval")
    inclusive = entry.has("at_least")
    share = entry.share("at_least" if inclusive else "more_than")
    if share == 1 and not inclusive:
        entry.problem("share_out_of_range", "No vote can exceed the whole; name a share below 1.", "more_than")
    entry.finish()
    return ApprovalShare(share, inclusive)


def read_recommendation(section: Section) -> Recommendation:
    """The section `recommendation`. Its last rule must always fire, so that some outcome is always recommended."""
    rules = tuple(_read_rule(entry) for entry in section.sections("rules"))
    names = [rule.rule for rule in rules]
    if rules and names[-1] != "all_musts_pass":
        section.problem("not_total", "The last rule must be “all_musts_pass”.", "rules")
    if len(set(names)) != len(names):
        section.problem("repeated_value", "A rule comes twice.", "rules")
    if rules and "must_open" not in names:
        section.problem("missing_rule", "Without “must_open” a failing must would go unseen.", "rules")
    recommendation = Recommendation(
        rules=rules,
        late_iteration=section.integer("late_iteration", least=1, most=100),
        closable_musts=section.integer("closable_musts", least=0, most=100),
        closing_days=section.integer("closing_days", least=1, most=365),
    )
    section.finish()
    return recommendation


def _read_rule(section: Section) -> RecommendationRule:
    rule = RecommendationRule(
        rule=section.choice("rule", RECOMMENDATION_RULES, "unknown_rule"),
        outcome=section.choice("outcome", (*OUTCOMES, NOT_READY)),
    )
    section.finish()
    return rule


def read_waivers(section: Section, criteria: Collection[str]) -> WaiverPolicy:
    """The section `waivers`; its bans name known `criteria`."""
    policy = WaiverPolicy(
        live_per_case=section.integer("live_per_case", least=0, most=100),
        longest_days=section.integer("longest_days", least=1, most=3650),
        renewals=section.integer("renewals", least=0, most=100),
        best_outcome=section.choice("best_outcome", OUTCOMES),
        never=tuple(_read_ban(entry, criteria) for entry in section.sections("never")),
    )
    section.finish()
    return policy


def _read_ban(section: Section, criteria: Collection[str]) -> WaiverBan:
    ban = WaiverBan(
        criterion=section.choice("criterion", criteria, "unknown_reference"),
        gate=section.integer("gate", least=0, most=LAST_GATE) if section.has("gate") else None,
        when=read_conditions(section),
    )
    section.finish()
    return ban


def read_overrides(section: Section) -> OverridePolicy:
    """The section `overrides`."""
    policy = OverridePolicy(
        may=section.words("may", OVERRIDABLE),
        never=section.words("never", NEVER_OVERRIDABLE),
        with_budget_holder=section.words("with_budget_holder", ("cap",)),
        second_signature_roles=section.words("second_signature_roles", SEAT_ROLES, "unknown_role"),
    )
    section.finish()
    return policy


def read_voting(section: Section) -> VotingPolicy:
    """The section `voting`."""
    policy = VotingPolicy(
        extension_working_days=section.integer("extension_working_days", least=1, most=365),
        extensions=section.integer("extensions", least=0, most=10),
        delegated_seats=section.integer("delegated_seats", least=0, most=10),
        material=section.words("material", MATERIAL),
    )
    section.finish()
    return policy
