"""What differs between SQLite and PostgreSQL: append-only tables, held by triggers on both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

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
        for statement in _create_statements(self.table, self.when, schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Drop the triggers."""
        on = f" ON {self.table}" if schema_editor.connection.vendor == "postgresql" else ""
        for act in _acts(schema_editor.connection.vendor):
            schema_editor.execute(f"DROP TRIGGER {PREFIX}_{self.table}_{act}{on}")

    def describe(self) -> str:
        """For the migration's output."""
        return f"Make {self.table} append-only"


def _acts(vendor: str) -> tuple[str, ...]:
    return ("update", "delete", "truncate") if vendor == "postgresql" else ("update", "delete")


def _create_statements(table: str, when: str, vendor: str) -> Iterator[str]:
    if vendor == "postgresql":
        yield _POSTGRESQL_FUNCTION
    for act in _acts(vendor):
        name = f"{PREFIX}_{table}_{act}"
        # A truncation sees no single rows, so it is refused whatever they are.
        only = f"WHEN ({when}) " if when and act != "truncate" else ""
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


@contextmanager
def append_only_lifted() -> Iterator[None]:
    """Let the body change append-only tables, in one transaction. For the test flush, restore and erasure alone."""
    with transaction.atomic():
        restore = _lift()
        yield
        with connection.cursor() as cursor:
            for statement in restore:
                cursor.execute(statement)


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
