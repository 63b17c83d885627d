"""Duties about the records of a case: conditions, evidence and waivers that end, readings that did not come."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BooleanField,
    Case,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    FilteredRelation,
    Func,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Left
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import gettext as _

from gates.models import Condition
from gates.queries.reminding.source import UNDER_WAY, Source, Words, columns, day_of, owner_id, plain, with_owner
from pocgate.inbox.enums import NotificationKind
from portfolio.enums import Status
from portfolio.models import EvidenceRevision, Kpi, KpiReading, TeamMember
from scoring.enums import WaiverState
from scoring.models import AnswerEvidence, Waiver

Found = Any
MEASURED_STAGES = (1, 2, 3)
LONGEST_TEXT = 120


def _named_or_owner(case: str) -> Case:
    """Whom the row names, as long as the account is open and they did not leave the team; else the product owner."""
    part = TeamMember.objects.filter(case=OuterRef(f"{case}__pk"), user=OuterRef("owner_id"))
    left = Exists(part.filter(ended_at__isnull=False)) & ~Exists(part.filter(ended_at__isnull=True))
    return Case(When(Q(owner__is_active=True) & ~Q(left), then=F("owner_id")), default=owner_id())


def _conditions(_now: datetime, until: date) -> Found:
    case = "decision__review__case"
    rows = Condition.objects.filter(
        cleared_at__isnull=True,
        due_date__lte=until,
        decision__review__case__status__in=UNDER_WAY,
        decision__corrected_by__isnull=True,
    )
    return columns(
        with_owner(rows, case=case),
        case=case,
        deadline=F("due_date"),
        since=day_of("decision__decided_at"),
        gate=F("decision__review__gate"),
        person_id=_named_or_owner(case),
        text=Left("text", LONGEST_TEXT),
    )


def _condition_words() -> Words:
    what = _("meet the condition “%(text)s” of %(case)s %(title)s")
    reason = _("You get this because you own this condition or its case.")
    return Words(what, reason, "gates:case_reviews", "#conditions")


def _evidence(_now: datetime, until: date) -> Found:
    """What no answer rests on need not be renewed."""
    newer = EvidenceRevision.objects.filter(evidence=OuterRef("evidence"), number__gt=OuterRef("number"))
    resting = AnswerEvidence.objects.filter(revision=OuterRef("pk"), answer__superseded_at__isnull=True)
    rows = EvidenceRevision.objects.filter(
        ~Exists(newer),
        Exists(resting),
        valid_until__lte=until,
        evidence__withdrawn_at__isnull=True,
        evidence__case__status__in=UNDER_WAY,
    )
    return columns(
        with_owner(rows, case="evidence__case"),
        case="evidence__case",
        deadline=F("valid_until"),
        since=day_of("uploaded_at"),
        person_id=owner_id(),
        text=Left("evidence__title", LONGEST_TEXT),
    )


def _evidence_words() -> Words:
    what = _("renew the evidence “%(text)s” of %(case)s %(title)s, which ends")
    reason = _("You get this because you own this case.")
    return Words(what, reason, "portfolio:evidence")


def _waivers(_now: datetime, until: date) -> Found:
    """One whose renewal is asked for waits for those who grant it."""
    rows = Waiver.objects.filter(state=WaiverState.GRANTED, expires_on__lte=until, case__status__in=UNDER_WAY).exclude(
        renewed_by__state=WaiverState.REQUESTED
    )
    return columns(
        with_owner(rows, case="case"),
        case="case",
        deadline=F("expires_on"),
        since=day_of("granted_at"),
        person_id=owner_id(),
        text=F("criterion"),
    )


def _waiver_words() -> Words:
    what = _("meet what was waived (%(text)s) in %(case)s %(title)s, or ask for the waiver anew: it ends")
    reason = _("You get this because you own this case.")
    return Words(what, reason, "gates:case_reviews")


class _Holds(Func):
    """Whether a list of digits, kept as JSON, holds one."""

    output_field = BooleanField()

    def __init__(self, column: str, digit: int) -> None:
        super().__init__(F(column))
        self.digit = digit

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> tuple[str, tuple[Any, ...]]:
        """Containment, which needs no text to be made of the list."""
        sql, params = compiler.compile(self.get_source_expressions()[0])
        return f"({sql} @> %s::jsonb)", (*params, str(self.digit))

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> tuple[str, tuple[Any, ...]]:
        """The list is text there."""
        sql, params = compiler.compile(self.get_source_expressions()[0])
        return f"({sql} LIKE %s)", (*params, f"%{self.digit}%")


def _readings(_now: datetime, _until: date) -> Found:
    """KPIs that count in the present stage, by the day the next reading is due. Locked records can not be added to."""
    counts = Q()
    for stage in MEASURED_STAGES:
        counts |= Q(case__stage=stage) & Q(_Holds("gates", stage))
    rows = Kpi.objects.alias(
        definition=FilteredRelation("definitions", condition=Q(definitions__valid_until__isnull=True)),
        stay=FilteredRelation("case__spells", condition=Q(case__spells__exit_reason="")),
    ).filter(
        counts,
        retired_at__isnull=True,
        definition__isnull=False,
        case__status=Status.ACTIVE,
        case__records_locked_at__isnull=True,
    )
    return columns(
        with_owner(rows, case="case"),
        case="case",
        deadline=day_of(_next_reading()),
        since=day_of("created_at"),
        person_id=_named_or_owner("case"),
        text=Left("name", LONGEST_TEXT),
    )


def _next_reading() -> Coalesce:
    """A cadence after the latest reading of this iteration, or after it could first be measured."""
    read = KpiReading.objects.filter(
        kpi=OuterRef("pk"), iteration=OuterRef("case__iteration"), superseded_by__isnull=True
    ).order_by("-observed_to")
    begun = Coalesce(Greatest("stay__entered_at", "created_at"), "created_at")
    later = _days(F("definition__cadence_days") + F("definition__label_delay_days"))
    first = _days(F("definition__cadence_days") + F("definition__label_delay_days") + F("definition__warm_up_days"))
    return Coalesce(Subquery(read.values("observed_to")[:1]) + later, begun + first)


def _days(count: Any) -> Any:
    whole = ExpressionWrapper(count, output_field=IntegerField())
    return ExpressionWrapper(whole * timedelta(days=1), output_field=DurationField())


def _reading_words() -> Words:
    what = _("measure the KPI “%(text)s” of %(case)s %(title)s: its reading is missing")
    reason = _("You get this because you own this KPI or its case.")
    return Words(what, reason, "portfolio:kpis")


def _source(kind: str, subject_type: str, subjects: Any, words: Any, **how: bool) -> Source:
    return Source(kind, subject_type, subjects, plain(kind, subject_type, words), words=words, **how)


OF_RECORDS = (
    _source(NotificationKind.CONDITION_DUE, "condition", _conditions, _condition_words),
    _source(NotificationKind.EVIDENCE_ENDING, "evidence_revision", _evidence, _evidence_words),
    _source(NotificationKind.WAIVER_ENDING, "waiver", _waivers, _waiver_words),
    _source(NotificationKind.KPI_READING_MISSED, "kpi", _readings, _reading_words, warns=False, tells_first_day=True),
)
