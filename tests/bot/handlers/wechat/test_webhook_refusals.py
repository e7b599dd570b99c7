"""What the webhook refuses, and what it keeps although it cannot read it."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import pytest

from bot.handlers.wechat import inbound, limits, webhook
from bot.incoming import Text, Unknown
from tests.bot.handlers.wechat import support
from tests.bot.handlers.wechat.support import Hook, post


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
    intake = support.Intake()
    client = await hook(intake)
    body = support.envelope(support.encrypted(support.text("救命")))
    answers = {await post(client, query, body) for query in _wrong_queries()}
    other = support.CONFIG.__class__("wxffffffffffffffff", "", support.CONFIG.token, support.CONFIG.aes_key)
    answers.add(await post(client, *support.pushed(support.text("x"), other)))
    answers.add(await post(client, support.signed(""), support.text("plain mode")))
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
    statuses = {(await post(client, query, support.envelope(changed)))[0] for changed in flipped}
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
    assert await post(await hook(intake), support.signed(""), OUTER[name]) == (403, "refused")
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
    assert [await post(client, *push) for _ in range(2)] == [(200, "success")] * 2
    (stored,) = intake.stored
    assert stored.body == HOSTILE[name]
    legible = Text if name in ("no sender", "no number") else Unknown
    assert isinstance(inbound.Reader().read(stored).content, legible)


async def test_control_characters_do_not_cost_the_message(hook: Hook) -> None:
    """WeChat passes on what a keyboard produced; an XML parser would refuse the whole push."""
    intake = support.Intake()
    await post(await hook(intake), *support.pushed(support.text("救\x0b命\x00")))
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

    assert (await post(client, params, b"x" * (limits.LARGEST + 1)))[0] == 413
    async with client.post(webhook.PATH, params=params, data=chunks()) as response:
        assert response.status == 413
    assert (await post(client, params, b"x" * limits.LARGEST))[0] == 403


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


DTD = b'<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd">'


async def test_a_document_type_is_refused_even_without_entities(hook: Hook) -> None:
    """Outside the encryption: 403 although both signatures hold. Inside: kept, and read as unknown."""
    intake = support.Intake()
    client = await hook(intake)
    query, body = support.pushed(support.text("救命"))
    assert await post(client, query, DTD + body) == (403, "refused")
    assert intake.stored == []
    assert await post(client, *support.pushed(DTD + support.text("救命"))) == (200, "success")
    assert inbound.Reader().read(intake.stored[0]).content == Unknown("unreadable")
    assert intake.stored[0].sender.address == support.OPENID
