"""Registering, editing and handing in cases; drafts that nobody touches are archived."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from pocgate.identity.models import User
from pocgate.kernel.counters import next_number
from pocgate.kernel.errors import Blocker, FieldProblem, Stale
from pocgate.ledger.commands import Act, record
from portfolio.commands import lifecycle
from portfolio.commands.opening import case_to_edit, invalid_when, note_change, plain, refuse_when
from portfolio.enums import Precision, Stage, Status, TeamRole
from portfolio.models import CaseFact, Department, StageSpell, TeamMember, UseCase
from portfolio.permissions import require
from portfolio.queries.pace import time_box_days
from portfolio.queries.team import untouched_drafts
from portfolio.rules.registration import Registration, registration_blockers, text_problems

NUMBERS = "use_case"
TEXT_FIELDS = ("title", "problem_statement", "affected_process", "affected_users", "expected_benefit", "category")
PLAIN_FIELDS = (*TEXT_FIELDS, "vendor", "currency", "technology", "target_gate_date")
PLACE_FIELDS = ("department_id", "unit_id")
EDITABLE_FIELDS = frozenset({*PLAIN_FIELDS, *PLACE_FIELDS})


def register_draft(*, changes: Mapping[str, object], actor: User, now: datetime) -> UseCase:
    """A new draft with the given fields (see `EDITABLE_FIELDS`; a title at least); the actor owns it."""
    require("register_case", actor, None, now=now)
    invalid_when(_problems({"title": "", **changes}, is_draft=True))
    with transaction.atomic():
        case = UseCase.objects.create(
            number=next_number(NUMBERS), created_by=actor, created_at=now, updated_at=now, **_cleaned(changes)
        )
        TeamMember.objects.create(case=case, user=actor, role=TeamRole.PRODUCT_OWNER, started_at=now, confirmed_at=now)
        after = {"title": case.title, "product_owner": actor.pk}
        note_change(case, Act("case.registered", "use_case", case.pk, case.pk, {}, after), actor=actor, now=now)
    return case


def save_draft(
    *, case_id: int, version: int | None, changes: Mapping[str, object], actor: User, now: datetime
) -> UseCase:
    """Autosave of a draft: as `edit_case`, but refused once the case was handed in."""
    with transaction.atomic():
        case = case_to_edit(case_id, act="edit_case", actor=actor, now=now)
        refuse_when([] if case.status == Status.DRAFT else [Blocker("not_a_draft", "This case was handed in already.")])
        return _write(case, version, changes, actor=actor, now=now)


def edit_case(
    *, case_id: int, version: int | None, changes: Mapping[str, object], actor: User, now: datetime
) -> UseCase:
    """Change describing fields. `version` is the one the editor saw (None: whatever it is now); else `Stale`."""
    with transaction.atomic():
        case = case_to_edit(case_id, act="edit_case", actor=actor, now=now)
        return _write(case, version, changes, actor=actor, now=now)


def _write(case: UseCase, version: int | None, changes: Mapping[str, object], *, actor: User, now: datetime) -> UseCase:
    if version is not None and version != case.version:
        raise Stale("Somebody else changed this case meanwhile. Load it again; your text is still in the form.")
    invalid_when(_problems(changes, is_draft=case.status == Status.DRAFT, case=case))
    cleaned = _cleaned(changes)
    changed = {field: value for field, value in cleaned.items() if getattr(case, field) != value}
    if not changed:
        return case
    before = {field: plain(getattr(case, field)) for field in changed}
    UseCase.objects.filter(pk=case.pk).update(**changed, version=F("version") + 1)
    after = {field: plain(value) for field, value in changed.items()}
    note_change(case, Act("case.edited", "use_case", case.pk, case.pk, before, after), actor=actor, now=now)
    case.refresh_from_db()
    return case


def _problems(changes: Mapping[str, object], *, is_draft: bool, case: UseCase | None = None) -> list[FieldProblem]:
    unknown = sorted(set(changes) - EDITABLE_FIELDS)
    problems = [FieldProblem(field, "unknown_field", "A case has no such field.") for field in unknown]
    problems += text_problems(changes, is_draft=is_draft)
    return problems + _place_problems(changes, is_draft=is_draft, case=case)


def _place_problems(changes: Mapping[str, object], *, is_draft: bool, case: UseCase | None) -> list[FieldProblem]:
    if not set(PLACE_FIELDS) & set(changes):
        return []
    department_id = changes.get("department_id", case.department_id if case else None)
    unit_id = changes.get("unit_id", case.unit_id if case else None)
    if department_id is None and unit_id is None:
        needed = FieldProblem("department", "required", "A case that was handed in belongs to a department.")
        return [] if is_draft else [needed]
    known = {place.pk: place for place in Department.objects.filter(pk__in=[department_id, unit_id])}
    unit = known.get(unit_id) if isinstance(unit_id, int) else None
    if department_id not in known:
        return [FieldProblem("department", "unknown_department", "There is no such department.")]
    if unit_id is not None and (unit is None or unit.parent_id != department_id):
        return [FieldProblem("unit", "unknown_unit", "This unit does not belong to the department.")]
    return []


def _cleaned(changes: Mapping[str, object]) -> dict[str, object]:
    """Titles on one line, tags without repeats; other texts as written."""
    cleaned = dict(changes)
    for field in ("title", "category", "vendor"):
        if field in cleaned:
            cleaned[field] = " ".join(str(cleaned[field]).split())
    tags = cleaned.get("technology")
    if isinstance(tags, list):
        cleaned["technology"] = list(dict.fromkeys(" ".join(tag.split()) for tag in tags))
    return cleaned


def submission_blockers(case: UseCase) -> list[Blocker]:
    """What the draft still lacks before it can be handed in."""
    answered = CaseFact.objects.filter(case=case, valid_until__isnull=True).values_list("key", flat=True)
    owner = TeamMember.objects.filter(case=case, role=TeamRole.PRODUCT_OWNER, ended_at__isnull=True)
    return registration_blockers(
        Registration(
            title=case.title,
            problem=case.problem_statement,
            has_department=case.department_id is not None,
            has_product_owner=owner.exists(),
            answered=frozenset(answered),
        )
    )


def submit_case(*, case_id: int, actor: User, now: datetime) -> UseCase:
    """Hand a draft in: stage 0 begins, with the time-box in force."""
    with transaction.atomic():
        case = case_to_edit(case_id, act="submit_case", actor=actor, now=now)
        if case.status == Status.DRAFT:
            refuse_when(submission_blockers(case))
        return lifecycle.submit(case_id=case_id, time_box_days=time_box_days(Stage.DISCOVERY), actor=actor, now=now)


def archive_draft(*, case_id: int, actor: User | None, now: datetime) -> None:
    """Put a draft away; it can be taken out again. No actor means the job for untouched drafts."""
    with transaction.atomic():
        case = UseCase.objects.select_for_update().get(pk=case_id)
        if actor is not None:
            require("submit_case", actor, case, now=now)
        refuse_when([] if case.status == Status.DRAFT else [Blocker("not_a_draft", "Only drafts can be archived.")])
        if UseCase.objects.filter(pk=case.pk, archived_at__isnull=True).update(archived_at=now, updated_at=now):
            record(Act("case.archived", "use_case", case.pk, case.pk), actor=actor, now=now)


def unarchive_draft(*, case_id: int, actor: User, now: datetime) -> None:
    """Take a draft out of the archive."""
    with transaction.atomic():
        case = UseCase.objects.select_for_update().get(pk=case_id)
        require("submit_case", actor, case, now=now)
        if UseCase.objects.filter(pk=case.pk, archived_at__isnull=False).update(archived_at=None, updated_at=now):
            record(Act("case.unarchived", "use_case", case.pk, case.pk), actor=actor, now=now)


def identify_stage(*, case_id: int, stage: int, actor: User, now: datetime) -> UseCase:
    """Say in which stage an imported case is whose stage is not known; its spell opens. Only before any review."""
    with transaction.atomic():
        case = case_to_edit(case_id, act="identify_stage", actor=actor, now=now)
        if stage not in Stage.values:
            invalid_when([FieldProblem("stage", "unknown_stage", "Stages are numbered 0 to 3.")])
        refuse_when(_identifying_blockers(case))
        UseCase.objects.filter(pk=case.pk).update(stage=stage, version=F("version") + 1)
        spell = lifecycle.spell_from(case, stage, now, time_box_days(stage))
        # When it really entered the stage nobody said; only its time-box begins now.
        unknown = {"entered_at": None, "entered_precision": Precision.UNKNOWN, "imported": True}
        StageSpell.objects.create(case=case, **{**spell, **unknown})
        note_change(
            case,
            Act("case.stage_identified", "use_case", case.pk, case.pk, {"stage": None}, {"stage": stage}),
            actor=actor,
            now=now,
        )
        case.refresh_from_db()
    return case


def _identifying_blockers(case: UseCase) -> list[Blocker]:
    if case.status != Status.ACTIVE:
        return [Blocker("not_active", "Only an active case can be given a stage.")]
    if case.stage is not None:
        return [Blocker("stage_known", "The stage of this case is known; only a gate can change it.")]
    if case.governed_at is not None:
        return [Blocker("governed", "A review was held on this case; only a gate can change its stage.")]
    return []


def archive_untouched_drafts(*, days: int, now: datetime, limit: int = 500) -> int:
    """Put away the drafts that nobody changed for so many days; the number put away."""
    untouched = untouched_drafts(before=now - timedelta(days=days))[:limit]
    case_ids = list(untouched.values_list("pk", flat=True))
    for case_id in case_ids:
        archive_draft(case_id=case_id, actor=None, now=now)
    return len(case_ids)
