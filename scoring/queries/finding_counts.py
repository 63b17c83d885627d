"""Findings and swamp signals of many cases: how many, and which cases."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from portfolio.models import UseCase, UseCaseQuerySet
from scoring.enums import FindingState, SwampKind
from scoring.models import Finding, SwampSignal
from scoring.queries.playbooks import current_playbook
from scoring.queries.readiness import in_reader_language
from scoring.rules.detectors.shapes import STAGE_UNKNOWN, UNGATED
from scoring.rules.vocabulary import DETECTORS


@dataclass(frozen=True)
class DetectorCounts:
    """On how many cases a detector fires, is clear, and can not tell; texts in the reader's language."""

    key: str
    title: str
    how: str
    fired: int
    clear: int
    cannot_tell: int

    @property
    def total(self) -> int:
        """The cases it looked at."""
        return self.fired + self.clear + self.cannot_tell


def state_counts(findings: QuerySet[Finding]) -> dict[str, dict[str, int]]:
    """How many findings are in which state, by detector; one query."""
    found = {key: dict.fromkeys(FindingState.values, 0) for key in DETECTORS}
    rows = findings.order_by().values_list("detector", "state").annotate(number=Count("pk"))
    for detector, state, number in rows:
        if detector in found:
            found[detector][state] = number
    return found


def signal_counts(signals: QuerySet[SwampSignal]) -> dict[str, int]:
    """How many cases show each swamp signal, and `cases`: how many show any; two queries."""
    found = {"cases": signals.order_by().aggregate(number=Count("case", distinct=True))["number"]}
    rows = signals.order_by().values_list("kind").annotate(number=Count("pk"))
    return {**found, **dict.fromkeys(SwampKind.values, 0), **dict(rows)}


def standing_signals(*, as_of: datetime | None = None) -> QuerySet[SwampSignal]:
    """The signals that stand now, or that were seen standing then."""
    if as_of is None:
        return SwampSignal.objects.filter(ended_at__isnull=True)
    return SwampSignal.objects.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=as_of), first_seen_at__lte=as_of)


def in_swamp(kinds: Collection[str] = SwampKind.values) -> Exists:
    """Cases that show one of the swamp signals, for filters."""
    return Exists(standing_signals().filter(case=OuterRef("pk"), kind__in=kinds))


def has_finding(detectors: Collection[str], states: Collection[str]) -> Exists:
    """Cases that one of the detectors finds in one of the states, for filters."""
    return Exists(Finding.objects.filter(case=OuterRef("pk"), detector__in=detectors, state__in=states))


def detectors_counted(cases: UseCaseQuerySet) -> Sequence[DetectorCounts]:
    """Each detector over the (visible, filtered) cases, in the order of the playbook; one query beside the playbook."""
    counts = state_counts(Finding.objects.filter(case__in=ids_of(cases)))
    return [
        DetectorCounts(
            key=entry.key,
            title=in_reader_language(entry.title),
            how=in_reader_language(entry.how),
            fired=counts[entry.key][FindingState.FIRED],
            clear=counts[entry.key][FindingState.CLEAR],
            cannot_tell=counts[entry.key][FindingState.CANNOT_TELL],
        )
        for entry in current_playbook().findings.detectors
    ]


def not_judged(cases: UseCaseQuerySet) -> int:
    """How many of the cases nothing is said about: imported and never taken on, or of unknown stage; one query."""
    # Every detector says so alike, as its one signal.
    said = Finding.objects.filter(detector=DETECTORS[0], signals__0__code__in=[UNGATED, STAGE_UNKNOWN])
    return said.filter(case__in=ids_of(cases)).count()


def swamp_list(cases: UseCaseQuerySet, *, limit: int) -> Sequence[tuple[UseCase, Sequence[SwampSignal]]]:
    """The cases that linger, those with most signals first, with their signals; two queries."""
    lingering = (
        UseCase.objects.filter(pk__in=ids_of(cases), swamp_signals__in=standing_signals())
        .annotate(signs=Count("swamp_signals"))
        .order_by("-signs", "number")
        .with_people_and_places()
    )
    shown = list(lingering[:limit])
    signals = _signals_by_case([case.pk for case in shown])
    return [(case, signals.get(case.pk, ())) for case in shown]


def _signals_by_case(case_ids: Sequence[int]) -> Mapping[int, Sequence[SwampSignal]]:
    found: dict[int, list[SwampSignal]] = {}
    for signal in standing_signals().filter(case__in=case_ids).order_by("first_seen_at", "pk"):
        found.setdefault(signal.case_id, []).append(signal)
    return found


def ids_of(cases: UseCaseQuerySet) -> QuerySet[UseCase, int]:
    """The keys of the cases as a subquery."""
    return cases.order_by().values_list("pk", flat=True)
