"""Every message of the platforms that we keep a sample of has an outcome with a name, never an error or silence."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backoffice.kernel.exchange import Address, RowState
from tests import house as house_
from tests.channels import observing, samples
from tests.channels.samples import SENDER, Standing
from tests.clocks import FakeClock
from tests.house import House, texts

NEW_YEAR = datetime(2026, 1, 1, 0, 0, 20, tzinfo=UTC)
CHIANG_MAI = (18.7883, 98.9853)
"""Where the samples' pins are."""

NOT_UNDERSTOOD = "queue, told menu.not_understood"
UNKNOWN_KIND = "told menu.unknown_kind"
PIN = "case countdown by pin, told sos.countdown"
CRY = "case countdown by phrase, entry words, told sos.countdown_no_place"
NOBODYS = "nobody, alert update_parked"
GROUP = "nobody"

WITHOUT_A_CASE = {
    **dict.fromkeys(("album_photo1", "album_photo2", "album_photo3", "album_video"), NOT_UNDERSTOOD),
    **dict.fromkeys(("callback_button", "callback_data_64bytes", "callback_inaccessible"), UNKNOWN_KIND),
    "contact_other": NOT_UNDERSTOOD,
    "contact_own": "told profile.saved",
    "document_image": NOT_UNDERSTOOD,
    "document_pdf": NOT_UNDERSTOOD,
    "document_too_large": "queue, told file.too_large",
    "edited_text": CRY,
    "empty": NOBODYS,
    "forward_location": "told place.not_own",
    **dict.fromkeys(("group_anonymous_admin", "group_bot_added"), GROUP),
    **dict.fromkeys(("group_migrated", "group_topic_message"), GROUP),
    **dict.fromkeys(("live_location_edit1", "live_location_edit2", "live_location_stop"), "place kept"),
    **dict.fromkeys(("live_location_forever", "live_location_start"), PIN),
    **dict.fromkeys(("location_pin", "location_pin_accuracy"), PIN),
    "my_chat_member_blocked": "unreachable",
    "my_chat_member_unblocked": "told menu.welcome",
    "photo_spoiler": NOT_UNDERSTOOD,
    "reaction_ack": "nobody",
    "reply": NOT_UNDERSTOOD,
    "start_deeplink": "told menu.welcome",
    "sticker": CRY,
    "text_emoji_surrogates": NOT_UNDERSTOOD,
    "text_sos_zh": CRY,
    "unknown_kind": NOBODYS,
    "venue": "told place.not_own",
    "video_note": NOT_UNDERSTOOD,
    "voice": NOT_UNDERSTOOD,
}

RANG = "told sos.rang_again"
NUMBER_KEPT = "told intake.phone_kept, told intake.for_whom"

IN_AN_OPEN_CASE = {
    "album_photo1": "entry words+photo, told case.noted",
    "album_photo2": "entry photo, told case.noted",
    "album_photo3": "entry photo, told case.noted",
    "album_video": "entry video, told case.noted",
    **dict.fromkeys(
        ("callback_button", "callback_data_64bytes", "callback_inaccessible"), f"entry words, {UNKNOWN_KIND}"
    ),
    "contact_other": "entry words, told case.contact_kept",
    "contact_own": NUMBER_KEPT,
    "document_image": "entry file, told case.noted",
    "document_pdf": "entry file, told case.noted",
    "document_too_large": "entry file, told file.too_large",
    "edited_text": f"entry words, {RANG}",
    "empty": "alert update_parked",
    "forward_location": "entry place, told place.kept_for_case",
    **dict.fromkeys(
        ("group_anonymous_admin", "group_bot_added", "group_migrated", "group_topic_message"), ""
    ),
    **dict.fromkeys(("live_location_edit1", "live_location_edit2"), "place moved"),
    **dict.fromkeys(("live_location_forever", "live_location_start"), RANG),
    "live_location_stop": "place moved, told sos.live_ended, alert live_ended",
    **dict.fromkeys(("location_pin", "location_pin_accuracy"), RANG),
    "my_chat_member_blocked": "unreachable, alert person_left",
    "my_chat_member_unblocked": "told menu.welcome",
    "photo_spoiler": "entry photo, told case.noted",
    "reaction_ack": "",
    "reply": "entry words, told case.noted",
    "start_deeplink": "told menu.welcome",
    "sticker": f"entry words, {RANG}",
    "text_emoji_surrogates": f"entry words, {NUMBER_KEPT}",
    "text_sos_zh": f"entry words, {RANG}",
    "unknown_kind": "alert update_parked",
    "venue": "entry words+place, told place.kept_for_case",
    "video_note": "entry video, told case.noted",
    "voice": "entry voice, told case.noted",
}

WECHAT = {
    "location_gcj_beijing": PIN,
    "location_zh": PIN,
    "text_emoji_newlines": NOT_UNDERSTOOD,
    "text_sos_zh": CRY,
    "voice_recognition": "case countdown by phrase, entry words+voice, told sos.countdown_no_place",
}

_PICKED = (
    "<EventKey>6</EventKey><SendLocationInfo><Location_X>23</Location_X><Location_Y>113</Location_Y>"
    "<Scale>15</Scale><Label>l</Label><Poiname></Poiname></SendLocationInfo>"
)
_PICTURES = "<EventKey>6</EventKey><SendPicsInfo><Count>1</Count><PicList><item/></PicList></SendPicsInfo>"
_REPORTED = "<Latitude>23.137466</Latitude><Longitude>113.352425</Longitude><Precision>119.4</Precision>"
_JOB = "<MsgID>200163836</MsgID><Status>{}</Status>"

DOCUMENTED = {
    ("message", "image", "<PicUrl>http://a.invalid/x</PicUrl><MediaId>m1</MediaId>"): NOT_UNDERSTOOD,
    ("message", "video", "<MediaId>m2</MediaId><ThumbMediaId>m3</ThumbMediaId>"): NOT_UNDERSTOOD,
    ("message", "shortvideo", "<MediaId>m4</MediaId><ThumbMediaId>m3</ThumbMediaId>"): NOT_UNDERSTOOD,
    ("message", "link", "<Title>t</Title><Url>http://a.invalid</Url>"): NOT_UNDERSTOOD,
    ("message", "text", "<Content>【收到不支持的消息类型，暂无法显示】</Content>"): UNKNOWN_KIND,
    ("message", "hologram", "<Beam>1</Beam>"): UNKNOWN_KIND,
    ("event", "subscribe", ""): "told menu.welcome",
    ("event", "subscribe", "<EventKey>qrscene_abc</EventKey><Ticket>t</Ticket>"): "told menu.welcome",
    ("event", "unsubscribe", ""): "unreachable",
    ("event", "SCAN", "<EventKey>abc</EventKey><Ticket>t</Ticket>"): "told menu.welcome",
    ("event", "LOCATION", _REPORTED): "place kept",
    ("event", "CLICK", "<EventKey>sos</EventKey>"): "case countdown by button, told sos.countdown_no_place",
    ("event", "CLICK", "<EventKey>help</EventKey>"): "told menu.help",
    ("event", "VIEW", "<EventKey>www.qq.com</EventKey><MenuId>1</MenuId>"): "nobody",
    ("event", "location_select", _PICKED): "nobody",
    ("event", "pic_photo_or_album", _PICTURES): "nobody",
    ("event", "TEMPLATESENDJOBFINISH", _JOB.format("success")): "nobody",
    ("event", "TEMPLATESENDJOBFINISH", _JOB.format("failed:user block")): "nobody, alert cannot_be_reached",
    ("event", "subscribe_msg_popup_event", "<SubscribeMsgPopupEvent/>"): "nobody",
    ("event", "hologram_seen", ""): UNKNOWN_KIND,
}
"""The kinds of the platform's own pages that no file is kept of, and two it may invent."""


@pytest.fixture
async def then(sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """A house at the time of the samples: nothing in them is late."""
    async with house_.opened(sqlite_url, tmp_path / "data", FakeClock(NEW_YEAR)) as opened:
        yield opened


def test_every_kept_sample_is_in_the_tables() -> None:
    names = set(samples.telegram_names())
    assert names == set(WITHOUT_A_CASE) == set(IN_AN_OPEN_CASE)
    assert set(samples.wechat_names()) == set(WECHAT)


async def posted(house: House, name: str, number: int, before: Standing) -> str:
    at = Address("telegram", str(SENDER + number))
    status, _ = await samples.post(house, samples.update(name, number))
    await house.settle()
    return await samples.outcome(house, at, before) if status == 200 else f"HTTP {status}"


async def test_each_telegram_sample_from_somebody_new(then: House) -> None:
    """Each is taken, and starts a case, is answered, reaches the centre's queue or rings an alert."""
    seen = {}
    for number, name in enumerate(WITHOUT_A_CASE, 1):
        at = Address("telegram", str(SENDER + number))
        await then.telegram(f"P{number}", "zh-hans", id=at.address)
        seen[name] = await posted(then, name, number, await samples.standing(then, at))
    assert seen == WITHOUT_A_CASE
    assert set(await observing.rows(then)) == {RowState.DONE, RowState.PARKED}
    assert (await observing.rows(then))[RowState.PARKED] == len(("empty", "unknown_kind"))


async def test_each_telegram_sample_from_a_traveller_in_need(then: House) -> None:
    """With a case open each is kept on it, moves it or rings again; talk in groups stays out of it."""
    numbers = {name: number for number, name in enumerate(IN_AN_OPEN_CASE, 1)}
    phones = [await then.telegram(f"P{n}", "zh-hans", id=str(SENDER + n)) for n in numbers.values()]
    for phone in phones:
        await phone.location(*CHIANG_MAI)
    await then.pass_time(4, 2)
    for phone in phones:
        await phone.press(0)
    await then.pass_time(4, 2)
    seen = {}
    for name, number in numbers.items():
        before = await samples.standing(then, Address("telegram", str(SENDER + number)))
        seen[name] = await posted(then, name, number, before)
    assert seen == IN_AN_OPEN_CASE


async def test_each_wechat_sample_and_documented_kind(then: House) -> None:
    """Each is answered on the phone where the platform allows an answer."""
    seen, wanted = {}, {}
    for name, expected in WECHAT.items():
        phone = await then.wechat(name)
        seen[name], wanted[name] = await pushed(then, phone, samples.push(name, phone.id)), expected
    for number, ((kind, name, inside), expected) in enumerate(DOCUMENTED.items()):
        phone = await then.wechat(f"P{number}")
        make = samples.event if kind == "event" else samples.message
        key = f"{name} {inside}"
        seen[key], wanted[key] = await pushed(then, phone, make(phone.id, name, inside)), expected
        assert bool(await texts(phone)) == ("told" in expected), key
    assert seen == wanted
    wrong = [v for v in await then.phones.violations() if "FromUserName" not in v["what"]]
    assert wrong == []


async def pushed(house: House, phone: house_.Phone, xml: str) -> str:
    at = Address("wechat", phone.id)
    before = await samples.standing(house, at)
    await house.phones.push(phone, xml)
    await house.settle()
    return await samples.outcome(house, at, before)


async def test_a_menu_key_of_another_time_is_answered(then: House) -> None:
    """The menu on a phone may be older than the service: its keys are told something, never silence."""
    phone = await then.wechat()
    seen = await pushed(then, phone, samples.event(phone.id, "CLICK", "<EventKey>nothing of ours</EventKey>"))
    assert "told " in seen
    assert len(await texts(phone)) == 1
