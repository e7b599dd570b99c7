"""Every push has an outcome: a known kind its own, anything else `Unknown`, never an exception."""

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backoffice.kernel.geo import Datum, RawPoint, Source
from backoffice.kernel.messages import MediaKind
from bot import incoming
from bot.handlers.wechat import inbound
from tests.bot.handlers.wechat import support

READER = inbound.Reader()
SAID_AT = datetime(2026, 1, 1, tzinfo=UTC)


def _content(body: bytes) -> incoming.Content:
    return READER.read(support.raw(body)).content


def _pin(lat: str, lon: str) -> bytes:
    return support.message("location", f"<Location_X>{lat}</Location_X><Location_Y>{lon}</Location_Y>")


SAMPLES: dict[str, incoming.Content] = {
    "text_sos_zh.xml": incoming.Text("救命！我在清迈古城被车撞了，腿动不了"),
    "text_emoji_newlines.xml": incoming.Text("[微笑]😀 第一行\n第二行 & <不是标签>"),
    "voice_recognition.xml": incoming.File(
        MediaKind.VOICE, "media_voice_1", mime="audio/amr", caption="我需要救护车"
    ),
    "location_zh.xml": incoming.Located(
        RawPoint(18.7883, 98.9853, Datum.GCJ02), Source.WECHAT_PIN, label="泰国清迈府清迈市"
    ),
    "location_gcj_beijing.xml": incoming.Located(
        RawPoint(39.908823, 116.39747, Datum.GCJ02), Source.WECHAT_PIN, label="北京市东城区天安门"
    ),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_understood(name: str) -> None:
    assert _content(support.sample(name)) == SAMPLES[name]


def test_no_sample_is_left_out() -> None:
    assert {path.name for path in support.SAMPLES.glob("*.xml")} == set(SAMPLES)


MESSAGES: list[tuple[str, str, incoming.Content]] = [
    (
        "image",
        "<PicUrl><![CDATA[http://127.0.0.1/x]]></PicUrl><MediaId>m1</MediaId>",
        incoming.File(MediaKind.PHOTO, "m1", mime="image/jpeg"),
    ),
    (
        "voice",
        "<MediaId>m2</MediaId><Format>amr</Format>",
        incoming.File(MediaKind.VOICE, "m2", mime="audio/amr"),
    ),
    (
        "video",
        "<MediaId>m3</MediaId><ThumbMediaId>t</ThumbMediaId>",
        incoming.File(MediaKind.VIDEO, "m3", mime="video/mp4"),
    ),
    ("shortvideo", "<MediaId>m4</MediaId>", incoming.File(MediaKind.VIDEO, "m4", mime="video/mp4")),
    (
        "link",
        "<Title>曼谷医院</Title><Description>d</Description><Url>https://a.example/b?c=1</Url>",
        incoming.Text("曼谷医院\nhttps://a.example/b?c=1"),
    ),
    ("TEXT", "<Content>大写</Content>", incoming.Text("大写")),
    (
        "text",
        "<Content>到了</Content><bizmsgmenuid>q:abc123:2</bizmsgmenuid>",
        incoming.Pressed(question="abc123", digit="2"),
    ),
    ("text", "<Content>满意</Content><bizmsgmenuid>101</bizmsgmenuid>", incoming.Text("满意")),
    ("text", "<Content></Content>", incoming.Unknown("text")),
    ("text", "<Content>【收到不支持的消息类型，暂无法显示】</Content>", incoming.Unknown("text")),
    ("text", "<Content>a</Content><Content>b</Content>", incoming.Unknown("text")),
    ("text", '<Content x="1">a</Content>', incoming.Unknown("text")),
    ("image", "<PicUrl>http://127.0.0.1/x</PicUrl>", incoming.Unknown("image")),
    ("miniprogrampage", "<Title>t</Title>", incoming.Unknown("miniprogrampage")),
    ("a kind of tomorrow", "", incoming.Unknown("a kind of tomorrow")),
]


@pytest.mark.parametrize(("kind", "inside", "expected"), MESSAGES)
def test_messages(kind: str, inside: str, expected: incoming.Content) -> None:
    assert _content(support.message(kind, inside)) == expected


EVENTS: list[tuple[str, str, incoming.Content]] = [
    ("subscribe", "", incoming.Followed()),
    ("subscribe", "<EventKey></EventKey>", incoming.Followed()),
    (
        "subscribe",
        "<EventKey><![CDATA[qrscene_tok_9]]></EventKey><Ticket>T</Ticket>",
        incoming.Followed("tok_9"),
    ),
    ("subscribe", "<EventKey><![CDATA[last_trade_no_1]]></EventKey>", incoming.Followed()),
    ("SCAN", "<EventKey><![CDATA[tok_9]]></EventKey><Ticket>T</Ticket>", incoming.Followed("tok_9")),
    ("unsubscribe", "", incoming.Left()),
    (
        "LOCATION",
        "<Latitude>23.137466</Latitude><Longitude>113.352425</Longitude><Precision>119.38504</Precision>",
        incoming.Located(
            RawPoint(23.137466, 113.352425, Datum.WGS84), Source.WECHAT_AUTO, 119.38504, automatic=True
        ),
    ),
    ("LOCATION", "<Latitude>23</Latitude>", incoming.Unknown("event:location")),
    ("CLICK", "<EventKey><![CDATA[sos]]></EventKey>", incoming.Pressed(command="sos")),
    ("CLICK", "", incoming.Unknown("event:click")),
    ("VIEW", "<EventKey>https://a.example</EventKey>", incoming.Nothing("view")),
    (
        "location_select",
        "<EventKey>6</EventKey><SendLocationInfo><Location_X>23</Location_X></SendLocationInfo>",
        incoming.Nothing("location_select"),
    ),
    (
        "pic_photo_or_album",
        "<EventKey>6</EventKey><SendPicsInfo><Count>1</Count></SendPicsInfo>",
        incoming.Nothing("pic_photo_or_album"),
    ),
    (
        "TEMPLATESENDJOBFINISH",
        "<MsgID>200163836</MsgID><Status>success</Status>",
        incoming.Receipt("200163836", True, "success"),
    ),
    (
        "TEMPLATESENDJOBFINISH",
        "<MsgID>200163836</MsgID><Status>failed:user block</Status>",
        incoming.Receipt("200163836", False, "failed:user block"),
    ),
    (
        "subscribe_msg_popup_event",
        "<List><TemplateId>x</TemplateId></List>",
        incoming.Nothing("subscribe_msg_popup_event"),
    ),
    ("an_event_of_tomorrow", "", incoming.Unknown("event:an_event_of_tomorrow")),
]


@pytest.mark.parametrize(("name", "inside", "expected"), EVENTS)
def test_events(name: str, inside: str, expected: incoming.Content) -> None:
    assert _content(support.event(name, inside)) == expected


def test_the_time_is_the_platforms_and_the_sender_the_rows() -> None:
    """An SOS that waited in the platform's queue is late by its own time, not by ours."""
    read = READER.read(support.raw(support.text("救命")))
    assert (read.at, read.ref, read.private) == (SAID_AT, "24000000000000001", True)
    assert (read.sender.at.address, read.sender.language) == (support.OPENID, "")


@pytest.mark.parametrize("at", ["", "soon", "-5", "0", "9" * 20, "1767225600.5"])
def test_a_time_that_is_none_becomes_the_arrival(at: str) -> None:
    read = READER.read(support.raw(support.message("text", "<Content>x</Content>", at=at)))
    assert (read.at, read.content) == (support.NOW, incoming.Text("x"))


@pytest.mark.parametrize(("lat", "lon"), [("91", "0"), ("0", "0"), ("-1e5", "1e400")])
def test_impossible_coordinates_are_passed_on_as_given(lat: str, lon: str) -> None:
    """The business refuses them in its own words; the reader does not judge."""
    content = _content(_pin(lat, lon))
    assert isinstance(content, incoming.Located)
    assert content.point == RawPoint(float(lat), float(lon), Datum.GCJ02)


def test_not_a_number_is_passed_on_too() -> None:
    content = _content(_pin("nan", "NaN"))
    assert isinstance(content, incoming.Located)
    assert math.isnan(content.point.lat)


@pytest.mark.parametrize(
    ("lat", "lon"), [("north", "1"), ("", "1"), ("1", "1_0"), ("1,5", "2"), ("<a>1</a>", "2")]
)
def test_coordinates_that_are_no_numbers_are_unknown(lat: str, lon: str) -> None:
    assert _content(_pin(lat, lon)) == incoming.Unknown("location")


def test_a_pin_without_coordinates_is_unknown() -> None:
    assert _content(support.message("location")) == incoming.Unknown("location")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_raise(body: bytes) -> None:
    READER.read(support.raw(body))


_TAGS = st.sampled_from(
    [
        "MsgType",
        "Event",
        "EventKey",
        "Content",
        "MediaId",
        "Location_X",
        "Location_Y",
        "CreateTime",
        "MsgId",
        "a",
    ]
)
_VALUES = st.sampled_from(
    [
        "",
        "event",
        "text",
        "location",
        "subscribe",
        "SCAN",
        "qrscene_",
        "nan",
        "1",
        "device_text",
        "x" * 500,
        "<b/>",
        "&#0;",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(_TAGS, _VALUES), max_size=8))
def test_no_mixture_of_fields_makes_the_reader_raise(fields: list[tuple[str, str]]) -> None:
    inside = "".join(f"<{tag}>{value}</{tag}>" for tag, value in fields)
    READER.read(support.raw(f"<xml>{inside}</xml>".encode()))
