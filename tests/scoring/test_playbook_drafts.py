"""Drafts of the playbook: nobody overwrites anybody, nobody publishes unseen, a refusal loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from pocgate.identity.models import User
from pocgate.identity.rules import SignIn
from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow, RecentSignInRequired, Stale
from pocgate.kernel.models import Job
from pocgate.ledger.models import Activity
from scoring import tasks
from scoring.commands.playbooks import (
    begin_draft,
    discard_draft,
    ensure_default_playbook,
    move_to_version_in_force,
    publish_draft,
    publish_playbook,
    request_effect,
    save_draft,
)
from scoring.models import Playbook, PlaybookEffect
from scoring.queries.playbooks import default_playbook_text, published_playbook
from tests.factories.identity import RoleGrantFactory

pytestmark = pytest.mark.django_db

TOKEN = SignIn(by_token=True)


@pytest.fixture
def now() -> datetime:
    """The machine's clock: the worker in these tests looks at it, too."""
    return timezone.now()


@pytest.fixture
def admin() -> User:
    user: User = RoleGrantFactory(role="admin").user
    return user


@pytest.fixture
def officer() -> User:
    user: User = RoleGrantFactory(role="compliance").user
    return user


def _easier() -> str:
    return default_playbook_text().replace("readiness_bar: 70", "readiness_bar: 60")


def _draft(actor: User, now: datetime, text: str | None = None) -> Playbook:
    ensure_default_playbook(now=now)
    return begin_draft(name="Lower bar", text=_easier() if text is None else text, actor=actor, now=now)


def _shown(draft: Playbook, actor: User, now: datetime) -> Playbook:
    """The draft once its effect was computed."""
    effect = request_effect(draft_id=draft.pk, revision=draft.revision, actor=actor, now=now)
    tasks.playbook_effect(job_id=Job.objects.get(subject_type="playbook_effect", subject_id=str(effect.pk)).pk)
    return draft


def _publish(draft: Playbook, actor: User, now: datetime) -> Playbook:
    return publish_draft(draft_id=draft.pk, revision=draft.revision, actor=actor, sign_in=TOKEN, now=now)


def test_begin_draft_starts_from_the_version_in_force(officer: User, now: datetime) -> None:
    first = ensure_default_playbook(now=now)

    draft = begin_draft(name=" Mine ", actor=officer, now=now)

    assert (draft.name, draft.text, draft.base_id) == ("Mine", default_playbook_text(), first.pk)
    assert (draft.version, draft.revision, published_playbook().version) == (None, 1, 1)
    assert Activity.objects.filter(verb="playbook.draft_begun", actor=officer).count() == 1


def test_save_draft_keeps_a_faulty_text(officer: User, now: datetime) -> None:
    draft = _draft(officer, now)

    saved = save_draft(draft_id=draft.pk, revision=1, name="Mine", text="a: [\r\n", actor=officer, now=now)

    assert (saved.text, saved.revision, saved.edited_by) == ("a: [\n", 2, officer)


def test_save_draft_without_a_change_is_no_save(officer: User, now: datetime) -> None:
    draft = _draft(officer, now)

    saved = save_draft(draft_id=draft.pk, revision=1, name=draft.name, text=draft.text, actor=officer, now=now)

    assert saved.revision == 1
    assert not Activity.objects.filter(verb="playbook.draft_saved").exists()


def test_save_draft_over_somebody_elses_save_is_stale(admin: User, officer: User, now: datetime) -> None:
    draft = _draft(officer, now)
    save_draft(draft_id=draft.pk, revision=1, name="Theirs", text="theirs", actor=admin, now=now)

    with pytest.raises(Stale):
        save_draft(draft_id=draft.pk, revision=1, name="Mine", text="mine", actor=officer, now=now)

    assert Playbook.objects.get(pk=draft.pk).text == "theirs"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "draft_name_missing"),
        ({"name": "n" * 121}, "draft_name_missing"),
        ({"text": "a\0b"}, "text_unreadable"),
        ({"text": "é" * 600_000}, "too_large"),
    ],
)
def test_save_draft_refuses_what_can_not_be_kept(
    changes: dict[str, str], code: str, officer: User, now: datetime
) -> None:
    draft = _draft(officer, now)

    with pytest.raises(Invalid) as refused:
        save_draft(draft_id=draft.pk, revision=1, actor=officer, now=now, **{"name": "Mine", "text": "x", **changes})

    assert [problem.code for problem in refused.value.problems] == [code]
    assert Playbook.objects.get(pk=draft.pk).revision == 1


@pytest.mark.parametrize("role", ["auditor", "committee", "product_owner"])
def test_drafting_is_refused_to_others(role: str, officer: User, now: datetime) -> None:
    draft = _draft(officer, now)
    other = RoleGrantFactory(role=role).user
    acts: list[Callable[[], Any]] = [
        lambda: begin_draft(name="x", actor=other, now=now),
        lambda: save_draft(draft_id=draft.pk, revision=1, name="x", text="x", actor=other, now=now),
        lambda: discard_draft(draft_id=draft.pk, revision=1, actor=other, now=now),
        lambda: request_effect(draft_id=draft.pk, revision=1, actor=other, now=now),
        lambda: move_to_version_in_force(draft_id=draft.pk, revision=1, version=1, actor=other, now=now),
        lambda: publish_draft(draft_id=draft.pk, revision=1, actor=other, sign_in=TOKEN, now=now),
    ]

    for act in acts:
        with pytest.raises(Forbidden):
            act()

    assert list(Playbook.objects.filter(version=None).values_list("pk", "revision")) == [(draft.pk, 1)]
    assert not PlaybookEffect.objects.exists()


def test_publish_draft_turns_the_row_into_the_next_version(admin: User, officer: User, now: datetime) -> None:
    draft = _shown(_draft(officer, now), officer, now)

    published = _publish(draft, admin, now)

    assert (published.pk, published.version) == (draft.pk, 2)
    assert (published.created_by, published.published_by) == (officer, admin)
    assert published_playbook().rules.gate(0).readiness_bar == 60
    assert Job.objects.filter(kind="scoring.recompute_all", subject_id=str(draft.pk)).count() == 1
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Playbook.objects.filter(pk=draft.pk).update(text="other")


def test_publish_draft_by_compliance_is_refused(officer: User, now: datetime) -> None:
    draft = _shown(_draft(officer, now), officer, now)

    with pytest.raises(Forbidden):
        _publish(draft, officer, now)

    assert published_playbook().version == 1


def test_publish_draft_needs_a_recent_sign_in(admin: User, now: datetime) -> None:
    draft = _shown(_draft(admin, now), admin, now)
    old = SignIn(at=now - timedelta(days=2))

    with pytest.raises(RecentSignInRequired):
        publish_draft(draft_id=draft.pk, revision=draft.revision, actor=admin, sign_in=old, now=now)

    assert published_playbook().version == 1


def test_publish_draft_unseen_is_refused(admin: User, now: datetime) -> None:
    draft = _draft(admin, now)

    with pytest.raises(NotAllowedNow) as refused:
        _publish(draft, admin, now)

    assert [blocker.code for blocker in refused.value.blockers] == ["effect_not_seen"]


def test_publish_draft_with_another_text_than_shown_is_refused(admin: User, now: datetime) -> None:
    draft = _shown(_draft(admin, now), admin, now)
    text = _easier().replace("readiness_bar: 60", "readiness_bar: 50")
    later = save_draft(draft_id=draft.pk, revision=1, name=draft.name, text=text, actor=admin, now=now)

    with pytest.raises(NotAllowedNow) as refused:
        _publish(later, admin, now)

    assert [blocker.code for blocker in refused.value.blockers] == ["effect_not_seen"]


def test_publish_second_draft_of_the_same_version_is_refused_and_loses_nothing(admin: User, now: datetime) -> None:
    first = _shown(_draft(admin, now), admin, now)
    text = default_playbook_text().replace("readiness_bar: 85", "readiness_bar: 80")
    second = _shown(_draft(admin, now, text), admin, now)
    _publish(first, admin, now)

    with pytest.raises(NotAllowedNow) as refused:
        _publish(second, admin, now)

    kept = Playbook.objects.get(pk=second.pk)
    assert [blocker.code for blocker in refused.value.blockers] == ["draft_outdated", "effect_not_seen"]
    assert (kept.state, kept.text, kept.version) == ("draft", text, None)
    assert published_playbook().version == 2


def test_draft_carried_on_from_the_version_in_force_may_be_published(admin: User, now: datetime) -> None:
    draft = _draft(admin, now, default_playbook_text().replace("readiness_bar: 85", "readiness_bar: 80"))
    publish_playbook(text=_easier(), actor=admin, now=now)

    moved = move_to_version_in_force(draft_id=draft.pk, revision=1, version=2, actor=admin, now=now)
    published = _publish(_shown(moved, admin, now), admin, now)

    assert published.version == 3


def test_draft_is_not_carried_on_from_a_version_nobody_looked_at(admin: User, now: datetime) -> None:
    draft = _draft(admin, now)
    publish_playbook(text=_easier(), actor=admin, now=now)

    with pytest.raises(Stale):
        move_to_version_in_force(draft_id=draft.pk, revision=1, version=1, actor=admin, now=now)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("    weight: 2\n", "    weight: 0\n", "weight_out_of_range"),
        ("- key: scope_bounded", "- key: problem_stated", "repeated_key"),
        ("readiness_bar: 70", "readiness_bar: .nan", "not_a_whole_number"),
    ],
)
def test_publish_faulty_draft_names_the_line_and_keeps_it(
    old: str, new: str, code: str, admin: User, now: datetime
) -> None:
    text = default_playbook_text()
    assert old in text
    draft = _draft(admin, now, text.replace(old, new, 1))
    line = text[: text.index(old)].count("\n") + 1

    for act in (
        lambda: _publish(draft, admin, now),
        lambda: request_effect(draft_id=draft.pk, revision=1, actor=admin, now=now),
        lambda: publish_playbook(text=draft.text, actor=None, now=now),
    ):
        with pytest.raises(Invalid) as refused:
            act()
        found = [(problem.pointer.partition(",")[0], problem.code) for problem in refused.value.problems]
        assert found == [(f"line {line}", code)]

    assert published_playbook().version == 1
    assert Playbook.objects.get(pk=draft.pk).state == "draft"


def test_published_draft_can_not_be_saved_or_discarded(admin: User, now: datetime) -> None:
    draft = _publish(_shown(_draft(admin, now), admin, now), admin, now)

    for act in (
        lambda: save_draft(draft_id=draft.pk, revision=1, name="x", text="x", actor=admin, now=now),
        lambda: discard_draft(draft_id=draft.pk, revision=1, actor=admin, now=now),
    ):
        with pytest.raises(NotAllowedNow):
            act()


def test_discard_draft_of_another_is_for_administrators(admin: User, officer: User, now: datetime) -> None:
    draft = _draft(admin, now)

    with pytest.raises(Forbidden):
        discard_draft(draft_id=draft.pk, revision=1, actor=officer, now=now)
    discard_draft(draft_id=draft.pk, revision=1, actor=admin, now=now)

    assert not Playbook.objects.filter(version=None).exists()
    with pytest.raises(Stale):
        discard_draft(draft_id=draft.pk, revision=1, actor=admin, now=now)


def test_draft_with_a_version_or_a_published_row_without_is_refused_by_the_database(now: datetime) -> None:
    for values in ({"state": "draft", "version": 7}, {"state": "published", "published_at": now, "digest": "x"}):
        with pytest.raises(IntegrityError, match="published_is_whole"), transaction.atomic():
            Playbook.objects.create(text="x", created_at=now, **values)
