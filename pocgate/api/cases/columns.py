"""The columns of the use-case list: where each comes from, and what it is in the schema."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Case, CharField, ExpressionWrapper, F, Q, SmallIntegerField, Value, When
from django.db.models.expressions import BaseExpression
from django.db.models.fields import BooleanField
from django.db.models.functions import Cast, Coalesce, Concat, Greatest, Length, LPad

from gates.enums import StandingState
from portfolio.enums import Origin, Stage, Status, Tier

ENDED = frozenset({Status.DRAFT.value, Status.STOPPED.value, Status.RETIRED.value})

TEXT: Mapping[str, Any] = {"type": "string"}
TIME: Mapping[str, Any] = {"type": "string", "format": "date-time"}
COUNT: Mapping[str, Any] = {"type": "integer", "minimum": 0}


def _or_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    if "enum" in schema:
        return {**schema, "type": [schema["type"], "null"], "enum": [*schema["enum"], None]}
    return {**schema, "type": [schema["type"], "null"]}


def reference(number: int) -> str:
    """The name people use."""
    return f"UC-{number:04d}"


def next_gate(stage: int | None, status: str) -> int | None:
    """As `UseCase.next_gate` has it."""
    return None if status in ENDED else stage


def score(overall: Decimal | None) -> float | None:
    """A score is a number, not money: two decimals fit a float exactly enough."""
    return None if overall is None else float(overall)


def is_current(computed: int, requested: int) -> bool:
    """Whether the readiness shown knows of the case's last change."""
    return computed >= requested


def standing(state: str | None) -> str:
    """Whether the latest go still stands; a case that nobody let through is ungated."""
    return state or StandingState.UNGATED.value


def _standing_sql() -> BaseExpression:
    return Coalesce("standing__state", Value(StandingState.UNGATED.value))


def _reference_sql() -> BaseExpression:
    digits = Cast("number", CharField())
    return Concat(Value("UC-"), LPad(digits, Greatest(Value(4), Length(digits)), Value("0")))


def _next_gate_sql() -> BaseExpression:
    return Case(When(status__in=sorted(ENDED), then=Value(None)), default=F("stage"), output_field=SmallIntegerField())


def _is_current_sql() -> BaseExpression:
    return ExpressionWrapper(Q(computed_version__gte=F("requested_version")), output_field=BooleanField())


@dataclass(frozen=True)
class Column:
    """A column from `sources` (lookups from the case); `make` turns their values into its own, None copies the first.

    `sql` is what `make` does, said to a database that makes the JSON itself; None takes the first source as it is.
    Columns that are not `standard` are long and come only when `fields=` names them.
    """

    name: str
    sources: tuple[str, ...]
    description: str
    schema: Mapping[str, Any] = field(default_factory=lambda: TEXT)
    make: Callable[..., object] | None = None
    standard: bool = True
    sql: Callable[[], BaseExpression] | None = None


COLUMNS: tuple[Column, ...] = (
    Column(
        "reference",
        ("number",),
        "UC-0042.",
        {"type": "string", "pattern": "^UC-[0-9]{4,}$"},
        reference,
        sql=_reference_sql,
    ),
    Column("title", ("title",), "What it is called."),
    Column("department", ("department__name",), "The department's name.", _or_null(TEXT)),
    Column("unit", ("unit__name",), "The unit's name.", _or_null(TEXT)),
    Column("category", ("category",), "As entered or imported."),
    Column("technology", ("technology",), "Tags.", {"type": "array", "items": {"type": "string"}}),
    Column("vendor", ("vendor",), "Who supplies it."),
    Column("stage", ("stage",), "0–3, null when unknown.", _or_null({"type": "integer", "enum": list(Stage.values)})),
    Column("status", ("status",), "Where it stands beside its stage.", {"type": "string", "enum": Status.values}),
    Column("tier", ("tier",), "Risk tier; unassessed counts as high.", {"type": "string", "enum": Tier.values}),
    Column("iteration", ("iteration",), "1 and one more for each pivot.", {"type": "integer", "minimum": 1}),
    Column("origin", ("origin",), "Entered here, or imported.", {"type": "string", "enum": Origin.values}),
    Column("currency", ("currency",), "ISO 4217.", {"type": "string", "pattern": "^[A-Z]{3}$"}),
    Column(
        "next_gate",
        ("stage", "status"),
        "The gate that closes the present stage.",
        _or_null({"type": "integer", "enum": list(Stage.values)}),
        next_gate,
        sql=_next_gate_sql,
    ),
    Column(
        "target_gate_date", ("target_gate_date",), "When it is planned.", _or_null({"type": "string", "format": "date"})
    ),
    Column(
        "readiness",
        ("readiness__overall",),
        "For the next gate, 0–100.",
        _or_null({"type": "number", "minimum": 0, "maximum": 100}),
        score,
    ),
    Column(
        "readiness_gate",
        ("readiness__gate",),
        "The gate that the readiness is for.",
        _or_null({"type": "integer", "enum": list(Stage.values)}),
    ),
    Column("blockers", ("readiness__musts_open",), "Must-meets that do not pass.", _or_null(COUNT)),
    Column("shoulds_open", ("readiness__shoulds_open",), "Should-meets that do not pass.", _or_null(COUNT)),
    Column("readiness_computed_at", ("readiness__computed_at",), "When it was computed.", _or_null(TIME)),
    Column(
        "readiness_is_current",
        ("computed_version", "requested_version"),
        "False while a change waits to be computed.",
        {"type": "boolean"},
        is_current,
        sql=_is_current_sql,
    ),
    Column(
        "standing",
        ("standing__state",),
        "Whether the latest go still stands.",
        {"type": "string", "enum": StandingState.values},
        standing,
        sql=_standing_sql,
    ),
    Column("governed_at", ("governed_at",), "When the first review began here.", _or_null(TIME)),
    Column("archived_at", ("archived_at",), "When a draft was put away.", _or_null(TIME)),
    Column("version", ("version",), "Counts edits.", {"type": "integer", "minimum": 1}),
    Column("created_at", ("created_at",), "When it was registered.", TIME),
    Column("updated_at", ("updated_at",), "When its records last changed.", TIME),
    Column("problem_statement", ("problem_statement",), "The problem.", TEXT, None, standard=False),
    Column("affected_process", ("affected_process",), "The process it touches.", TEXT, None, standard=False),
    Column("affected_users", ("affected_users",), "The people it touches.", TEXT, None, standard=False),
    Column("expected_benefit", ("expected_benefit",), "What it is hoped to bring.", TEXT, None, standard=False),
)
BY_NAME = {column.name: column for column in COLUMNS}
STANDARD = tuple(column for column in COLUMNS if column.standard)

RowMaker = Callable[[Sequence[Any]], dict[str, Any]]


def chosen(names: Iterable[str] | None) -> tuple[Column, ...]:
    """The named columns in the list's own order, or the standard ones."""
    if names is None:
        return STANDARD
    wanted = set(names)
    return tuple(column for column in COLUMNS if column.name in wanted)


def lookups(columns: Sequence[Column]) -> list[str]:
    """What to select: the first source of each column in its place, then what else some of them need."""
    first = [column.sources[0] for column in columns]
    return first + [source for column in columns for source in column.sources[1:]]


def members(columns: Sequence[Column]) -> dict[str, BaseExpression | F]:
    """The row's object for a database that makes the JSON itself."""
    return {column.name: column.sql() if column.sql else F(column.sources[0]) for column in columns}


def row_maker(columns: Sequence[Column]) -> RowMaker:
    """A function from the values of `lookups` to the row's object. Most columns are copied, which is what is fast."""
    names = [column.name for column in columns]
    made: list[tuple[str, Callable[..., object], tuple[int, ...]]] = []
    beyond = len(columns)
    for place, column in enumerate(columns):
        more = len(column.sources) - 1
        if column.make is not None:
            made.append((column.name, column.make, (place, *range(beyond, beyond + more))))
        beyond += more

    def make(values: Sequence[Any]) -> dict[str, Any]:
        row = dict(zip(names, values, strict=False))
        for name, function, places in made:
            row[name] = function(*[values[place] for place in places])
        return row

    return make
