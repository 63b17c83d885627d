"""Cost entries, one or many: repeated under the same external id they change nothing; a wrong one is superseded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localdate

from pocgate.identity.models import User
from pocgate.kernel.errors import Blocker, FieldProblem, Forbidden, NotAllowedNow
from pocgate.ledger.commands import Act, record_many
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
from portfolio.enums import CostLine, Section
from portfolio.models import CostEntry, UseCase
from portfolio.rules.money import Cost, cost_problems

CENT, RATE_PLACES = Decimal("0.01"), Decimal("0.00000001")
CONTENT = ("line", "amount", "state", "recurrence", "period_start", "period_end", "note", "source")
BILL = ("billed_currency", "billed_amount", "exchange_rate", "exchange_date")


@dataclass(frozen=True)
class CostRow:
    """A row of a batch: the case's number, the cost, and the currency it is in, which must be the case's."""

    case_number: int
    cost: Cost
    currency: str | None = None


def record_cost(*, case_id: int, cost: Cost, actor: User, now: datetime) -> tuple[CostEntry, bool]:
    """Book a cost to the case's present stage and iteration, in its currency; True when it is new."""
    with transaction.atomic():
        case = case_to_measure(case_id, act="record_cost", actor=actor, now=now)
        invalid_when(_problems(case, cost, now))
        entry = _entry(case, cost, actor, now)
        known = _known(case, cost.external_id)
        if known is not None:
            invalid_when([] if _same(known, entry) else [reused_id_problem(cost.external_id)])
            return known, False
        entry.save(force_insert=True)
        act = Act("cost.recorded", "cost_entry", entry.pk, case.pk, {}, _as_json(entry))
        note_change(case, act, actor=actor, now=now)
    return entry, True


def correct_cost(*, entry_id: int, cost: Cost, reason: str, actor: User, now: datetime) -> CostEntry:
    """Put another entry in the place of a wrong one, which stays and refers to it. It keeps stage and iteration."""
    with transaction.atomic():
        found = CostEntry.objects.get(pk=entry_id)
        case = case_to_measure(found.case_id, act="record_cost", actor=actor, now=now)
        old = CostEntry.objects.select_for_update().get(pk=entry_id)
        problems = _problems(case, cost, now)
        if not reason.strip():
            problems.append(FieldProblem("reason", "required", "Say what was wrong."))
        if _known(case, cost.external_id) is not None:
            problems.append(reused_id_problem(cost.external_id))
        invalid_when(problems)
        refuse_when([] if old.superseded_by_id is None else [_corrected_already()])
        entry = _entry(case, cost, actor, now)
        entry.stage, entry.iteration = old.stage, old.iteration
        entry.save(force_insert=True)
        CostEntry.objects.filter(pk=old.pk).update(superseded_by=entry)
        after = {**_as_json(entry), "corrects": old.pk, "reason": reason.strip()[:2000]}
        act = Act("cost.corrected", "cost_entry", entry.pk, case.pk, _as_json(old), after)
        note_change(case, act, actor=actor, now=now)
    return entry


def record_costs(*, rows: Sequence[CostRow], actor: User, now: datetime) -> list[RowResult]:
    """Book up to 10,000 costs of any cases: those that can be are booked, the others say why not.

    Results come in the order of the rows. Unknown and invisible cases look the same.
    """
    invalid_when(size_problems(len(rows)))
    with transaction.atomic():
        batch = _Batch(rows, actor, now)
        return batch.write([batch.judge(row) for row in rows])


class _Batch:
    """The rows of one batch with everything they refer to."""

    def __init__(self, rows: Sequence[CostRow], actor: User, now: datetime) -> None:
        self.actor, self.now = actor, now
        numbers = {row.case_number for row in rows}
        visible = UseCase.objects.visible_to(actor, now=now).filter(number__in=numbers)
        self.cases: dict[int, UseCase] = {}
        self.refusals: dict[int, FieldProblem] = {}
        for pk, number in visible.order_by("pk").values_list("pk", "number"):
            self._open(pk, number)
        ids = sorted({row.cost.external_id for row in rows if row.cost.external_id})
        self.known: dict[tuple[int, str | None], CostEntry] = {}
        # In parts: SQLite takes a limited number of parameters.
        for start in range(0, len(ids), 500):
            found = CostEntry.objects.filter(
                case__in=[case.pk for case in self.cases.values()], external_id__in=ids[start : start + 500]
            )
            self.known |= {(entry.case_id, entry.external_id): entry for entry in found}
        self.fresh: dict[tuple[int, str | None], CostEntry] = {}
        self.to_write: list[CostEntry] = []

    def _open(self, pk: int, number: int) -> None:
        try:
            self.cases[number] = case_to_measure(pk, act="record_cost", actor=self.actor, now=self.now)
        except Forbidden as error:
            self.refusals[number] = FieldProblem("case", error.blocker.code, error.blocker.message)
        except NotAllowedNow as error:
            self.refusals[number] = FieldProblem("case", error.blockers[0].code, error.blockers[0].message)

    def judge(self, row: CostRow) -> RowResult | CostEntry:
        """The row's refusal or earlier record, or the record to write."""
        case = self.cases.get(row.case_number)
        if case is None:
            unknown = FieldProblem("case", "unknown_case", "There is no such case.")
            return refused(self.refusals.get(row.case_number, unknown))
        problems = _problems(case, row.cost, self.now)
        if row.currency is not None and row.currency != case.currency:
            message = "This case counts in {currency}; give amounts in it, with the bill's rate and date."
            problems.append(FieldProblem("currency", "other_currency", message, {"currency": case.currency}))
        return refused(*problems) if problems else self._judge_content(_entry(case, row.cost, self.actor, self.now))

    def _judge_content(self, entry: CostEntry) -> RowResult | CostEntry:
        key = (entry.case_id, entry.external_id)
        known = self.known.get(key) if entry.external_id else None
        if known is not None:
            same = RowResult(RowOutcome.UNCHANGED, known.pk)
            return same if _same(known, entry) else refused(reused_id_problem(entry.external_id))
        earlier = self.fresh.get(key) if entry.external_id else None
        if earlier is not None:
            return earlier if _same(earlier, entry) else refused(repeated_id_problem(entry.external_id))
        self.fresh[key] = entry
        self.to_write.append(entry)
        return entry

    def write(self, judged: Sequence[RowResult | CostEntry]) -> list[RowResult]:
        """Write what is new, one activity per case, and answer for every row."""
        CostEntry.objects.bulk_create(self.to_write, batch_size=500)
        by_case: dict[int, list[CostEntry]] = {}
        for entry in self.to_write:
            by_case.setdefault(entry.case_id, []).append(entry)
        acts = [
            Act("costs.recorded", "use_case", case_id, case_id, {}, {"count": len(made), "first": made[0].pk})
            for case_id, made in by_case.items()
        ]
        record_many(acts, actor=self.actor, now=self.now)
        UseCase.objects.filter(pk__in=by_case).update(updated_at=self.now)
        for case_id in by_case:
            request_recompute(case_id, Section.COSTS)
        answered: set[int] = set()
        return [self._answer(each, answered) for each in judged]

    @staticmethod
    def _answer(each: RowResult | CostEntry, answered: set[int]) -> RowResult:
        if isinstance(each, RowResult):
            return each
        outcome = RowOutcome.UNCHANGED if each.pk in answered else RowOutcome.CREATED
        answered.add(each.pk)
        return RowResult(outcome, each.pk)


def _problems(case: UseCase, cost: Cost, now: datetime) -> list[FieldProblem]:
    return cost_problems(cost, lines=CostLine.values, currency=case.currency, today=_today(now))


def _today(now: datetime) -> date:
    return localdate(now)


def _entry(case: UseCase, cost: Cost, actor: User, now: datetime) -> CostEntry:
    bill = cost.bill
    return CostEntry(
        case=case,
        **{name: getattr(cost, name) for name in CONTENT if name != "amount"},
        amount=cost.amount.quantize(CENT),
        stage=case.stage,
        iteration=case.iteration,
        external_id=cost.external_id or None,
        billed_currency=bill.currency if bill else "",
        billed_amount=bill.amount.quantize(CENT) if bill else None,
        exchange_rate=bill.rate.quantize(RATE_PLACES) if bill else None,
        exchange_date=bill.on if bill else None,
        recorded_at=now,
        recorded_by=actor,
    )


def _known(case: UseCase, external_id: str | None) -> CostEntry | None:
    if not external_id:
        return None
    return CostEntry.objects.filter(case=case, external_id=external_id).first()


def _same(one: CostEntry, other: CostEntry) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in (*CONTENT, *BILL))


def _as_json(entry: CostEntry) -> dict[str, object]:
    return {name: plain(getattr(entry, name)) for name in (*CONTENT, *BILL) if getattr(entry, name) not in (None, "")}


def _corrected_already() -> Blocker:
    return Blocker("corrected_already", "This entry was corrected already; correct the newer one.")
