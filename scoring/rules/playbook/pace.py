"""The pace a playbook sets: time-boxes, pauses, recurring reviews and reminders. Days are calendar days."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from scoring.rules.playbook.section import Section
from scoring.rules.vocabulary import TIERS

PIVOT_CHANGES = ("problem", "users", "approach", "data")
REOPENING_CAUSES = (
    "standing_criterion_lost",
    "serious_incident",
    "release_outside_approval",
    "new_data_source",
    "new_user_group",
    "new_purpose",
    "tier_changed",
    "cap_raised",
)


@dataclass(frozen=True)
class PacePolicy:
    """Time-boxes per stage 0–2 and what follows when they end; shares are of the time-box."""

    time_box_days: tuple[int, ...]
    extension_share: Fraction
    extensions: int
    review_opens_at: Fraction
    stop_without_reading_days: int
    longest_pause_days: int
    draft_archived_after_days: int
    pivot_changes: tuple[str, ...]
    reopening_causes: tuple[str, ...]
    reopening_grace_days: int


@dataclass(frozen=True)
class OperatingReviews:
    """When gate 3 comes round: the first review after go-live, then every so many months, by tier where named."""

    first_after_days: int
    every_months: int
    every_months_by_tier: tuple[tuple[str, int], ...]

    def months_for(self, tier: str) -> int:
        """Months between two operating reviews of a case of this tier."""
        return dict(self.every_months_by_tier).get(tier, self.every_months)


@dataclass(frozen=True)
class ReminderPolicy:
    """Days before a deadline on which people are reminded, the repeat after it, and when the chair is told."""

    before_days: tuple[int, ...]
    repeat_days: int
    chair_after_days: int


@dataclass(frozen=True)
class BaselineReviews:
    """Days within which a case imported into operation has its first review, by tier."""

    days_by_tier: tuple[tuple[str, int], ...]
    other_days: int


def read_pace(section: Section) -> PacePolicy:
    """The section `pace`."""
    policy = PacePolicy(
        time_box_days=_read_time_boxes(section),
        extension_share=section.share("extension_share"),
        extensions=section.integer("extensions", least=0, most=10),
        review_opens_at=section.share("review_opens_at", most=10),
        stop_without_reading_days=section.integer("stop_without_reading_days", least=1),
        longest_pause_days=section.integer("longest_pause_days", least=1),
        draft_archived_after_days=section.integer("draft_archived_after_days", least=1),
        pivot_changes=section.words("pivot_changes", PIVOT_CHANGES),
        reopening_causes=section.words("reopening_causes", REOPENING_CAUSES),
        reopening_grace_days=section.integer("reopening_grace_days", least=0),
    )
    section.finish()
    return policy


def _read_time_boxes(section: Section) -> tuple[int, ...]:
    entry = section.section("time_box_days")
    days = tuple(entry.integer(f"stage_{stage}", least=1, most=3650) for stage in (0, 1, 2))
    entry.finish()
    return days


def read_operating_reviews(section: Section) -> OperatingReviews:
    """The section `operating_reviews`."""
    reviews = OperatingReviews(
        first_after_days=section.integer("first_after_days", least=1),
        every_months=section.integer("every_months", least=1, most=120),
        every_months_by_tier=_read_by_tier(section, "every_months_by_tier"),
    )
    section.finish()
    return reviews


def read_baseline_reviews(section: Section) -> BaselineReviews:
    """The section `baseline_reviews`."""
    reviews = BaselineReviews(
        days_by_tier=_read_by_tier(section, "days_by_tier"),
        other_days=section.integer("other_days", least=1),
    )
    section.finish()
    return reviews


def _read_by_tier(section: Section, key: str) -> tuple[tuple[str, int], ...]:
    entry = section.section(key)
    found = tuple((tier, entry.integer(tier, least=1)) for tier in TIERS if entry.has(tier))
    entry.finish()
    return found


def read_reminders(section: Section) -> ReminderPolicy:
    """The section `reminders`."""
    policy = ReminderPolicy(
        before_days=tuple(sorted(section.integers("before_days", least=0, most=365), reverse=True)),
        repeat_days=section.integer("repeat_days", least=1, most=365),
        chair_after_days=section.integer("chair_after_days", least=1, most=365),
    )
    section.finish()
    return policy
