"""Mail to staff goes out: one at a time, over a mail server, with no transaction open while it is spoken to.

Any number of schedulers may do this at once, for each claims its mail (`centre.mails`). Certificates are checked, and a
password is never said in the clear (RFC 8314).
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import structlog

from centre import mails
from centre.db import Database
from centre.mails import Kind, Letter
from processes.settings import MailServer

TIMEOUT = 10.0
"""Seconds for each step of the conversation with the mail server."""
AT_ONCE = 20
"""Mails in one round."""
_POLICY = SMTP.clone(cte_type="7bit")
"""Letters beyond ASCII are encoded: not every server takes them as they are."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Outcome:
    """What became of one mail."""

    kind: Kind
    error: str = ""
    is_server_away: bool = False
    """The next mail would fare no better now."""


def send_due(database: Database, server: MailServer, clock: Callable[[], datetime]) -> int:
    """Send what is due; gives how many mails the server took."""
    with database.reading() as session:
        if not mails.anything_to_do(session, clock()):
            return 0
    with database.transaction() as session:
        mails.reap(session, clock())
    taken = 0
    for _ in range(AT_ONCE):
        with database.transaction() as session:
            letter = mails.claim(session, clock())
        if letter is None:
            break
        outcome = send(server, letter, clock())
        with database.transaction() as session:
            mails.record(session, letter.id, outcome.kind, outcome.error, clock())
        log.info("mail.tried", mail=letter.id, outcome=outcome.kind, error=outcome.error)
        taken += outcome.kind == "sent"
        if outcome.is_server_away:
            break
    return taken


def send(server: MailServer, letter: Letter, now: datetime) -> Outcome:
    """Hand one mail to the server. Until the server has heard all of it, a broken conversation has sent nothing."""
    try:
        message = as_message(server, letter, now).as_bytes()
    except ValueError as error:  # a line break in a header: no try will help
        return Outcome("permanent", type(error).__name__)
    try:
        client = _connected(server)
    except (OSError, smtplib.SMTPException) as error:
        return Outcome("temporary", named(error), is_server_away=True)
    try:
        return _handed_over(client, server.sender, letter.to, message)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            client.quit()
        client.close()


def greet(server: MailServer) -> None:
    """Come in and go again, as far as a mail would be handed over. Raises what stands in the way."""
    client = _connected(server)
    with suppress(OSError, smtplib.SMTPException):
        client.quit()
    client.close()


def as_message(server: MailServer, letter: Letter, now: datetime) -> EmailMessage:
    """The mail as it travels. No machine shall answer it (RFC 3834)."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = f"Balai <{server.sender}>"
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{letter.mark}@{server.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body)
    return message


def _connected(server: MailServer) -> smtplib.SMTP:
    """A greeted server, with the connection secured and ourselves known as the settings say."""
    own_name = server.sender.rpartition("@")[2]
    client: smtplib.SMTP
    if server.is_secure:
        context = ssl.create_default_context()
        client = smtplib.SMTP_SSL(server.host, server.port, own_name, timeout=TIMEOUT, context=context)
    else:
        client = smtplib.SMTP(server.host, server.port, own_name, timeout=TIMEOUT)
    try:
        if server.starts_tls:
            client.starttls(context=ssl.create_default_context())
        if server.user:
            client.login(server.user, server.password)
        client.ehlo_or_helo_if_needed()
    except BaseException:
        client.close()
        raise
    return client


def _handed_over(client: smtplib.SMTP, sender: str, to: str, message: bytes) -> Outcome:
    try:
        for code, _ in (client.mail(sender), client.rcpt(to)):
            if code >= 300:
                return _refused(code)
    except (OSError, smtplib.SMTPException) as error:
        return Outcome("temporary", named(error), is_server_away=True)
    try:
        code, _ = client.data(message)
    except smtplib.SMTPDataError as error:  # it would not even begin to listen
        return _refused(error.smtp_code)
    except (OSError, smtplib.SMTPException) as error:
        return Outcome("ambiguous", named(error), is_server_away=True)
    return Outcome("sent") if code < 300 else _refused(code)


def _refused(code: int) -> Outcome:
    """RFC 5321, 4.2.1: 5yz is for good, 4yz for now."""
    return Outcome("permanent" if code >= 500 else "temporary", f"smtp {code}")


def named(error: Exception) -> str:
    """What happened, without addresses or words of the server."""
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
