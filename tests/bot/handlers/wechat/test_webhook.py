"""The webhook: nothing forged comes in, nothing authentic is lost, the answer is in time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import pytest
from aiohttp import web
from aiohttp.typedefs import Handler

from backoffice.kernel import errors, exchange
from bot import channel
from bot.handlers.wechat import webhook
from tests.bot.handlers.wechat import support
from tests.bot.handlers.wechat.support import Hook, post

WORDS = channel.Answer("5 秒后派人，回复 0 取消", letter="L1")


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
    status, answer = await post(await hook(intake), *support.pushed(body))
    (stored,) = intake.stored
    assert (status, stored.key, stored.body) == (200, f"{support.OPENID}|24000000000000001", body)
    assert (stored.sender.channel, stored.sender.address) == ("wechat", support.OPENID)
    assert stored.arrived_at == support.NOW
    read = support.opened(answer)
    assert read.findtext("Content") == WORDS.text
    assert (read.findtext("ToUserName"), read.findtext("FromUserName")) == (support.OPENID, support.ACCOUNT)


async def test_a_reply_that_went_out_is_reported_written(hook: Hook) -> None:
    intake = support.Intake(WORDS)
    await post(await hook(intake), *support.pushed(support.text("救命")))
    await asyncio.sleep(0)
    assert intake.written_answers == [WORDS]


async def test_without_words_the_answer_is_success(hook: Hook) -> None:
    assert await post(await hook(support.Intake()), *support.pushed(support.text("x"))) == (200, "success")


async def test_the_wait_for_words_counts_from_arrival(hook: Hook) -> None:
    """3.5 s at most, less what has passed."""
    intake = support.Intake()
    await post(await hook(intake), *support.pushed(support.text("x")))
    assert 3.0 < intake.asked_within[0] < webhook.ANSWER_S


async def test_a_redelivery_is_the_same_row_and_still_gets_words(hook: Hook) -> None:
    """The platform repeats timestamp, nonce and signature: a repeat is a duplicate, never an attack."""
    intake = support.Intake(WORDS)
    client = await hook(intake)
    push = support.pushed(support.text("救命"))
    answers = [await post(client, *push) for _ in range(3)]
    assert [status for status, _ in answers] == [200, 200, 200]
    assert len(intake.stored) == 1
    assert all(support.opened(answer).findtext("Content") == WORDS.text for _, answer in answers)


async def test_a_push_is_never_refused_for_its_age(hook: Hook) -> None:
    """Our clock may be the wrong one; a late SOS is still an SOS."""
    intake = support.Intake()
    encrypt = support.encrypted(support.text("救命"))
    query = support.signed(encrypt, stamp="1577836800")
    assert (await post(await hook(intake), query, support.envelope(encrypt)))[0] == 200
    assert len(intake.stored) == 1


async def test_location_events_are_only_acknowledged(hook: Hook) -> None:
    """The platform forbids answering them; one who has left reads nothing."""
    intake = support.Intake(WORDS)
    client = await hook(intake)
    fix = "<Latitude>1</Latitude><Longitude>2</Longitude><Precision>3</Precision>"
    assert await post(client, *support.pushed(support.event("LOCATION", fix))) == (200, "success")
    assert await post(client, *support.pushed(support.event("unsubscribe"))) == (200, "success")
    assert (len(intake.stored), intake.asked_within, intake.written_answers) == (2, [], [])


async def test_when_nothing_can_be_stored_the_platform_is_asked_to_send_again(hook: Hook) -> None:
    def broken() -> None:
        raise errors.Unavailable

    intake = support.Intake(before_store=broken)
    assert (await post(await hook(intake), *support.pushed(support.text("x"))))[0] == 503
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
    assert (await post(await hook(intake), *support.pushed(support.text("x"))))[0] == 503
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
    assert await post(await hook(intake), *support.pushed(support.text("x"))) == (200, "success")
    assert (len(intake.stored), intake.written_answers) == (1, [])


async def test_a_turn_that_fails_does_not_undo_the_receipt(hook: Hook) -> None:
    class Failing(support.Intake):
        async def answer(self, accepted, within_s):  # type: ignore[no-untyped-def]
            raise RuntimeError("a bug in a flow")

    assert await post(await hook(Failing()), *support.pushed(support.text("x"))) == (200, "success")


async def test_words_too_long_for_a_reply_are_left_to_the_api(hook: Hook) -> None:
    """Cutting them would lose the end; the API way splits."""
    intake = support.Intake(channel.Answer("救" * 700, letter="L2"))
    assert await post(await hook(intake), *support.pushed(support.text("x"))) == (200, "success")
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


async def test_an_injected_ending_stays_text_in_the_encrypted_reply(hook: Hook) -> None:
    words = "a]]><Content>evil</Content>"
    intake = support.Intake(channel.Answer(words))
    _, answer = await post(await hook(intake), *support.pushed(support.text("x")))
    assert [child.text for child in support.opened(answer) if child.tag == "Content"] == [words]


async def test_fifty_pushes_at_once_each_get_their_own_answer(hook: Hook) -> None:
    class Echo(support.Intake):
        async def answer(self, accepted, within_s):  # type: ignore[no-untyped-def]
            return channel.Answer(f"row {accepted.seq}", str(accepted.seq))

    intake = Echo()
    client = await hook(intake)
    pushes = [support.pushed(support.text("x", number=str(number))) for number in range(1, 51)]
    answers = await asyncio.gather(*(post(client, *push) for push in pushes))
    words = {support.opened(answer).findtext("Content") for _, answer in answers}
    assert words == {f"row {number}" for number in range(1, 51)}
