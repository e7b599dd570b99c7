"""The webhook: nothing forged comes in, nothing authentic is lost, the answer is in time."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.typedefs import Handler

from backoffice.kernel import errors, exchange
from bot import channel
from bot.handlers.wechat import inbound, limits, webhook
from bot.incoming import Text, Unknown
from tests.bot.handlers.wechat import support

WORDS = channel.Answer("5 秒后派人，回复 0 取消", letter="L1")
Hook = Callable[[support.Intake], Awaitable[TestClient[web.Request, web.Application]]]


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    """Serves the webhook over a given intake."""
    clients: list[TestClient[web.Request, web.Application]] = []

    async def serve(intake: support.Intake) -> TestClient[web.Request, web.Application]:
        app = web.Application()
        app.add_routes(webhook.routes(support.CONFIG, intake, support.FixedClock(), lambda bits: 7))
        clients.append(TestClient(TestServer(app)))
        await clients[-1].start_server()
        return clients[-1]

    yield serve
    for client in clients:
        await client.close()


async def _post(
    client: TestClient[web.Request, web.Application], params: dict[str, str], body: bytes, **headers: str
) -> tuple[int, str]:
    async with client.post(webhook.PATH, params=params, data=body, headers=headers) as response:
        return response.status, await response.text()


async def test_the_platforms_check_of_our_address_is_echoed(hook: Hook) -> None:
    client = await hook(support.Intake())
    query = {**support.signed(""), "echostr": "8463912773<b>"}
    async with client.get(webhook.PATH, params=query) as response:
        assert (response.status, await response.text()) == (200, "8463912773<b>")
        assert response.content_type == "text/plain"
    async with client.get(webhook.PATH, params={**query, "nonce": "1"}) as response:
        assert response.status == 403


async def test_a_push_is_stored_before_it_is_answered(hook: Hook) -> None:
    """Key, sender, decrypted body and time of arrival are what the inbox keeps."""
    intake = support.Intake(WORDS)
    body = support.sample("text_sos_zh.xml")
    status, answer = await _post(await hook(intake), *support.pushed(body))
    (stored,) = intake.stored
    assert (status, stored.key, stored.body) == (200, f"{support.OPENID}|24000000000000001", body)
    assert (stored.sender.channel, stored.sender.address) == ("wechat", support.OPENID)
    assert stored.arrived_at == support.NOW
    read = support.opened(answer)
    assert read.findtext("Content") == WORDS.text
    assert (read.findtext("ToUserName"), read.findtext("FromUserName")) == (support.OPENID, support.ACCOUNT)


async def test_a_reply_that_went_out_is_reported_written(hook: Hook) -> None:
    intake = support.Intake(WORDS)
    await _post(await hook(intake), *support.pushed(support.text("救命")))
    await asyncio.sleep(0)
    assert intake.written_answers == [WORDS]


async def test_without_words_the_answer_is_success(hook: Hook) -> None:
    assert await _post(await hook(support.Intake()), *support.pushed(support.text("x"))) == (200, "success")


async def test_the_wait_for_words_counts_from_arrival(hook: Hook) -> None:
    """3.5 s at most, less what has passed."""
    intake = support.Intake()
    await _post(await hook(intake), *support.pushed(support.text("x")))
    assert 3.0 < intake.asked_within[0] < webhook.ANSWER_S


async def test_a_redelivery_is_the_same_row_and_still_gets_words(hook: Hook) -> None:
    """The platform repeats timestamp, nonce and signature: a repeat is a duplicate, never an attack."""
    intake = support.Intake(WORDS)
    client = await hook(intake)
    push = support.pushed(support.text("救命"))
    answers = [await _post(client, *push) for _ in range(3)]
    assert [status for status, _ in answers] == [200, 200, 200]
    assert len(intake.stored) == 1
    assert all(support.opened(answer).findtext("Content") == WORDS.text for _, answer in answers)


async def test_a_push_is_never_refused_for_its_age(hook: Hook) -> None:
    """Our clock may be the wrong one; a late SOS is still an SOS."""
    intake = support.Intake()
    encrypt = support.encrypted(support.text("救命"))
    query = support.signed(encrypt, stamp="1577836800")
    assert (await _post(await hook(intake), query, support.envelope(encrypt)))[0] == 200
    assert len(intake.stored) == 1


async def test_location_events_are_only_acknowledged(hook: Hook) -> None:
    """The platform forbids answering them; one who has left reads nothing."""
    intake = support.Intake(WORDS)
    client = await hook(intake)
    fix = "<Latitude>1</Latitude><Longitude>2</Longitude><Precision>3</Precision>"
    assert await _post(client, *support.pushed(support.event("LOCATION", fix))) == (200, "success")
    assert await _post(client, *support.pushed(support.event("unsubscribe"))) == (200, "success")
    assert (len(intake.stored), intake.asked_within, intake.written_answers) == (2, [], [])


async def test_when_nothing_can_be_stored_the_platform_is_asked_to_send_again(hook: Hook) -> None:
    def broken() -> None:
        raise errors.Unavailable

    intake = support.Intake(before_store=broken)
    assert (await _post(await hook(intake), *support.pushed(support.text("x"))))[0] == 503
    assert intake.asked_within == []


async def test_a_store_that_hangs_is_answered_in_time(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    """Better sent again than a connection that the platform drops; the commit under way is not cut off."""
    gate, ended = asyncio.Event(), asyncio.Event()

    class Slow(support.Intake):
        async def accept(self, update):  # type: ignore[no-untyped-def]
            await gate.wait()
            ended.set()
            return await super().accept(update)

    monkeypatch.setattr(webhook, "LIMIT_S", 0.05)
    intake = Slow()
    assert (await _post(await hook(intake), *support.pushed(support.text("x"))))[0] == 503
    gate.set()
    await asyncio.wait_for(ended.wait(), 1)
    assert len(intake.stored) == 1


async def test_words_that_come_too_late_go_another_way(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    """`success` in time; a letter nobody saw is not called written."""

    class Late(support.Intake):
        async def answer(self, accepted, within_s):  # type: ignore[no-untyped-def]
            await asyncio.Event().wait()

    monkeypatch.setattr(webhook, "LIMIT_S", 0.05)
    intake = Late(WORDS)
    assert await _post(await hook(intake), *support.pushed(support.text("x"))) == (200, "success")
    assert (len(intake.stored), intake.written_answers) == (1, [])


async def test_a_turn_that_fails_does_not_undo_the_receipt(hook: Hook) -> None:
    class Failing(support.Intake):
        async def answer(self, accepted, within_s):  # type: ignore[no-untyped-def]
            raise RuntimeError("a bug in a flow")

    assert await _post(await hook(Failing()), *support.pushed(support.text("x"))) == (200, "success")


async def test_words_too_long_for_a_reply_are_left_to_the_api(hook: Hook) -> None:
    """Cutting them would lose the end; the API way splits."""
    intake = support.Intake(channel.Answer("救" * 700, letter="L2"))
    assert await _post(await hook(intake), *support.pushed(support.text("x"))) == (200, "success")
    assert intake.written_answers == []


@asynccontextmanager
async def _served(intake: support.Intake, ended: asyncio.Event) -> AsyncIterator[web.AppRunner]:
    """As in service: a peer that hangs up does not cancel the handler (the test client's server would)."""

    @web.middleware
    async def tell_end(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        finally:
            ended.set()

    app = web.Application(middlewares=[tell_end])
    app.add_routes(webhook.routes(support.CONFIG, intake, support.FixedClock()))
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner
    await runner.cleanup()


class _Waiting(support.Intake):
    """Has its words ready only when the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.go = asyncio.Event(), asyncio.Event()

    async def answer(self, accepted: exchange.Accepted, within_s: float) -> channel.Answer | None:
        self.asked.set()
        await self.go.wait()
        return WORDS


@pytest.mark.parametrize("hangs_up", [True, False])
async def test_a_peer_that_has_hung_up_was_not_told(hangs_up: bool) -> None:
    """The letter stays unwritten and goes by API; with the peer still there the same words are written."""
    intake, ended = _Waiting(), asyncio.Event()
    async with _served(intake, ended) as runner:
        _, writer = await asyncio.open_connection(*runner.addresses[0])
        writer.write(_request(*support.pushed(support.text("救命"))))
        await asyncio.wait_for(intake.asked.wait(), 1)
        if hangs_up:
            writer.transport.abort()
            await asyncio.wait_for(_gone(runner), 1)
        intake.go.set()
        await asyncio.wait_for(ended.wait(), 1)
        writer.close()
    assert (len(intake.stored), intake.written_answers) == (1, [] if hangs_up else [WORDS])


def _request(query: dict[str, str], body: bytes) -> bytes:
    target = f"{webhook.PATH}?{urlencode(query)}"
    return f"POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


async def _gone(runner: web.AppRunner) -> None:
    """Until the server has noticed; it lists a lost connection for as long as its handler runs."""
    assert runner.server is not None
    while any(kept.transport is not None for kept in runner.server.connections):  # noqa: ASYNC110
        await asyncio.sleep(0)


DTD = b'<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd">'


async def test_a_document_type_is_refused_even_without_entities(hook: Hook) -> None:
    """Outside the encryption: 403 although both signatures hold. Inside: kept, and read as unknown."""
    intake = support.Intake()
    client = await hook(intake)
    query, body = support.pushed(support.text("救命"))
    assert await _post(client, query, DTD + body) == (403, "refused")
    assert intake.stored == []
    assert await _post(client, *support.pushed(DTD + support.text("救命"))) == (200, "success")
    assert inbound.Reader().read(intake.stored[0]).content == Unknown("unreadable")
    assert intake.stored[0].sender.address == support.OPENID


def _wrong_queries() -> list[dict[str, str]]:
    good, _ = support.pushed(support.text("救命"))
    wrong = [
        {**good, name: value} for name in ("signature", "msg_signature") for value in ("", "0" * 40, "é")
    ]
    wrong += [{**good, "nonce": "1"}, {**good, "timestamp": "x"}, {}]
    wrong += [{name: value for name, value in good.items() if name != "msg_signature"}]
    return wrong


async def test_every_failed_signature_looks_the_same(hook: Hook) -> None:
    """403 and one body, whichever part was wrong, non-ASCII included; nothing is stored."""
    intake = support.Intake(WORDS)
    client = await hook(intake)
    body = support.envelope(support.encrypted(support.text("救命")))
    answers = {await _post(client, query, body) for query in _wrong_queries()}
    other = support.CONFIG.__class__("wxffffffffffffffff", "", support.CONFIG.token, support.CONFIG.aes_key)
    answers.add(await _post(client, *support.pushed(support.text("x"), other)))
    answers.add(await _post(client, support.signed(""), support.text("plain mode")))
    assert answers == {(403, "refused")}
    assert intake.stored == []


async def test_a_query_that_is_not_utf8_is_refused_not_an_error(hook: Hook) -> None:
    client = await hook(support.Intake())
    for query in ("signature=%ff%fe&msg_signature=%ed%a0%80", "signature=é", "signature=1&signature=2"):
        async with client.post(f"{webhook.PATH}?{query}", data=b"<xml/>") as response:
            assert response.status == 403


async def test_every_flipped_bit_of_the_body_is_refused(hook: Hook) -> None:
    """`msg_signature` covers every character that is decrypted."""
    intake = support.Intake()
    client = await hook(intake)
    encrypt = support.encrypted(b"<xml></xml>")
    query = support.signed(encrypt)
    flipped = [
        encrypt[:at] + chr(ord(encrypt[at]) ^ (1 << bit)) + encrypt[at + 1 :]
        for at in range(len(encrypt))
        for bit in range(7)
    ]
    statuses = {(await _post(client, query, support.envelope(changed)))[0] for changed in flipped}
    assert (statuses, intake.stored) == ({403}, [])


OUTER = {
    "empty": b"",
    "not xml": b"not xml",
    "cut": b"<xml><Encrypt>",
    "json": b'{"Encrypt": "x"}',
    "no Encrypt": b"<xml><ToUserName>x</ToUserName></xml>",
    "nested": b"<xml><Encrypt><a>x</a></Encrypt></xml>",
    "doctype": b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>',
    "bomb": b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><xml><Encrypt>&b;</Encrypt></xml>',
    "not utf-8": b"\xff\xfe\x00x",
    "deep": b"<xml>" * 40_000,
}


@pytest.mark.parametrize("name", OUTER)
async def test_malformed_envelopes_are_refused_cleanly(hook: Hook, name: str) -> None:
    """Ten bodies that are no envelope, each with a valid `signature`, which covers none of it."""
    intake = support.Intake()
    assert await _post(await hook(intake), support.signed(""), OUTER[name]) == (403, "refused")
    assert intake.stored == []


HOSTILE = {
    "empty": b"",
    "empty xml": b"<xml/>",
    "other root": b"<html><MsgType>text</MsgType></html>",
    "cut off": support.text("救命")[:-20],
    "no sender": support.text("救命").replace(b"FromUserName", b"FromNobody"),
    "two kinds": support.text("x").replace(b"<MsgId>", b"<MsgType>image</MsgType><MsgId>"),
    "nested kind": support.text("x").replace(b"<![CDATA[text]]>", b"<a>text</a>"),
    "doctype": b'<!DOCTYPE x [<!ENTITY a "b">]>' + support.text("&a;"),
    "broken character": support.text("x").replace(b"<MsgId>", b"\xe6\x95<MsgId"),
    "no number": support.text("x").replace(b"MsgId", b"Other"),
    "event without name": support.event("x").replace(b"Event>", b"Other>"),
    "event without time": support.event("CLICK", at=""),
    "deep": b"<xml>" + b"<a>" * 20_000 + b"</a>" * 20_000 + b"</xml>",
    "json": b'{"MsgType": "text"}',
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_is_authentic_is_kept_even_when_it_cannot_be_read(hook: Hook, name: str) -> None:
    """Answered `success`, kept once under its hash; words that can still be read are words, the rest is unknown."""
    intake = support.Intake()
    client = await hook(intake)
    push = support.pushed(HOSTILE[name])
    assert [await _post(client, *push) for _ in range(2)] == [(200, "success")] * 2
    (stored,) = intake.stored
    assert stored.body == HOSTILE[name]
    legible = Text if name in ("no sender", "no number") else Unknown
    assert isinstance(inbound.Reader().read(stored).content, legible)


async def test_control_characters_do_not_cost_the_message(hook: Hook) -> None:
    """WeChat passes on what a keyboard produced; an XML parser would refuse the whole push."""
    intake = support.Intake()
    await _post(await hook(intake), *support.pushed(support.text("救\x0b命\x00")))
    assert intake.stored[0].key == f"{support.OPENID}|24000000000000001"
    assert inbound.Reader().read(intake.stored[0]).content == Text("救命")


async def test_a_packed_body_is_refused_unread(hook: Hook) -> None:
    """A 10 MB gzip body may be 10 GB."""
    client = await hook(support.Intake())
    params, body = support.pushed(support.text("x"))
    packed = gzip.compress(body)
    for encoding in ("gzip", "deflate"):
        headers = {"Content-Encoding": encoding}
        async with client.post(webhook.PATH, params=params, data=packed, headers=headers) as response:
            assert response.status == 415


async def test_a_body_beyond_the_cap_is_refused(hook: Hook) -> None:
    """Declared or streamed: 256 KiB and not a byte more."""
    client = await hook(support.Intake())
    params = support.signed("")

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b"x" * 64 * 1024

    assert (await _post(client, params, b"x" * (limits.LARGEST + 1)))[0] == 413
    async with client.post(webhook.PATH, params=params, data=chunks()) as response:
        assert response.status == 413
    assert (await _post(client, params, b"x" * limits.LARGEST))[0] == 403


async def test_a_body_that_trickles_is_cut_off(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection is closed, so that five hundred such clients hold nothing."""
    monkeypatch.setattr(limits, "READ_S", 0.05)
    client = await hook(support.Intake())
    query = "&".join(f"{name}={value}" for name, value in support.signed("").items())
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    writer.write(
        f"POST {webhook.PATH}?{query} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n<xml>".encode()
    )
    received = await asyncio.wait_for(reader.read(), 2)
    writer.close()
    assert received.startswith(b"HTTP/1.1 408")


async def test_a_forged_push_is_refused_before_its_body_is_read(hook: Hook) -> None:
    """Whoever has no signature cannot make the service wait for a body."""
    client = await hook(support.Intake())
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    writer.write(f"POST {webhook.PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n<xml>".encode())
    status = await asyncio.wait_for(reader.readline(), 1)
    writer.close()
    assert status.startswith(b"HTTP/1.1 403")


async def test_an_injected_ending_stays_text_in_the_encrypted_reply(hook: Hook) -> None:
    words = "a]]><Content>evil</Content>"
    intake = support.Intake(channel.Answer(words))
    _, answer = await _post(await hook(intake), *support.pushed(support.text("x")))
    assert [child.text for child in support.opened(answer) if child.tag == "Content"] == [words]


async def test_fifty_pushes_at_once_each_get_their_own_answer(hook: Hook) -> None:
    class Echo(support.Intake):
        async def answer(self, accepted, within_s):  # type: ignore[no-untyped-def]
            return channel.Answer(f"row {accepted.seq}", str(accepted.seq))

    intake = Echo()
    client = await hook(intake)
    pushes = [support.pushed(support.text("x", number=str(number))) for number in range(1, 51)]
    answers = await asyncio.gather(*(_post(client, *push) for push in pushes))
    words = {support.opened(answer).findtext("Content") for _, answer in answers}
    assert words == {f"row {number}" for number in range(1, 51)}
