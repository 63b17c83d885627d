"""How people want to be told, read in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from zoneinfo import ZoneInfo

from django.conf import settings

from pocgate.identity.models import User
from pocgate.inbox.models import MutedKind, Preferences, TopicDelivery
from pocgate.inbox.rules.local_time import Quiet
from pocgate.inbox.rules.mailing import Absence, Wishes


def wishes_of(user_ids: Collection[int]) -> Mapping[int, Wishes]:
    """The wishes of these people by id; closed accounts are left out."""
    people = list(User.objects.filter(pk__in=user_ids, is_active=True).select_related("inbox_preferences"))
    ids = [person.pk for person in people]
    deliveries: dict[int, dict[str, str]] = defaultdict(dict)
    for user_id, topic, delivery in TopicDelivery.objects.filter(user__in=ids).values_list("user", "topic", "delivery"):
        deliveries[user_id][topic] = delivery
    muted: dict[int, set[str]] = defaultdict(set)
    for user_id, kind in MutedKind.objects.filter(user__in=ids).values_list("user", "kind"):
        muted[user_id].add(kind)
    return {one.pk: _wishes(one, deliveries[one.pk], frozenset(muted[one.pk])) for one in people}


def wishes_of_person(user: User) -> Wishes:
    """The wishes of one person, also of a closed account."""
    deliveries = dict(TopicDelivery.objects.filter(user=user).values_list("topic", "delivery"))
    return _wishes(user, deliveries, muted_kinds(user))


def muted_kinds(user: User) -> frozenset[str]:
    """The kinds of which the person wants no mail."""
    return frozenset(MutedKind.objects.filter(user=user).values_list("kind", flat=True))


def preferences_of(user: User) -> Preferences:
    """The person's row, or one with the defaults that is not kept yet."""
    return _kept(user) or Preferences(user=user)


def has_bounced(user: User) -> bool:
    """Whether the address the person has now was refused for good."""
    return _bounced(user, _kept(user))


def zone_of(user: User) -> ZoneInfo:
    """The person's time zone, else the installation's."""
    try:
        return ZoneInfo(user.time_zone or settings.TIME_ZONE)
    except (ValueError, OSError):
        return ZoneInfo(settings.TIME_ZONE)


def _kept(user: User) -> Preferences | None:
    # Looking at a reverse one-to-one relation that is not there raises.
    return user.inbox_preferences if hasattr(user, "inbox_preferences") else None


def _bounced(user: User, kept: Preferences | None) -> bool:
    return kept is not None and bool(user.email) and kept.bounced_address.lower() == user.email.lower()


def _wishes(user: User, deliveries: Mapping[str, str], muted: frozenset[str]) -> Wishes:
    kept = preferences_of(user)
    quiet = Quiet(kept.quiet_from, kept.quiet_until) if kept.quiet_from and kept.quiet_until else None
    away = Absence(kept.away_from, kept.away_until) if kept.away_from and kept.away_until else None
    return Wishes(
        zone=zone_of(user),
        has_address=bool(user.email) and not _bounced(user, kept),
        deliveries=deliveries,
        muted=muted,
        digest_at=kept.digest_at,
        digest_weekday=kept.digest_weekday,
        quiet=quiet,
        away=away,
        wanted_at=kept.digest_wanted_at,
    )
