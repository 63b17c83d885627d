"""Facts that switch criteria: which values they take, who may change them how, and the tier the answers propose."""

from __future__ import annotations

from collections.abc import Mapping

from pocgate.kernel.errors import FieldProblem

TIER, PERSONAL_DATA = "tier", "personal_data"
UNASSESSED, MINIMAL, LIMITED, HIGH, PROHIBITED = "unassessed", "minimal", "limited", "high", "prohibited"
# `unassessed` counts as high, so leaving it for less is a lowering too.
TIER_ORDER = (MINIMAL, LIMITED, HIGH, PROHIBITED)


def fact_problems(key: str, value: str, values: Mapping[str, frozenset[str]]) -> list[FieldProblem]:
    """What is wrong with a fact; `values` lists the known keys and their values."""
    if key not in values:
        known = ", ".join(sorted(values))
        message = "There is no fact “{key}”. Known: {known}."
        return [FieldProblem("key", "unknown_fact", message, {"key": key, "known": known})]
    if value not in values[key]:
        known = ", ".join(sorted(values[key]))
        message = "“{value}” is no value of {key}. Known: {known}."
        return [FieldProblem(key, "unknown_value", message, {"value": value, "key": key, "known": known})]
    return []


def needs_compliance(key: str, old: str | None, new: str) -> bool:
    """Whether only compliance may make this change: it takes protection away."""
    if key == PERSONAL_DATA:
        return new == "no" and old != "no"
    if key != TIER or new == (old or UNASSESSED):
        return False
    before = old or UNASSESSED
    if UNASSESSED in (before, new):
        return True
    return TIER_ORDER.index(new) < TIER_ORDER.index(before)


def needs_two_persons(key: str, old: str | None, new: str) -> bool:
    """Leaving `prohibited` takes two persons of compliance."""
    return key == TIER and old == PROHIBITED and new != PROHIBITED


def proposed_tier(answers: Mapping[str, str]) -> str:
    """The tier that the registration's answers point to; not known counts as yes, unanswered as unassessed.

    The order follows Regulation (EU) 2024/1689: article 5 (prohibited), article 6 and annex III (high), article 50
    (limited). Compliance confirms it; nothing is set by this.
    """
    yes = {key for key, value in answers.items() if value in {"yes", "unknown"}}
    if answers.get("prohibited_practice") == "yes":
        return PROHIBITED
    if not {"prohibited_practice", "sensitive_area", "faces_people", "affects_people"} <= answers.keys():
        return UNASSESSED
    if yes & {"prohibited_practice", "sensitive_area", "affects_people"}:
        return HIGH
    return LIMITED if "faces_people" in yes else MINIMAL
