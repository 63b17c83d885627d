"""Mail, with a stable Message-ID so that a repeat after a crash can be recognised."""

from __future__ import annotations

from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused

from django.core.mail import EmailMultiAlternatives

from pocgate.inbox.channels.base import Message, NotDelivered

PERMANENT = range(500, 600)


class MailSender:
    """By the mail server of the settings."""

    def send(self, message: Message, target: str) -> None:
        """Send to one address. A recipient refused with 5xx (RFC 5321, section 4.2.1) is refused for good."""
        try:
            self._mail(message, target).send()
        except SMTPRecipientsRefused as refused:
            code, said = next(iter(refused.recipients.values()))
            permanent = code in PERMANENT
            raise NotDelivered(f"{code} {_readable(said)}", for_good=permanent, is_address=permanent) from refused
        except SMTPDataError as refused:
            why = f"{refused.smtp_code} {_readable(refused.smtp_error)}"
            raise NotDelivered(why, for_good=refused.smtp_code in PERMANENT) from refused
        except (SMTPException, OSError) as error:
            raise NotDelivered(str(error) or type(error).__name__) from error
        except ValueError as error:
            # An address or header that can not be written down.
            raise NotDelivered(str(error), for_good=True) from error

    def _mail(self, message: Message, target: str) -> EmailMultiAlternatives:
        headers = {"Message-ID": f"<{message.key}@pocgate.invalid>", "Auto-Submitted": "auto-generated"}
        mail = EmailMultiAlternatives(
            subject=message.title, body=message.text, to=[target], headers={**headers, **message.headers}
        )
        mail.attach_alternative(message.html, "text/html")
        return mail


def _readable(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
