"""People for tests."""

from __future__ import annotations

from datetime import UTC, datetime

import factory

from pocgate.identity.models import ApiToken, RoleGrant, User

LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    full_name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")


class RoleGrantFactory(factory.django.DjangoModelFactory[RoleGrant]):
    class Meta:
        model = RoleGrant

    user = factory.SubFactory(UserFactory)
    role = "admin"
    started_at = LONG_AGO


class ApiTokenFactory(factory.django.DjangoModelFactory[ApiToken]):
    class Meta:
        model = ApiToken

    user = factory.SubFactory(UserFactory)
    name = "token"
    prefix = factory.Sequence(lambda n: f"pg{n:06d}")
    digest = factory.Sequence(lambda n: f"{n:064d}")
    created_at = LONG_AGO
