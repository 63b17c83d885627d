"""People, service accounts, their roles and their tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from pocgate.identity.enums import AccountKind, Role


class UserManager(BaseUserManager["User"]):
    """Creates accounts; names are case-insensitively unique."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """An account; without a password it can only use tokens or single sign-on."""
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> User:
        """For Django's own `createsuperuser`."""
        return self.create_user(username, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        """Sign in whatever the capitals."""
        return self.get(username__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person or a service account. The `scim_*` columns are those that the SCIM mixins expect."""

    username = models.CharField(_("user name"), max_length=150, unique=True, validators=[UnicodeUsernameValidator()])
    full_name = models.CharField(_("name"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=AccountKind.choices, default=AccountKind.PERSON)
    job_title = models.CharField(_("job title"), max_length=120, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_demo = models.BooleanField(default=False)
    joined_at = models.DateTimeField(auto_now_add=True)
    last_visit_at = models.DateTimeField(null=True, blank=True)
    previous_visit_at = models.DateTimeField(null=True, blank=True)
    scim_id = models.CharField(max_length=254, null=True, blank=True, default=None, unique=True)
    scim_external_id = models.CharField(max_length=254, null=True, blank=True, default=None, db_index=True)
    scim_username = models.CharField(max_length=254, null=True, blank=True, default=None, db_index=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("username"), name="identity_user_username_once"),
            models.CheckConstraint(condition=~Q(username=""), name="identity_user_username_given"),
            models.CheckConstraint(condition=Q(kind__in=AccountKind.values), name="identity_user_kind_known"),
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        """The name to show."""
        return str(self)

    def get_short_name(self) -> str:
        """The first word of the name to show."""
        return str(self).split(" ")[0]

    @property
    def initials(self) -> str:
        """Up to two letters for the avatar."""
        words = [word for word in str(self).split() if word[:1].isalpha()]
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"

    @property
    def is_person(self) -> bool:
        """False for service accounts."""
        return self.kind == AccountKind.PERSON


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    """Chains over grants."""

    def in_force(self, now: datetime) -> RoleGrantQuerySet:
        """Grants whose half-open period holds `now`."""
        return self.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=now), started_at__lte=now)


class RoleGrant(models.Model):
    """A person has a role from `started_at` until just before `ended_at`."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="role_grants")
    role = models.CharField(max_length=20, choices=Role.choices)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="identity_rolegrant_role_known"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="identity_rolegrant_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["user", "role"], condition=Q(ended_at__isnull=True), name="identity_rolegrant_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"


class ApiToken(models.Model):
    """A bearer token: only its SHA-256 is kept; the prefix tells tokens apart in lists."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="identity_apitoken_named"),
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("created_at")),
                name="identity_apitoken_expires_after_creation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def is_live(self, now: datetime) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)
