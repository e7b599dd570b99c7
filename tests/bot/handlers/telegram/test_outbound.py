"""What Telegram is sent: one call for one part, as the platform wants it."""

import json

import pytest

from backoffice.kernel.exchange import Address
from backoffice.kernel.geo import Point
from backoffice.kernel.messages import Ask, MediaKind, Urgency
from bot.channel import (
    Button,
    Envelope,
    MediaPart,
    PermanentFailure,
    PointPart,
    TemporaryFailure,
    TextPart,
    Unreachable,
    WindowClosed,
)
from bot.handlers.telegram import outbound
from bot.handlers.telegram.config import TelegramConfig

CHIANG_MAI = Point(18.7883, 98.9853)
OFFER = (
    Button("接单", "q:9f8e7d6c5b4a39281706f5e4d3c2b1a0:1"),
    Button("不便", "q:9f8e7d6c5b4a39281706f5e4d3c2b1a0:0"),
)


def to(chat: str = "42", urgency: Urgency = Urgency.SOS) -> Envelope:
    return Envelope(Address("telegram", chat), urgency, "key")


async def test_words_go_as_they_are_without_markup_and_without_a_preview(channel, api):
    sent = await channel.send(to(), TextPart("<b>*救命*</b> https://x.example/follow/1"))
    assert (sent.ref, api.method) == ("501", "sendMessage")
    assert api.sent["chat_id"] == "42"
    assert api.sent["text"] == "<b>*救命*</b> https://x.example/follow/1"
    assert json.loads(api.sent["link_preview_options"]) == {"is_disabled": True}
    assert not {"parse_mode", "reply_markup"} & set(api.sent)


async def test_choices_are_inline_buttons_in_their_order(channel, api):
    await channel.send(to(), TextPart("接单？", OFFER))
    rows = json.loads(api.sent["reply_markup"])["inline_keyboard"]
    assert rows == [[{"text": each.label, "callback_data": each.data}] for each in OFFER]
    assert all(len(each.data.encode()) <= 64 for each in OFFER)


@pytest.mark.parametrize(
    ("ask", "field"), [(Ask.LOCATION, "request_location"), (Ask.CONTACT, "request_contact")]
)
async def test_asking_for_a_place_or_a_number_shows_the_channels_own_button_once(channel, api, ask, field):
    await channel.send(to(), TextPart("您在哪里？", ask=ask, ask_label="发送位置"))
    keyboard = json.loads(api.sent["reply_markup"])
    assert keyboard["keyboard"] == [[{"text": "发送位置", field: True}]]
    assert keyboard["one_time_keyboard"] is True


async def test_choices_win_over_the_ask(channel, api):
    await channel.send(to(), TextPart("x", OFFER, Ask.LOCATION, "发送位置"))
    assert "inline_keyboard" in json.loads(api.sent["reply_markup"])


async def test_a_group_is_not_asked_for_its_place(channel, api):
    await channel.send(to("-100"), TextPart("x", ask=Ask.LOCATION, ask_label="发送位置"))
    assert "reply_markup" not in api.sent


async def test_an_ask_without_a_label_still_has_a_button(channel, api):
    await channel.send(to(), TextPart("x", ask=Ask.CONTACT))
    assert json.loads(api.sent["reply_markup"])["keyboard"][0][0]["text"]


async def test_half_characters_and_control_characters_do_not_stop_a_message(channel, api):
    await channel.send(to(), TextPart("a\ud83d\x00b"))
    assert api.sent["text"] == "a\ufffdb"


async def test_a_point_is_a_pin(channel, api):
    await channel.send(to(), PointPart(CHIANG_MAI, accuracy_m=23.0))
    assert api.method == "sendLocation"
    assert {key: float(api.sent[key]) for key in ("latitude", "longitude", "horizontal_accuracy")} == {
        "latitude": 18.7883,
        "longitude": 98.9853,
        "horizontal_accuracy": 23.0,
    }
    assert "live_period" not in api.sent


async def test_the_point_zero_zero_is_sent_and_not_dropped(channel, api):
    await channel.send(to(), PointPart(Point(0.0, 0.0)))
    assert (api.sent["latitude"], api.sent["longitude"]) == ("0.0", "0.0")


@pytest.mark.parametrize(("seconds", "period"), [(10, "60"), (3600, "3600"), (10**6, "86400")])
async def test_a_moving_map_lives_as_long_as_telegram_allows(channel, api, seconds, period):
    await channel.send(to(), PointPart(CHIANG_MAI, live_s=seconds))
    assert (api.method, api.sent["live_period"]) == ("sendLocation", period)


async def test_an_impossible_accuracy_is_bounded_or_left_out(channel, api):
    await channel.send(to(), PointPart(CHIANG_MAI, accuracy_m=99_999.0))
    assert float(api.sent["horizontal_accuracy"]) == 1500
    await channel.send(to(), PointPart(CHIANG_MAI, accuracy_m=float("nan")))
    assert "horizontal_accuracy" not in api.sent


async def test_a_map_already_shown_is_moved_not_sent_again(channel, api):
    sent = await channel.send(to(), PointPart(CHIANG_MAI, live_s=3600, editing="77"))
    assert (api.method, api.sent["message_id"]) == ("editMessageLiveLocation", "77")
    assert sent.ref == "501"


async def test_a_map_that_has_not_moved_is_already_shown(channel, api):
    api.refuse(400, "Bad Request: message is not modified: specified new message content is the same")
    assert (await channel.send(to(), PointPart(CHIANG_MAI, editing="77"))).ref == "77"


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: message to edit not found",
        "Bad Request: message can't be edited",
        "Bad Request: there is no live location in the message to edit",
        "Bad Request: MESSAGE_ID_INVALID",
    ],
)
async def test_a_map_that_is_gone_is_said_so_that_a_new_one_can_be_sent(channel, api, description):
    api.refuse(400, description)
    with pytest.raises(PermanentFailure) as failure:
        await channel.send(to(), PointPart(CHIANG_MAI, editing="77"))
    assert failure.value.code == "edit_gone"
    assert not isinstance(failure.value, Unreachable)


@pytest.mark.parametrize(
    ("kind", "mime", "method", "field"),
    [
        (MediaKind.PHOTO, "image/jpeg", "sendPhoto", "photo"),
        (MediaKind.PHOTO, "image/heic", "sendDocument", "document"),
        (MediaKind.VOICE, "audio/ogg; codecs=opus", "sendVoice", "voice"),
        (MediaKind.VOICE, "audio/amr", "sendDocument", "document"),
        (MediaKind.VIDEO, "video/mp4", "sendVideo", "video"),
        (MediaKind.VIDEO, "video/3gpp", "sendDocument", "document"),
        (MediaKind.FILE, "application/pdf", "sendDocument", "document"),
        (MediaKind.FILE, "image/jpeg", "sendDocument", "document"),
    ],
)
async def test_media_goes_as_what_telegram_can_show(channel, api, kind, mime, method, field):
    await channel.send(to(), MediaPart(kind, b"body", "诊断.bin", mime, "伤口"))
    assert (api.method, api.sent["caption"], len(api.calls)) == (method, "伤口", 1)
    attached = api.sent[field].removeprefix("attach://")
    assert api.sent[attached] == ("诊断.bin", b"body")


async def test_a_photo_over_ten_megabytes_goes_as_a_file(channel, api):
    await channel.send(to(), MediaPart(MediaKind.PHOTO, b"x" * (10 * 1024 * 1024 + 1), "a.jpg", "image/jpeg"))
    assert api.method == "sendDocument"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("", "file"),
        ('a"; filename="b.exe', "a_ filename=_b.exe"),
        ("a\r\nX-Evil: 1.pdf", "a_X-Evil_ 1.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("x" * 300 + ".pdf", "x" * 56 + ".pdf"),
    ],
)
async def test_a_files_name_cannot_break_out_of_its_header(channel, api, name, safe):
    await channel.send(to(), MediaPart(MediaKind.FILE, b"x", name, "application/pdf"))
    assert api.sent[api.sent["document"].removeprefix("attach://")][0] == safe


@pytest.mark.parametrize(
    ("part", "code"),
    [
        (TextPart("  \n"), "empty"),
        (MediaPart(MediaKind.FILE, b"", "a", ""), "empty"),
        (MediaPart(MediaKind.FILE, bytes(50 * 1024 * 1024 + 1), "a", ""), "too_large"),
        (PointPart(Point(float("nan"), 1.0)), "bad_point"),
        (PointPart(CHIANG_MAI, editing="x"), "edit_gone"),
    ],
)
async def test_what_telegram_would_certainly_refuse_is_not_sent(channel, api, part, code):
    with pytest.raises(PermanentFailure) as failure:
        await channel.send(to(), part)
    assert failure.value.code == code
    assert not api.calls


@pytest.mark.parametrize("address", ["", "0", "oX1openid", "@channel", "1e5", "9" * 30])
async def test_an_address_that_is_no_chat_reaches_nobody(channel, api, address):
    with pytest.raises(Unreachable):
        await channel.send(to(address), TextPart("x"))
    assert not api.calls


async def test_a_second_ordinary_letter_within_a_second_waits_its_turn_without_a_call(channel, api, clock):
    await channel.send(to(urgency=Urgency.NORMAL), TextPart("1"))
    with pytest.raises(TemporaryFailure) as failure:
        await channel.send(to(urgency=Urgency.NORMAL), TextPart("2"))
    assert (failure.value.code, len(api.calls)) == ("paced", 1)
    clock.forward(failure.value.delay_s)
    await channel.send(to(urgency=Urgency.NORMAL), TextPart("2"))
    assert [form["text"] for _, form in api.calls] == ["1", "2"]


async def test_retry_after_is_obeyed_by_the_sos_lane_too(channel, api, clock):
    api.refuse(429, "Too Many Requests: retry after 7", retry_after=7)
    with pytest.raises(TemporaryFailure) as failure:
        await channel.send(to(), TextPart("1"))
    assert (failure.value.code, failure.value.delay_s) == ("flood", 7.0)
    with pytest.raises(TemporaryFailure) as again:
        await channel.send(to(), TextPart("1"))
    assert (again.value.code, again.value.delay_s, len(api.calls)) == ("paced", pytest.approx(7.0), 1)
    clock.forward(7)
    await channel.send(to(), TextPart("1"))
    assert len(api.calls) == 2


async def test_there_is_no_paid_notice_to_nudge_with(channel):
    with pytest.raises(WindowClosed):
        await channel.nudge(to(), 3, "zh_Hans")


def test_what_telegram_can_show(channel):
    features = channel.features
    assert (channel.name, features.text_limit, features.text_unit) == ("telegram", 4096, "utf16")
    assert (features.caption_limit, features.media) == (1024, frozenset(MediaKind))
    assert (features.buttons, features.ask_buttons) == (True, True)
    assert (features.native_map, features.moving_map) == (True, True)


async def test_the_channel_remembers_its_last_success_and_its_last_trouble(channel, api, clock):
    began = clock.now()
    await channel.send(to(), TextPart("x"))
    clock.forward(5)
    api.refuse(401, "Unauthorized")
    with pytest.raises(TemporaryFailure):
        await channel.send(to(), TextPart("x"))
    health = channel.health
    assert (health.last_ok, health.last_error, health.error) == (began, clock.now(), "token_refused")


async def test_what_is_no_token_is_refused_without_repeating_it(http, clock):
    with pytest.raises(ValueError, match="TOKEN") as refused:
        outbound.build(TelegramConfig("not-a-token-but-secret", "s"), http, clock)
    assert "secret" not in str(refused.value)
    assert refused.value.__context__ is None


def test_the_secrets_are_in_no_repr(config, channel):
    shown = f"{config!r} {channel!r} {channel.bot!r} {channel.bot.session!r} {vars(channel)!r}"
    assert config.token not in shown
    assert config.webhook_secret not in shown
