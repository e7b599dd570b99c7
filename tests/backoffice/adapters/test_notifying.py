"""SMS and e-mail reach their carriers once, signed, and a refusal says whether another try is any use."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope

from backoffice.adapters.sms_http import SmsGateway
from backoffice.adapters.smtp import SmtpNotifier, SmtpServer
from backoffice.ports import Notice, NotSent
from tests.clocks import FakeClock

SMS = Notice("+66812345678", "家人链接：https://r.example/follow/x", key="n1")
MAIL = Notice("mama@example.org", "家人链接：https://r.example/follow/x", "您的家人\n在联系我们", "n1")


class Gateway:
    """An SMS gateway that answers what it is told to."""

    def __init__(self) -> None:
        self.status, self.got = 200, list[tuple[bytes, str]]()

    async def handle(self, request: web.Request) -> web.Response:
        self.got.append((await request.read(), request.headers["X-Rescue-Signature"]))
        return web.Response(status=self.status, headers={"Location": "/"})


@pytest.fixture
async def gateway() -> AsyncIterator[tuple[Gateway, SmsGateway]]:
    played = Gateway()
    app = web.Application()
    app.router.add_post("/send", played.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield played, SmsGateway(f"http://127.0.0.1:{runner.addresses[0][1]}/send", "secret", "RESCUE")
    await runner.cleanup()


async def test_an_sms_is_handed_over_signed(gateway: tuple[Gateway, SmsGateway]) -> None:
    """The gateway can tell that it is ours, and that a second try is the same message."""
    played, ours = gateway
    await ours.send(SMS)
    body, signature = played.got[0]
    assert hmac.new(b"secret", body, hashlib.sha256).hexdigest() == signature
    assert json.loads(body) == {"to": SMS.to, "text": SMS.text, "sender": "RESCUE", "id": "n1"}


@pytest.mark.parametrize(("status", "again"), [(400, False), (429, True), (503, True), (302, False)])
async def test_a_refused_sms_is_not_counted_as_sent(
    gateway: tuple[Gateway, SmsGateway], status: int, again: bool
) -> None:
    """Whether another try is any use is the gateway's answer; a redirect sends nothing."""
    played, ours = gateway
    played.status = status
    with pytest.raises(NotSent) as failure:
        await ours.send(SMS)
    assert failure.value.again is again


async def test_an_unreachable_gateway_is_worth_another_try() -> None:
    """Nobody listens on port 1."""
    with pytest.raises(NotSent) as failure:
        await SmsGateway("http://127.0.0.1:1/", "secret").send(SMS)
    assert failure.value.again


class Mailbox:
    """What a mail server does with what it is given."""

    def __init__(self) -> None:
        self.answer, self.got = "250 OK", list[Envelope]()

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        self.got.append(envelope)
        return self.answer


@pytest.fixture
async def mail() -> AsyncIterator[tuple[Mailbox, SmtpNotifier]]:
    box = Mailbox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(box, hostname="127.0.0.1"), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    host = SmtpServer("127.0.0.1", port, "rescue@example.org", security="none")
    yield box, SmtpNotifier(host, FakeClock(datetime(2026, 11, 20, 8, tzinfo=UTC)))
    server.close()
    await server.wait_closed()


async def test_a_mail_goes_to_one_person_in_their_words(mail: tuple[Mailbox, SmtpNotifier]) -> None:
    """The subject cannot smuggle headers in, and a repeat has the same Message-ID."""
    box, ours = mail
    await ours.send(MAIL)
    sent = box.got[0]
    assert sent.rcpt_tos == [MAIL.to]
    content = sent.content
    assert isinstance(content, bytes)
    assert b"Message-ID: <n1@example.org>" in content
    assert b"Date: Fri, 20 Nov 2026 08:00:00" in content


@pytest.mark.parametrize(("answer", "again"), [("451 later", True), ("554 no", False)])
async def test_a_refused_mail_is_not_counted_as_sent(
    mail: tuple[Mailbox, SmtpNotifier], answer: str, again: bool
) -> None:
    box, ours = mail
    box.answer = answer
    with pytest.raises(NotSent) as failure:
        await ours.send(MAIL)
    assert failure.value.again is again


@pytest.mark.parametrize("to", ["", "mama", "a@b\nBcc: c@d", "a@b,c@d", "<a@b>"])
async def test_only_a_single_address_is_written_to(mail: tuple[Mailbox, SmtpNotifier], to: str) -> None:
    box, ours = mail
    with pytest.raises(NotSent) as failure:
        await ours.send(Notice(to, "text"))
    assert not failure.value.again
    assert not box.got
