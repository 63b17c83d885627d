"""Mail, with a stable Message-ID so that a repeat after a crash can be recognised."""

from __future__ import annotations

from contextlib import suppress
from smtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPDataError,
    SMTPException,
    SMTPHeloError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from pocgate.inbox.channels.base import Message, NotDelivered
from pocgate.inbox.rules.refusals import is_of_the_address

PERMANENT = range(500, 600)
# Many servers end a connection that brings more than a hundred.
MAILS_OF_A_CONNECTION = 50
OF_THE_SERVER = (SMTPAuthenticationError, SMTPConnectError, SMTPHeloError, SMTPServerDisconnected)
# RFC 5321, section 4.2.3: it closes, it has no room, the mail is too large. Any other refusal is of whoever sends.
OF_ONE_MAIL = {421, 452, 552}


class MailSender:
    """By the mail server of the settings, over one connection while that lasts."""

    def __init__(self) -> None:
        self._server: BaseEmailBackend | None = None
        self._mails = 0

    def connect(self) -> None:
        """Have a connection for the next mail. Raises `NotDelivered` when the server is away or lets nobody in."""
        if self._server is not None and self._mails < MAILS_OF_A_CONNECTION:
            return
        self.close()
        server = get_connection()
        try:
            server.open()
        except (SMTPException, OSError) as error:
            _end(server)
            raise NotDelivered(_said(error), is_server=True) from error
        self._server, self._mails = server, 0

    def send(self, message: Message, target: str) -> None:
        """Send to one address. Raises `NotDelivered`, for good where the address or the content is refused."""
        self.connect()
        try:
            self._bring(self._mail(message, target))
        except SMTPRecipientsRefused as refused:
            code, said = next(iter(refused.recipients.values()))
            is_address = is_of_the_address(code, _readable(said))
            raise NotDelivered(f"{code} {_readable(said)}", for_good=is_address, is_address=is_address) from refused
        except SMTPDataError as refused:
            why = f"{refused.smtp_code} {_readable(refused.smtp_error)}"
            raise NotDelivered(why, for_good=refused.smtp_code in PERMANENT) from refused
        except (SMTPException, OSError) as error:
            raise NotDelivered(_said(error), is_server=_is_of_the_server(error)) from error
        except ValueError as error:
            # An address or header that can not be written down.
            raise NotDelivered(str(error), for_good=True) from error

    def close(self) -> None:
        """Say good-bye, to a server that may be gone."""
        if self._server is not None:
            _end(self._server)
            self._server = None

    def _bring(self, mail: EmailMultiAlternatives) -> None:
        if self._server is None:
            raise SMTPServerDisconnected
        self._mails += 1
        try:
            self._server.send_messages([mail])
        except Exception:
            # After some refusals the server hangs up.
            self.close()
            raise

    def _mail(self, message: Message, target: str) -> EmailMultiAlternatives:
        headers = {"Message-ID": f"<{message.key}@pocgate.invalid>", "Auto-Submitted": "auto-generated"}
        mail = EmailMultiAlternatives(
            subject=message.title, body=message.text, to=[target], headers={**headers, **message.headers}
        )
        mail.attach_alternative(message.html, "text/html")
        return mail


def _end(server: BaseEmailBackend) -> None:
    with suppress(SMTPException, OSError):
        server.close()


def _is_of_the_server(error: Exception) -> bool:
    if isinstance(error, SMTPSenderRefused):
        return error.smtp_code not in OF_ONE_MAIL
    # Errors of SMTP are errors of the system, too.
    return isinstance(error, OF_THE_SERVER) or not isinstance(error, SMTPException)


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__


def _readable(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
