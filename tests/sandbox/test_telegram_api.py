"""The Bot API stand-in answers, limits and refuses as the real server does."""

from __future__ import annotations

import json

import aiohttp
import pytest

from tests.sandbox.stage import LI, SOMSAK, TOKEN, Stage

CHAT = int(LI.id)


async def test_a_text_sent_by_the_bot_stands_in_the_persons_chat(stage: Stage) -> None:
    """What sendMessage takes is what the phone shows, with its inline buttons."""
    keyboard = {"inline_keyboard": [[{"text": "取消", "callback_data": "sos:0"}]]}
    answer = await stage.bot("sendMessage", chat_id=CHAT, text="已收到", reply_markup=keyboard)
    assert answer["ok"]
    assert answer["result"]["reply_markup"] == keyboard
    shown = (await (await stage.li()).chat())[-1]
    assert (shown.text, shown.labels, shown.sender) == ("已收到", ("取消",), "bot")


async def test_forms_with_nested_json_strings_are_read(stage: Stage) -> None:
    """aiogram posts forms whose nested objects are JSON strings."""
    markup = json.dumps({"inline_keyboard": [[{"text": "A", "url": "https://example.org"}]]})
    form = {"chat_id": str(CHAT), "text": "<b>1 &lt; 2</b>", "parse_mode": "HTML", "reply_markup": markup}
    async with stage.session.post(f"{stage.base}/bot{TOKEN}/sendMessage", data=form) as response:
        result = (await response.json())["result"]
    assert result["text"] == "1 < 2"
    assert result["entities"] == [{"type": "bold", "offset": 0, "length": 5}]
    assert await stage.phones.violations() == []


@pytest.mark.parametrize(
    ("method", "fields", "code", "description"),
    [
        ("sendMessage", {"chat_id": 5, "text": "x"}, 400, "Bad Request: chat not found"),
        ("sendMessage", {"chat_id": CHAT, "text": ""}, 400, "Bad Request: message text is empty"),
        ("sendMessage", {"chat_id": CHAT, "text": "x" * 4097}, 400, "Bad Request: message is too long"),
        (
            "sendMessage",
            {
                "chat_id": CHAT,
                "text": "x",
                "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "救" * 22}]]},
            },
            400,
            "Bad Request: BUTTON_DATA_INVALID",
        ),
        (
            "editMessageText",
            {"chat_id": CHAT, "message_id": 1, "text": "x"},
            400,
            "Bad Request: message to edit not found",
        ),
        (
            "answerCallbackQuery",
            {"callback_query_id": "1"},
            400,
            "Bad Request: query is too old and response timeout expired or query ID is invalid",
        ),
        (
            "sendLocation",
            {"chat_id": CHAT, "latitude": 1, "longitude": 2, "live_period": 30},
            400,
            "Bad Request: wrong live location period specified",
        ),
        ("flyToTheMoon", {}, 404, "Not Found: method not found"),
        (
            "sendMessage",
            {"chat_id": CHAT, "text": "<b>open", "parse_mode": "HTML"},
            400,
            "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        (
            "sendMessage",
            {"chat_id": CHAT, "text": "1.", "parse_mode": "MarkdownV2"},
            400,
            "Bad Request: can't parse entities: Character '.' is reserved and must be escaped with the"
            " preceding '\\'",
        ),
    ],
)
async def test_refusals_carry_the_servers_words(
    stage: Stage, method: str, fields: dict[str, object], code: int, description: str
) -> None:
    """Adapters match on these texts, so they are the real ones."""
    answer = await stage.bot(method, **fields)
    assert (answer["ok"], answer["error_code"], answer["description"]) == (False, code, description)


async def test_a_blocked_bot_is_refused_with_403(stage: Stage) -> None:
    """Who blocked the bot is told to the service once, and gets nothing."""
    await (await stage.li()).block()
    answer = await stage.bot("sendMessage", chat_id=CHAT, text="x")
    assert (answer["error_code"], answer["description"]) == (403, "Forbidden: bot was blocked by the user")
    update = (await stage.service.until(1))[0].update["my_chat_member"]
    assert update["new_chat_member"]["status"] == "kicked"


@pytest.mark.parametrize(("token", "status"), [("7000000:wrong", 401), ("nonsense", 404)])
async def test_wrong_tokens_are_refused(stage: Stage, token: str, status: int) -> None:
    """A wrong token is 401, something that is no token 404."""
    async with stage.session.post(f"{stage.base}/bot{token}/getMe") as response:
        assert response.status == status
        assert (await response.json())["ok"] is False


async def test_unchanged_edits_are_refused_and_changed_ones_shown(stage: Stage) -> None:
    """An edit without a keyboard removes the keyboard; the same edit again is not modified."""
    keyboard = {"inline_keyboard": [[{"text": "1", "callback_data": "1"}]]}
    sent = (await stage.bot("sendMessage", chat_id=CHAT, text="a", reply_markup=keyboard))["result"]
    edit = {"chat_id": CHAT, "message_id": sent["message_id"], "text": "b"}
    assert (await stage.bot("editMessageText", **edit))["ok"]
    assert (await (await stage.li()).chat())[-1].labels == ()
    assert "message is not modified" in (await stage.bot("editMessageText", **edit))["description"]


async def test_a_burst_to_one_chat_meets_429_and_another_chat_does_not(stage: Stage) -> None:
    """Eight at once pass, the ninth is told to wait a second, and after it passes."""
    answers = [await stage.bot("sendMessage", chat_id=CHAT, text=str(n)) for n in range(9)]
    assert [answer["ok"] for answer in answers] == [True] * 8 + [False]
    assert answers[8]["parameters"] == {"retry_after": 1}
    assert (await stage.bot("sendMessage", chat_id=int(SOMSAK.id), text="x"))["ok"]
    await stage.advance(1)
    assert (await stage.bot("sendMessage", chat_id=CHAT, text="x"))["ok"]


async def test_wrong_bodies_are_violations_besides_the_servers_tolerance(stage: Stage) -> None:
    """Unknown fields, wrong types and unknown button fields are noted though the call succeeds."""
    keyboard = {"inline_keyboard": [[{"text": "1", "callback_data": "1", "colour": "red"}]]}
    answer = await stage.bot(
        "sendMessage", chat_id=CHAT, text="x", reply_markup=keyboard, timeout=5, disable_notification="maybe"
    )
    assert answer["ok"]
    notes = " | ".join(entry["what"] for entry in await stage.phones.violations())
    assert "unknown field timeout" in notes
    assert "disable_notification is not of kind bool" in notes
    assert "unknown field colour in inline button" in notes


async def test_location_buttons_are_for_private_chats(stage: Stage) -> None:
    """A group cannot be asked for its location."""
    await stage.phones.group(-4001, "值班群")
    markup = {"keyboard": [[{"text": "位置", "request_location": True}]]}
    answer = await stage.bot("sendMessage", chat_id=-4001, text="x", reply_markup=markup)
    assert answer["description"] == "Bad Request: location can be requested in private chats only"


async def test_a_migrated_group_names_its_new_id(stage: Stage) -> None:
    """The service learns where the group went."""
    await stage.phones.group(-4001, "值班群", migrated_to=-1004001)
    answer = await stage.bot("sendMessage", chat_id=-4001, text="x")
    assert answer["parameters"] == {"migrate_to_chat_id": -1004001}


async def test_a_photo_goes_up_and_a_photo_comes_down(stage: Stage) -> None:
    """Uploads stand in the chat; what a person sends can be fetched by getFile for an hour, up to 20 MB."""
    li = await stage.li()
    sent = await li.photo("road", text="这里")
    update = (await stage.service.until(1))[0].update["message"]
    largest = update["photo"][-1]
    assert update["caption"] == "这里"
    assert largest["width"] > update["photo"][0]["width"]
    path = (await stage.bot("getFile", file_id=largest["file_id"]))["result"]["file_path"]
    url = f"{stage.base}/file/bot{TOKEN}/{path}"
    async with stage.session.get(url) as response:
        content = await response.read()
    assert len(content) == largest["file_size"] == sent.media["size"]
    await stage.advance(3601)
    async with stage.session.get(url) as response:
        assert response.status == 404
    form = aiohttp.FormData({"chat_id": str(CHAT), "caption": "星使"})
    form.add_field("photo", content, filename="e.jpg", content_type="image/jpeg")
    async with stage.session.post(f"{stage.base}/bot{TOKEN}/sendPhoto", data=form) as response:
        assert (await response.json())["ok"]
    assert (await li.chat())[-1].media["size"] == len(content)


async def test_files_over_20_mb_cannot_be_fetched(stage: Stage) -> None:
    """getFile refuses what the platform would refuse."""
    await (await stage.li()).document("oversized")
    document = (await stage.service.until(1))[0].update["message"]["document"]
    assert document["file_size"] > 20 << 20
    answer = await stage.bot("getFile", file_id=document["file_id"])
    assert answer["description"] == "Bad Request: file is too big"


async def test_the_bots_live_location_moves_and_stops(stage: Stage) -> None:
    """One live message is edited; after its end it cannot be."""
    sent = await stage.bot("sendLocation", chat_id=CHAT, latitude=13.7, longitude=100.5, live_period=600)
    place = {"chat_id": CHAT, "message_id": sent["result"]["message_id"]}
    moved = await stage.bot("editMessageLiveLocation", **place, latitude=13.8, longitude=100.5)
    assert moved["result"]["location"]["latitude"] == 13.8
    assert "live_period" not in (await stage.bot("stopMessageLiveLocation", **place))["result"]["location"]
    again = await stage.bot("editMessageLiveLocation", **place, latitude=13.9, longitude=100.5)
    assert again["description"] == "Bad Request: message can't be edited"


async def test_a_bot_cannot_write_first(stage: Stage) -> None:
    """Who never opened the bot is an unknown chat, until they do."""
    newcomer = await stage.phones.ask(
        "POST", "people", json={"platform": "telegram", "id": "77", "name": "N", "started": False}
    )
    assert (await stage.bot("sendMessage", chat_id=77, text="x"))[
        "description"
    ] == "Bad Request: chat not found"
    phone = await stage.phones.person("telegram", id="77")
    assert phone.key == newcomer["key"]
    await phone.text("/start")
    assert (await stage.bot("sendMessage", chat_id=77, text="x"))["ok"]
