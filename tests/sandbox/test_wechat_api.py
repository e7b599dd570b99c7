"""WeChat's server API stand-in: tokens, windows, messages, media, all refusals at status 200."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from bot.sandbox import samples
from tests.sandbox.stage import WANG, Stage

SEND = "message/custom/send"


def words(text: str = "您好") -> dict[str, Any]:
    return {"touser": WANG.id, "msgtype": "text", "text": {"content": text}}


async def test_the_stable_token_stays_the_same_until_near_its_end(stage: Stage) -> None:
    """Many processes may ask; five minutes before the end a new one comes."""
    first = await stage.stable()
    await stage.advance(6000)
    second = await stage.stable()
    assert second["access_token"] == first["access_token"]
    assert (first["expires_in"], second["expires_in"]) == (7200, 1200)
    await stage.advance(950)
    assert (await stage.stable())["access_token"] != first["access_token"]


async def test_force_refresh_kills_the_old_token_and_is_rationed(stage: Stage) -> None:
    """The forced token replaces at once; again within 30 s is refused."""
    old = (await stage.stable())["access_token"]
    new = (await stage.stable(force_refresh=True))["access_token"]
    assert (await stage.cgi("menu/get", access_token=old))["errcode"] == 40001
    assert (await stage.cgi("menu/get", access_token=new))["errcode"] == 46003
    assert (await stage.stable(force_refresh=True))["errcode"] == 45011


async def test_bad_tokens_have_their_codes(stage: Stage) -> None:
    """Missing, invented and expired differ; an invalidated token is as invented."""
    token = (await stage.stable())["access_token"]
    assert (await stage.cgi("menu/get"))["errcode"] == 41001
    assert (await stage.cgi("menu/get", access_token="x"))["errcode"] == 40001
    await stage.phones.invalidate_token()
    assert (await stage.cgi("menu/get", access_token=token))["errcode"] == 40001
    other = (await stage.stable())["access_token"]
    await stage.advance(7200)
    assert (await stage.cgi("menu/get", access_token=other))["errcode"] == 42001
    assert (await stage.stable(secret="wrong"))["errcode"] == 40125


async def test_without_a_word_from_the_person_no_window_is_open(stage: Stage) -> None:
    """45015 before any message, five after one, then 45047, and 45015 again after 48 h."""
    assert (await stage.wechat(SEND, words()))["errcode"] == 45015
    wang = await stage.wang()
    await wang.text("救命")
    codes = [(await stage.wechat(SEND, words(str(n))))["errcode"] for n in range(6)]
    assert codes == [0, 0, 0, 0, 0, 45047]
    await wang.text("在吗")
    assert (await wang.info())["window"]["left"] == 5
    await stage.advance(48 * 3600 + 1)
    assert (await stage.wechat(SEND, words()))["errcode"] == 45015


async def test_a_tap_gives_three_for_a_minute_and_does_not_add_up(stage: Stage) -> None:
    """A menu tap opens the small window; beside the big one it adds nothing."""
    await stage.wechat("menu/create", {"button": [{"type": "click", "name": "求救", "key": "SOS"}]})
    wang = await stage.wang()
    await wang.menu("SOS")
    codes = [(await stage.wechat(SEND, words()))["errcode"] for _ in range(4)]
    assert codes == [0, 0, 0, 45047]
    await stage.advance(61)
    assert (await stage.wechat(SEND, words()))["errcode"] == 45015
    await wang.text("x")
    await wang.menu("SOS")
    assert (await wang.info())["window"]["left"] == 5


async def test_a_tapped_msgmenu_line_counts_as_a_tap(stage: Stage) -> None:
    """The line comes as text with bizmsgmenuid; the 48 h window is not opened anew."""
    wang = await stage.wang()
    await wang.text("x")
    body = {"head_content": "受伤了吗？", "list": [{"id": "y", "content": "受伤"}], "tail_content": "回复 1"}
    await stage.wechat(SEND, {"touser": WANG.id, "msgtype": "msgmenu", "msgmenu": body})
    for _ in range(4):
        await stage.wechat(SEND, words())
    assert (await stage.wechat(SEND, words()))["errcode"] == 45047
    await wang.press("受伤")
    push = (await stage.service.until(2))[1].push
    assert (push.find("Content"), push.find("bizmsgmenuid")) == ("受伤", "y")
    assert (await wang.info())["window"]["left"] == 3


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (words() | {"touser": "oNobody"}, 40003),
        (words("救" * 683), 45002),
        (words(""), 44004),
        (words() | {"msgtype": "poem"}, 40008),
        ({"touser": WANG.id, "msgtype": "image", "image": {"media_id": "nope"}}, 40007),
        (
            {"touser": WANG.id, "msgtype": "news", "news": {"articles": [{"title": "a"}, {"title": "b"}]}},
            45008,
        ),
    ],
)
async def test_bad_messages_have_their_codes(stage: Stage, body: dict[str, Any], code: int) -> None:
    """The error table of the platform, by cause."""
    await (await stage.wang()).text("x")
    answer = await stage.wechat(SEND, body)
    assert answer["errcode"] == code
    assert "rid:" in answer["errmsg"]


async def test_who_unfollowed_cannot_be_written_to(stage: Stage) -> None:
    """43004 after unfollowing, and the service was told."""
    wang = await stage.wang()
    await wang.text("x")
    await wang.unfollow()
    assert (await stage.wechat(SEND, words()))["errcode"] == 43004
    assert (await stage.service.until(2))[1].push.find("Event") == "unsubscribe"


async def test_escaped_json_is_a_violation(stage: Stage) -> None:
    """People see \\uXXXX as it stands; menus are refused for it."""
    token = (await stage.stable())["access_token"]
    await (await stage.wang()).text("x")
    url = f"{stage.base}/cgi-bin/{SEND}?access_token={token}"
    async with stage.session.post(url, data=json.dumps(words())) as response:
        assert json.loads(await response.read())["errcode"] == 0
    assert "escapes" in (await stage.phones.violations())[0]["what"]
    body = json.dumps({"button": [{"type": "click", "name": "求救", "key": "SOS"}]})
    async with stage.session.post(
        f"{stage.base}/cgi-bin/menu/create?access_token={token}", data=body
    ) as response:
        assert json.loads(await response.read())["errcode"] == 40033


async def test_templates_are_checked_sent_once_and_reported(stage: Stage) -> None:
    """The same client_msg_id within ten minutes is one message; its end is pushed."""
    body = {
        "touser": WANG.id,
        "template_id": "T1",
        "client_msg_id": "outbox-1",
        "data": {"thing1": {"value": "您有 2 条新消息"}, "time2": {"value": "2026-01-01 08:00"}},
    }
    first, second = [await stage.wechat("message/template/send", body) for _ in range(2)]
    assert first["errcode"] == 0
    assert first["msgid"] == second["msgid"]
    wang = await stage.wang()
    assert [message.kind for message in await wang.chat()] == ["template"]
    push = (await stage.service.until(1))[0].push
    assert (push.find("Event"), push.find("MsgID")) == ("TEMPLATESENDJOBFINISH", str(first["msgid"]))
    await stage.advance(601)
    assert (await stage.wechat("message/template/send", body))["msgid"] != first["msgid"]
    body["data"] = {"thing1": {"value": "长" * 21}}
    assert (await stage.wechat("message/template/send", body | {"client_msg_id": "2"}))["errcode"] == 47003


async def test_media_are_had_by_id_for_three_days(stage: Stage) -> None:
    """A photo comes as bytes, a video as an address, an expired one as JSON 40007 at status 200."""
    wang = await stage.wang()
    await wang.photo("wound")
    await wang.video()
    photo, video = [heard.push.find("MediaId") for heard in await stage.service.until(2)]
    token = (await stage.stable())["access_token"]
    url = f"{stage.base}/cgi-bin/media/get?access_token={token}&media_id="
    async with stage.session.get(url + photo) as response:
        assert response.content_type == "image/jpeg"
        assert await response.read() == samples.sample("wound", "wechat").content
    where = await stage.wechat("media/get", media_id=video)
    async with stage.session.get(where["video_url"]) as response:
        assert response.content_type == "video/mp4"
    await stage.advance(3 * 86_400 + 1)
    assert (await stage.wechat("media/get", media_id=photo))["errcode"] == 40007


async def test_fetching_a_picture_by_its_address_is_a_violation(stage: Stage) -> None:
    """PicUrl works, and is noted."""
    await (await stage.wang()).photo()
    url = (await stage.service.until(1))[0].push.find("PicUrl")
    async with stage.session.get(url) as response:
        assert response.status == 200
    assert (await stage.phones.violations())[0]["where"] == "PicUrl"


async def test_uploads_are_checked_and_can_be_sent(stage: Stage) -> None:
    """The wrong type is refused; a good picture gets an id that a message may carry."""
    token = (await stage.stable())["access_token"]
    answers = []
    for kind, content in (("voice", b"no audio"), ("image", samples.sample("road", "wechat").content)):
        form = aiohttp.FormData()
        form.add_field("media", content, filename="a.jpg", content_type="image/jpeg")
        url = f"{stage.base}/cgi-bin/media/upload?access_token={token}&type={kind}"
        async with stage.session.post(url, data=form) as response:
            answers.append(json.loads(await response.read()))
    assert answers[0]["errcode"] == 40005
    await (await stage.wang()).text("x")
    body = {"touser": WANG.id, "msgtype": "image", "image": {"media_id": answers[1]["media_id"]}}
    assert (await stage.wechat(SEND, body))["errcode"] == 0


async def test_a_scene_code_brings_a_follower_with_its_scene(stage: Stage) -> None:
    """Scanned by a stranger it is subscribe with qrscene_, by a follower SCAN without."""
    scene = {"scene": {"scene_str": "family-7"}}
    code = await stage.wechat(
        "qrcode/create", {"action_name": "QR_STR_SCENE", "expire_seconds": 600, "action_info": scene}
    )
    wang = await stage.wang()
    await wang.scan(ticket=code["ticket"])
    await wang.unfollow()
    await wang.scan(ticket=code["ticket"])
    scan, _, subscribe = [heard.push for heard in await stage.service.until(3)]
    assert (scan.find("Event"), scan.find("EventKey")) == ("SCAN", "family-7")
    assert (subscribe.find("Event"), subscribe.find("EventKey")) == ("subscribe", "qrscene_family-7")


async def test_a_profile_tells_neither_name_nor_language(stage: Stage) -> None:
    """What the platform stopped telling is not told here."""
    answer = await stage.wechat("user/info", openid=WANG.id)
    assert answer["subscribe"] == 1
    assert not {"nickname", "language", "sex"} & set(answer)
