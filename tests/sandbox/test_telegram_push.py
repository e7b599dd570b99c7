"""Updates reach the webhook as Telegram pushes them: in order, one in flight, again until taken."""

from __future__ import annotations

import asyncio

from aiohttp import web

from tests.sandbox.stage import LI, SECRET, Heard, Stage


async def test_a_message_is_pushed_with_the_secret(stage: Stage) -> None:
    """The header is there, the body is an Update, and the phone shows two ticks."""
    li = await stage.li()
    sent = await li.text("/start sos")
    heard = (await stage.service.until(1))[0]
    assert heard.path == "/telegram/webhook"
    assert heard.headers["X-Telegram-Bot-Api-Secret-Token"] == SECRET
    message = heard.update["message"]
    assert message["from"]["id"] == int(LI.id)
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert (await li.delivered(sent)).delivery == "delivered"


async def test_a_chat_waits_for_its_head_while_a_press_overtakes(stage: Stage) -> None:
    """Messages of a chat come one after the other; a callback has a queue of its own."""
    first = asyncio.Event()

    async def slow(heard: Heard) -> web.Response:
        if "message" in heard.update:
            await first.wait()
        return web.Response()

    stage.service.answer = slow
    keyboard = {"inline_keyboard": [[{"text": "取消", "callback_data": "0"}]]}
    await stage.bot("sendMessage", chat_id=int(LI.id), text="?", reply_markup=keyboard)
    li = await stage.li()
    await li.location(13.75, 100.49)
    await li.text("二")
    await li.press("取消")
    kinds = [next(k for k in h.update if k != "update_id") for h in await stage.service.until(2)]
    assert kinds == ["message", "callback_query"]
    first.set()
    assert (await stage.service.until(3))[2].update["message"]["text"] == "二"


async def test_refused_updates_come_again_after_growing_pauses(stage: Stage) -> None:
    """At once, then after 2, 4, 8 … seconds; the same update each time."""

    async def refuse(heard: Heard) -> web.Response:
        return web.Response(status=500)

    stage.service.answer = refuse
    await (await stage.li()).text("救命")
    await stage.service.until(2)
    for wait, count in ((2, 3), (4, 4), (8, 5)):
        await settle(stage, count - 1)
        await stage.advance(wait - 0.5)
        assert len(stage.service.heard) == count - 1
        await stage.advance(0.6)
        await stage.service.until(count)
    assert len({heard.update["update_id"] for heard in stage.service.heard}) == 1


async def settle(stage: Stage, count: int) -> None:
    """Lets the answer to the last push arrive and the next pause begin."""
    await stage.service.until(count)
    for _ in range(20):
        await asyncio.sleep(0.002)


async def test_retry_after_is_obeyed(stage: Stage) -> None:
    """A service that asks for seven seconds gets seven seconds."""

    async def later(heard: Heard) -> web.Response:
        return web.Response(status=503, headers={"Retry-After": "7"})

    stage.service.answer = later
    await (await stage.li()).text("救命")
    await settle(stage, 1)
    await stage.advance(6.9)
    assert len(stage.service.heard) == 1
    await stage.advance(0.2)
    await stage.service.until(2)


async def test_a_press_is_dropped_after_150_seconds_and_a_message_is_not(stage: Stage) -> None:
    """A service down for three minutes never learns of the press."""
    down = True

    async def maybe(heard: Heard) -> web.Response:
        return web.Response(status=503 if down else 200)

    stage.service.answer = maybe
    keyboard = {"inline_keyboard": [[{"text": "取消", "callback_data": "0"}]]}
    await stage.bot("sendMessage", chat_id=int(LI.id), text="?", reply_markup=keyboard)
    li = await stage.li()
    await li.text("一")
    await li.press("取消")
    for _ in range(6):
        await settle(stage, len(stage.service.heard))
        await stage.advance(33)
    down = False
    stage.service.heard.clear()
    await stage.advance(121)
    await li.phones.idle()
    assert [list(heard.update)[1] for heard in stage.service.heard] == ["message"]


async def test_a_method_in_the_answer_is_executed(stage: Stage) -> None:
    """The webhook's response may carry one method; get… is ignored."""

    async def reply(heard: Heard) -> web.Response:
        query = heard.update.get("callback_query")
        if query:
            body = {"method": "answerCallbackQuery", "callback_query_id": query["id"], "text": "好"}
            return web.json_response(body)
        return web.json_response({"method": "getMe"})

    stage.service.answer = reply
    keyboard = {"inline_keyboard": [[{"text": "取消", "callback_data": "0"}]]}
    await stage.bot("sendMessage", chat_id=int(LI.id), text="?", reply_markup=keyboard)
    li = await stage.li()
    await li.press("取消")
    await li.text("x")
    await stage.phones.idle()
    press = (await li.info())["presses"][-1]
    assert press["text"] == "好"
    assert press["answered_at"] is not None
    assert "ignored" in (await stage.phones.violations())[0]["what"]


async def test_live_sharing_is_edits_and_ends_without_live_period(stage: Stage) -> None:
    """Start, move, stop; a share that runs out says nothing."""
    li = await stage.li()
    await li.live(18.788, 98.985, period=900)
    await li.move(18.789, 98.986)
    await li.stop_live()
    await stage.phones.idle()
    start, move, stop = (heard.update for heard in stage.service.heard)
    assert start["message"]["location"]["live_period"] == 900
    assert move["edited_message"]["location"]["latitude"] == 18.789
    assert "live_period" not in stop["edited_message"]["location"]
    assert move["edited_message"]["message_id"] == start["message"]["message_id"]
    await li.live(18.788, 98.985, period=60)
    await stage.service.until(4)
    await stage.advance(120)
    await stage.phones.idle()
    assert len(stage.service.heard) == 4


async def test_kinds_not_asked_for_are_not_pushed(stage: Stage) -> None:
    """A webhook set without edited_message hears of no live movement."""
    url = f"{stage.sandbox.config.service}/telegram/webhook"
    await stage.bot("setWebhook", url=url, secret_token="other", allowed_updates=["message"])
    li = await stage.li()
    await li.live(18.788, 98.985)
    await li.move(18.789, 98.986)
    await stage.phones.idle()
    assert [heard.headers["X-Telegram-Bot-Api-Secret-Token"] for heard in stage.service.heard] == ["other"]


async def test_a_phone_without_network_keeps_its_words_until_it_is_back(stage: Stage) -> None:
    """Nothing leaves and nothing is shown while the phone is offline; then both, in order."""
    li = await stage.li()
    await li.connection("none")
    await li.text("一")
    await li.text("二")
    await stage.bot("sendMessage", chat_id=int(LI.id), text="在吗")
    assert "在吗" not in [message.text for message in await li.chat()]
    assert stage.service.heard == []
    await li.connection("good")
    texts = [heard.update["message"]["text"] for heard in await stage.service.until(2)]
    assert texts == ["一", "二"]
    assert "在吗" in [message.text for message in await li.chat()]


async def test_a_very_long_text_comes_in_pieces(stage: Stage) -> None:
    """The app cuts it; nothing is lost."""
    text = "救" * 10_000
    await (await stage.li()).text(text)
    texts = [heard.update["message"]["text"] for heard in await stage.service.until(3)]
    assert [len(piece) for piece in texts] == [4096, 4096, 1808]
    assert "".join(texts) == text
