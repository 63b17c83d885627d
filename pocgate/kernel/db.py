"""What differs between SQLite and PostgreSQL: append-only tables, held by triggers on both, words of plain SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.utils import CursorWrapper
from django.db.migrations.state import ProjectState
from django.db.models import Model, UniqueConstraint

PREFIX = "append_only"

_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION pocgate_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


class AppendOnly(migrations.operations.base.Operation):
    """Migration step: refuse UPDATE, DELETE and (PostgreSQL) TRUNCATE on a table.

    `when` limits it to rows that fulfil an SQL condition before the change, such as `OLD.state = 'published'`.
    """

    reversible = True

    def __init__(self, table: str, when: str = "") -> None:
        self.table = table
        self.when = when

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Triggers are no part of the models' state."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Create the triggers."""
        (model,) = [each for each in to_state.apps.get_models() if each._meta.db_table == self.table]  # noqa: SLF001
        whens = {"update": self.when, "delete": self.when}
        for statement in _create_statements(model, whens, schema_editor):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Drop the triggers."""
        on = f" ON {self.table}" if schema_editor.connection.vendor == "postgresql" else ""
        for act in _acts(schema_editor.connection.vendor):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {PREFIX}_{self.table}_{act}{on}")

    def describe(self) -> str:
        """For the migration's output."""
        return f"Make {self.table} append-only"


class SupersededOnce(AppendOnly):
    """Migration step: refuse DELETE, and UPDATE of anything but `column`, which goes from empty to a value once.

    Each of `groups` is a further set of columns that are filled together once; the first of them is empty until then.
    """

    def __init__(self, model: str, column: str, *groups: tuple[str, ...]) -> None:
        super().__init__(model)
        self.model = model
        self.column = column
        self.groups = groups

    def deconstruct(self) -> tuple[str, list[Any], dict[str, str]]:
        """For Django's comparison of operations."""
        return (type(self).__name__, [self.model, self.column, *self.groups], {})

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Create the triggers."""
        vendor = schema_editor.connection.vendor
        meta = to_state.apps.get_model(app_label, self.model)._meta  # noqa: SLF001 - Django documents it
        differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
        changing = {self.column, *(name for group in self.groups for name in group)}
        kept = [field.column for field in meta.local_concrete_fields if field.column not in changing]
        conditions = [f'OLD."{self.column}" IS NOT NULL', *(_differs(name, differs) for name in kept)]
        for group in self.groups:
            changed = " OR ".join(_differs(name, differs) for name in group)
            conditions.append(f'OLD."{group[0]}" IS NOT NULL AND ({changed})')
        condition = " OR ".join(conditions)
        for statement in _create_statements(meta.model, {"update": condition}, schema_editor):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Drop the triggers."""
        self.table = from_state.apps.get_model(app_label, self.model)._meta.db_table  # noqa: SLF001
        super().database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """For the migration's output."""
        return f"Let rows of {self.model} be superseded once, never changed"


class KeptOncePublished(AppendOnly):
    """Migration step: rows that are published stay as they are and stay; only `retired_at` is filled, once."""

    def __init__(self, model: str) -> None:
        super().__init__(model)
        self.model = model

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Create the triggers."""
        vendor = schema_editor.connection.vendor
        differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
        meta = to_state.apps.get_model(app_label, self.model)._meta  # noqa: SLF001 - Django documents it
        fields = [field for field in meta.local_concrete_fields if field.column != "retired_at"]
        changed = " OR ".join(_differs(field.column, differs) for field in fields)
        published = "OLD.published_at IS NOT NULL"
        whens = {"update": f"{published} AND (OLD.retired_at IS NOT NULL OR {changed})", "delete": published}
        for statement in _create_statements(meta.model, whens, schema_editor):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Drop the triggers."""
        self.table = from_state.apps.get_model(app_label, self.model)._meta.db_table  # noqa: SLF001
        super().database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """For the migration's output."""
        return f"Keep rows of {self.model} as they were published"


_POSTGRESQL_PARENT_FUNCTION = """
CREATE OR REPLACE FUNCTION pocgate_refuse_when_published() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE kept boolean;
BEGIN
  EXECUTE format('SELECT published_at IS NOT NULL FROM %I WHERE id = ($1).%I', TG_ARGV[0], TG_ARGV[1])
    INTO kept USING CASE WHEN TG_OP = 'INSERT' THEN NEW ELSE OLD END;
  IF kept THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$
"""


class KeptWithPublished(AppendOnly):
    """Migration step: no row is added, changed or removed once the row it belongs to is published."""

    def __init__(self, model: str, column: str, parent: str) -> None:
        super().__init__(model)
        self.model, self.column, self.parent = model, column, parent

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Create the triggers."""
        table = to_state.apps.get_model(app_label, self.model)._meta.db_table  # noqa: SLF001
        vendor = schema_editor.connection.vendor
        if vendor == "postgresql":
            schema_editor.execute(_POSTGRESQL_PARENT_FUNCTION, params=None)
        for act in ("insert", "update", "delete"):
            schema_editor.execute(self._statement(table, act, vendor), params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Drop the triggers."""
        table = from_state.apps.get_model(app_label, self.model)._meta.db_table  # noqa: SLF001
        on = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
        for act in ("insert", "update", "delete"):
            schema_editor.execute(f"DROP TRIGGER {PREFIX}_{table}_{act}{on}")

    def describe(self) -> str:
        """For the migration's output."""
        return f"Keep rows of {self.model} with the published row they belong to"

    def _statement(self, table: str, act: str, vendor: str) -> str:
        name = f"{PREFIX}_{table}_{act}"
        if vendor == "postgresql":
            return (
                f"CREATE TRIGGER {name} BEFORE {act.upper()} ON {table} FOR EACH ROW "
                f"EXECUTE FUNCTION pocgate_refuse_when_published('{self.parent}', '{self.column}')"
            )
        row = "NEW" if act == "insert" else "OLD"
        published = f"(SELECT published_at FROM {self.parent} WHERE id = {row}.{self.column}) IS NOT NULL"  # noqa: S608
        return (
            f"CREATE TRIGGER {name} BEFORE {act.upper()} ON {table} WHEN {published} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def _differs(column: str, operator: str) -> str:
    # A column may be called by a word of SQL, such as "on".
    return f'OLD."{column}" {operator} NEW."{column}"'


def _acts(vendor: str) -> tuple[str, ...]:
    if vendor == "postgresql":
        return ("update", "delete", "truncate")
    return ("update", "delete", *_REPLACING)


# SQLite's REPLACE removes the rows in its way without telling the trigger on DELETE.
_REPLACING = {"insert_over": ("INSERT", ""), "update_over": ("UPDATE", "OLD.rowid IS NOT kept.rowid AND ")}


def _create_statements(
    model: type[Model], whens: Mapping[str, str], schema_editor: BaseDatabaseSchemaEditor
) -> Iterator[str]:
    vendor, table = schema_editor.connection.vendor, model._meta.db_table  # noqa: SLF001 - Django documents it
    if vendor == "postgresql":
        yield _POSTGRESQL_FUNCTION
    else:
        in_the_way = " OR ".join(_rows_in_the_way(model, schema_editor))
        # The condition for a row that is removed speaks of it as OLD.
        kept = whens.get("delete", "").replace("OLD.", "kept.")
        for act, (verb, other) in _REPLACING.items():
            where = f"{other}({in_the_way})" + (f" AND ({kept})" if kept else "")
            is_in_the_way = f"EXISTS (SELECT 1 FROM {table} AS kept WHERE {where})"  # noqa: S608 - names of our own
            yield (
                f"CREATE TRIGGER {PREFIX}_{table}_{act} BEFORE {verb} ON {table} WHEN {is_in_the_way} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    for act in _acts(vendor):
        if act in _REPLACING:
            continue
        name = f"{PREFIX}_{table}_{act}"
        # A truncation sees no single rows, so it is refused whatever they are.
        when = whens.get(act, "")
        only = f"WHEN ({when}) " if when else ""
        if vendor == "postgresql":
            each = "STATEMENT" if act == "truncate" else "ROW"
            yield (
                f"CREATE TRIGGER {name} BEFORE {act.upper()} ON {table} "
                f"FOR EACH {each} {only}EXECUTE FUNCTION pocgate_refuse_change()"
            )
        else:
            yield (
                f"CREATE TRIGGER {name} BEFORE {act.upper()} ON {table} "
                f"{only}BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def _rows_in_the_way(model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> Iterator[str]:
    """For each key of a table, the SQL condition that a row, `kept`, has the same as the new one."""
    meta = model._meta  # noqa: SLF001 - Django documents it
    names = {field.name: str(field.column) for field in meta.local_concrete_fields}
    for field in meta.local_concrete_fields:
        if field.unique:
            yield _same([names[field.name]])
    for constraint in meta.constraints:
        if not isinstance(constraint, UniqueConstraint):
            continue
        same = _same([names[name] for name in constraint.fields])
        # As Django writes the index.
        only = constraint._get_condition_sql(model, schema_editor)  # type: ignore[attr-defined]  # noqa: SLF001
        if only:
            columns = ", ".join(f'NEW."{column}" AS "{column}"' for column in names.values())
            of_kept = f"EXISTS (SELECT 1 FROM {meta.db_table} AS one WHERE one.rowid = kept.rowid AND ({only}))"  # noqa: S608
            yield f"({same} AND {of_kept} AND EXISTS (SELECT 1 FROM (SELECT {columns}) WHERE {only}))"  # noqa: S608
        else:
            yield same


def _same(columns: Sequence[str]) -> str:
    return "(" + " AND ".join(f'kept."{column}" = NEW."{column}"' for column in columns) + ")"


def json_list(members: Mapping[str, str]) -> str:
    """SQL of a JSON array with an object for each row of a group, in the rows' order. Members are SQL expressions."""
    inside = ", ".join(f"'{name}', {expression}" for name, expression in members.items())
    if connection.vendor == "postgresql":
        return f"jsonb_agg(jsonb_build_object({inside}))"
    return f"json_group_array(json_object({inside}))"


def rows_given(columns: Mapping[str, str]) -> str:
    """SQL of a query of rows that come as one parameter, a JSON list of objects; each column with its type.

    Thousands of values as one parameter are read in a hundredth of the time that as many parameters take.
    """
    if connection.vendor == "postgresql":
        listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        return f"SELECT * FROM json_to_recordset(%s::json) AS given({listed})"  # noqa: S608 - names of our own
    listed = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in columns)
    return f"SELECT {listed} FROM json_each(%s)"  # noqa: S608 - names of our own


def sql_time(moment: datetime | None) -> Any:
    """A time as a parameter of plain SQL, in the form in which the database compares it."""
    return None if moment is None else connection.ops.adapt_datetimefield_value(moment)


def time_place() -> str:
    """The place of a time in the values of a statement; PostgreSQL has to be told what an empty one is."""
    return "%s::timestamptz" if connection.vendor == "postgresql" else "%s"


def run_in_parallel(cursor: CursorWrapper) -> None:
    """Have PostgreSQL use several processes for large tables, whatever it thinks of their cost, in this transaction."""
    if connection.vendor == "postgresql":
        cursor.execute("SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0")


def commit_without_waiting(cursor: CursorWrapper) -> None:
    """Let this transaction end before it is on the disk: for temporary tables, which a crash removes anyway."""
    if connection.vendor == "postgresql":
        cursor.execute("SET LOCAL synchronous_commit = off")


def run_uncompiled(cursor: CursorWrapper) -> None:
    """Until the transaction ends, let PostgreSQL run statements as they are: compiling takes longer than most of them.

    It compiles what it takes to be dear, and it takes what asks for missing rows to be so.
    """
    if connection.vendor == "postgresql":
        cursor.execute("SELECT set_config('jit', 'off', true)")


def plan_for_a_range(cursor: CursorWrapper) -> None:
    """Until the transaction ends, read a range of a large table through its index.

    PostgreSQL takes a twentieth of a table to be worth reading all of it, twenty times over; and compiling a statement
    takes longer than running it.
    """
    if connection.vendor == "postgresql":
        settings = {"enable_seqscan": "off", "jit": "off", "work_mem": "64MB"}
        cursor.execute("SELECT " + ", ".join(f"set_config('{name}', '{to}', true)" for name, to in settings.items()))


@contextmanager
def append_only_lifted() -> Iterator[None]:
    """Let the body change append-only tables, in one transaction. For the test flush, restore and erasure alone."""
    with transaction.atomic():
        _settle()
        restore = _lift()
        yield
        _settle()
        with connection.cursor() as cursor:
            for statement in restore:
                cursor.execute(statement)


def _settle() -> None:
    """Check the keys that wait for the end of the transaction: PostgreSQL alters no table that they are about."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _lift() -> list[str]:
    """Switch the triggers off; the statements that switch them on again."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE %s AND NOT tgisinternal",
                [f"{PREFIX}_%"],
            )
            found = cursor.fetchall()
            for table, name in found:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
            return [f"ALTER TABLE {table} ENABLE TRIGGER {name}" for table, name in found]
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s", [f"{PREFIX}_%"])
        found = cursor.fetchall()
        for name, _sql in found:
            cursor.execute(f"DROP TRIGGER {name}")
        return [sql for _name, sql in found]
