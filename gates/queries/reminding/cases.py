"""Duties of a case on its way: its time-box, its planned gate, its pause, its approval, and signs that it lingers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from gates.enums import StandingState
from gates.models import GateStanding
from gates.queries.duty import Duty
from gates.queries.reminding.chairs import Chairs
from gates.queries.reminding.source import (
    UNDER_WAY,
    Source,
    Subject,
    Words,
    columns,
    day_of,
    owner_id,
    owner_if_any,
    plain,
    with_owner,
)
from pocgate.inbox.enums import NotificationKind
from portfolio.enums import Stage, Status
from portfolio.models import Hold, StageSpell, UseCase
from scoring.models import SwampSignal
from scoring.queries.finding_words import swamp_text

Found = Any
# In review a case has its review instead.
BEFORE_REVIEW = (Status.ACTIVE, Status.PAUSED)


def _reason() -> str:
    return _("You get this because you own this case.")


def _time_boxes(now: datetime, until: date) -> Found:
    running = StageSpell.objects.filter(
        exit_reason="",
        clock_stopped_at__isnull=True,
        case__status=Status.ACTIVE,
        # For the index: as far as any zone is from UTC. The day itself is compared afterwards.
        time_box_ends_at__lt=now + timedelta(days=(until - now.date()).days + 2),
    )
    return columns(
        with_owner(running, case="case"),
        case="case",
        deadline=day_of("time_box_ends_at"),
        since=day_of(Coalesce("entered_at", "case__created_at")),
        gate=F("stage"),
        person_id=owner_id(),
    )


def _time_box_words() -> Words:
    what = _("request gate %(gate)s for %(case)s %(title)s before its time-box ends")
    return Words(what, _reason(), "gates:case_reviews")


def _planned_gates(_now: datetime, until: date) -> Found:
    """A date planned before the present stage was entered was that of an earlier gate.

    In production, the operating review comes round by itself: its day counts, not the one somebody planned.
    """
    stay = FilteredRelation("spells", condition=Q(spells__exit_reason=""))
    cases = UseCase.objects.filter(status=Status.ACTIVE, stage__isnull=False, target_gate_date__lte=until)
    comes_round = GateStanding.objects.filter(case=OuterRef("pk"), next_review__isnull=False)
    cases = cases.exclude(Q(Exists(comes_round), stage=Stage.PRODUCTION))
    entered = day_of(Coalesce("stay__entered_at", "created_at"))
    return columns(
        with_owner(cases.alias(stay=stay).filter(target_gate_date__gte=entered), case=""),
        case="",
        deadline=F("target_gate_date"),
        since=entered,
        person_id=owner_id(),
    )


def _planned_gate_words() -> Words:
    what = _("request gate %(gate)s for %(case)s %(title)s, as it was planned")
    return Words(what, _reason(), "gates:case_reviews")


def _holds(_now: datetime, until: date) -> Found:
    running = Hold.objects.filter(ended_at__isnull=True, revive_date__lte=until, case__status=Status.PAUSED)
    return columns(
        with_owner(running, case="case"),
        case="case",
        deadline=F("revive_date"),
        since=day_of("started_at"),
        person_id=owner_id(),
    )


def _hold_words() -> Words:
    what = _("take up %(case)s %(title)s again: its pause ends and a review opens")
    return Words(what, _reason(), "gates:case_reviews", "#proposals")


def _lapsed(_now: datetime, until: date) -> Found:
    rows = GateStanding.objects.filter(
        state=StandingState.LAPSED, review_due__lte=until, case__status__in=BEFORE_REVIEW
    )
    return columns(
        owner_if_any(rows, case="case"),
        case="case",
        deadline=F("review_due"),
        since=day_of("since"),
        person_id=owner_id(),
    )


def _lapsed_words() -> Words:
    what = _("mend or review the lapsed approval of %(case)s %(title)s")
    return Words(what, _reason(), "gates:case_reviews", "#proposals")


def _coming(_now: datetime, until: date) -> Found:
    rows = GateStanding.objects.filter(
        next_review__lte=until, case__stage=Stage.PRODUCTION, case__status__in=BEFORE_REVIEW
    )
    return columns(
        owner_if_any(rows, case="case").filter(Q(decision__isnull=False) | Q(holder__user__is_active=True)),
        case="case",
        deadline=F("next_review"),
        since=day_of("since"),
        person_id=owner_id(),
    )


def _coming_words() -> Words:
    what = _("request gate %(gate)s for %(case)s %(title)s, whose operating review comes round")
    return Words(what, _reason(), "gates:case_reviews", "#proposals")


def _signals(_now: datetime, _until: date) -> Found:
    rows = SwampSignal.objects.filter(ended_at__isnull=True, case__status__in=UNDER_WAY)
    return columns(
        with_owner(rows, case="case"),
        case="case",
        deadline=day_of("first_seen_at"),
        since=day_of("first_seen_at"),
        person_id=owner_id(),
    )


def _signal_words() -> Words:
    return Words(_("%(case)s %(title)s lingers. %(text)s"), _reason(), "scoring:findings")


def _of_signals(found: Sequence[Subject], chairs: Chairs) -> Iterator[Duty]:
    kind, subject_type = NotificationKind.SWAMP_SIGNAL, "swamp_signal"
    rows = SwampSignal.objects.in_bulk([one.pk for one in found])
    worded = [
        one._replace(text=swamp_text(rows[one.pk].kind, rows[one.pk].since, rows[one.pk].params))
        for one in found
        if one.pk in rows
    ]
    yield from plain(kind, subject_type, _signal_words, is_state=True)(worded, chairs)


def _source(
    kind: str, subject_type: str, subjects: Any, words: Any, *, to_heads: bool = False, tells_first_day: bool = False
) -> Source:
    duties = plain(kind, subject_type, words, to_heads=to_heads)
    return Source(kind, subject_type, subjects, duties, tells_first_day, words=None if to_heads else words)


OF_CASES = (
    _source(NotificationKind.TIME_BOX_ENDING, "stage_spell", _time_boxes, _time_box_words, tells_first_day=True),
    _source(NotificationKind.GATE_DATE, "use_case", _planned_gates, _planned_gate_words),
    _source(NotificationKind.HOLD_ENDING, "hold", _holds, _hold_words, to_heads=True),
    _source(NotificationKind.STANDING_LAPSED, "standing", _lapsed, _lapsed_words, to_heads=True),
    _source(NotificationKind.REVIEW_PROPOSED, "standing", _coming, _coming_words, tells_first_day=True),
    Source(NotificationKind.SWAMP_SIGNAL, "swamp_signal", _signals, _of_signals, tells_first_day=True, is_state=True),
)
