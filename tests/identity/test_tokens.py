"""Tokens: made, rotated, revoked."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import StringIO
from unittest.mock import Mock

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.db.models import QuerySet

from pocgate.identity.commands import create_token, digest_of, note_token_use, revoke_token, rotate_token, set_active
from pocgate.identity.models import ApiToken
from pocgate.kernel.errors import Forbidden, Invalid, NotAllowedNow
from pocgate.ledger.models import Activity
from tests.factories.identity import RoleGrantFactory, UserFactory

pytestmark = pytest.mark.django_db


def make(user, now, **changes):
    terms = {"user": user, "name": "BI", "scopes": ["portfolio:read"], "actor": user, "now": now} | changes
    return create_token(**terms)


def test_create_token_plain_terms_keeps_only_the_digest(now: datetime) -> None:
    token, text = make(UserFactory(), now)

    assert text.startswith("pg_")
    assert text.startswith(token.prefix)
    assert token.digest == digest_of(text)
    assert token.expires_at == now + timedelta(days=90)
    assert text not in json.dumps(list(Activity.objects.values("before", "after")))
    assert list(Activity.objects.values_list("verb", "subject_type", "subject_id")) == [
        ("token.created", "api_token", str(token.pk))
    ]


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"scopes": ["portfolio:read", "everything"]}, ["scopes"]),
        ({"scopes": []}, ["scopes"]),
        ({"name": "  "}, ["name"]),
        ({"name": "x" * 101}, ["name"]),
        ({"name": "", "scopes": ["a", "b"]}, ["name", "scopes", "scopes"]),
    ],
)
def test_create_token_bad_terms_is_refused(now: datetime, changes: dict[str, object], pointers: list[str]) -> None:
    user = UserFactory()

    with pytest.raises(Invalid) as refused:
        make(user, now, **changes)

    assert [problem.pointer for problem in refused.value.problems] == pointers
    assert (ApiToken.objects.count(), Activity.objects.count()) == (0, 0)


@pytest.mark.parametrize(("days", "code"), [(0, "in_the_past"), (-1, "in_the_past"), (367, "too_far")])
def test_create_token_bad_expiry_is_refused(now: datetime, days: int, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        make(UserFactory(), now, expires_at=now + timedelta(days=days))

    assert [problem.code for problem in refused.value.problems] == [code]


def test_create_token_for_somebody_else_needs_an_administrator(now: datetime) -> None:
    holder, stranger, admin = UserFactory(), UserFactory(), RoleGrantFactory(role="admin").user

    with pytest.raises(Forbidden):
        make(holder, now, actor=stranger)
    token, _text = make(holder, now, actor=admin)

    assert token.user == holder


def test_create_token_inactive_holder_is_refused(now: datetime) -> None:
    with pytest.raises(NotAllowedNow) as refused:
        make(UserFactory(is_active=False), now, actor=None)

    assert [blocker.code for blocker in refused.value.blockers] == ["holder_inactive"]


def test_revoke_token_twice_leaves_one_activity(now: datetime) -> None:
    user = UserFactory()
    token, _text = make(user, now)

    revoke_token(token_id=token.pk, actor=user, now=now)
    again = revoke_token(token_id=token.pk, actor=user, now=now + timedelta(days=1))

    assert again.revoked_at == now
    assert Activity.objects.filter(verb="token.revoked").count() == 1


def test_revoke_token_of_somebody_else_is_refused(now: datetime) -> None:
    token, _text = make(UserFactory(), now)

    with pytest.raises(Forbidden):
        revoke_token(token_id=token.pk, actor=UserFactory(), now=now)

    token.refresh_from_db()
    assert token.revoked_at is None


def test_rotate_token_old_one_lives_through_the_grace(now: datetime) -> None:
    user = UserFactory()
    old, _text = make(user, now, expires_at=now + timedelta(days=30))

    new, text = rotate_token(token_id=old.pk, actor=user, now=now + timedelta(days=10))

    old.refresh_from_db()
    assert old.expires_at == now + timedelta(days=11)
    assert new.expires_at == now + timedelta(days=40)
    assert (new.name, new.scopes, new.digest) == (old.name, old.scopes, digest_of(text))


def test_rotate_token_without_grace_ends_the_old_one(now: datetime) -> None:
    user = UserFactory()
    old, _text = make(user, now)

    rotate_token(token_id=old.pk, actor=user, now=now, grace=timedelta(0))

    old.refresh_from_db()
    assert old.is_live(now) is False


def test_rotate_token_near_its_end_never_prolongs_the_old_one(now: datetime) -> None:
    user = UserFactory()
    old, _text = make(user, now, expires_at=now + timedelta(hours=2))

    rotate_token(token_id=old.pk, actor=user, now=now + timedelta(hours=1))

    old.refresh_from_db()
    assert old.expires_at == now + timedelta(hours=2)


def test_rotate_token_that_is_over_is_refused(now: datetime) -> None:
    user = UserFactory()
    token, _text = make(user, now)
    revoke_token(token_id=token.pk, actor=user, now=now)

    with pytest.raises(NotAllowedNow) as refused:
        rotate_token(token_id=token.pk, actor=user, now=now)

    assert [blocker.code for blocker in refused.value.blockers] == ["token_is_over"]
    assert ApiToken.objects.count() == 1


def test_token_use_is_noted_at_most_once_a_minute(now: datetime) -> None:
    token, _text = make(UserFactory(), now)

    note_token_use(token_id=token.pk, now=now)
    note_token_use(token_id=token.pk, now=now + timedelta(seconds=59))
    token.refresh_from_db()
    first = token.last_used_at
    note_token_use(token_id=token.pk, now=now + timedelta(seconds=61))
    token.refresh_from_db()

    assert (first, token.last_used_at) == (now, now + timedelta(seconds=61))


def test_set_active_off_revokes_the_tokens(now: datetime) -> None:
    user, admin = UserFactory(), RoleGrantFactory(role="admin").user
    token, _text = make(user, now)

    set_active(user=user, active=False, actor=admin, now=now)

    token.refresh_from_db()
    assert token.revoked_at == now


def test_create_token_command_prints_a_token_that_works() -> None:
    UserFactory(username="Ana")
    out = StringIO()

    call_command("create_token", "ana", "--scope", "gates:read", "--days", "7", "--json", stdout=out)

    made = json.loads(out.getvalue())
    assert ApiToken.objects.get().digest == digest_of(made["token"])
    assert made["scopes"] == ["gates:read"]


@pytest.mark.parametrize(
    "arguments", [["nobody"], ["ana", "--scope", "x"], ["ana", "--days", "0"], ["ana", "--days", "99999999999"]]
)
def test_create_token_command_bad_arguments_says_why(arguments: list[str]) -> None:
    UserFactory(username="ana")

    with pytest.raises(CommandError):
        call_command("create_token", *arguments)

    assert ApiToken.objects.count() == 0


def test_call_goes_on_where_the_database_is_too_busy_to_note_it(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    token, _text = make(UserFactory(), now)
    monkeypatch.setattr(QuerySet, "update", Mock(side_effect=OperationalError("database is locked")))

    note_token_use(token_id=token.pk, now=now)

    assert ApiToken.objects.get(pk=token.pk).last_used_at is None
