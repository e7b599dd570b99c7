"""E-mail over the centre's own SMTP server."""

from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from typing import Literal

import aiosmtplib

from backoffice.kernel.clock import Clock
from backoffice.ports.notifying import Notice, NotSent

TIME_OUT_S = 10.0
PERMANENT = 500
"""Replies from here on say that another try is no use (RFC 5321, 4.2.1)."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed in. `sender` is the From address; `security` how the line is protected."""

    host: str
    port: int
    sender: str
    username: str = ""
    password: str = ""
    security: Literal["starttls", "tls", "none"] = "starttls"


class SmtpNotifier:
    """`ports.Notifier` for e-mail: plain text, one recipient, one connection per notice."""

    def __init__(self, server: SmtpServer, clock: Clock) -> None:
        self._server = server
        self._clock = clock

    async def send(self, notice: Notice) -> None:
        """Raises `NotSent`. A time-out may hide a mail that went: the Message-ID of every try is the same."""
        letter = self._letter(notice)
        server = self._server
        try:
            await aiosmtplib.send(
                letter,
                sender=server.sender,
                recipients=[notice.to],
                hostname=server.host,
                port=server.port,
                username=server.username or None,
                password=server.password or None,
                use_tls=server.security == "tls",
                start_tls=server.security == "starttls",
                timeout=TIME_OUT_S,
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            raise NotSent("refused", again=all(r.code < PERMANENT for r in refused.recipients)) from refused
        except aiosmtplib.SMTPResponseException as answer:
            raise NotSent(f"smtp {answer.code}", again=answer.code < PERMANENT) from answer
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise NotSent(type(error).__name__) from error

    def _letter(self, notice: Notice) -> EmailMessage:
        """The mail as it goes. Raises `NotSent` for what is no single address."""
        local, at, domain = notice.to.rpartition("@")
        if not (local and at and domain) or any(c.isspace() or c in ',;<>"' for c in notice.to):
            raise NotSent("no address", again=False)
        letter = EmailMessage(policy=WIRE)
        letter["From"], letter["To"] = self._server.sender, notice.to
        letter["Subject"] = " ".join(notice.subject.split())
        letter["Date"] = self._clock.now()
        if notice.key:
            letter["Message-ID"] = f"<{notice.key}@{self._server.sender.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(notice.text)
        return letter
