"""Readings, one or many: repeated under the same external id they change nothing; a wrong one is superseded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from pocgate.identity.models import User
from pocgate.kernel.errors import Blocker, FieldProblem, Forbidden, NotAllowedNow
from pocgate.ledger.commands import Act, record_many
from portfolio.commands.kpis.thresholds import mark_late_thresholds
from portfolio.commands.opening import case_to_measure, invalid_when, note_change, plain, refuse_when
from portfolio.commands.recompute import request_recompute
from portfolio.commands.rows import (
    RowOutcome,
    RowResult,
    refused,
    repeated_id_problem,
    reused_id_problem,
    size_problems,
)
from portfolio.enums import Section
from portfolio.models import Kpi, KpiDefinition, KpiReading, UseCase
from portfolio.rules.kpis import Reading, reading_problems, unit_problems
from portfolio.rules.numbers import measure

AGREEMENT_PLACES = Decimal("0.0001")
CONTENT = tuple(field.name for field in fields(Reading) if field.name != "external_id")


@dataclass(frozen=True)
class ReadingRow:
    """A row of a batch: the case's number, the KPI's key, the reading."""

    case_number: int
    kpi_key: str
    reading: Reading
    unit: str = ""


def record_reading(
    *, kpi_id: int, reading: Reading, actor: User, now: datetime, unit: str = ""
) -> tuple[KpiReading, bool]:
    """Append a reading; True when it is new. Values are kept with six decimals, rounded half to even.

    `unit` is what the sender says the values are in; empty for that of the KPI.
    """
    invalid_when(reading_problems(reading, now=now))
    with transaction.atomic():
        kpi = Kpi.objects.get(pk=kpi_id)
        case = case_to_measure(kpi.case_id, act="record_reading", actor=actor, now=now)
        invalid_when(_unit_problems(kpi, unit))
        stored = _stored(reading)
        known = _known(kpi, reading.external_id)
        if known is not None:
            invalid_when([] if _same(known, stored) else [reused_id_problem(reading.external_id)])
            return known, False
        refuse_when(_retired(kpi))
        row = KpiReading.objects.create(**_row(kpi, case, stored, actor, now))
        act = Act("kpi.reading_recorded", "kpi", kpi.pk, case.pk, {}, {"reading": row.pk, **_as_json(stored)})
        note_change(case, act, actor=actor, now=now)
        mark_late_thresholds(case, [row], actor=actor, now=now)
    return row, True


def correct_reading(
    *, reading_id: int, reading: Reading, reason: str, actor: User, now: datetime, unit: str = ""
) -> KpiReading:
    """Put another reading in the place of a wrong one, which stays and refers to it."""
    problems = reading_problems(reading, now=now)
    if not reason.strip():
        problems.append(FieldProblem("reason", "required", "Say what was wrong."))
    invalid_when(problems)
    with transaction.atomic():
        old = KpiReading.objects.select_related("kpi").get(pk=reading_id)
        case = case_to_measure(old.kpi.case_id, act="record_reading", actor=actor, now=now)
        old = KpiReading.objects.select_for_update(of=("self",)).select_related("kpi").get(pk=reading_id)
        refuse_when([] if old.superseded_by_id is None else [_corrected_already()])
        invalid_when(_unit_problems(old.kpi, unit))
        stored = _stored(reading)
        if _known(old.kpi, reading.external_id) is not None:
            invalid_when([reused_id_problem(reading.external_id)])
        row = KpiReading.objects.create(**{**_row(old.kpi, case, stored, actor, now), "iteration": old.iteration})
        KpiReading.objects.filter(pk=old.pk).update(superseded_by=row)
        before = {name: plain(getattr(old, name)) for name in CONTENT if getattr(old, name) != getattr(row, name)}
        after = {name: plain(getattr(row, name)) for name in before}
        named = {"reading": row.pk, "corrects": old.pk, "reason": reason.strip()[:2000]}
        act = Act("kpi.reading_corrected", "kpi", old.kpi_id, case.pk, before, {**after, **named})
        note_change(case, act, actor=actor, now=now)
        mark_late_thresholds(case, [row], actor=actor, now=now)
    return row


def record_readings(*, rows: Sequence[ReadingRow], actor: User, now: datetime) -> list[RowResult]:
    """Append up to 10,000 readings of any cases: those that can be are recorded, the others say why not.

    Results come in the order of the rows. Unknown and invisible cases look the same.
    """
    invalid_when(size_problems(len(rows)))
    with transaction.atomic():
        batch = _Batch(rows, actor, now)
        results = [batch.judge(row) for row in rows]
        return batch.write(results)


class _Batch:
    """The rows of one batch with everything they refer to, read with a bounded number of queries per case."""

    def __init__(self, rows: Sequence[ReadingRow], actor: User, now: datetime) -> None:
        self.actor, self.now = actor, now
        numbers = {row.case_number for row in rows}
        visible = UseCase.objects.visible_to(actor, now=now).filter(number__in=numbers)
        self.cases: dict[int, UseCase] = {}
        self.refusals: dict[int, FieldProblem] = {}
        for pk, number in visible.order_by("pk").values_list("pk", "number"):
            self._open(pk, number)
        kpis = Kpi.objects.filter(case__in=[case.pk for case in self.cases.values()])
        self.kpis = {(kpi.case_id, kpi.key): kpi for kpi in kpis}
        defined = KpiDefinition.objects.filter(kpi__in=kpis, valid_until__isnull=True)
        self.units = dict(defined.values_list("kpi_id", "unit"))
        ids = {row.reading.external_id for row in rows if row.reading.external_id}
        self.known = {
            (reading.kpi_id, reading.external_id): reading for reading in _readings_of(self.kpis.values(), ids)
        }
        self.fresh: dict[tuple[int, str | None], KpiReading] = {}
        self.to_write: list[KpiReading] = []

    def _open(self, pk: int, number: int) -> None:
        try:
            self.cases[number] = case_to_measure(pk, act="record_reading", actor=self.actor, now=self.now)
        except Forbidden as error:
            self.refusals[number] = FieldProblem("case", error.blocker.code, error.blocker.message)
        except NotAllowedNow as error:
            self.refusals[number] = FieldProblem("case", error.blockers[0].code, error.blockers[0].message)

    def judge(self, row: ReadingRow) -> RowResult | KpiReading:
        """The row's refusal or earlier record, or the record to write."""
        if row.case_number not in self.cases:
            unknown = FieldProblem("case", "unknown_case", "There is no such case.")
            return refused(self.refusals.get(row.case_number, unknown))
        case = self.cases[row.case_number]
        kpi = self.kpis.get((case.pk, row.kpi_key))
        if kpi is None:
            return refused(FieldProblem("kpi", "unknown_kpi", "The case has no KPI “{key}”.", {"key": row.kpi_key}))
        problems = reading_problems(row.reading, now=self.now)
        problems += unit_problems(row.unit, self.units.get(kpi.pk, ""))
        return refused(*problems) if problems else self._judge_content(case, kpi, _stored(row.reading))

    def _judge_content(self, case: UseCase, kpi: Kpi, stored: Reading) -> RowResult | KpiReading:
        key = (kpi.pk, stored.external_id)
        known = self.known.get(key) if stored.external_id else None
        if known is not None:
            same = RowResult(RowOutcome.UNCHANGED, known.pk)
            return same if _same(known, stored) else refused(reused_id_problem(stored.external_id))
        earlier = self.fresh.get(key) if stored.external_id else None
        if earlier is not None:
            return earlier if _same(earlier, stored) else refused(repeated_id_problem(stored.external_id))
        retired = _retired(kpi)
        if retired:
            return refused(FieldProblem("kpi", retired[0].code, retired[0].message))
        self.fresh[key] = KpiReading(**_row(kpi, case, stored, self.actor, self.now))
        self.to_write.append(self.fresh[key])
        return self.fresh[key]

    def write(self, judged: Sequence[RowResult | KpiReading]) -> list[RowResult]:
        """Write what is new, one activity per KPI, and answer for every row."""
        KpiReading.objects.bulk_create(self.to_write, batch_size=500)
        by_kpi: dict[tuple[int, int], list[KpiReading]] = {}
        for reading in self.to_write:
            by_kpi.setdefault((reading.kpi.case_id, reading.kpi_id), []).append(reading)
        acts = [
            Act("kpi.readings_recorded", "kpi", kpi_id, case_id, {}, {"count": len(made), "first": made[0].pk})
            for (case_id, kpi_id), made in by_kpi.items()
        ]
        record_many(acts, actor=self.actor, now=self.now)
        changed = sorted({case_id for case_id, _kpi_id in by_kpi})
        UseCase.objects.filter(pk__in=changed).update(updated_at=self.now)
        for case_id in changed:
            request_recompute(case_id, Section.KPIS)
        self._mark_late_thresholds()
        answered: set[int] = set()
        return [self._answer(each, answered) for each in judged]

    def _mark_late_thresholds(self) -> None:
        by_case: dict[int, list[KpiReading]] = {}
        for reading in self.to_write:
            by_case.setdefault(reading.kpi.case_id, []).append(reading)
        for case in self.cases.values():
            if case.pk in by_case:
                mark_late_thresholds(case, by_case[case.pk], actor=self.actor, now=self.now)

    @staticmethod
    def _answer(each: RowResult | KpiReading, answered: set[int]) -> RowResult:
        if isinstance(each, RowResult):
            return each
        outcome = RowOutcome.UNCHANGED if each.pk in answered else RowOutcome.CREATED
        answered.add(each.pk)
        return RowResult(outcome, each.pk)


def _readings_of(kpis: Iterable[Kpi], ids: set[str]) -> list[KpiReading]:
    """Readings under these external ids, asked for in parts: SQLite takes a limited number of parameters."""
    wanted, found = sorted(ids), list[KpiReading]()
    pks = [kpi.pk for kpi in kpis]
    for start in range(0, len(wanted), 500):
        found += KpiReading.objects.filter(kpi__in=pks, external_id__in=wanted[start : start + 500])
    return found


def _known(kpi: Kpi, external_id: str | None) -> KpiReading | None:
    if not external_id:
        return None
    return KpiReading.objects.filter(kpi=kpi, external_id=external_id).first()


def _stored(reading: Reading) -> Reading:
    return replace(
        reading,
        value=measure(reading.value),
        error=None if reading.error is None else measure(reading.error),
        agreement=None if reading.agreement is None else reading.agreement.quantize(AGREEMENT_PLACES),
        external_id=reading.external_id or None,
    )


def _same(row: KpiReading, reading: Reading) -> bool:
    return all(getattr(row, name) == getattr(reading, name) for name in CONTENT)


def _row(kpi: Kpi, case: UseCase, reading: Reading, actor: User, now: datetime) -> dict[str, object]:
    return {**asdict(reading), "kpi": kpi, "iteration": case.iteration, "recorded_at": now, "recorded_by": actor}


def _as_json(reading: Reading) -> dict[str, object]:
    return {name: plain(value) for name, value in asdict(reading).items() if value not in (None, "")}


def _unit_problems(kpi: Kpi, unit: str) -> list[FieldProblem]:
    if not unit.strip():
        return []
    return unit_problems(unit, KpiDefinition.objects.get(kpi=kpi, valid_until__isnull=True).unit)


def _retired(kpi: Kpi) -> list[Blocker]:
    return [] if kpi.retired_at is None else [Blocker("kpi_retired", "This KPI is retired.")]


def _corrected_already() -> Blocker:
    return Blocker("corrected_already", "This reading was corrected already; correct the newer one.")
