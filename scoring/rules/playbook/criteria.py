"""The readiness criteria of a playbook."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from scoring.rules.playbook.section import Section, report_repeated_keys
from scoring.rules.playbook.texts import Texts
from scoring.rules.vocabulary import (
    ATTESTED,
    COMPUTED,
    DIMENSIONS,
    EFFORTS,
    FACT_VALUES,
    KINDS,
    LAST_GATE,
    LEVELS,
    PROBES,
    VERIFIER_ROLES,
)


@dataclass(frozen=True)
class Condition:
    """A fact of the case and the values with which it holds."""

    fact: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Applicability:
    """From which gate on the criterion counts, as what, and under which conditions (all must hold)."""

    level: str
    gate: int
    when: tuple[Condition, ...]


@dataclass(frozen=True)
class Variant:
    """What the criterion asks instead, where the conditions hold."""

    when: tuple[Condition, ...]
    asks: Texts


@dataclass(frozen=True)
class Criterion:
    """One question of readiness. `valid_days` is None when an answer does not age.

    `verifier` is the role that verifies an attested answer; None for the other kinds.
    """

    key: str
    dimension: str
    kind: str
    counts: tuple[Applicability, ...]
    weight: Decimal
    valid_days: int | None
    closable: bool
    standing: bool
    verifier: str | None
    effort: str
    lead_days: int
    title: Texts
    asks: Texts
    how: Texts
    variants: tuple[Variant, ...]

    @property
    def first_gate(self) -> int:
        """The earliest gate at which the criterion can count."""
        return min(rule.gate for rule in self.counts)


def read_criteria(document: Section) -> tuple[Criterion, ...]:
    """The list `criteria`, in document order; no key comes twice."""
    entries = document.sections("criteria")
    if not entries and document.has("criteria"):
        document.problem("no_criteria", "A playbook needs at least one criterion.", "criteria")
    criteria = tuple(_read_criterion(entry) for entry in entries)
    report_repeated_keys(entries, [criterion.key for criterion in criteria])
    return criteria


def _read_criterion(section: Section) -> Criterion:
    kind = section.choice("kind", KINDS, "unknown_kind")
    criterion = Criterion(
        key=section.word("key"),
        dimension=section.choice("dimension", DIMENSIONS, "unknown_dimension"),
        kind=kind,
        counts=_read_counts(section),
        weight=section.weight(),
        valid_days=section.integer("valid_days", least=1) if section.has("valid_days") else None,
        closable=section.flag("closable"),
        standing=section.flag("standing"),
        verifier=_read_verifier(section, kind),
        effort=section.choice("effort", EFFORTS),
        lead_days=section.integer("lead_days", least=0, most=3650),
        title=section.texts("title"),
        asks=section.texts("asks"),
        how=section.texts("how"),
        variants=_read_variants(section),
    )
    if kind == COMPUTED and criterion.key not in PROBES:
        section.problem("unknown_probe", f"No probe computes “{criterion.key}”; make it attested (A).", "key")
    section.finish()
    return criterion


def _read_verifier(section: Section, kind: str) -> str | None:
    if kind == ATTESTED:
        return section.choice("verifier", VERIFIER_ROLES, "unknown_role")
    if section.has("verifier"):
        section.choice("verifier", VERIFIER_ROLES, "unknown_role")
        section.problem("verifier_not_needed", "Only an attested criterion (A) is verified by a role.", "verifier")
    return None


def _read_counts(section: Section) -> tuple[Applicability, ...]:
    rules = tuple(_read_applicability(entry) for entry in section.sections("counts"))
    if not rules and section.has("counts"):
        section.problem("never_counts", "The criterion counts at no gate.", "counts")
    return rules


def _read_applicability(section: Section) -> Applicability:
    rule = Applicability(
        level=section.choice("level", LEVELS, "unknown_level"),
        gate=section.integer("gate", least=0, most=LAST_GATE),
        when=read_conditions(section),
    )
    section.finish()
    return rule


def _read_variants(section: Section) -> tuple[Variant, ...]:
    if not section.has("variants"):
        return ()
    return tuple(_read_variant(entry) for entry in section.sections("variants"))


def _read_variant(section: Section) -> Variant:
    variant = Variant(when=read_conditions(section), asks=section.texts("asks"))
    section.finish()
    return variant


def read_conditions(section: Section) -> tuple[Condition, ...]:
    """The facts under `when`, in the order of their names; nothing when the key is absent."""
    if not section.has("when"):
        return ()
    facts = section.section("when")
    for name in facts.names():
        if name not in FACT_VALUES:
            facts.words(name, (), "unknown_fact")
    known = sorted(name for name in facts.names() if name in FACT_VALUES)
    return tuple(Condition(name, facts.words(name, FACT_VALUES[name], "unknown_fact_value")) for name in known)
