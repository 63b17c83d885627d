"""What people choose about their mails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from django.db import transaction

from pocgate.identity.models import User
from pocgate.inbox import errors
from pocgate.inbox.commands.notifications import MAIL_TASK
from pocgate.inbox.enums import Delivery, DigestState, MailState, NotificationKind, Topic
from pocgate.inbox.models import Digest, MutedKind, Notification, TopicDelivery
from pocgate.inbox.queries.wishes import preferences_of, wishes_of_person
from pocgate.inbox.rules.local_time import Quiet
from pocgate.inbox.rules.mailing import DIGEST_AT, mailing_of
from pocgate.inbox.rules.policy import POLICY, may_unsubscribe
from pocgate.kernel import jobs
from pocgate.kernel.errors import FieldProblem, Invalid
from pocgate.ledger.commands import Act, record

DIGESTS = {Delivery.DAILY, Delivery.WEEKLY}
LONGEST_ABSENCE = 366


@dataclass(frozen=True)
class Choices:
    """Everything a person chooses, in their own time zone. Weekday 0 is Monday; an absence counts both its days."""

    deliveries: Mapping[str, str] = field(default_factory=dict)
    muted: frozenset[str] = frozenset()
    digest_at: time = DIGEST_AT
    digest_weekday: int = 0
    quiet_from: time | None = None
    quiet_until: time | None = None
    away_from: date | None = None
    away_until: date | None = None


def choices_of(user: User) -> Choices:
    """What the person chose, each topic named."""
    wishes, kept = wishes_of_person(user), preferences_of(user)
    return Choices(
        deliveries={topic.value: wishes.deliveries.get(topic, Delivery.IMMEDIATE.value) for topic in Topic},
        muted=wishes.muted,
        digest_at=kept.digest_at,
        digest_weekday=kept.digest_weekday,
        quiet_from=kept.quiet_from,
        quiet_until=kept.quiet_until,
        away_from=kept.away_from,
        away_until=kept.away_until,
    )


def set_choices(*, user: User, choices: Choices, now: datetime) -> None:
    """Keep what the person chose; topics that are not named stay as they are. Raises `Invalid`."""
    problems = list(_problems(choices))
    if problems:
        raise Invalid(problems)
    with transaction.atomic():
        held = User.objects.select_for_update().select_related(None).get(pk=user.pk)
        before = choices_of(held)
        _write(held, choices, now=now)
        after = choices_of(User.objects.get(pk=user.pk))
        if after != before:
            record(_act("inbox.preferences_set", user, before, after), actor=user, now=now)


def mute(*, user: User, kind: str, now: datetime, by_link: bool = False) -> bool:
    """No more mail of this kind; False when there was none already. Raises `Invalid` for what is mandatory."""
    _refuse_unmutable(kind)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        _muted, is_new = MutedKind.objects.get_or_create(user=user, kind=kind, defaults={"muted_at": now})
        if is_new:
            act = Act("inbox.kind_muted", "user", user.pk, after={"kind": kind, "by_link": by_link})
            record(act, actor=user, now=now)
    return is_new


def unmute(*, user: User, kind: str, now: datetime) -> bool:
    """Mail of this kind comes again; False when it did already."""
    with transaction.atomic():
        ended, _rows = MutedKind.objects.filter(user=user, kind=kind).delete()
        if ended:
            record(Act("inbox.kind_unmuted", "user", user.pk, after={"kind": kind}), actor=user, now=now)
    return bool(ended)


def end_digests(*, user: User, now: datetime, by_link: bool = False) -> bool:
    """No more digests: their topics come without mail, duties one by one. False when none was chosen.

    What was held for the next one goes the same way.
    """
    with transaction.atomic():
        held = User.objects.select_for_update().select_related(None).get(pk=user.pk)
        before = choices_of(held)
        after = {topic: _without_digest(topic) for topic, way in before.deliveries.items() if way in DIGESTS}
        if not after:
            return False
        _write(held, replace(before, deliveries=after), now=now)
        _release_held(held, now=now)
        ended = {"deliveries": {topic: before.deliveries[topic] for topic in after}}
        now_so = {"deliveries": after, "by_link": by_link}
        record(Act("inbox.digests_ended", "user", user.pk, before=ended, after=now_so), actor=user, now=now)
    return True


def _without_digest(topic: str) -> str:
    offered = POLICY[Topic(topic)].deliveries
    return (Delivery.OFF if Delivery.OFF in offered else Delivery.IMMEDIATE).value


def _release_held(user: User, *, now: datetime) -> None:
    Digest.objects.filter(user=user, mail_state=DigestState.PLANNED).update(mail_state=DigestState.NONE)
    wishes = wishes_of_person(user)
    held = Notification.objects.filter(user=user, mail_state=MailState.HELD)
    for kind in held.order_by("kind").values_list("kind", flat=True).distinct():
        mailing = mailing_of(kind, wishes, now=now)
        held.filter(kind=kind).update(mail_state=mailing.state, mail_due_at=mailing.due_at, cadence=mailing.cadence)
    jobs.wake(MAIL_TASK)


def _refuse_unmutable(kind: str) -> None:
    if kind not in NotificationKind.values:
        raise Invalid([errors.kind_unknown(kind)])
    if not may_unsubscribe(kind):
        raise Invalid([errors.kind_is_mandatory(kind)])


def _problems(choices: Choices) -> Iterator[FieldProblem]:
    for topic, delivery in choices.deliveries.items():
        if topic not in Topic.values:
            yield errors.topic_unknown(topic)
        elif delivery not in POLICY[Topic(topic)].deliveries:
            yield errors.delivery_not_offered(topic, ", ".join(POLICY[Topic(topic)].deliveries))
    for kind in sorted(choices.muted):
        if kind not in NotificationKind.values:
            yield errors.kind_unknown(kind)
        elif not may_unsubscribe(kind):
            yield errors.kind_is_mandatory(kind)
    if not 0 <= choices.digest_weekday <= 6:  # noqa: PLR2004 - Sunday
        yield errors.weekday_unknown()
    yield from _problems_of_quiet(choices)
    yield from _problems_of_absence(choices)


def _problems_of_quiet(choices: Choices) -> Iterator[FieldProblem]:
    start, end = choices.quiet_from, choices.quiet_until
    if start is None and end is None:
        return
    if start is None or end is None:
        yield errors.quiet_needs_both_ends("quiet_from" if start is None else "quiet_until")
    elif start == end:
        yield errors.quiet_is_empty()
    elif Quiet(start, end).covers(choices.digest_at) and DIGESTS & set(choices.deliveries.values()):
        yield errors.digest_is_quiet()


def _problems_of_absence(choices: Choices) -> Iterator[FieldProblem]:
    first, last = choices.away_from, choices.away_until
    if first is None and last is None:
        return
    if first is None or last is None:
        yield errors.away_needs_both_ends("away_from" if first is None else "away_until")
    elif last < first:
        yield errors.away_ends_before_start()
    elif (last - first).days >= LONGEST_ABSENCE:
        yield errors.away_is_too_long(LONGEST_ABSENCE)


def _write(user: User, choices: Choices, *, now: datetime) -> None:
    kept = preferences_of(user)
    for name in ("digest_at", "digest_weekday", "quiet_from", "quiet_until", "away_from", "away_until"):
        setattr(kept, name, getattr(choices, name))
    wanted = {**wishes_of_person(user).deliveries, **choices.deliveries}
    if not DIGESTS & set(wanted.values()):
        kept.digest_wanted_at = None
    elif kept.digest_wanted_at is None:
        kept.digest_wanted_at = now
    kept.save()
    for topic, delivery in choices.deliveries.items():
        TopicDelivery.objects.update_or_create(user=user, topic=topic, defaults={"delivery": delivery})
    MutedKind.objects.filter(user=user).exclude(kind__in=choices.muted).delete()
    muted = [MutedKind(user=user, kind=kind, muted_at=now) for kind in sorted(choices.muted)]
    MutedKind.objects.bulk_create(muted, ignore_conflicts=True)


def _act(verb: str, user: User, before: Choices, after: Choices) -> Act:
    earlier, later = _shown(before), _shown(after)
    changed = [name for name in later if earlier[name] != later[name]]
    return Act(
        verb,
        "user",
        user.pk,
        before={name: earlier[name] for name in changed},
        after={name: later[name] for name in changed},
    )


def _shown(choices: Choices) -> dict[str, Any]:
    values = asdict(choices)
    return {
        name: sorted(value)
        if isinstance(value, frozenset)
        else value.isoformat()
        if hasattr(value, "isoformat")
        else value
        for name, value in values.items()
    }
