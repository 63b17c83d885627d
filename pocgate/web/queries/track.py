"""The gate track of cases: four stages joined through gates, with time-box, readiness and outcomes.

A fixed number of queries for any number of cases.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from gates.models import Decision
from portfolio.enums import Origin, Stage, Status
from portfolio.models import StageSpell, UseCase
from portfolio.rules.time_box import Box, Level, TimeBoxUse, time_box_use
from scoring.models import ReadinessScore
from scoring.queries.playbooks import current_playbook

NO_TIME_BOX = TimeBoxUse(None, None, None, Level.NONE)
PASSING = frozenset({"go", "conditional_go"})
SHORT_NAMES = (_("Discovery"), _("Prototype"), _("Pilot"), _("Production"))


@dataclass(frozen=True)
class StageNode:
    """A stage on the track; `state`: done, current, ahead or ended (the case stopped here)."""

    stage: int
    state: str

    @property
    def short(self) -> str:
        """The stage's name in one word, for narrow places."""
        return str(SHORT_NAMES[self.stage])


@dataclass(frozen=True)
class GateNode:
    """A gate on the track.

    `state`: passed (decided here), elsewhere (passed before the case came in), next, review (being decided) or
    ahead. `outcome` is the latest decision of the present iteration, blank when there is none.
    """

    gate: int
    state: str
    outcome: str = ""
    decision: str = ""


@dataclass(frozen=True)
class GateTrack:
    """What the drawing shows of one case. `readiness` and `bar` are whole points of 100, None when not computed."""

    reference: str
    title: str
    status: str
    stage: int | None
    nodes: tuple[StageNode, ...]
    gates: tuple[GateNode, ...]
    box: TimeBoxUse
    readiness: int | None
    bar: int
    musts_open: int | None

    @property
    def reaches_bar(self) -> bool:
        """Readiness is known and at the bar of the next gate."""
        return self.readiness is not None and self.readiness >= self.bar

    @property
    def last_outcome(self) -> GateNode | None:
        """The gate furthest along that decided something here."""
        return next((gate for gate in reversed(self.gates) if gate.outcome), None)


def track_of(case: UseCase, *, now: datetime) -> GateTrack:
    """The track of one case."""
    return tracks_of([case], now=now)[case.pk]


def tracks_of(cases: Iterable[UseCase], *, now: datetime) -> dict[int, GateTrack]:
    """The tracks of many cases by their ids, in four queries."""
    wanted = list(cases)
    ids = [case.pk for case in wanted]
    spells = {spell.case_id: spell for spell in StageSpell.objects.filter(case__in=ids, exit_reason="")}
    scores = {score.case_id: score for score in ReadinessScore.objects.filter(case__in=ids)}
    decisions = _decisions_of(ids)
    bars = gate_bars()
    return {
        case.pk: _track(
            case,
            box=use_of(spells.get(case.pk), now=now),
            score=scores.get(case.pk),
            decisions=decisions.get(case.pk, ()),
            bar=bars[case.stage or 0],
        )
        for case in wanted
    }


def gate_bars() -> Sequence[int]:
    """The readiness bar of gates 0–3."""
    return [policy.readiness_bar for policy in current_playbook().gates]


def use_of(spell: StageSpell | None, *, now: datetime) -> TimeBoxUse:
    """How much of the open spell's time-box is used."""
    if spell is None:
        return NO_TIME_BOX
    box = Box(
        spell.entered_at, spell.time_box_days, spell.extension_days, spell.time_box_ends_at, spell.clock_stopped_at
    )
    return time_box_use(box, now=now)


def _decisions_of(ids: list[int]) -> Mapping[int, Sequence[Decision]]:
    found = (
        Decision.objects.filter(review__case__in=ids, corrected_by__isnull=True)
        .select_related("review")
        .only("year", "number", "outcome", "review__case_id", "review__gate", "review__iteration")
        .order_by("decided_at", "pk")
    )
    by_case: dict[int, list[Decision]] = defaultdict(list)
    for decision in found:
        by_case[decision.review.case_id].append(decision)
    return by_case


def _track(
    case: UseCase, *, box: TimeBoxUse, score: ReadinessScore | None, decisions: Sequence[Decision], bar: int
) -> GateTrack:
    latest = {decision.review.gate: decision for decision in decisions}
    counts = score is not None and score.gate == case.next_gate
    return GateTrack(
        reference=case.reference,
        title=case.title,
        status=case.status,
        stage=case.stage,
        nodes=tuple(StageNode(stage, _stage_state(case, stage)) for stage in Stage.values),
        gates=tuple(_gate(case, gate, latest.get(gate)) for gate in Stage.values),
        box=box,
        readiness=round(score.overall) if score is not None and counts else None,
        bar=bar,
        musts_open=score.musts_open if score is not None and counts else None,
    )


def _stage_state(case: UseCase, stage: int) -> str:
    if case.stage is None or stage > case.stage:
        return "ahead"
    if stage < case.stage:
        return "done"
    return "ended" if case.status in (Status.STOPPED, Status.RETIRED) else "current"


def _gate(case: UseCase, gate: int, decision: Decision | None) -> GateNode:
    outcome = decision.outcome if decision else ""
    return GateNode(gate, _gate_state(case, gate, outcome), outcome, decision.reference if decision else "")


def _gate_state(case: UseCase, gate: int, outcome: str) -> str:
    stage = case.stage
    if stage is not None and gate < stage:
        if outcome in PASSING:
            return "passed"
        return "elsewhere" if case.origin == Origin.IMPORTED else "passed"
    if gate == case.next_gate:
        return "review" if case.status == Status.IN_REVIEW else "next"
    return "ahead"
