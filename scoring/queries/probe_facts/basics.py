"""The case itself, the facts that switch criteria, team, scope and business case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, FilteredRelation, Q
from django.utils import timezone

from portfolio.enums import ScopeKind
from portfolio.models import BusinessCase, CaseFact, ScopeItem, TeamMember, UseCase
from scoring.queries.probe_facts.periods import in_force, known_by
from scoring.rules import probes
from scoring.rules.facts import CaseFacts
from scoring.rules.reasons import Record
from scoring.rules.vocabulary import FACT_VALUES


@dataclass(frozen=True)
class CaseRow:
    """A case and its open spell. `version` is the version requested when the row was read."""

    case: UseCase
    version: int
    entered_at: datetime | None
    time_box_ends_at: datetime | None

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


def case_rows(case_ids: Iterable[int]) -> list[CaseRow]:
    """The cases that exist, in pk order."""
    found = (
        UseCase.objects.filter(pk__in=list(case_ids))
        .alias(spell=FilteredRelation("spells", condition=Q(spells__exit_reason="")))
        .annotate(spell_from=F("spell__entered_at"), spell_until=F("spell__time_box_ends_at"))
        .order_by("pk")
    )
    return [
        CaseRow(case, case.requested_version, vars(case)["spell_from"], vars(case)["spell_until"]) for case in found
    ]


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
