"""What came of using a case: feedback, benefit, training, figures of operation; and what stands in its way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from pocgate.demo.plan.records.hindrances import dependencies, risks
from pocgate.demo.plan.scripts import DRAFT
from pocgate.demo.plan.setting import Setting
from pocgate.demo.plan.shapes import BenefitPlan, FeedbackPlan, FigurePlan, MarkPlan, TrainingPlan, UsePlan
from pocgate.demo.plan.timeline import Phase
from pocgate.demo.plan.voices import voices

_PILOT, _PRODUCTION = 2, 3
# The share of the full scale that takes part in a pilot.
_PILOT_PERCENT = Decimal(12)
_MONTH = timedelta(days=28)
_METHOD = "Minutes saved per item, counted for a week, times the month's items and the desk's hourly rate"
# Figure, unit, lowest and highest value.
_FIGURES = (
    ("throughput", "1/day", 180, 420),
    ("latency", "s", 0.9, 1.9),
    ("error_rate", "%", 0.3, 1.6),
    ("availability", "%", 99.3, 99.95),
)


@dataclass(frozen=True)
class _Time:
    """A stay in pilot or production while records are written: until the decision on it, or until now."""

    phase: Phase
    end: datetime

    def mark(self, at: datetime, by: str) -> MarkPlan:
        """A record of this stay."""
        return MarkPlan(self.phase.stage, self.phase.iteration, at, by)

    def every(self, days: float, first: float) -> Iterator[datetime]:
        """Moments so many days apart."""
        at = self.phase.start + timedelta(days=first)
        while at < self.end:
            yield at
            at += timedelta(days=days)


def use(setting: Setting) -> UsePlan:
    """Everything that came of it. Its chance is its own, so that nothing else of the case depends on it."""
    if setting.script.state == DRAFT:
        return UsePlan()
    rng = Random(f"{setting.title} in use {setting.script.age}")  # noqa: S311 - a demonstration
    times = [_time(setting, phase) for phase in setting.course.phases if phase.stage >= _PILOT]
    return UsePlan(
        feedback=tuple(each for time in times for each in _feedback(setting, time, rng)),
        benefits=tuple(each for time in times for each in _benefits(setting, time, rng)),
        training=tuple(each for time in times for each in _training(setting, time, rng)),
        figures=tuple(each for time in times for each in _figures(setting, time, rng)),
        dependencies=tuple(dependencies(setting)),
        risks=tuple(risks(setting)),
    )


def _time(setting: Setting, phase: Phase) -> _Time:
    end = phase.end
    if phase.is_done:
        # Users go on using it while the committee sits.
        end = next((s.decided_at for s in setting.course.sittings if s.requested_at == phase.end), None) or phase.end
    return _Time(phase, min(end, setting.now - timedelta(hours=3)))


def _feedback(setting: Setting, time: _Time, rng: Random) -> Iterator[FeedbackPlan]:
    """Somebody says something every week or two; the answer takes a few days."""
    known = rng.sample(voices(), len(voices()))
    business = setting.people["business_owner"]
    listeners = [setting.people.get("user_representative", business), setting.owner]
    for number, at in enumerate(time.every(11 if setting.script.detailed else 13, first=9)):
        voice = known[number % len(known)]
        received, answered = at - timedelta(hours=rng.randrange(1, 30)), at + timedelta(hours=rng.randrange(20, 100))
        is_answered = answered < time.end
        yield FeedbackPlan(
            mark=time.mark(at, listeners[number % 2]),
            given_by=_speaker(setting, number),
            channel=voice.channel,
            text=voice.text,
            rating=voice.rating,
            received_at=received,
            answer=voice.answer if is_answered else "",
            answered_at=answered if is_answered else None,
            answered_by=setting.owner if is_answered else None,
        )


def _speaker(setting: Setting, number: int) -> str:
    unit = setting.subject.unit
    return (f"{unit}, early shift", f"{unit}, a new colleague", f"{unit}, survey of the desk", f"{unit}, late shift")[
        number % 4
    ]


def _benefits(setting: Setting, time: _Time, rng: Random) -> Iterator[BenefitPlan]:
    """What each four weeks brought, a little under or over what the business case holds likely."""
    months = 1 if setting.script.detailed else 2
    percent = _PILOT_PERCENT if time.phase.stage == _PILOT else Decimal(100)
    yearly = setting.subject.benefit_a_year * percent / 100 * Decimal(str(min(setting.script.reach, 1)))
    for at in time.every(28 * months, first=28 * months + 2):
        end = (at - timedelta(days=2)).date()
        share = Decimal(str(round(rng.uniform(0.84, 1.06), 3)))
        yield BenefitPlan(
            mark=time.mark(at, setting.owner),
            amount=(yearly * share * 28 * months / 365).quantize(Decimal(1)),
            period_start=end - months * _MONTH,
            period_end=end,
            method=_METHOD,
            scale_percent=percent,
        )


def _training(setting: Setting, time: _Time, rng: Random) -> Iterator[TrainingPlan]:
    """The pilot's cohort in its third week; everybody soon after the start of production, and again each year."""
    is_pilot = time.phase.stage == _PILOT
    unit = setting.subject.unit
    planned_after, held_after = (4, 17) if is_pilot else (2, 20)
    people = rng.randrange(8, 19) if is_pilot else rng.randrange(40, 130)
    for start in time.every(300, first=planned_after):
        held = start + timedelta(days=held_after - planned_after, hours=2)
        is_held = held < time.end
        yield TrainingPlan(
            mark=time.mark(start, setting.owner),
            audience=f"{unit}, pilot group" if is_pilot else f"{unit}, everybody",
            session_date=held.date(),
            people_planned=people,
            held_at=held if is_held else None,
            people_trained=people - rng.randrange(0, max(people // 16, 1) + 1) if is_held else None,
        )


def _figures(setting: Setting, time: _Time, rng: Random) -> Iterator[FigurePlan]:
    """The four figures from the monitoring, a fortnight or four weeks at a time."""
    days = 14 if setting.script.detailed else 28
    for at in time.every(days, first=days):
        for figure, unit, lowest, highest in _FIGURES:
            yield FigurePlan(
                mark=time.mark(at, setting.people.get("operations", setting.owner)),
                figure=figure,
                value=Decimal(str(round(rng.uniform(lowest, highest), 2))),
                unit=unit,
                observed_from=at - timedelta(days=days),
                observed_to=at - timedelta(hours=1),
                source="Monitoring",
            )
