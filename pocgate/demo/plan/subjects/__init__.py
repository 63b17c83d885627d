"""What Lindmoor's people want AI for: texts and figures, written as YAML beside this module."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent
FILES = ("claims", "underwriting", "service", "finance")


@dataclass(frozen=True)
class Measure:
    """A KPI as somebody would name it."""

    name: str
    unit: str
    direction: str
    baseline: Decimal
    target: Decimal


@dataclass(frozen=True)
class Subject:
    """An idea with its figures; money in euros a year."""

    key: str
    title: str
    unit: str
    problem: str
    process: str
    users: str
    benefit: str
    technology: tuple[str, ...]
    category: str
    delivery: str
    vendor: str
    tier: str
    personal_data: bool
    affects_people: bool
    primary: Measure
    quality: Measure
    guardrail: Measure
    scope_in: str
    scope_out: str
    slice: str
    benefit_a_year: Decimal
    cost_a_year: Decimal


@cache
def departments() -> dict[str, tuple[str, ...]]:
    """Units by department."""
    return {name: tuple(units) for name, units in _read("departments").items()}


@cache
def subjects() -> tuple[Subject, ...]:
    """Every subject, in the order of the files."""
    return tuple(_subject(entry) for name in FILES for entry in _read(name))


@cache
def subject(key: str) -> Subject:
    """The subject of that key."""
    return next(found for found in subjects() if found.key == key)


@cache
def department_of(unit: str) -> str:
    """The department a unit belongs to."""
    return next(name for name, units in departments().items() if unit in units)


def _read(name: str) -> Any:
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def _subject(entry: dict[str, Any]) -> Subject:
    values = dict(entry)
    for name in ("primary", "quality", "guardrail"):
        values[name] = _measure(values[name])
    return Subject(
        **{
            **values,
            "vendor": values.get("vendor", ""),
            "technology": tuple(values["technology"]),
            "benefit_a_year": Decimal(values["benefit_a_year"]) * 1000,
            "cost_a_year": Decimal(values["cost_a_year"]) * 1000,
        }
    )


def _measure(row: list[Any]) -> Measure:
    name, unit, direction, baseline, target = row
    return Measure(name, unit, direction, Decimal(str(baseline)), Decimal(str(target)))
