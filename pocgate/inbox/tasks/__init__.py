"""The inbox's tasks; importing them here is what makes the worker know them."""

from pocgate.inbox.tasks.mails import message_of, send_mail

__all__ = ["message_of", "send_mail"]
