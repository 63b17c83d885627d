"""Words about channels and mail addresses."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from django import template
from django.utils.translation import gettext as _

from pocgate.identity.models import User
from pocgate.inbox.enums import Topic
from pocgate.inbox.models import Channel
from pocgate.inbox.queries.wishes import has_bounced

register = template.Library()


@register.filter
def masked_url(channel: Channel) -> str:
    """The host, and the last letters: the rest is the secret of an incoming webhook."""
    return f"{urlsplit(channel.url).hostname}/…{channel.url[-4:]}"


@register.filter
def channel_topics(channel: Channel) -> str:
    """The topics it is told of."""
    return ", ".join(str(Topic(topic).label) for topic in channel.topics if topic in Topic.values)


@register.filter
def channel_owner(channel: Channel, committees: Mapping[int, str]) -> str:
    """Whose channel it is."""
    if channel.committee_id is None:
        return _("The whole organisation")
    return committees.get(channel.committee_id, _("A committee that is no more"))


@register.filter
def address_bounced(account: User) -> bool:
    """Whether the account's mail address was refused for good."""
    return has_bounced(account)
