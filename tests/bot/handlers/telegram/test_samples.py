"""Every sample update of the platform has its outcome; none of them is an exception or silence."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backoffice.kernel.exchange import Address, RawUpdate
from backoffice.kernel.geo import Datum, RawPoint, Source
from backoffice.kernel.messages import MediaKind
from bot.handlers.telegram import fields, updates
from bot.handlers.telegram.inbound import Reader
from bot.incoming import (
    Contact,
    File,
    Followed,
    Incoming,
    Left,
    Live,
    Located,
    Moved,
    Nothing,
    Pressed,
    Sender,
    Text,
    Unknown,
)

SAMPLES = Path(__file__).parents[3] / "samples" / "telegram"
ARRIVED = datetime(2026, 1, 1, 0, 0, 3, tzinfo=UTC)
USER = "7000000001"
NEW_YEAR = 1767225600
ALBUM = "13570000000000001"
WOUND = "伤口照片"
HURT = "救命！我在清迈塔佩门被车撞了"


def at(lat: float, lon: float) -> RawPoint:
    return RawPoint(lat, lon, Datum.WGS84)


def live(lat: float, lon: float, sharing: Live) -> Located:
    accuracy = 12.0 if sharing.period_s else None
    return Located(at(lat, lon), Source.TELEGRAM_LIVE, accuracy_m=accuracy, live=sharing)


def picture(name: str, **more: str) -> File:
    return File(MediaKind.PHOTO, name, size=98_000, **more)


OUTCOMES = {
    "album_photo1": picture("AgACphoto1x", caption=WOUND, album=ALBUM),
    "album_photo2": picture("AgACphoto2x", album=ALBUM),
    "album_photo3": picture("AgACphoto3x", album=ALBUM),
    "album_video": File(MediaKind.VIDEO, "BAACvideo1", mime="video/mp4", size=2_200_000, album=ALBUM),
    "callback_button": Unknown("callback_query"),
    "callback_data_64bytes": Unknown("callback_query"),
    "callback_inaccessible": Unknown("callback_query"),
    "contact_other": Contact("+66812345678", own=False),
    "contact_own": Contact("+8613800000000", own=True),
    "document_image": File(MediaKind.FILE, "BQACdoc1", "IMG_0001.JPG", "image/jpeg", 4_200_000),
    "document_pdf": File(MediaKind.FILE, "BQACdoc2", "诊断证明.pdf", "application/pdf", 310_000),
    "edited_text": Text(HURT, edited=True),
    "empty": Unknown("empty"),
    "forward_location": Located(at(7.9519, 98.3381), Source.TELEGRAM_PIN, own=False),
    "group_anonymous_admin": Text("收到"),
    "group_bot_added": Nothing("my_chat_member"),
    "group_migrated": Moved("-1002000000001"),
    "group_topic_message": Text("/case 12@rescue_test_bot"),
    "live_location_edit1": live(18.78912, 98.98611, Live(28_800, f"{USER}:6", first=False)),
    "live_location_edit2": live(18.79004, 98.98699, Live(28_800, f"{USER}:6", first=False)),
    "live_location_forever": live(18.78831, 98.98532, Live(2_147_483_647, f"{USER}:7", first=True)),
    "live_location_start": live(18.78831, 98.98532, Live(28_800, f"{USER}:6", first=True)),
    "live_location_stop": live(18.79011, 98.98702, Live(0, f"{USER}:6", first=False)),
    "location_pin": Located(at(18.7883, 98.9853), Source.TELEGRAM_PIN),
    "location_pin_accuracy": Located(at(18.7883, 98.9853), Source.TELEGRAM_PIN, accuracy_m=23.0),
    "my_chat_member_blocked": Left(),
    "my_chat_member_unblocked": Followed(),
    "photo_spoiler": picture("AgACphoto9x"),
    "reaction_ack": Nothing("message_reaction"),
    "reply": Text("是的"),
    "start_deeplink": Followed(scene="sos_TH"),
    "sticker": Text("🆘"),
    "text_emoji_surrogates": Text("😀 @rescue_test_bot 电话 +66812345678"),
    "text_sos_zh": Text("救命！我在清迈古城被车撞了，腿动不了"),
    "unknown_kind": Unknown("some_future_update"),
    "venue": Located(
        at(18.7712, 98.9747), Source.TELEGRAM_VENUE, label="Test Hospital, 1 Test Road", own=False
    ),
    "video_note": File(MediaKind.VIDEO, "DQACvn1", size=400_000),
    "voice": File(MediaKind.VOICE, "AwACvoice1", mime="audio/ogg", size=32_000),
}

NOT_PRIVATE = {"group_anonymous_admin", "group_bot_added", "group_migrated", "group_topic_message"}
OTHER_LANES = {"group_anonymous_admin": "-1002000000001", "group_migrated": "-4000000001"}
NOBODYS = {"empty", "unknown_kind"}
EDITED_AT = {
    "edited_text": NEW_YEAR + 30,
    "live_location_edit1": NEW_YEAR + 60,
    "live_location_edit2": NEW_YEAR + 120,
    "live_location_stop": NEW_YEAR + 600,
}
WITHOUT_TIME = NOBODYS | {"callback_button", "callback_data_64bytes", "callback_inaccessible"}


def sample(name: str) -> RawUpdate:
    body = (SAMPLES / f"{name}.json").read_bytes()
    update = fields.parse(body)
    assert update is not None
    return RawUpdate(str(update["update_id"]), updates.sender(update), body, ARRIVED)


def read(name: str) -> Incoming:
    return Reader().read(sample(name))


def test_the_table_names_every_sample_file():
    assert {path.stem for path in SAMPLES.glob("*.json")} == set(OUTCOMES) | {"document_too_large"}


@pytest.mark.parametrize("name", sorted(OUTCOMES))
def test_each_sample_becomes_what_it_says(name):
    assert read(name).content == OUTCOMES[name]


def test_a_file_too_large_to_fetch_still_says_its_size():
    content = read("document_too_large").content
    assert isinstance(content, File)
    assert content.size > 20 * 1024 * 1024
    assert content.handle == json.loads(sample("document_too_large").body)["message"]["document"]["file_id"]


@pytest.mark.parametrize("name", sorted(OUTCOMES))
def test_each_sample_is_kept_in_the_order_of_who_sent_it(name):
    whose = "" if name in NOBODYS else OTHER_LANES.get(name, USER)
    assert sample(name).sender == Address("telegram", whose)
    assert read(name).sender.at == Address("telegram", whose)


@pytest.mark.parametrize("name", sorted(OUTCOMES))
def test_what_is_said_in_a_group_is_not_private(name):
    assert read(name).private is (name not in NOT_PRIVATE)


@pytest.mark.parametrize("name", sorted(OUTCOMES))
def test_the_time_is_the_platforms_or_that_of_arrival(name):
    seconds = EDITED_AT.get(name, NEW_YEAR)
    expected = ARRIVED if name in WITHOUT_TIME else datetime.fromtimestamp(seconds, UTC)
    assert read(name).at == expected


def test_a_sender_has_the_platforms_name_and_language_for_them():
    assert read("location_pin").sender == Sender(Address("telegram", USER), "测试", "zh-hans")


def test_the_reference_is_the_message_and_for_a_button_the_message_it_hung_on():
    assert (read("reply").ref, read("callback_inaccessible").ref, read("empty").ref) == ("31", "30", "")


@pytest.mark.parametrize("name", ["callback_button", "callback_inaccessible"])
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("q:9f8e7d6c5b4a39281706f5e4d3c2b1a0:1", ("9f8e7d6c5b4a39281706f5e4d3c2b1a0", "1", "")),
        ("q:ab:10", ("ab", "10", "")),
        ("c:sos", ("", "", "sos")),
    ],
)
def test_a_button_answers_its_question_even_below_a_message_too_old_to_show(name, data, expected):
    update = json.loads((SAMPLES / f"{name}.json").read_bytes())
    update["callback_query"]["data"] = data
    raw = RawUpdate("1", updates.sender(update), json.dumps(update).encode(), ARRIVED)
    question, digit, command = expected
    callback = update["callback_query"]["id"]
    assert Reader().read(raw).content == Pressed(question, digit, command, callback)
