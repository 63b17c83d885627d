"""The inbox's tasks; importing them here is what makes the worker know them."""

from pocgate.inbox.tasks.mails import message_of, send_mail
from pocgate.inbox.tasks.posts import send_posts
from pocgate.inbox.tasks.webhooks import tell_webhook_disabled, tell_webhook_given_up

__all__ = ["message_of", "send_mail", "send_posts", "tell_webhook_disabled", "tell_webhook_given_up"]
