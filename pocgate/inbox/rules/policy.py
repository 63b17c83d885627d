"""Which kinds belong to which topic, and what a person may choose about each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pocgate.inbox.enums import Delivery, NotificationKind, Topic

ANY = (Delivery.IMMEDIATE, Delivery.DAILY, Delivery.WEEKLY, Delivery.OFF)


@dataclass(frozen=True)
class TopicPolicy:
    """The deliveries that may be chosen for a topic. What is mandatory can be put off by a day, never switched off."""

    deliveries: tuple[Delivery, ...] = ANY

    @property
    def is_mandatory(self) -> bool:
        """Whether its mails have to come in some way."""
        return Delivery.OFF not in self.deliveries


# A weekly digest could come after the deadline of a duty.
POLICY: Mapping[Topic, TopicPolicy] = {
    Topic.DUTIES: TopicPolicy((Delivery.IMMEDIATE, Delivery.DAILY)),
    Topic.DECISIONS: TopicPolicy(),
    Topic.DATES: TopicPolicy(),
    Topic.MEASURES: TopicPolicy(),
    Topic.WORK: TopicPolicy(),
    Topic.ACCOUNT: TopicPolicy(),
}
KINDS: Mapping[str, Topic] = {
    NotificationKind.VOTE_OUTSTANDING: Topic.DUTIES,
    NotificationKind.SIGN_OFF_OUTSTANDING: Topic.DUTIES,
    NotificationKind.DECISION_OVERDUE: Topic.DUTIES,
    NotificationKind.CONDITION_DUE: Topic.DUTIES,
    NotificationKind.OVERRIDE_WAITING: Topic.DUTIES,
    NotificationKind.DECISION_MADE: Topic.DECISIONS,
    NotificationKind.REVIEW_REQUESTED: Topic.DECISIONS,
    NotificationKind.REVIEW_PROPOSED: Topic.DECISIONS,
    NotificationKind.STANDING_LAPSED: Topic.DECISIONS,
    NotificationKind.MEETING: Topic.DECISIONS,
    NotificationKind.COST_NOTICE: Topic.MEASURES,
    NotificationKind.KPI_READING_MISSED: Topic.MEASURES,
    NotificationKind.IMPORT_FINISHED: Topic.WORK,
    NotificationKind.MAIL_BOUNCED: Topic.ACCOUNT,
    NotificationKind.CHANNEL_FAILED: Topic.ACCOUNT,
}


def topic_of(kind: str) -> Topic:
    """The kind's topic; what is named nowhere is a date that comes near, as most reminders are."""
    return KINDS.get(kind, Topic.DATES)


def may_unsubscribe(kind: str) -> bool:
    """Whether a person may have no mail of the kind."""
    return not POLICY[topic_of(kind)].is_mandatory


def kinds_of(topic: Topic) -> list[NotificationKind]:
    """The kinds of a topic, in the order of their definition."""
    return [kind for kind in NotificationKind if topic_of(kind) == topic]
