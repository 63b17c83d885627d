"""The rows behind the figures of gate health: of the cases a person sees, of a period, of a committee."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import F, Min, OuterRef, QuerySet, Subquery
from django.utils import timezone

from gates.enums import ReviewState
from gates.models import Committee, Condition, Decision, DossierOpening, VoteChange
from gates.queries.evaluation import day_here
from gates.queries.reviews import decisions_visible_to
from gates.rules.health import (
    CRAMMED_HOURS,
    ConditionFact,
    DecisionFact,
    GateHealth,
    HealthFacts,
    ReadingFact,
    gate_health,
)
from pocgate.identity.models import User
from portfolio.models import EvidenceRevision, StageSpell
from scoring.rules.vocabulary import GATES


@dataclass(frozen=True)
class Period:
    """Days on which decisions were made, both included, in the installation's time zone."""

    first: date
    last: date


@dataclass(frozen=True)
class Health:
    """The figures of all gates together, and of each gate that decided in the period."""

    period: Period
    committee: Committee | None
    whole: GateHealth
    gates: tuple[GateHealth, ...]


def health_of(user: User, period: Period, *, committee: Committee | None = None, now: datetime) -> Health:
    """Gate health over the decisions that the person may see. Seven queries, however many decisions."""
    made = _decisions(user, period, committee, now=now)
    facts = HealthFacts(
        decisions=tuple(_decision_facts(made)),
        conditions=tuple(_condition_facts(made)),
        readings=tuple(_reading_facts(made)),
        today=day_here(now),
    )
    decided_at = {fact.gate for fact in facts.decisions}
    gates = tuple(gate_health(facts, gate) for gate in GATES if gate in decided_at)
    return Health(period, committee, gate_health(facts), gates)


def committees_that_decided() -> QuerySet[Committee]:
    """Committees to choose from, dissolved ones with decisions included."""
    return Committee.objects.filter(reviews__state=ReviewState.DECIDED).distinct().order_by("gate", "name", "pk")


def _decisions(user: User, period: Period, committee: Committee | None, *, now: datetime) -> list[Decision]:
    found = decisions_visible_to(user, now=now).filter(
        corrects__isnull=True, decided_at__gte=_start_of(period.first), decided_at__lt=_start_of(period.last, days=1)
    )
    if committee is not None:
        found = found.filter(review__committee=committee)
    # The spell that was open when the gate was asked for.
    stage_since = StageSpell.objects.filter(
        case=OuterRef("review__case"), entered_at__lte=OuterRef("review__requested_at")
    ).order_by("-entered_at")
    began = Subquery(stage_since.values("entered_at")[:1])
    return list(found.annotate(stage_began_at=began).order_by("pk"))


def _start_of(day: date, *, days: int = 0) -> datetime:
    return datetime.combine(day + timedelta(days=days), time(), tzinfo=timezone.get_default_timezone())


def _decision_facts(made: Sequence[Decision]) -> Iterator[DecisionFact]:
    uploads = _uploads({row.review.case_id for row in made})
    for row in made:
        requested_at = row.review.requested_at
        since = vars(row)["stage_began_at"]
        times = [at for at in uploads[row.review.case_id] if at <= requested_at and (since is None or at >= since)]
        late_from = requested_at - timedelta(hours=CRAMMED_HOURS)
        yield DecisionFact(
            gate=row.review.gate,
            outcome=row.outcome,
            is_override=row.is_override,
            musts_open=row.musts_open,
            musts_waived=row.musts_waived,
            requested_at=requested_at,
            decided_at=row.decided_at,
            decide_by=row.review.decide_by,
            decided_on=day_here(row.decided_at),
            uploads=len(times),
            uploads_late=sum(at >= late_from for at in times),
        )


def _uploads(case_ids: Collection[int]) -> Mapping[int, list[datetime]]:
    found: dict[int, list[datetime]] = defaultdict(list)
    rows = EvidenceRevision.objects.filter(evidence__case__in=case_ids)
    for case_id, at in rows.values_list("evidence__case", "uploaded_at"):
        found[case_id].append(at)
    return found


def _condition_facts(made: Sequence[Decision]) -> Iterator[ConditionFact]:
    """Those that stand: a correction states them anew."""
    reviews = [row.review_id for row in made]
    rows = Condition.objects.filter(decision__review__in=reviews, decision__corrected_by__isnull=True)
    for gate, due, cleared_at in rows.values_list("decision__review__gate", "due_date", "cleared_at"):
        yield ConditionFact(gate, due, day_here(cleared_at) if cleared_at else None)


def _reading_facts(made: Sequence[Decision]) -> Iterator[ReadingFact]:
    """The first vote of each person on each revision, beside when they first opened it."""
    reviews = [row.review_id for row in made]
    opened = {
        (dossier_id, user_id): at
        for dossier_id, user_id, at in DossierOpening.objects.filter(dossier__review__in=reviews).values_list(
            "dossier", "user", "opened_at"
        )
    }
    firsts = (
        VoteChange.objects.filter(review__in=reviews)
        .values("dossier", "cast_by", gate=F("review__gate"))
        .annotate(first=Min("cast_at"))
        .order_by("dossier", "cast_by")
    )
    for row in firsts:
        yield ReadingFact(row["gate"], opened.get((row["dossier"], row["cast_by"])), row["first"])
