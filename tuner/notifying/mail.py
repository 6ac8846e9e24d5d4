"""A message is sent as e-mail, by the server of the environment (SMTP).

Leaves to others: the words (message), where the server is (settings), sending it again (deliverer).
"""

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.utils import formatdate

from tuner.errors import NotDelivered
from tuner.formatting import one_line
from tuner.notifying.webhook import Answer
from tuner.settings import MailSettings

TIMEOUT_S = 10.0
"""Of each step."""

_ALL_S = 30.0
"""Of all of them together."""


def written(message_id: str, sender: str, to: str, subject: str, text: str) -> EmailMessage:
    """message_id: the same whenever it is sent: a mailbox that gets it twice shows it once."""
    made = EmailMessage()
    made["From"] = sender
    made["To"] = to
    made["Subject"] = one_line(f"[tune] {subject}")[:200]
    made["Date"] = formatdate()
    made["Message-ID"] = f"<{message_id}@{sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(text)
    return made


def send(settings: MailSettings, mail: EmailMessage, timeout_s: float = TIMEOUT_S) -> Answer:
    """Raises NotDelivered, with why in a line, without the password."""
    try:
        with _connected(settings, timeout_s) as server, _cut_after(server, _ALL_S):
            if settings.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if settings.user and settings.password:
                server.login(settings.user, settings.password)
            server.send_message(mail)
    except smtplib.SMTPAuthenticationError as error:
        raise NotDelivered(f"{settings.host} does not take the user and password of TUNER_SMTP_USER") from error
    except smtplib.SMTPRecipientsRefused as error:
        said = next((_said(*each) for each in error.recipients.values()), "")
        raise NotDelivered(f"{settings.host} does not take the address{said}") from error
    except smtplib.SMTPResponseException as error:
        raise NotDelivered(f"{settings.host} does not take it{_said(error.smtp_code, error.smtp_error)}") from error
    except smtplib.SMTPException as error:
        raise NotDelivered(f"{settings.host} does not take it ({one_line(str(error))[:200]})") from error
    except (OSError, ValueError) as error:
        raise NotDelivered(f"{settings.host}:{settings.port} {_why(error, timeout_s)}") from error
    return Answer(f"{settings.host} took it")


def _connected(settings: MailSettings, timeout_s: float) -> smtplib.SMTP:
    if settings.security == "tls":
        return smtplib.SMTP_SSL(settings.host, settings.port, timeout=timeout_s, context=ssl.create_default_context())
    return smtplib.SMTP(settings.host, settings.port, timeout=timeout_s)


@contextmanager
def _cut_after(server: smtplib.SMTP, seconds: float) -> Iterator[None]:
    def cut() -> None:
        if server.sock is not None:
            with suppress(OSError):
                server.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _said(code: int, words: bytes | str) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return f": {code} {one_line(text)[:200]}"


def _why(error: Exception, timeout_s: float) -> str:
    if isinstance(error, TimeoutError):
        return f"did not answer within {timeout_s:.0f} s"
    if isinstance(error, socket.gaierror):
        return "is no host that is known here"
    if isinstance(error, ssl.SSLError):
        return f"failed at TLS ({error.reason or type(error).__name__})"
    if isinstance(error, ConnectionRefusedError):
        return "is not listened on"
    return f"cannot be reached ({getattr(error, 'strerror', None) or type(error).__name__})"
