"""What every part of a case's plan is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from random import Random

from pocgate.demo.plan.needs import Needs
from pocgate.demo.plan.people import COMPLIANCE
from pocgate.demo.plan.scripts import Script
from pocgate.demo.plan.subjects import Subject
from pocgate.demo.plan.timeline import Phase, Timeline
from scoring.rules.facts import CaseFacts
from scoring.rules.playbook import Playbook


@dataclass(frozen=True)
class Setting:
    """A script with its subject, its course, its people and the policy in force."""

    script: Script
    subject: Subject
    title: str
    course: Timeline
    people: Mapping[str, str]
    rng: Random
    now: datetime
    needs: Needs

    @property
    def playbook(self) -> Playbook:
        """The policy in force."""
        return self.needs.playbook

    @property
    def owner(self) -> str:
        """The product owner."""
        return self.people["product_owner"]

    @property
    def signer(self) -> str:
        """Who signs for compliance."""
        return COMPLIANCE

    @cached_property
    def facts(self) -> CaseFacts:
        """The facts that switch criteria."""
        subject = self.subject
        return CaseFacts(
            delivery=subject.delivery,
            personal_data="yes" if subject.personal_data else "no",
            affects_people="yes" if subject.affects_people else "no",
            tier=subject.tier,
            stage1_real_data="no",
        )

    def phases_of(self, stage: int) -> tuple[Phase, ...]:
        """The phases in a stage, oldest first."""
        return tuple(phase for phase in self.course.phases if phase.stage == stage)

    def first_phase(self, stage: int) -> Phase | None:
        """The first phase in a stage."""
        return next(iter(self.phases_of(stage)), None)

    @property
    def last_stage(self) -> int:
        """The latest stage the case ever was in."""
        return max((phase.stage for phase in self.course.phases), default=-1)
