"""What goes out: one message for one count of the ledger, and the ledger believes the platform."""

import asyncio
from dataclasses import replace

import pytest
from aiohttp import web

from backoffice.kernel.exchange import Address
from backoffice.kernel.geo import Point
from backoffice.kernel.messages import MediaKind, Urgency
from bot import channel
from bot.handlers.wechat import outbound, transport
from tests.bot.handlers.wechat import api, support

SEND, UPLOAD, NOTICE = "message/custom/send", "media/upload", "message/template/send"
TO = channel.Envelope(Address("wechat", support.OPENID), Urgency.NORMAL, key="letter-1:0")
TEXT = channel.TextPart("指挥中心已收到")
JPEG = channel.MediaPart(MediaKind.PHOTO, b"\xff\xd8jpeg", "p.jpg", "image/jpeg")


def _used(on: api.Bench) -> int:
    return on.windows.kept[support.OPENID].used


async def test_a_text_is_one_call_and_one_count() -> None:
    async with api.bench() as on:
        assert await on.channel.send(TO, TEXT) == channel.Sent()
        (call,) = on.api.at(SEND)
        assert call.json == {"touser": support.OPENID, "msgtype": "text", "text": {"content": TEXT.text}}
        assert _used(on) == 1


async def test_the_last_one_waits_for_a_critical_notice() -> None:
    """Five may be sent; the fifth only says that an envoy was found, has arrived, or that the case is closed."""
    async with api.bench() as on:
        for _ in range(4):
            await on.channel.send(TO, TEXT)
        with pytest.raises(channel.WindowClosed):
            await on.channel.send(TO, TEXT)
        await on.channel.send(replace(TO, critical=True), TEXT)
        with pytest.raises(channel.WindowClosed):
            await on.channel.send(replace(TO, critical=True), TEXT)
        assert len(on.api.at(SEND)) == 5


async def test_twenty_at_once_never_exceed_the_window() -> None:
    async with api.bench() as on:
        results = await asyncio.gather(
            *(on.channel.send(TO, TEXT) for _ in range(20)), return_exceptions=True
        )
        assert sum(isinstance(result, channel.Sent) for result in results) == len(on.api.at(SEND)) == 4


async def test_nothing_is_sent_to_somebody_who_never_wrote() -> None:
    async with api.bench() as on:
        stranger = replace(TO, to=Address("wechat", "oSTRANGER"))
        with pytest.raises(channel.WindowClosed):
            await on.channel.send(stranger, TEXT)
        assert on.api.seen == []


@pytest.mark.parametrize(
    ("code", "left"),
    [(-1, 5), (45009, 5), (45002, 5), (40003, 5), (45047, 0), (45015, 0), (43004, 0), (48002, 0)],
)
async def test_the_ledger_follows_the_platforms_answer(code: int, left: int) -> None:
    """Refused: uncounted. Count used, window over, not following: nothing left, whatever we had believed."""
    async with api.bench() as on:
        on.api.answers[SEND] = [{"errcode": code, "errmsg": "no"}]
        with pytest.raises(channel.SendFailure):
            await on.channel.send(TO, TEXT)
        assert on.windows.kept[support.OPENID].left == left


async def test_a_used_up_count_keeps_its_time_and_a_closed_window_does_not() -> None:
    async with api.bench() as on:
        for code, kept in ((45047, True), (45015, False)):
            on.windows.kept[support.OPENID] = support.open_window()
            on.api.answers[SEND] = [{"errcode": code}]
            with pytest.raises(channel.WindowClosed):
                await on.channel.send(TO, TEXT)
            assert (on.windows.kept[support.OPENID].expires_at is not None) is kept


async def test_an_unknown_outcome_stays_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have arrived; believing less is left is the safe side."""
    monkeypatch.setattr(transport, "SEND_S", 0.05)
    async with api.bench() as on:
        on.api.hang[SEND] = asyncio.Event()
        with pytest.raises(channel.UnknownOutcome):
            await on.channel.send(TO, TEXT)
        assert _used(on) == 1


async def test_an_answer_without_a_code_is_not_a_delivery() -> None:
    async with api.bench() as on:
        on.api.answers[SEND] = [{}]
        with pytest.raises(channel.UnknownOutcome):
            await on.channel.send(TO, TEXT)


@pytest.mark.parametrize("words", ["救" * 683, "", " \n"])
async def test_a_text_the_platform_would_refuse_costs_nothing(words: str) -> None:
    async with api.bench() as on:
        with pytest.raises(channel.PermanentFailure):
            await on.channel.send(TO, channel.TextPart(words))
        assert (on.api.seen, _used(on)) == ([], 0)


async def test_a_point_becomes_coordinates_and_a_link() -> None:
    async with api.bench() as on:
        await on.channel.send(TO, channel.PointPart(Point(18.7883, 98.9853)))
        words = on.api.at(SEND)[0].json["text"]["content"]
        assert "18.788300, 98.985300" in words
        assert "https://apis.map.qq.com/uri/v1/marker?marker=coord:18.788300,98.985300" in words


@pytest.mark.parametrize(
    ("part", "kind", "field"),
    [
        (JPEG, "image", "image"),
        (channel.MediaPart(MediaKind.VOICE, b"ID3mp3", "v.mp3", "audio/mpeg"), "voice", "voice"),
        (channel.MediaPart(MediaKind.VIDEO, b"mp4", "现场.mp4", "video/mp4; codecs=x"), "video", "video"),
    ],
)
async def test_a_file_is_uploaded_then_sent(part: channel.MediaPart, kind: str, field: str) -> None:
    async with api.bench() as on:
        on.api.answers[UPLOAD] = [{"type": kind, "media_id": "M1", "created_at": 1}]
        await on.channel.send(TO, part)
        (upload,), (call,) = on.api.at(UPLOAD), on.api.at(SEND)
        assert (upload.query["type"], upload.type) == (kind, "multipart/form-data")
        assert b'name="media"; filename="' in upload.body
        assert part.body in upload.body
        assert (call.json["msgtype"], call.json[field]["media_id"]) == (kind, "M1")
        assert _used(on) == 1


async def test_a_repeated_send_does_not_upload_again() -> None:
    """The upload succeeded, the message did not: the retry is one call."""
    async with api.bench() as on:
        on.api.answers[UPLOAD] = [{"media_id": "M1"}]
        on.api.answers[SEND] = [{"errcode": -1}, api.OK]
        with pytest.raises(channel.TemporaryFailure):
            await on.channel.send(TO, JPEG)
        await on.channel.send(TO, JPEG)
        assert (len(on.api.at(UPLOAD)), len(on.api.at(SEND))) == (1, 2)


async def test_a_media_id_the_platform_forgot_is_uploaded_anew() -> None:
    """Temporary media live three days at most."""
    async with api.bench() as on:
        on.api.answers[UPLOAD] = [{"media_id": "M1"}, {"media_id": "M2"}]
        on.api.answers[SEND] = [api.OK, {"errcode": 40007}, api.OK]
        await on.channel.send(TO, JPEG)
        with pytest.raises(channel.TemporaryFailure):
            await on.channel.send(TO, JPEG)
        await on.channel.send(TO, JPEG)
        assert on.api.at(SEND)[-1].json["image"]["media_id"] == "M2"
        assert _used(on) == 2


@pytest.mark.parametrize("answer", [web.Response(status=502), {"media": "x"}, {"errcode": -1}])
async def test_a_failed_upload_showed_nobody_anything(answer: api.Answer) -> None:
    """Certainly not taken: to be tried again, and uncounted."""
    async with api.bench() as on:
        on.api.answers[UPLOAD] = [answer]
        with pytest.raises(channel.TemporaryFailure):
            await on.channel.send(TO, JPEG)
        assert (on.api.at(SEND), _used(on)) == ([], 0)


@pytest.mark.parametrize(
    "part",
    [
        replace(JPEG, kind=MediaKind.FILE, mime="application/pdf"),
        replace(JPEG, mime="image/webp"),
        replace(JPEG, kind=MediaKind.VOICE, mime="audio/ogg"),
        replace(JPEG, caption="words that would be lost"),
        replace(JPEG, body=b""),
        replace(JPEG, kind=MediaKind.VOICE, mime="audio/amr", body=b"x" * (2 * 1024 * 1024 + 1)),
    ],
)
async def test_what_the_platform_cannot_show_is_refused_before_it_costs_anything(
    part: channel.MediaPart,
) -> None:
    async with api.bench() as on:
        with pytest.raises(channel.PermanentFailure):
            await on.channel.send(TO, part)
        assert (on.api.seen, _used(on)) == ([], 0)


async def test_the_notice_says_how_many_wait_and_can_be_repeated() -> None:
    """One field of 20 characters; the same letter has the same `client_msg_id`, which the platform sends once."""
    async with api.bench(left=0, notice_template="T1", notice_field="thing2") as on:
        on.api.answers[NOTICE] = [{"errcode": 0, "errmsg": "ok", "msgid": 200163836}]
        assert await on.channel.nudge(TO, 3, "zh_Hans") == channel.Sent("200163836")
        await on.channel.nudge(TO, 3, "zh_Hans")
        first, second = (seen.json for seen in on.api.at(NOTICE))
        assert first == second
        assert (first["touser"], first["template_id"], len(first["client_msg_id"])) == (
            support.OPENID,
            "T1",
            32,
        )
        assert first["data"] == {"thing2": {"value": "您有3条新消息，回复任意字查看"}}


@pytest.mark.parametrize("locale", ["zh_Hans", "zh_Hant", "en", "ja", "ko", "th"])
@pytest.mark.parametrize("waiting", [1, 99, 12345])
async def test_the_notice_fits_its_field(locale: str, waiting: int) -> None:
    async with api.bench(notice_template="T1") as on:
        await on.channel.nudge(TO, waiting, locale)
        (words,) = (value["value"] for value in on.api.at(NOTICE)[0].json["data"].values())
        assert 0 < len(words) <= 20
        assert words[-1] in "看覧認.す인"


async def test_without_a_template_the_letters_are_held() -> None:
    async with api.bench() as on:
        with pytest.raises(channel.WindowClosed):
            await on.channel.nudge(TO, 3, "zh_Hans")
        assert on.api.seen == []


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        ({"errcode": 40037}, channel.WindowClosed),
        ({"errcode": 48001}, channel.WindowClosed),
        ({"errcode": 43004}, channel.Unreachable),
        ({"errcode": 43117}, channel.TemporaryFailure),
        (web.Response(status=502), channel.TemporaryFailure),
        ({"errcode": 45009}, channel.ChannelDown),
    ],
)
async def test_a_notice_that_fails(answer: api.Answer, failure: type[Exception]) -> None:
    """A template the account may not use is as good as none; an unknown outcome is safe to repeat."""
    async with api.bench(notice_template="T1") as on:
        on.api.answers[NOTICE] = [answer]
        with pytest.raises(failure):
            await on.channel.nudge(TO, 1, "zh_Hans")


async def test_a_notice_repeated_too_soon_has_reached_them() -> None:
    async with api.bench(notice_template="T1") as on:
        on.api.answers[NOTICE] = [{"errcode": 40241}]
        assert await on.channel.nudge(TO, 1, "zh_Hans") == channel.Sent()


async def test_it_is_a_channel() -> None:
    """The type checker holds the class against the Protocol here."""
    async with api.bench() as on:
        built: channel.Channel = on.channel
        assert (built.name, built.features) == ("wechat", outbound.FEATURES)
        assert built.features.text_limit < 2047
