"""What people were told, how they want to be told, their digests, channels, and the texts of mails."""

from pocgate.inbox.models.channels import Channel, ChannelPost
from pocgate.inbox.models.digests import Digest
from pocgate.inbox.models.mail_texts import MailText
from pocgate.inbox.models.notifications import Notification
from pocgate.inbox.models.preferences import MutedKind, Preferences, TopicDelivery

__all__ = [
    "Channel",
    "ChannelPost",
    "Digest",
    "MailText",
    "MutedKind",
    "Notification",
    "Preferences",
    "TopicDelivery",
]
