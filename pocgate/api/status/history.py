"""The portfolio as it stood: the present, wound back by the ledger, and records by their own dates.

Every change of stage, status or department leaves an activity with what was before. So the first such activity after
the moment tells how a case stood then, and a case without one stands as it did.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, OuterRef, Subquery

from pocgate.api.status.counts import Place, Places, places
from pocgate.api.status.figures import Visible
from pocgate.ledger.models import Activity
from portfolio.enums import FactKey, Stage, Tier
from portfolio.models import CaseFact, Department, UseCaseQuerySet
from scoring.models import ReadinessPoint

WOUND_BACK = ("stage", "status", "department_id")
CASES_PER_QUERY = 500

# What was, by case, in the columns' own names.
Changes = dict[int, dict[str, Any]]


def places_at(cases: UseCaseQuerySet, as_of: datetime) -> Places:
    """Where the cases that existed then stood."""
    existing = cases.filter(created_at__lte=as_of)
    found, before = places(existing), _before(as_of)
    _add_tiers(before, as_of)
    names = dict(Department.objects.values_list("pk", "name"))
    changed = sorted(before)
    for start in range(0, len(changed), CASES_PER_QUERY):
        rows = existing.filter(pk__in=changed[start : start + CASES_PER_QUERY]).values_list(
            "pk", "stage", "status", "tier", "department_id"
        )
        for pk, stage, status, tier, department in rows:
            was = before[pk]
            found[Place(stage, status, tier, names.get(department))] -= 1
            then = was.get("department_id", department)
            found[
                Place(was.get("stage", stage), was.get("status", status), was.get("tier", tier), names.get(then))
            ] += 1
    return +found


def _before(as_of: datetime) -> Changes:
    """The earliest `before` of each case after the moment, field by field."""
    found: Changes = {}
    later = Activity.objects.filter(
        at__gt=as_of, case_id__isnull=False, subject_type="use_case", before__has_any_keys=WOUND_BACK
    )
    for case_id, verb, before in later.order_by("sequence").values_list("case_id", "verb", "before").iterator():
        changes = found.setdefault(case_id or 0, {})
        if verb == "case.submitted":
            # A draft has no stage, so its submission names none to go back to.
            changes.setdefault("stage", None)
        for field in WOUND_BACK:
            if field in before:
                changes.setdefault(field, before[field])
    return found


def _add_tiers(before: Changes, as_of: datetime) -> None:
    """The tier in force then, of every case whose tier changed since."""
    later = CaseFact.objects.filter(key=FactKey.TIER, valid_from__gt=as_of)
    for case_id in later.order_by("pk").values_list("case_id", flat=True):
        before.setdefault(case_id, {})["tier"] = Tier.UNASSESSED.value
    then = CaseFact.objects.filter(key=FactKey.TIER, valid_from__lte=as_of, valid_until__gt=as_of)
    for case_id, value in then.order_by("pk").values_list("case_id", "value"):
        before.setdefault(case_id, {})["tier"] = value


def readiness_at(seen: Visible, as_of: datetime) -> dict[str, Any]:
    """Average readiness by the gate it was computed for, which is the stage; the median is not kept."""
    latest = ReadinessPoint.objects.filter(case=OuterRef("case"), at__lte=as_of).order_by("-at", "-pk").values("pk")[:1]
    points = seen.of(ReadinessPoint.objects.filter(at__lte=as_of, pk=Subquery(latest)))
    averages = points.order_by().values_list("gate").annotate(Avg("overall"), Count("pk"))
    rows: dict[str, Any] = {str(stage): {"average": None, "median": None, "measured": 0} for stage in Stage.values}
    for stage, average, measured in averages:
        rows[str(stage)] = {"average": round(float(average), 2), "median": None, "measured": measured}
    return rows
