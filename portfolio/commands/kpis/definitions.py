"""What a case is measured by; a changed definition keeps the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from pocgate.identity.models import User
from pocgate.kernel.errors import Blocker, FieldProblem
from pocgate.ledger.commands import Act
from portfolio.commands.opening import case_to_edit, invalid_when, note_change, plain, refuse_when
from portfolio.enums import KpiKind, KpiRole, SloOf
from portfolio.models import Kpi, KpiDefinition, UseCase
from portfolio.rules.kpis import Definition, definition_problems, key_of, redefinition_blockers
from portfolio.rules.numbers import measure, short_text_problems

NAME_LENGTH = 200
MONEY_PLACES = Decimal("0.0001")


def define_kpi(
    *,
    case_id: int,
    name: str,
    role: str,
    kind: str,
    definition: Definition,
    actor: User,
    now: datetime,
    slo_of: str = "",
    gates: Sequence[int] = (),
    owner: User | None = None,
) -> Kpi:
    """Define a KPI. `gates` are those at which it counts; none means as the playbook says for its role and kind."""
    clean = " ".join(name.split())
    invalid_when([*_kpi_problems(clean, role, kind, slo_of, gates), *definition_problems(role, definition)])
    with transaction.atomic():
        case = case_to_edit(case_id, act="define_kpis", actor=actor, now=now)
        refuse_when(_role_blockers(case, role))
        taken = frozenset(Kpi.objects.filter(case=case).values_list("key", flat=True))
        kpi = Kpi.objects.create(
            case=case,
            key=key_of(clean, taken),
            name=clean,
            role=role,
            kind=kind,
            slo_of=slo_of,
            gates=sorted(set(gates)),
            owner=owner or actor,
            created_at=now,
        )
        _open(kpi, definition, actor=actor, now=now)
        after = {"name": clean, "role": role, "kind": kind, **_as_json(definition)}
        note_change(case, Act("kpi.defined", "kpi", kpi.pk, case.pk, {}, after), actor=actor, now=now)
    return kpi


def change_definition(
    *, kpi_id: int, definition: Definition, actor: User, now: datetime, name: str | None = None
) -> KpiDefinition:
    """State another definition from now on, and another name. Unit and direction stay once there are readings."""
    with transaction.atomic():
        if name is not None:
            rename_kpi(kpi_id=kpi_id, name=name, actor=actor, now=now)
        kpi = Kpi.objects.get(pk=kpi_id)
        case = case_to_edit(kpi.case_id, act="define_kpis", actor=actor, now=now)
        invalid_when(definition_problems(kpi.role, definition))
        row = KpiDefinition.objects.select_for_update().get(kpi=kpi, valid_until__isnull=True)
        old, new = definition_of(row), _stored(definition)
        if old == new:
            return row
        refuse_when(redefinition_blockers(old, new, has_readings=kpi.readings.exists()))
        KpiDefinition.objects.filter(pk=row.pk).update(valid_until=now)
        opened = _open(kpi, new, actor=actor, now=now)
        changed = [field.name for field in fields(Definition) if getattr(old, field.name) != getattr(new, field.name)]
        before, after = ({name: plain(getattr(each, name)) for name in changed} for each in (old, new))
        note_change(case, Act("kpi.redefined", "kpi", kpi.pk, case.pk, before, after), actor=actor, now=now)
    return opened


def rename_kpi(*, kpi_id: int, name: str, actor: User, now: datetime) -> Kpi:
    """Another name; key, definition and readings stay."""
    clean = " ".join(name.split())
    invalid_when(short_text_problems("name", clean, NAME_LENGTH, required=True))
    with transaction.atomic():
        found = Kpi.objects.get(pk=kpi_id)
        case = case_to_edit(found.case_id, act="define_kpis", actor=actor, now=now)
        kpi = Kpi.objects.select_for_update().get(pk=kpi_id)
        if kpi.name == clean:
            return kpi
        before = {"name": kpi.name}
        Kpi.objects.filter(pk=kpi.pk).update(name=clean)
        kpi.name = clean
        note_change(case, Act("kpi.renamed", "kpi", kpi.pk, case.pk, before, {"name": clean}), actor=actor, now=now)
    return kpi


def retire_kpi(*, kpi_id: int, reason: str, actor: User, now: datetime) -> Kpi:
    """Stop measuring by this KPI; its readings stay. A reason is needed once there are readings."""
    with transaction.atomic():
        found = Kpi.objects.get(pk=kpi_id)
        case = case_to_edit(found.case_id, act="define_kpis", actor=actor, now=now)
        kpi = Kpi.objects.select_for_update().get(pk=kpi_id)
        refuse_when([] if kpi.retired_at is None else [Blocker("kpi_retired", "This KPI was retired already.")])
        if not reason.strip() and kpi.readings.exists():
            invalid_when([FieldProblem("reason", "required", "Say why; this KPI has readings.")])
        Kpi.objects.filter(pk=kpi.pk).update(retired_at=now)
        kpi.retired_at = now
        after = {"name": kpi.name, "reason": reason.strip()[:2000]}
        note_change(case, Act("kpi.retired", "kpi", kpi.pk, case.pk, {}, after), actor=actor, now=now)
    return kpi


def definition_of(row: KpiDefinition) -> Definition:
    """The values of a stored definition."""
    return Definition(**{field.name: getattr(row, field.name) for field in fields(Definition)})


def _open(kpi: Kpi, definition: Definition, *, actor: User, now: datetime) -> KpiDefinition:
    return KpiDefinition.objects.create(kpi=kpi, valid_from=now, recorded_by=actor, **asdict(_stored(definition)))


def _stored(definition: Definition) -> Definition:
    """The definition with its numbers as the database keeps them, so that equal ones compare equal."""
    money = definition.money_per_unit
    return replace(
        definition,
        unit=definition.unit.strip(),
        baseline=None if definition.baseline is None else measure(definition.baseline),
        target=None if definition.target is None else measure(definition.target),
        money_per_unit=None if money is None else money.quantize(MONEY_PLACES),
    )


def _as_json(definition: Definition) -> dict[str, object]:
    return {name: plain(value) for name, value in asdict(definition).items() if value not in (None, "")}


def _kpi_problems(name: str, role: str, kind: str, slo_of: str, gates: Sequence[int]) -> list[FieldProblem]:
    problems = short_text_problems("name", name, NAME_LENGTH, required=True)
    for pointer, value, known in (
        ("role", role, KpiRole.values),
        ("kind", kind, KpiKind.values),
        ("slo_of", slo_of, ["", *SloOf.values]),
    ):
        if value not in known:
            params = {"known": ", ".join(word for word in known if word)}
            problems.append(FieldProblem(pointer, f"unknown_{pointer}", "Give one of: {known}.", params))
    if set(gates) - {1, 2, 3}:
        problems.append(FieldProblem("gates", "gate_without_kpis", "KPIs count at gates 1, 2 and 3."))
    return problems


def _role_blockers(case: UseCase, role: str) -> list[Blocker]:
    primaries = Kpi.objects.filter(case=case, role=KpiRole.PRIMARY, retired_at__isnull=True)
    if role != KpiRole.PRIMARY or not primaries.exists():
        return []
    return [Blocker("one_primary_kpi", "A case has exactly one primary KPI; retire the present one first.")]
