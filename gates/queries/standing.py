"""What lapses the latest go of cases, set by set: every query starts from the goes that stand, whatever the number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet, Subquery

from gates.enums import OverrideState, StandingState
from gates.models import Condition, Decision, GateStanding, OverrideRequest
from gates.queries.dossier import content_of
from gates.queries.evaluation import day_here
from gates.rules import standing as rules
from gates.rules.overrides import CAP
from gates.rules.standing import CapName, Caps, Cause, Standing
from gates.rules.tally import APPROVALS
from portfolio.enums import ChangeState, FactKey, IncidentSeverity, ReleaseKind, Stage, Status, Tier
from portfolio.models import CaseFact, ChangeRequest, CostCap, CostPlan, Incident, Release, UseCase
from scoring.enums import CapState, Verdict
from scoring.models import CostOutlook, CriterionResult
from scoring.queries.playbooks import current_playbook
from scoring.rules.playbook import Playbook

WATCHED = (Status.ACTIVE, Status.IN_REVIEW, Status.PAUSED)
SETTLED = frozenset({Verdict.PASS.value, Verdict.WAIVED.value, Verdict.NOT_APPLICABLE.value})
# Computed for the next gate's caps; the outlook and the plans say of them what a go rests on.
JUDGED_ELSEWHERE = ("cap_agreed", "spend_within_cap")
# Asks something else at each gate: what counts at the next one is no loss of what this one said go on.
ASKED_BY_GATE = ("kpi_meets_threshold",)
CauseOf = tuple[int, Cause]
M = TypeVar("M", bound=Model)


def new_goes(case_id: int | None = None) -> QuerySet[Decision]:
    """The latest go of each case whose standing is still another decision's, or nobody's.

    A correction says no second time that the case may go on, so a standing stays that of the decision it corrects.
    """
    later = Decision.objects.filter(
        Q(decided_at__gt=OuterRef("decided_at")) | Q(decided_at=OuterRef("decided_at"), pk__gt=OuterRef("pk")),
        review__case=OuterRef("review__case"),
        outcome__in=APPROVALS,
        corrects__isnull=True,
    )
    noted = GateStanding.objects.filter(case=OuterRef("review__case"), decision=OuterRef("pk"))
    found = Decision.objects.filter(~Exists(noted), ~Exists(later), outcome__in=APPROVALS, corrects__isnull=True)
    if case_id is not None:
        found = found.filter(review__case=case_id)
    return found.select_related("review__case", "dossier").order_by("pk")


def causes_of(case_ids: Collection[int] | None, *, now: datetime) -> dict[int, list[Cause]]:
    """What lapses the go of each of these cases, of all without `case_ids`; about a dozen queries.

    Only cases under way with a go on record are looked at. A cause that the playbook leaves out is left out.
    """
    playbook = current_playbook()
    found: dict[int, list[Cause]] = defaultdict(list)
    for read in (_incidents, _conditions, _changes, _releases, _tiers, _caps, _breaches):
        for case_id, cause in read(case_ids, now):
            found[case_id].append(cause)
    for case_id, cause in _criteria(case_ids, playbook):
        found[case_id].append(cause)
    allowed = playbook.pace.reopening_causes
    kept = {pk: [cause for cause in causes if rules.counts(cause.code, allowed)] for pk, causes in found.items()}
    return {pk: causes for pk, causes in kept.items() if causes}


def in_standing(states: Collection[str]) -> Q:
    """Cases in one of these standings; those that nobody let through are ungated."""
    known = Q(standing__state__in=list(states))
    return known | Q(standing__isnull=True) if StandingState.UNGATED in states else known


def standing_counts(cases: QuerySet[UseCase]) -> dict[str, int]:
    """How many of these cases are in which standing; one query."""
    rows = cases.order_by().values_list("standing__state").annotate(number_of_cases=Count("pk"))
    found = dict.fromkeys(StandingState.values, 0)
    for state, count in rows:
        found[state or StandingState.UNGATED.value] += count
    return found


def lapsed_ids() -> set[int]:
    """The cases under way whose standing is noted as lapsed."""
    lapsed = GateStanding.objects.filter(state=StandingState.LAPSED, case__status__in=WATCHED)
    return set(lapsed.values_list("case_id", flat=True))


def _of(rows: QuerySet[M], case_ids: Collection[int] | None) -> QuerySet[M]:
    under_way = rows.filter(case__status__in=WATCHED, case__standing__decision__isnull=False)
    return under_way if case_ids is None else under_way.filter(case__in=case_ids)


def _incidents(case_ids: Collection[int] | None, now: datetime) -> Iterator[CauseOf]:
    frozen = F("case__standing__decision__dossier__frozen_at")
    rows = _of(Incident.objects.filter(severity=IncidentSeverity.SERIOUS, superseded_by__isnull=True), case_ids)
    # A corrected account of an incident that the committee had seen is no new one.
    seen = Q(supersedes__severity=IncidentSeverity.SERIOUS, supersedes__recorded_at__lte=frozen)
    rows = rows.filter(recorded_at__gt=frozen).exclude(seen)
    for pk, case_id, text in rows.order_by("pk").values_list("pk", "case_id", "text"):
        yield case_id, Cause(rules.INCIDENT, "incident", str(pk), text)


def _conditions(case_ids: Collection[int] | None, now: datetime) -> Iterator[CauseOf]:
    of_case = "decision__review__case"
    rows = Condition.objects.filter(
        **{f"{of_case}__status__in": WATCHED, f"{of_case}__standing__decision__isnull": False},
        cleared_at__isnull=True,
        due_date__lt=day_here(now),
        decision__corrected_by__isnull=True,
    )
    if case_ids is not None:
        rows = rows.filter(**{f"{of_case}__in": case_ids})
    for pk, case_id, text, due in rows.order_by("pk").values_list("pk", of_case, "text", "due_date"):
        # By its own day: a correction states it in a row of its own, which must not begin the grace anew.
        yield case_id, Cause(rules.CONDITION_OVERDUE, "condition", str(pk), text, due + timedelta(days=1))


def _changes(case_ids: Collection[int] | None, now: datetime) -> Iterator[CauseOf]:
    rows = _of(ChangeRequest.objects.filter(state=ChangeState.OPEN, superseded_by__isnull=True), case_ids)
    for pk, case_id, kind, text in rows.order_by("pk").values_list("pk", "case_id", "kind", "text"):
        yield case_id, Cause(rules.CHANGES[kind], "change_request", str(pk), text)


def _releases(case_ids: Collection[int] | None, now: datetime) -> Iterator[CauseOf]:
    rows = _of(Release.objects.filter(kind=ReleaseKind.FEATURE), case_ids)
    rows = rows.filter(recorded_at__gt=F("case__standing__decision__decided_at"))
    rows = rows.exclude(Exists(approvals().filter(release=OuterRef("pk"))))
    named = approvals().filter(release__isnull=False, review__case=OuterRef("case"))
    rows = rows.filter(Q(case__stage=Stage.PRODUCTION) | Exists(named))
    for pk, case_id, label in rows.order_by("pk").values_list("pk", "case_id", "label"):
        yield case_id, Cause(rules.RELEASE, "release", str(pk), label)


def approvals() -> QuerySet[Decision]:
    """The goes that no correction replaced: what they name is approved."""
    return Decision.objects.filter(outcome__in=APPROVALS, corrected_by__isnull=True)


def _tiers(case_ids: Collection[int] | None, now: datetime) -> Iterator[CauseOf]:
    decided = F("case__standing__decision__decided_at")
    tiers = CaseFact.objects.filter(key=FactKey.TIER)
    before = tiers.filter(
        case=OuterRef("case"), valid_from__lte=OuterRef("case__standing__decision__decided_at")
    ).order_by("-valid_from", "-pk")
    rows = _of(tiers.filter(valid_until__isnull=True), case_ids).filter(valid_from__gt=decided)
    rows = rows.annotate(before=Subquery(before.values("value")[:1]))
    for pk, case_id, value, old in rows.order_by("pk").values_list("pk", "case_id", "value", "before"):
        if value != (old or Tier.UNASSESSED.value):
            yield case_id, Cause(rules.TIER_CHANGED, "case_fact", str(pk), value)


def _caps(case_ids: Collection[int] | None, now: datetime) -> Iterator[CauseOf]:
    """The plan agreed to last is held against the one of the decision.

    A plan that a correction wrote raises nothing and mends nothing: the one it took the place of is still looked at.
    """
    corrections = Decision.objects.filter(review__case=OuterRef("case"), corrects__isnull=False)
    rows = _of(CostPlan.objects.filter(agreed_at__isnull=False), case_ids)
    rows = rows.filter(agreed_at__gt=F("case__standing__decision__decided_at"))
    rows = rows.filter(Q(superseded_at__isnull=True) | Exists(corrections.filter(decided_at=OuterRef("superseded_at"))))
    rows = rows.exclude(Exists(corrections.filter(decided_at=OuterRef("agreed_at"))))
    rows = rows.select_related("case__standing__decision").order_by("agreed_at", "version")
    for plan in {row.case_id: row for row in rows}.values():
        decision = plan.case.standing.decision
        at = decision.decided_at if decision else now
        then = CostPlan.objects.filter(case=plan.case_id, agreed_at__lte=at).order_by("-agreed_at", "-version").first()
        if then is not None and rules.caps_raised(_amounts(then), _amounts(plan), stage=plan.case.stage):
            yield plan.case_id, Cause(rules.CAP_RAISED, "cost_plan", str(plan.pk), str(plan.version))


def _amounts(plan: CostPlan) -> Caps:
    whole: dict[CapName, Decimal | None] = {rules.WHOLE_CASE: plan.case_cap, ("run_rate", None): plan.monthly_cap}
    stages = CostCap.objects.filter(plan=plan).values_list("stage", "amount")
    found: dict[CapName, Decimal] = {("stage", stage): amount for stage, amount in stages}
    return {**found, **{key: amount for key, amount in whole.items() if amount is not None}}


def _breaches(case_ids: Collection[int] | None, now: datetime) -> Iterator[CauseOf]:
    """Caps that are passed or surely going to be, but for a go that passed over the cap by an override."""
    rows = _of(CostOutlook.objects.filter(state__in=[CapState.OVER, CapState.SURE]), case_ids)
    decision = "case__standing__decision"
    names = ("case_id", "breach_date", f"{decision}__review", f"{decision}__is_override")
    found = list(rows.order_by("case_id").values_list(*names))
    excused = _reviews_over_the_cap({review for *_rest, review, is_override in found if is_override})
    for case_id, day, review, _is_override in found:
        if review not in excused:
            yield case_id, Cause(rules.BREACH_SURE, "use_case", str(case_id), day.isoformat() if day else "")


def _reviews_over_the_cap(reviews: Collection[int]) -> set[int]:
    """Those of these overridden reviews whose override names the cap; it is pending still while it is being signed."""
    asked = OverrideRequest.objects.filter(review__in=reviews, state__in=[OverrideState.PENDING, OverrideState.SIGNED])
    return {review for review, names in asked.order_by("pk").values_list("review", "passes_over") if CAP in names}


def _criteria(case_ids: Collection[int] | None, playbook: Playbook) -> Iterator[CauseOf]:
    """Standing musts of the latest go that passed in its dossier and do not now."""
    keys = [key for key, each in playbook.criteria_by_key.items() if each.standing and key not in JUDGED_ELSEWHERE]
    rows = _of(CriterionResult.objects.filter(criterion__in=keys), case_ids).exclude(verdict__in=SETTLED)
    now: dict[int, dict[str, str]] = defaultdict(dict)
    for case_id, key, verdict in rows.order_by("pk").values_list("case_id", "criterion", "verdict"):
        now[case_id][key] = verdict
    standings = GateStanding.objects.filter(case__in=list(now)).select_related("case", "decision__dossier__review")
    for standing in standings.order_by("case_id").iterator(chunk_size=100):
        decision = standing.decision
        before = content_of(decision.dossier)["material"]["musts"] if decision else {}
        same_gate = decision is not None and decision.dossier.review.gate == standing.case.stage
        for key in rules.lost(before, now[standing.case_id], settled=SETTLED):
            if key in ASKED_BY_GATE and not same_gate:
                continue
            title = str(playbook.criteria_by_key[key].title)
            yield standing.case_id, Cause(rules.CRITERION_LOST, "criterion", key, title)


def standing_row(case: UseCase) -> GateStanding | None:
    """The standing as it was noted last; None for a case without a go."""
    return GateStanding.objects.filter(case=case).select_related("decision__review").first()


def noted(row: GateStanding) -> Standing:
    """The standing as it was noted."""
    return Standing(row.state, tuple(cause_from(reason) for reason in row.reasons), row.review_due)


def cause_from(reason: Mapping[str, Any]) -> Cause:
    """A cause as it is kept."""
    since = date.fromisoformat(reason["since"]) if reason.get("since") else None
    return Cause(reason["code"], reason["subject_type"], str(reason["subject_id"]), reason["text"], since)


def kept(cause: Cause) -> dict[str, str | None]:
    """How a cause is kept."""
    return {
        "code": cause.code,
        "subject_type": cause.subject_type,
        "subject_id": cause.subject_id,
        "text": cause.text,
        "since": cause.since.isoformat() if cause.since else None,
    }
