"""WeChat's pushes: sealed and signed, five seconds, three tries that look the same, and strict with replies."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest
from aiohttp import web

from bot.sandbox import gcj02
from bot.sandbox.wechat import crypto
from tests.sandbox.stage import AES_KEY, APP_ID, WANG, WECHAT_TOKEN, Heard, Stage

VECTORS = Path(__file__).parents[1] / "samples" / "wechat" / "signature_vectors.json"
APOLOGY = "暂时无法提供服务"


def sealed(inner: str, *, token: str = WECHAT_TOKEN) -> web.Response:
    """A passive reply as a correct service seals it."""
    encrypted = crypto.Envelope(AES_KEY, APP_ID).seal(inner, b"0123456789abcdef")
    stamp, nonce = str(int(time.time())), "42"
    signed = crypto.signature(token, stamp, nonce, encrypted)
    body = (
        f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt><MsgSignature>{signed}</MsgSignature>"
        f"<TimeStamp>{stamp}</TimeStamp><Nonce>{nonce}</Nonce></xml>"
    )
    return web.Response(text=body, content_type="application/xml")


def text_reply(content: str) -> str:
    return (
        f"<xml><ToUserName>{WANG.id}</ToUserName><FromUserName>gh_5a1dba110c0d</FromUserName>"
        f"<CreateTime>1767225600</CreateTime><MsgType>text</MsgType>"
        f"<Content><![CDATA[{content}]]></Content></xml>"
    )


@pytest.mark.parametrize("vector", json.loads(VECTORS.read_text()), ids=lambda vector: str(vector["name"]))
def test_signatures_agree_with_the_vectors(vector: dict[str, str]) -> None:
    """Sorted, joined, SHA-1."""
    given = crypto.signature(vector["token"], vector["timestamp"], vector["nonce"])
    assert given == vector["signature"]


def test_signatures_agree_with_the_platforms_published_examples() -> None:
    """Two examples of the developer guide."""
    assert crypto.signature("AAAAA", "1714036504", "1514711492") == "f464b24fc39322e44b38aa78f5edd27bd1441696"
    assert crypto.signature("AAAAA", "1714037059", "486452656") == "899cf89e464efb63f54ddac96b0a0a235f53aa78"


def test_the_envelope_opens_only_with_its_key_and_app_id() -> None:
    """Round trip; another account's envelope is refused."""
    sealed_text = crypto.Envelope(AES_KEY, APP_ID).seal("救命", b"x" * 16)
    assert crypto.Envelope(AES_KEY, APP_ID).open(sealed_text) == "救命"
    with pytest.raises(crypto.BadEnvelope):
        crypto.Envelope(AES_KEY, "wxother").open(sealed_text)


async def test_a_text_is_pushed_sealed_with_both_signatures(stage: Stage) -> None:
    """Nothing of the words is readable on the way; both signatures fit."""
    await (await stage.wang()).text("救命 <&]]>")
    heard = (await stage.service.until(1))[0]
    query = heard.query
    assert query["encrypt_type"] == "aes"
    assert query["signature"] == crypto.signature(WECHAT_TOKEN, query["timestamp"], query["nonce"])
    assert "救命" not in heard.body.decode()
    assert (heard.push.find("Content"), heard.push.find("FromUserName")) == ("救命 <&]]>", WANG.id)


async def test_a_pin_in_beijing_is_told_in_gcj02_and_one_in_bangkok_as_it_is(stage: Stage) -> None:
    """Tencent's map names places in mainland China in its own datum."""
    wang = await stage.wang()
    sent = await wang.location(39.9075, 116.39723)
    await wang.location(13.75, 100.4913)
    beijing, bangkok = [heard.push for heard in await stage.service.until(2)]
    assert abs(float(beijing.find("Location_X")) - 39.908903) < 2e-6
    assert abs(float(beijing.find("Location_Y")) - 116.403473) < 2e-6
    assert sent.point["datum"] == "gcj02"
    assert (bangkok.find("Location_X"), bangkok.find("Location_Y")) == ("13.750000", "100.491300")


@pytest.mark.parametrize(
    ("place", "inside"),
    [
        ((22.54, 114.06), True),
        ((22.28, 114.16), False),
        ((22.19, 113.54), False),
        ((25.03, 121.56), False),
        ((43.8, 87.6), True),
        ((21.03, 105.85), False),
    ],
)
def test_only_the_mainland_is_shifted(place: tuple[float, float], inside: bool) -> None:
    """Shenzhen and Ürümqi are; Hong Kong, Macau, Taipei and Hanoi are not."""
    assert gcj02.in_mainland(*place) is inside


async def test_silence_is_tried_three_times_then_the_person_is_told(stage: Stage) -> None:
    """The tries are equal to the byte, five seconds apart; the message counts as lost."""

    async def never(heard: Heard) -> web.Response:
        await asyncio.sleep(3600)
        return web.Response()

    stage.service.answer = never
    wang = await stage.wang()
    sent = await wang.text("救命")
    for count in (1, 2, 3):
        await stage.service.until(count)
        await stage.advance(5)
    await stage.phones.idle()
    assert len({(heard.body, tuple(heard.query.items())) for heard in stage.service.heard}) == 1
    assert len(stage.service.heard) == 3
    chat = await wang.chat()
    assert APOLOGY in chat[-1].text
    assert next(entry for entry in chat if entry.number == sent.number).delivery == "lost"


async def test_a_late_message_does_not_hold_up_the_next(stage: Stage) -> None:
    """WeChat does not wait: the second is pushed, in order, while the first is unanswered."""
    first = asyncio.Event()

    async def slow(heard: Heard) -> web.Response:
        if heard.push.find("Content") == "一":
            await first.wait()
        return web.Response(text="success")

    stage.service.answer = slow
    wang = await stage.wang()
    await wang.text("一")
    await wang.text("二")
    assert [heard.push.find("Content") for heard in await stage.service.until(2)] == ["一", "二"]
    first.set()
    await stage.phones.idle()


async def test_a_passive_reply_is_opened_and_shown(stage: Stage) -> None:
    """Sealed, signed, with exactly its elements: shown without complaint, and it costs nothing."""

    async def reply(heard: Heard) -> web.Response:
        return sealed(text_reply("已收到您的位置"))

    stage.service.answer = reply
    wang = await stage.wang()
    await wang.text("x")
    shown = await wang.wait_for("已收到")
    assert shown.via == "passive"
    assert await stage.phones.violations() == []
    assert (await wang.info())["window"]["left"] == 5


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (sealed(text_reply("a]]></Content><Content><![CDATA[b")), "element Content comes 2 times"),
        (sealed(text_reply("a]]><Content>evil</Content><![CDATA[b")), "element Content has elements in it"),
        (
            sealed(text_reply("a]]></Content><Event>x</Event><Content><![CDATA[b")),
            "element Event is not allowed",
        ),
        (sealed(text_reply("救" * 700)), "bytes, more than"),
        (sealed(text_reply("a").replace(WANG.id, "oOther")), "ToUserName is not"),
    ],
)
async def test_what_should_not_stand_in_a_reply_is_a_violation(
    stage: Stage, answer: web.Response, complaint: str
) -> None:
    """A CDATA injection, a foreign element, too long, to somebody else."""
    body = answer.body

    async def reply(heard: Heard) -> web.Response:
        return web.Response(body=body)

    stage.service.answer = reply
    await (await stage.wang()).text("x")
    await stage.phones.idle()
    assert any(complaint in entry["what"] for entry in await stage.phones.violations())


@pytest.mark.parametrize(
    "answer",
    [
        web.Response(text='{"ok": true}'),
        web.Response(text=text_reply("in plain text")),
        sealed(text_reply("x"), token="wrong"),
        sealed("<xml><MsgType>text"),
    ],
)
async def test_an_unusable_reply_ends_in_the_apology(stage: Stage, answer: web.Response) -> None:
    """JSON, plain text, a wrong signature, broken XML: the person reads that the service is unavailable."""
    body = answer.body

    async def reply(heard: Heard) -> web.Response:
        return web.Response(body=body)

    stage.service.answer = reply
    wang = await stage.wang()
    await wang.text("x")
    await wang.wait_for(APOLOGY)
    assert len(stage.service.heard) == 1
    assert await stage.phones.violations()


async def test_the_address_check_wants_its_echo(stage: Stage) -> None:
    """GET with echostr: the right echo passes, anything else does not."""

    async def echo(heard: Heard) -> web.Response:
        return web.Response(text=heard.query["echostr"])

    assert (await stage.phones.verify())["ok"] is False
    stage.service.answer = echo
    assert (await stage.phones.verify())["ok"] is True


async def test_bodies_of_any_kind_can_be_pushed_sealed(stage: Stage) -> None:
    """Samples and broken XML reach the service through the real envelope."""
    wang = await stage.wang()
    await stage.phones.push(wang, "<xml><broken")
    heard = (await stage.service.until(1))[0]
    query = heard.query
    encrypted = heard.body.decode().partition("<Encrypt><![CDATA[")[2].partition("]]>")[0]
    assert crypto.Envelope(AES_KEY, APP_ID).open(encrypted) == "<xml><broken"
    signed = crypto.signature(WECHAT_TOKEN, query["timestamp"], query["nonce"], encrypted)
    assert query["msg_signature"] == signed
