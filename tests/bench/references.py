"""What we are measured against: the database's own work, and the framework's plain way."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection
from django.urls import include, path
from rest_framework import generics, pagination, serializers
from rest_framework.permissions import IsAuthenticated

from portfolio.models import UseCase

# The columns of the list, as the database knows them.
ROWS = """
SELECT c.number AS reference, c.title, d.name AS department, u.name AS unit, c.category, c.technology, c.vendor,
       c.stage, c.status, c.tier, c.iteration, c.origin, c.currency, c.stage AS next_gate, c.target_gate_date,
       r.overall AS readiness, r.gate AS readiness_gate, r.musts_open AS blockers, r.shoulds_open,
       r.computed_at AS readiness_computed_at, c.computed_version >= c.requested_version AS readiness_is_current,
       c.governed_at, c.archived_at, c.version, c.created_at, c.updated_at
FROM portfolio_usecase c
LEFT JOIN portfolio_department d ON d.id = c.department_id
LEFT JOIN portfolio_department u ON u.id = c.unit_id
LEFT JOIN scoring_readinessscore r ON r.case_id = c.id
WHERE c.archived_at IS NULL
ORDER BY c.number
"""


def pulled_by_the_database() -> int:
    """The whole portfolio as JSON by `COPY`; on SQLite by its cursor and the json module. Bytes."""
    return _copied() if connection.vendor == "postgresql" else _dumped()


def pull_name() -> str:
    """What `pulled_by_the_database` does."""
    if connection.vendor == "postgresql":
        return "COPY (SELECT row_to_json …)"
    return "plain cursor, one json.dumps per row"


def _copied() -> int:
    connection.ensure_connection()
    size = 0
    with (
        connection.connection.cursor() as cursor,
        cursor.copy(f"COPY (SELECT row_to_json(t) FROM ({ROWS}) t) TO STDOUT") as copy,
    ):
        for part in copy:
            size += len(part)
    return size


def _dumped() -> int:
    with connection.cursor() as cursor:
        cursor.execute(ROWS)
        names = [column[0] for column in cursor.description]
        return sum(len(json.dumps(dict(zip(names, row, strict=True)), default=str)) for row in cursor.fetchall())


AGGREGATES = (
    (
        "SELECT c.stage, c.status, c.tier, d.name, count(*) FROM portfolio_usecase c "
        "LEFT JOIN portfolio_department d ON d.id = c.department_id WHERE c.archived_at IS NULL GROUP BY 1, 2, 3, 4"
    ),
    (
        "SELECT c.currency, e.state, sum(e.amount) FROM portfolio_costentry e "
        "JOIN portfolio_usecase c ON c.id = e.case_id "
        "WHERE e.superseded_by_id IS NULL GROUP BY 1, 2"
    ),
    (
        "SELECT c.currency, sum(p.case_cap) FROM portfolio_costplan p JOIN portfolio_usecase c ON c.id = p.case_id "
        "WHERE p.agreed_at IS NOT NULL AND p.superseded_at IS NULL GROUP BY 1"
    ),
    (
        "SELECT count(*) FILTER (WHERE target_gate_date < '2026-11-23'), "
        "count(*) FILTER (WHERE target_gate_date BETWEEN '2026-11-23' AND '2026-12-23') "
        "FROM portfolio_usecase WHERE status IN ('active', 'paused') AND archived_at IS NULL"
    ),
    (
        "SELECT state, count(*) FROM gates_gatereview "
        "WHERE state IN ('requested', 'in_preparation', 'voting', 'closed') "
        "GROUP BY 1"
    ),
    (
        "SELECT count(*) FROM portfolio_stagespell s "
        "JOIN portfolio_usecase c ON c.id = s.case_id WHERE s.exit_reason = '' "
        "AND s.clock_stopped_at IS NULL AND c.status = 'active' AND s.time_box_ends_at < '2026-11-23'"
    ),
    (
        "SELECT count(*) FROM portfolio_usecase c JOIN portfolio_hold h ON h.case_id = c.id WHERE c.status = 'paused' "
        "AND h.ended_at IS NULL AND h.revive_date < '2026-11-23'"
    ),
)
READINESS = {
    "postgresql": "SELECT c.stage, avg(r.overall), count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY r.overall) "
    "FROM scoring_readinessscore r JOIN portfolio_usecase c ON c.id = r.case_id "
    "WHERE c.status IN ('active', 'in_review', 'paused') GROUP BY 1",
    "sqlite": "SELECT stage, avg(overall), max(n), "
    "avg(CASE WHEN place BETWEEN n / 2.0 AND n / 2.0 + 1 THEN overall END) "
    "FROM (SELECT c.stage, r.overall, row_number() OVER (PARTITION BY c.stage ORDER BY r.overall) AS place, "
    "count(*) OVER (PARTITION BY c.stage) AS n FROM scoring_readinessscore r "
    "JOIN portfolio_usecase c ON c.id = r.case_id WHERE c.status IN ('active', 'in_review', 'paused')) GROUP BY 1",
}


def aggregated_by_the_database() -> int:
    """The figures of the status by SQL written for them alone. Rows."""
    rows = 0
    with connection.cursor() as cursor:
        for statement in (*AGGREGATES, READINESS[connection.vendor]):
            cursor.execute(statement)
            rows += len(cursor.fetchall())
    return rows


class PlainSerializer(serializers.ModelSerializer[UseCase]):
    """The list's fields in the framework's plain way."""

    reference = serializers.CharField()
    department = serializers.CharField(source="department.name", default=None)
    unit = serializers.CharField(source="unit.name", default=None)
    next_gate = serializers.IntegerField()
    readiness = serializers.DecimalField(source="readiness.overall", max_digits=5, decimal_places=2, default=None)
    readiness_gate = serializers.IntegerField(source="readiness.gate", default=None)
    blockers = serializers.IntegerField(source="readiness.musts_open", default=None)
    shoulds_open = serializers.IntegerField(source="readiness.shoulds_open", default=None)
    readiness_computed_at = serializers.DateTimeField(source="readiness.computed_at", default=None)

    class Meta:
        model = UseCase
        fields = (
            *("reference", "title", "department", "unit", "category", "technology", "vendor", "stage", "status"),
            *("tier", "iteration", "origin", "currency", "next_gate", "target_gate_date", "readiness"),
            *("readiness_gate", "blockers", "shoulds_open", "readiness_computed_at", "governed_at", "archived_at"),
            *("version", "created_at", "updated_at"),
        )


class PlainPagination(pagination.CursorPagination):
    """The framework's own keyset paging."""

    page_size = 50
    ordering = "number"


class PlainView(generics.ListAPIView[UseCase]):
    """A list view as the framework's tutorial has it, with the joins it needs."""

    serializer_class = PlainSerializer
    pagination_class = PlainPagination
    permission_classes = (IsAuthenticated,)
    queryset = UseCase.objects.filter(archived_at__isnull=True).select_related("department", "unit", "readiness")


urlpatterns: list[Any] = [path("plain/", PlainView.as_view()), path("", include("pocgate.urls"))]
