"""The inbox's tasks; importing them here is what makes the worker know them."""

from pocgate.inbox.tasks.mails import message_of, send_mail
from pocgate.inbox.tasks.posts import send_posts

__all__ = ["message_of", "send_mail", "send_posts"]
