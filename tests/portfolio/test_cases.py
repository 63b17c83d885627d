"""Registering, editing and handing in a case: what is refused changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow, Stale
from pocgate.ledger.models import Activity
from portfolio.commands import cases, facts
from portfolio.commands.pace import set_time_boxes
from portfolio.models import CaseFact, StageSpell, TeamMember, UseCase
from portfolio.rules.registration import ANSWERS_NEEDED
from tests.factories.identity import RoleGrantFactory, UserFactory
from tests.factories.portfolio import DepartmentFactory, DepartmentMemberFactory, TeamMemberFactory, UseCaseFactory

pytestmark = pytest.mark.django_db


def _owner():
    return RoleGrantFactory(role="product_owner").user


def _full_draft(owner, now: datetime) -> UseCase:
    place = DepartmentFactory()
    changes = {"title": "Sort claims", "problem_statement": "By hand, for days.", "department_id": place.pk}
    draft = cases.register_draft(changes=changes, actor=owner, now=now)
    answers = dict.fromkeys(ANSWERS_NEEDED, "unknown") | {"delivery": "built", "affects_people": "no"}
    facts.set_facts(case_id=draft.pk, values=answers, actor=owner, now=now)
    return draft


def test_register_draft_makes_its_author_product_owner(now: datetime) -> None:
    owner = _owner()

    draft = cases.register_draft(changes={"title": "  Sort   claims "}, actor=owner, now=now)

    member = TeamMember.objects.get(case=draft)
    assert (draft.title, draft.status, draft.reference) == ("Sort claims", "draft", "UC-0001")
    assert (member.user, member.role, member.confirmed_at) == (owner, "product_owner", now)
    assert Activity.objects.get().verb == "case.registered"


def test_register_draft_with_a_place_in_a_department_is_allowed(now: datetime) -> None:
    person = DepartmentMemberFactory().user

    assert cases.register_draft(changes={"title": "Sort claims"}, actor=person, now=now).number == 1


@pytest.mark.parametrize("role", ["auditor", "compliance", "chair", "committee", "sponsor"])
def test_register_draft_by_other_roles_is_forbidden(role: str, now: datetime) -> None:
    person = RoleGrantFactory(role=role).user

    with pytest.raises(Forbidden):
        cases.register_draft(changes={"title": "Sort claims"}, actor=person, now=now)

    assert not UseCase.objects.exists()


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({}, "title", "required"),
        ({"title": "x" * 401}, "title", "too_long"),
        ({"title": "a\x00b"}, "title", "nul_character"),
        ({"title": "a", "currency": "XXX"}, "currency", "unknown_currency"),
        ({"title": "a", "technology": "llm"}, "technology", "not_a_list"),
        ({"title": "a", "department_id": 99}, "department", "unknown_department"),
        ({"title": "a", "stage": 3}, "stage", "unknown_field"),
    ],
)
def test_register_draft_with_bad_values_is_refused(changes: dict, pointer: str, code: str, now: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        cases.register_draft(changes=changes, actor=_owner(), now=now)

    assert [(problem.pointer, problem.code) for problem in refused.value.problems] == [(pointer, code)]
    assert not UseCase.objects.exists()


def test_save_draft_changes_fields_and_counts_versions(now: datetime) -> None:
    owner = _owner()
    draft = cases.register_draft(changes={"title": "Sort claims"}, actor=owner, now=now)

    saved = cases.save_draft(case_id=draft.pk, version=1, changes={"vendor": "None"}, actor=owner, now=now)

    edited = Activity.objects.get(verb="case.edited")
    assert (saved.vendor, saved.version) == ("None", 2)
    assert (edited.before, edited.after) == ({"vendor": ""}, {"vendor": "None"})


def test_save_draft_without_a_change_leaves_no_trace(now: datetime) -> None:
    owner = _owner()
    draft = cases.register_draft(changes={"title": "Sort claims"}, actor=owner, now=now)

    saved = cases.save_draft(case_id=draft.pk, version=1, changes={"title": "Sort claims"}, actor=owner, now=now)

    assert saved.version == 1
    assert not Activity.objects.filter(verb="case.edited").exists()


def test_save_draft_of_an_older_version_is_stale(now: datetime) -> None:
    owner = _owner()
    draft = cases.register_draft(changes={"title": "Sort claims"}, actor=owner, now=now)
    cases.save_draft(case_id=draft.pk, version=1, changes={"title": "Sort letters"}, actor=owner, now=now)

    with pytest.raises(Stale):
        cases.save_draft(case_id=draft.pk, version=1, changes={"title": "Sort mail"}, actor=owner, now=now)

    assert UseCase.objects.get().title == "Sort letters"


def test_edit_case_by_a_stranger_is_forbidden(now: datetime) -> None:
    case = UseCaseFactory()

    with pytest.raises(Forbidden):
        cases.edit_case(case_id=case.pk, version=None, changes={"title": "Mine"}, actor=UserFactory(), now=now)

    case.refresh_from_db()
    assert case.title != "Mine"
    assert not Activity.objects.exists()


def test_edit_case_to_a_unit_of_another_department_is_refused(now: datetime) -> None:
    member = TeamMemberFactory()
    unit = DepartmentFactory(parent=DepartmentFactory())

    with pytest.raises(Invalid) as refused:
        cases.edit_case(case_id=member.case_id, version=None, changes={"unit_id": unit.pk}, actor=member.user, now=now)

    assert [problem.code for problem in refused.value.problems] == ["unknown_unit"]


def test_edit_case_while_a_vote_runs_is_refused(now: datetime) -> None:
    member = TeamMemberFactory(case=UseCaseFactory(records_locked_at=now))

    with pytest.raises(NotAllowedNow) as refused:
        cases.edit_case(case_id=member.case_id, version=None, changes={"title": "x"}, actor=member.user, now=now)

    assert [blocker.code for blocker in refused.value.blockers] == ["records_locked"]


def test_submit_case_opens_stage_zero(now: datetime) -> None:
    owner = _owner()
    draft = _full_draft(owner, now)
    set_time_boxes({0: 20, 1: 42, 2: 84, 3: None})

    case = cases.submit_case(case_id=draft.pk, actor=owner, now=now)

    spell = StageSpell.objects.get(case=case)
    assert (case.status, case.stage) == ("active", 0)
    assert (spell.time_box_days, spell.time_box_ends_at) == (20, now + timedelta(days=20))


def test_submit_case_that_lacks_things_lists_them_and_changes_nothing(now: datetime) -> None:
    owner = _owner()
    draft = cases.register_draft(changes={"title": "Sort claims"}, actor=owner, now=now)

    with pytest.raises(NotAllowedNow) as refused:
        cases.submit_case(case_id=draft.pk, actor=owner, now=now)

    draft.refresh_from_db()
    codes = [blocker.code for blocker in refused.value.blockers]
    assert codes == ["problem_missing", "department_missing", "questions_open"]
    assert (draft.status, StageSpell.objects.count()) == ("draft", 0)


def test_submit_case_twice_is_refused(now: datetime) -> None:
    owner = _owner()
    draft = _full_draft(owner, now)
    cases.submit_case(case_id=draft.pk, actor=owner, now=now)

    with pytest.raises(NotAllowedNow):
        cases.submit_case(case_id=draft.pk, actor=owner, now=now)

    assert StageSpell.objects.count() == 1


def test_archive_and_unarchive_draft_once_each(now: datetime) -> None:
    owner = _owner()
    draft = cases.register_draft(changes={"title": "Sort claims"}, actor=owner, now=now)

    for _ in range(2):
        cases.archive_draft(case_id=draft.pk, actor=owner, now=now)
    archived = UseCase.objects.get().archived_at
    cases.unarchive_draft(case_id=draft.pk, actor=owner, now=now)

    verbs = list(Activity.objects.order_by("pk").values_list("verb", flat=True))
    assert (archived, UseCase.objects.get().archived_at) == (now, None)
    assert verbs == ["case.registered", "case.archived", "case.unarchived"]


def test_drafts_that_nobody_touched_are_put_away_once(now: datetime) -> None:
    old = UseCaseFactory(status="draft", stage=None, updated_at=now - timedelta(days=31))
    UseCaseFactory(status="draft", stage=None, updated_at=now - timedelta(days=29))
    UseCaseFactory(updated_at=now - timedelta(days=31))

    counts = [cases.archive_untouched_drafts(days=30, now=now) for _ in range(2)]

    assert counts == [1, 0]
    assert list(UseCase.objects.filter(archived_at__isnull=False)) == [old]


def test_archive_draft_that_was_handed_in_is_refused(now: datetime) -> None:
    case = UseCaseFactory()

    with pytest.raises(NotAllowedNow):
        cases.archive_draft(case_id=case.pk, actor=None, now=now)


def test_identify_stage_opens_a_spell_whose_entry_is_unknown(now: datetime) -> None:
    case = UseCaseFactory(stage=None, origin="imported")
    owner = TeamMemberFactory(case=case).user

    cases.identify_stage(case_id=case.pk, stage=2, actor=owner, now=now)

    case.refresh_from_db()
    spell = StageSpell.objects.get(case=case)
    assert case.stage == 2
    assert (spell.entered_at, spell.entered_precision, spell.imported) == (None, "unknown", True)
    assert spell.time_box_ends_at == now + timedelta(days=84)


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"stage": 1}, "stage_known"), ({"governed": True}, "governed"), ({"status": "retired"}, "case_ended")],
)
def test_identify_stage_of_another_case_is_refused(fields: dict, code: str, now: datetime) -> None:
    governed_at = now if fields.pop("governed", False) else None
    case = UseCaseFactory(**({"stage": None, "origin": "imported", "governed_at": governed_at} | fields))
    owner = TeamMemberFactory(case=case).user

    with pytest.raises(NotAllowedNow) as refused:
        cases.identify_stage(case_id=case.pk, stage=2, actor=owner, now=now)

    assert [blocker.code for blocker in refused.value.blockers] == [code]
    assert not StageSpell.objects.exists()


def test_every_change_asks_for_the_readiness_again(
    now: datetime, sent_tasks: list, django_capture_on_commit_callbacks
) -> None:
    owner = _owner()
    with django_capture_on_commit_callbacks(execute=True):
        draft = cases.register_draft(changes={"title": "Sort claims"}, actor=owner, now=now)

    draft.refresh_from_db()
    assert draft.requested_version == 2
    assert sent_tasks == [("scoring.recompute_case", {"case_id": draft.pk})]


@pytest.mark.parametrize(
    "fields",
    [
        {"title": ""},
        {"number": 0},
        {"stage": 4},
        {"status": "lost"},
        {"status": "draft", "stage": 1},
        {"iteration": 0},
        {"origin": "found"},
        {"problem_statement": ""},
        {"department": None},
        {"currency": "eu"},
        {"computed_version": 5},
    ],
)
def test_case_that_breaks_a_rule_is_refused_by_the_database(fields: dict) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        UseCaseFactory(**fields)


def test_fact_open_twice_is_refused_by_the_database(now: datetime) -> None:
    case = UseCaseFactory()
    CaseFact.objects.create(case=case, key="tier", value="high", valid_from=now)

    with pytest.raises(DatabaseError), transaction.atomic():
        CaseFact.objects.create(case=case, key="tier", value="minimal", valid_from=now)
