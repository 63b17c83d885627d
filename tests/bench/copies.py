"""A portfolio of equal cases, each copied from one by statements: 100,000 cases with 60 answers each in minutes.

A copy's rows have the ids of the first case's rows plus a multiple of `STRIDE`. Evidence is of any age within its
validity, so that each night some of it expires.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import ForeignKey, Model, Q

from portfolio.models import EvidenceRevision, UseCase
from scoring.commands.readiness import recompute_cases
from scoring.models import AnswerEvidence, CriterionResult
from scoring.queries.playbooks import current_playbook
from scoring.rules.vocabulary import ATTESTED, SIGNED
from tests.factories.identity import UserFactory
from tests.factories.portfolio import EvidenceFactory, EvidenceRevisionFactory
from tests.factories.scoring import AnswerEvidenceFactory, CriterionAnswerFactory, full_case

STRIDE = 1_000
CHUNK = 5_000
APPS = ("portfolio", "scoring")
_DAY = timedelta(days=1)
_SPREAD = "bench_spread"
_COPIES = "bench_copies"


@dataclass(frozen=True)
class Table:
    """A model, the first case's rows in it, and the columns that point to other rows of the case."""

    model: type[Model]
    ids: tuple[int, ...]
    inside: frozenset[str]


def first_case(now: datetime) -> UseCase:
    """A case in production with every record probes read, each of its criteria answered and computed."""
    case = full_case(now, stage=3, number=1)
    case.facts.update(value="high")
    case.facts.filter(key__in=["personal_data", "delivery"]).delete()
    verifier = UserFactory()
    for criterion in current_playbook().criteria:
        if criterion.kind in (ATTESTED, SIGNED):
            word = "met" if criterion.kind == ATTESTED else "accepted"
            answer = CriterionAnswerFactory(
                case=case, criterion=criterion.key, answer=word, answered_at=now - _DAY,
                verified_at=now - _DAY, verified_by=verifier,
            )  # fmt: skip
            revision = EvidenceRevisionFactory(evidence=EvidenceFactory(case=case), uploaded_at=now - _DAY)
            AnswerEvidenceFactory(answer=answer, revision=revision)
    recompute_cases([case.pk], now=now)
    return UseCase.objects.get(pk=case.pk)


def tables_of(case: UseCase) -> list[Table]:
    """The case and every row that belongs to it, parents first; nobody may change them from now on."""
    tables = _tables(case)
    _prepare(case, tables)
    with connection.cursor() as cursor:
        for table in tables:
            _begin_behind_the_copies(cursor, table.model)
    return tables


def _begin_behind_the_copies(cursor: CursorWrapper, model: type[Model]) -> None:
    """What is measured writes rows of its own before the portfolio grows."""
    name, far = model._meta.db_table, STRIDE * 10_000_000
    if connection.vendor == "postgresql":
        cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [name, far])
    else:
        cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [far, name])


def copy_case(tables: Sequence[Table], first: int, last: int) -> None:
    """Write the copies numbered `first` to `last`, and the sequences behind them."""
    _number(first, last)
    for start in range(first, last + 1, CHUNK):
        end = min(start + CHUNK - 1, last)
        with transaction.atomic(), connection.cursor() as cursor:
            _without_triggers(cursor)
            for table in tables:
                cursor.execute(_statement(table), [start, end])
    with connection.cursor() as cursor:
        _after(cursor)


def _tables(case: UseCase) -> list[Table]:
    found: dict[type[Model], Table] = {UseCase: Table(UseCase, (case.pk,), frozenset())}
    models = [model for app in APPS for model in apps.get_app_config(app).get_models()]
    for _ in range(5):
        for model in models:
            links = [field for field in _links(model) if field.related_model in found]
            if model is UseCase or not links:
                continue
            rows = Q()
            for field in links:
                rows |= Q(**{f"{field.name}__in": found[field.related_model].ids})  # type: ignore[index]
            ids = tuple(model._default_manager.filter(rows).order_by("pk").values_list("pk", flat=True))
            if ids:
                found[model] = Table(model, ids, frozenset(field.column for field in links))
    return list(found.values())


def _links(model: type[Model]) -> list[ForeignKey[Model, Model]]:
    return [field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]


def _prepare(case: UseCase, tables: Iterable[Table]) -> None:
    """Numbers to copy by, and by how many days the evidence behind a row may be older."""
    if max(max(table.ids) for table in tables) >= STRIDE:
        raise RuntimeError("the first case has ids beyond the stride")
    criteria, criteria_places = current_playbook().criteria_by_key, current_playbook().positions
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {_SPREAD} (kind text, id bigint, days integer, salt integer)")
        cursor.execute(f"DELETE FROM {_SPREAD}")
        rows = [
            (kind, row_id, criteria[key].valid_days, criteria_places[key])
            for kind, keys in (("result", _results(case)), ("revision", _revisions(case)))
            for row_id, key in keys.items()
            if criteria[key].valid_days
        ]
        cursor.executemany(f"INSERT INTO {_SPREAD} VALUES (%s, %s, %s, %s)", rows)


def _number(first: int, last: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {_COPIES} (n bigint PRIMARY KEY)")
        cursor.execute(
            f"INSERT INTO {_COPIES} WITH RECURSIVE up(n) AS "
            "(SELECT CAST(%s AS bigint) UNION ALL SELECT n + 1 FROM up WHERE n < %s) SELECT n FROM up",
            [first, last],
        )


def _results(case: UseCase) -> dict[int, str]:
    rows = CriterionResult.objects.filter(case=case).exclude(lapse_reason="")
    return dict(rows.values_list("pk", "criterion"))


def _revisions(case: UseCase) -> dict[int, str]:
    rows = AnswerEvidence.objects.filter(answer__case=case)
    return dict(rows.values_list("revision_id", "answer__criterion"))


def _without_triggers(cursor: CursorWrapper) -> None:
    """Foreign keys hold by construction; checking 20 million of them would take most of the time."""
    if connection.vendor == "postgresql":
        try:
            with transaction.atomic():
                cursor.execute("SET LOCAL session_replication_role = replica")
        except DatabaseError:
            return


def _statement(table: Table) -> str:
    meta = table.model._meta
    columns = [str(field.column) for field in meta.concrete_fields]
    values = ", ".join(_value(table, column) for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    ids = ", ".join(map(str, table.ids))
    kind = {CriterionResult: "result", EvidenceRevision: "revision"}.get(table.model, "")
    return (
        f"INSERT INTO {meta.db_table} ({names}) SELECT {values} FROM {_COPIES} "
        f"CROSS JOIN {meta.db_table} AS own LEFT JOIN {_SPREAD} AS spread ON spread.kind = '{kind}' "
        f"AND spread.id = own.id WHERE {_COPIES}.n BETWEEN %s AND %s AND own.id IN ({ids}) ORDER BY {_COPIES}.n, own.id"
    )


def _value(table: Table, column: str) -> str:
    own = f'own."{column}"'
    if column == table.model._meta.pk.column or column in table.inside:  # type: ignore[union-attr]
        return f"{own} + n * {STRIDE}"
    if table.model is UseCase and column == "number":
        return f"{own} + n"
    if (table.model, column) in ((CriterionResult, "changes_at"), (EvidenceRevision, "uploaded_at")):
        return f"CASE WHEN spread.days IS NULL THEN {own} ELSE {_older(own)} END"
    return own


def _older(own: str) -> str:
    # Every criterion of a case has evidence of another age; the same for a part and the revision behind it.
    days = "((n * 31 + spread.salt * 17) %% spread.days)"
    if connection.vendor == "postgresql":
        return f"{own} - {days} * interval '1 day'"
    return f"datetime({own}, '-' || {days} || ' days')"


def _after(cursor: CursorWrapper) -> None:
    execute = cursor.execute
    for table, column in (("scoring_readinessscore", "changes_at"), ("portfolio_usecase", "readiness_due_at")):
        key = "case_id" if column == "changes_at" else "id"
        execute(
            f"UPDATE {table} SET {column} = part.due FROM (SELECT case_id, min(changes_at) AS due "
            f"FROM scoring_criterionresult GROUP BY case_id) AS part WHERE part.case_id = {table}.{key} "
            f"AND ({column} IS NULL OR {column} <> part.due)"
        )
    execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
