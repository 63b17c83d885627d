"""A gate room as full as they come: 60 criteria, 15 members of whom one has not voted yet, 300 readings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from gates.models import Committee, GateReview
from pocgate.identity.models import User
from portfolio.models import Kpi, KpiReading
from scoring.commands.playbooks import publish_playbook
from scoring.queries.playbooks import default_playbook_text
from tests.factories.gates import SeatFactory
from tests.factories.identity import RoleGrantFactory
from tests.factories.stage_set import StageSet, a_stage_set

CRITERIA, MEMBERS, READINGS = 60, 15, 300
MORE_CRITERIA = 3


@dataclass(frozen=True)
class FullRoom:
    """The review while its vote runs; `outstanding` is the one who has not voted."""

    stage: StageSet
    review: GateReview
    outstanding: User


def a_full_room(now: datetime) -> FullRoom:
    """A review under a playbook in which every criterion counts at gate 0."""
    publish_playbook(text=crowded_playbook(), actor=None, now=now - timedelta(days=1))
    Committee.objects.filter(gate=0, dissolved_at__isnull=True).update(dissolved_at=now)
    stage = a_stage_set(now)
    more = MEMBERS - 2 - len(stage.members)
    voters = [*stage.members, *(SeatFactory(committee=stage.committee).user for _ in range(more))]
    for voter in voters[len(stage.members) :]:
        RoleGrantFactory(user=voter, role="committee")
    read_often(stage, now)
    review = stage.voting(now)
    for voter in (stage.chair, stage.deputy, *voters[:-1]):
        stage.vote(review, voter, "go", now)
    return FullRoom(stage, review, voters[-1])


def crowded_playbook() -> str:
    """The default playbook with all its criteria counting from gate 0, and as many more as make sixty of them."""
    text = re.sub(r"(?m)^( +counts: \[)(?!.*gate: 0)", r"\1{level: should, gate: 0}, ", default_playbook_text())
    attested = re.search(r"(?m)^  - key: sources_mapped\n(?:    .*\n)+", text)
    if attested is None:
        raise LookupError("the default playbook has no criterion sources_mapped")
    one = attested.group().replace("level: must", "level: should")
    # Some do not apply to the case of the stage set, so that a few more than the difference are needed.
    more = "".join(one.replace("sources_mapped", f"extra_{number}") for number in range(MORE_CRITERIA))
    return text.replace(attested.group(), attested.group() + more)


def read_often(stage: StageSet, now: datetime) -> None:
    """A reading a day of the first KPI."""
    kpi = Kpi.objects.filter(case=stage.case).earliest("pk")
    KpiReading.objects.bulk_create(
        KpiReading(
            kpi=kpi,
            observed_from=now - timedelta(days=READINGS + 1 - day),
            observed_to=now - timedelta(days=READINGS - day),
            value=Decimal(80),
            sample_size=100,
            recorded_at=now - timedelta(days=READINGS - day),
        )
        for day in range(READINGS)
    )
