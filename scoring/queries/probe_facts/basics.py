"""The case itself, the facts that switch criteria, team, scope and business case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, FilteredRelation, JSONField, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from pocgate.kernel.db import json_list, sql_time
from portfolio.enums import ScopeKind
from portfolio.models import BusinessCase, CaseFact, ScopeItem, TeamMember, UseCase
from scoring.models import ReadinessScore
from scoring.queries.playbooks import playbook_in_force
from scoring.queries.probe_facts.periods import in_force, known_by
from scoring.rules import probes
from scoring.rules.facts import CaseFacts
from scoring.rules.reasons import Record
from scoring.rules.vocabulary import FACT_VALUES


@dataclass(frozen=True)
class LiveWaiver:
    """A waiver granted in the present iteration that nothing ended; the rules see when its time is over."""

    record: Record
    criterion: str
    until: datetime


@dataclass(frozen=True)
class CaseRow:
    """A case, its score and its open spell. `version` is the version requested when the row was read.

    `playbook` is key and digest of the playbook in force at that moment, `waivers` those that stood at it.
    """

    case: UseCase
    version: int
    entered_at: datetime | None
    time_box_ends_at: datetime | None
    playbook: tuple[int, str] | None = None
    waivers: tuple[LiveWaiver, ...] = ()

    @property
    def score(self) -> ReadinessScore | None:
        """The readiness that was computed last."""
        # Joined to the row, so that it costs no query; the attribute is missing where there is none.
        return getattr(self.case, "readiness", None)

    def is_due(self, now: datetime) -> bool:
        """Whether a record changed since the last computation, or the moment passed at which time changes something."""
        due_at = self.case.readiness_due_at
        return self.case.computed_version < self.version or (due_at is not None and due_at <= now)

    @property
    def horizon(self) -> date | None:
        """The target gate date, else the day on which the time-box ends."""
        if self.case.target_gate_date is not None:
            return self.case.target_gate_date
        return timezone.localtime(self.time_box_ends_at).date() if self.time_box_ends_at else None

    @property
    def text(self) -> probes.CaseText:
        """The describing texts."""
        case = self.case
        record = Record("use_case", case.pk, case.reference)
        return probes.CaseText(record, case.problem_statement, case.affected_process, case.affected_users)


def case_rows(case_ids: Iterable[int], *, now: datetime) -> list[CaseRow]:
    """The cases that exist, in pk order, with the spell of that moment."""
    began = Q(spells__entered_at__lte=now) | Q(spells__entered_at__isnull=True, spells__exit_reason="")
    lasts = Q(spells__left_at__isnull=True, spells__exit_reason="") | Q(spells__left_at__gt=now)
    found = (
        UseCase.objects.filter(pk__in=list(case_ids))
        .select_related("readiness")
        .alias(spell=FilteredRelation("spells", condition=began & lasts))
        .annotate(spell_from=F("spell__entered_at"), spell_until=F("spell__time_box_ends_at"), **playbook_in_force())
        .annotate(waivers_json=_waivers_at(now))
        .order_by("pk")
    )
    return [_case_row(case) for case in found]


def _case_row(case: UseCase) -> CaseRow:
    # The annotations of `case_rows`.
    of = vars(case)
    playbook = (of["playbook_pk"], of["playbook_digest"]) if of["playbook_pk"] is not None else None
    waivers = tuple(_live_waiver(row) for row in sorted(of["waivers_json"] or (), key=lambda row: int(row["id"])))
    return CaseRow(case, case.requested_version, of["spell_from"], of["spell_until"], playbook, waivers)


def _waivers_at(now: datetime) -> RawSQL:
    """The waivers that stand at `now` as a JSON list, read with the case, so that they cost no query of their own."""
    rows = json_list({"id": "w.id", "criterion": "w.criterion", "expires_on": "w.expires_on"})
    where = (
        "w.case_id = portfolio_usecase.id AND w.iteration = portfolio_usecase.iteration"
        " AND w.granted_at <= %s AND (w.ended_at IS NULL OR w.ended_at > %s)"
    )
    sql = f"(SELECT {rows} FROM scoring_waiver w WHERE {where})"  # noqa: S608 - names of our own tables alone
    return RawSQL(sql, [sql_time(now), sql_time(now)], output_field=JSONField())  # noqa: S611 - the same


def _live_waiver(row: dict[str, Any]) -> LiveWaiver:
    expires_on = date.fromisoformat(row["expires_on"])
    record = Record("waiver", int(row["id"]), f"{row['criterion']}, {expires_on.isoformat()}")
    return LiveWaiver(record, row["criterion"], end_of_day(expires_on))


def facts_of(case_ids: Sequence[int], *, now: datetime) -> dict[int, CaseFacts]:
    """The facts in force. A word that the rules do not know counts as not known."""
    rows = CaseFact.objects.filter(
        in_force(now, start="valid_from", end="valid_until"), case__in=case_ids, key__in=FACT_VALUES
    ).values_list("case_id", "key", "value")
    words: dict[int, dict[str, str]] = {case_id: {} for case_id in case_ids}
    for case_id, key, value in rows:
        if value in FACT_VALUES[key]:
            words[case_id][key] = value
    return {case_id: CaseFacts(**known) for case_id, known in words.items()}


def team_of(case_ids: Sequence[int], *, now: datetime) -> list[tuple[int, probes.TeamMember]]:
    """Memberships that last at `now`, with the case."""
    rows = (
        TeamMember.objects.filter(in_force(now, start="started_at", end="ended_at"), case__in=case_ids)
        .select_related("user")
        .order_by("pk")
    )
    return [
        (
            row.case_id,
            probes.TeamMember(
                record=Record("team_member", row.pk, str(row.user)),
                role=row.role,
                confirmed_at=known_by(row.confirmed_at, now),
                until=row.ended_at,
                user_active=row.user.is_active,
            ),
        )
        for row in rows
    ]


def scope_of(case_ids: Sequence[int], *, now: datetime) -> list[tuple[int, probes.ScopeItem]]:
    """Scope items in force, with the case. The thin slice lies inside the scope."""
    rows = (
        ScopeItem.objects.filter(in_force(now, start="added_at", end="removed_at"), case__in=case_ids)
        .order_by("pk")
        .values_list("case_id", "pk", "kind", "text")
    )
    return [
        (
            case_id,
            probes.ScopeItem(
                Record("scope_item", pk, text), inside=kind != ScopeKind.OUT, thin_slice=kind == ScopeKind.THIN_SLICE
            ),
        )
        for case_id, pk, kind, text in rows
    ]


def business_cases_of(case_ids: Sequence[int], *, now: datetime) -> dict[int, probes.BusinessCase]:
    """The business case in force."""
    rows = BusinessCase.objects.filter(in_force(now, start="valid_from", end="valid_until"), case__in=case_ids)
    return {
        row.case_id: probes.BusinessCase(
            record=Record("business_case", row.pk, str(row)),
            recorded_at=row.valid_from,
            benefit_low=row.benefit_low,
            benefit_likely=row.benefit_likely,
            benefit_high=row.benefit_high,
            cost_at_scale=row.cost_at_scale,
            budget_line=row.budget_line,
        )
        for row in rows.order_by("pk")
    }


def end_of_day(day: date) -> datetime:
    """The first moment after the day, in the time zone of the installation."""
    return timezone.make_aware(
        datetime.combine(day + timedelta(days=1), datetime.min.time()), timezone.get_default_timezone()
    )
