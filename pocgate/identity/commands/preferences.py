"""What people change about themselves."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import available_timezones

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from pocgate.identity.commands.acts import tell
from pocgate.identity.models import User
from pocgate.kernel.errors import FieldProblem, Invalid

LONGEST_NAME = 200


def set_preferences(*, user: User, full_name: str, time_zone: str, now: datetime) -> User:
    """The person's own name and time zone (an IANA name, blank for the installation's). Raises `Invalid`."""
    with transaction.atomic():
        held = User.objects.select_for_update().get(pk=user.pk)
        problems = _problems(full_name.strip(), time_zone)
        if problems:
            raise Invalid(problems)
        before = {"full_name": held.full_name, "time_zone": held.time_zone}
        after = {"full_name": full_name.strip(), "time_zone": time_zone}
        if after != before:
            User.objects.filter(pk=held.pk).update(**after)
            tell("user.edited", "user", held.pk, actor=user, now=now, before=before, after=after)
    held.full_name, held.time_zone = after["full_name"], after["time_zone"]
    return held


def change_password(*, user: User, present: str, new: str, now: datetime) -> None:
    """Replace the person's own password. Raises `Invalid` when the present one is wrong or the new one too weak."""
    with transaction.atomic():
        held = User.objects.select_for_update().get(pk=user.pk)
        if not held.check_password(present):
            raise Invalid([FieldProblem("present", "wrong_password", "This is not your present password.")])
        try:
            validate_password(new, held)
        except ValidationError as error:
            # Django's own sentence is filled already; it is passed as a value so that its braces stay text.
            raise Invalid(
                [FieldProblem("new", "weak_password", "{message}", {"message": text}) for text in error.messages]
            ) from error
        held.set_password(new)
        held.save(update_fields=["password"])
        user.password = held.password
        tell("user.password_changed", "user", held.pk, actor=user, now=now)


def _problems(full_name: str, time_zone: str) -> list[FieldProblem]:
    problems = []
    if not full_name or len(full_name) > LONGEST_NAME:
        problems.append(
            FieldProblem("full_name", "name_length", "Give a name of 1 to {most} characters.", {"most": LONGEST_NAME})
        )
    if time_zone and time_zone not in available_timezones():
        problems.append(
            FieldProblem(
                "time_zone", "unknown_zone", "“{zone}” is no time zone such as Europe/Vienna.", {"zone": time_zone}
            )
        )
    return problems
