"""Accounts of people and of programs."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from pocgate.identity.commands.acts import tell
from pocgate.identity.commands.roles import refuse_last_administrator
from pocgate.identity.enums import AccountKind
from pocgate.identity.errors import username_missing, username_taken
from pocgate.identity.models import ApiToken, User
from pocgate.identity.permissions import require_administrator
from pocgate.kernel.errors import FieldProblem, Invalid

# Pages opened within this time belong to one visit.
VISIT_GAP = timedelta(minutes=30)
LONGEST_ADDRESS = 254


def create_person(
    *, username: str, full_name: str, email: str, password: str | None, actor: User | None, now: datetime
) -> User:
    """An account for a person; without a password it can not sign in by one.

    Raises `Invalid` (username, full_name, email, password), `Forbidden`.
    """
    return _create(
        User(username=username.strip(), full_name=full_name.strip(), email=email.strip(), kind=AccountKind.PERSON),
        password,
        actor=actor,
        now=now,
    )


def create_service_account(*, username: str, full_name: str, actor: User | None, now: datetime) -> User:
    """An account for a program: it uses tokens, never signs in, votes, signs, waives or decides."""
    account = User(username=username.strip(), full_name=full_name.strip(), kind=AccountKind.SERVICE)
    return _create(account, None, actor=actor, now=now)


def correct_address(*, user: User, email: str, actor: User | None, now: datetime) -> User:
    """Enter or correct a person's mail address; blank for none. Raises `Invalid` (email), `Forbidden`."""
    address = email.strip()
    with transaction.atomic():
        account = User.objects.select_for_update().get(pk=user.pk)
        require_administrator(actor, now=now)
        _require_address(address)
        if address != account.email:
            account.email = address
            account.save(update_fields=["email"])
            after = {"has_address": bool(address)}
            tell("user.address_corrected", "user", account.pk, actor=actor, now=now, after=after)
    return account


def set_active(*, user: User, active: bool, actor: User | None, now: datetime) -> User:
    """Switch an account on or off. Off also revokes its tokens, which switching it on does not bring back."""
    with transaction.atomic():
        account = User.objects.select_for_update().get(pk=user.pk)
        require_administrator(actor, now=now)
        if account.is_active == active:
            return account
        if not active:
            refuse_last_administrator(account, now=now)
            ApiToken.objects.filter(user=account, revoked_at__isnull=True).update(revoked_at=now)
        account.is_active = active
        account.save(update_fields=["is_active"])
        verb = "user.activated" if active else "user.deactivated"
        tell(verb, "user", account.pk, actor=actor, now=now, after={"is_active": active})
    return account


def record_visit(*, user: User, now: datetime) -> None:
    """Note that the person is here; after a pause it is a new visit and the last one becomes the previous one."""
    seen = user.last_visit_at
    if seen is None or now - seen > VISIT_GAP:
        User.objects.filter(pk=user.pk, last_visit_at=seen).update(last_visit_at=now, previous_visit_at=seen)
    elif now - seen > timedelta(minutes=1):
        User.objects.filter(pk=user.pk).update(last_visit_at=now)


def _require_address(address: str) -> None:
    try:
        if address:
            validate_email(address)
    except ValidationError as error:
        raise Invalid([_problem("email", error)]) from error
    if len(address) > LONGEST_ADDRESS:
        raise Invalid([FieldProblem("email", "too_long", "At most {most} characters.", {"most": LONGEST_ADDRESS})])


def _create(account: User, password: str | None, *, actor: User | None, now: datetime) -> User:
    with transaction.atomic():
        require_administrator(actor, now=now)
        problems = [*_account_problems(account), *_password_problems(account, password)]
        if problems:
            raise Invalid(problems)
        account.set_password(password)
        account.save(force_insert=True)
        after = {"username": account.username, "kind": account.kind}
        tell("user.created", "user", account.pk, actor=actor, now=now, after=after)
    return account


def _account_problems(account: User) -> list[FieldProblem]:
    if not account.username:
        return [username_missing()]
    if User.objects.filter(username__iexact=account.username).exists():
        return [username_taken(account.username)]
    try:
        account.clean_fields(exclude=["password"])
    except ValidationError as error:
        return _field_problems(error)
    return []


def _password_problems(account: User, password: str | None) -> list[FieldProblem]:
    if password is None:
        return []
    try:
        validate_password(password, account)
    except ValidationError as error:
        return [_problem("password", part) for part in error.error_list]
    return []


def _field_problems(error: ValidationError) -> list[FieldProblem]:
    return [_problem(field, part) for field, parts in error.error_dict.items() for part in parts]


def _problem(field: str, error: ValidationError) -> FieldProblem:
    # Django's own sentence is already filled and translated; it is passed as a value so that its braces stay text.
    return FieldProblem(field, error.code or "invalid", "{message}", {"message": error.messages[0]})
