"""The same message on every channel: what cannot be shown becomes words, and nobody has to guess who speaks."""

from datetime import UTC, datetime

import pytest

from backoffice.kernel.exchange import Address, Letter, LetterState
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import LetterId
from backoffice.kernel.messages import (
    Ask,
    Choice,
    Labelled,
    Listing,
    MapPoint,
    Media,
    MediaKind,
    Message,
    PlaceWords,
    Role,
    Sentence,
    Span,
    Speaker,
    Urgency,
)
from backoffice.workflows import intake, telling
from bot.channel import Button, Features, MediaPart, PointPart, TextPart
from bot.handlers.telegram.outbound import FEATURES as TELEGRAM
from bot.handlers.wechat.outbound import FEATURES as WECHAT
from bot.i18n.catalogues import LOCALES, Catalogues
from bot.rendering import LIVE_S, Enclosure, Rendering, rides

RENDERING = Rendering(Catalogues(strict=True), lambda place: f"https://map.example/{place.point.lat}")
NOTHING = Enclosure()
AT = datetime(2026, 11, 20, 7, 9, tzinfo=UTC)
POINT = Point(13.75, 100.5)
PLACE = MapPoint(POINT, "7K3F", 12.0)
PHOTO = Media("photo", MediaKind.PHOTO, "a.jpg", "image/jpeg")
FILE = Media("file", MediaKind.FILE, "a.pdf", "application/pdf")
BANGKOK = PlaceWords("TH", {"": "Bangkok", "zh_Hans": "曼谷"})


def letter(message: Message, locale: str = "zh_Hans") -> Letter:
    return Letter(
        LetterId("letter"),
        "person",
        Address("wechat", "o"),
        message,
        Urgency.SOS,
        LetterState.WAITING,
        0,
        AT,
        locale,
    )


def text(message: Message, features: Features = WECHAT, locale: str = "zh_Hans") -> str:
    return RENDERING.text(letter(message, locale), features, NOTHING)


def parts(message: Message, features: Features, enclosure: Enclosure = NOTHING) -> list[object]:
    return list(RENDERING.parts(letter(message), features, enclosure))


COUNTDOWN = Message("sos.countdown_no_place", {"seconds": 5}, telling.COUNTDOWN_CHOICES, question="q1")


def test_digits_of_the_choices_are_shown_on_every_channel() -> None:
    for features in (WECHAT, TELEGRAM):
        assert text(COUNTDOWN, features).endswith("\n回复：1 立即呼救   0 取消")


def test_shifted_digits_are_shown_as_they_were_given_out() -> None:
    shifted = (Choice("accept", "button.accept", "11"), Choice("decline", "button.decline", "10"))
    assert "11 接单   10 不便" in text(Message("job.hold", {}, shifted))


def test_many_choices_stand_on_lines_of_their_own() -> None:
    said = text(Message("intake.kind", {}, intake.CHOICES["kind"]))
    assert said.splitlines() == [
        "发生了什么？", "1 意外受伤", "2 突发疾病", "3 被偷、被抢、遇到坏人", "4 走失、被困、丢证件",
        "5 自然灾害", "6 其他",
    ]  # fmt: skip


def test_where_there_are_buttons_they_answer_the_question_by_its_digit() -> None:
    (part,) = parts(COUNTDOWN, TELEGRAM)
    assert isinstance(part, TextPart)
    assert part.buttons == (Button("立即呼救", "q:q1:1"), Button("取消", "q:q1:0"))


def test_where_there_are_no_buttons_none_are_sent() -> None:
    (part,) = parts(COUNTDOWN, WECHAT)
    assert isinstance(part, TextPart)
    assert part.buttons == ()


def test_button_data_stays_within_telegrams_64_bytes() -> None:
    message = COUNTDOWN.with_question("a" * 32, COUNTDOWN.choices)
    (part,) = parts(message, TELEGRAM)
    assert isinstance(part, TextPart)
    assert all(len(button.data.encode()) <= 64 for button in part.buttons)


def test_sentences_that_are_true_stand_each_on_its_own_line() -> None:
    more = (Sentence("sos.envoys_asked", {"count": 6}), Sentence("sos.keep_writing"))
    lines = text(Message("sos.dispatched", {"ref": "7K3F"}, more=more)).splitlines()
    assert lines[0].startswith("已为您呼救，编号 7K3F")
    assert lines[1:] == ["正在询问附近 6 位星使。", "请留在安全处，随时在这里发文字、语音或照片。"]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_drill_is_marked_before_everything_else(locale: str) -> None:
    mark = {
        "zh_Hans": "【演练】",
        "zh_Hant": "【演練】",
        "en": "[DRILL] ",
        "ja": "【訓練】",
        "ko": "[훈련] ",
    }[locale]
    said = text(Message("sos.cancelled", drill=True), locale=locale)
    assert said == mark + text(Message("sos.cancelled"), locale=locale)


@pytest.mark.parametrize(
    ("speaker", "label"),
    [
        (Speaker(Role.OPERATOR, "王"), "【指挥中心 王】"),
        (Speaker(Role.OPERATOR), "【指挥中心】"),
        (Speaker(Role.ENVOY, "陈静"), "【星使 陈静】"),
        (Speaker(Role.TRAVELLER, "周婷"), "【求助人 周婷】"),
        (Speaker(Role.TRAVELLER), "【求助人】"),
        (Speaker(Role.FAMILY, "周妈妈"), "【家人 周妈妈】"),
        (Speaker(Role.FAMILY), "【家人】"),
        (Speaker(Role.SYSTEM), "【系统】"),
        (Speaker(Role.SYSTEM, "x"), "【系统】"),
        (Speaker(Role.ENVOY), "【星使】"),
    ],
)
def test_who_speaks_is_always_clear(speaker: Speaker, label: str) -> None:
    assert text(Message("relay.text", {"text": "我到了"}, speaker=speaker)) == f"{label}我到了"


def test_a_relayed_word_in_a_drill_shows_both_marks() -> None:
    message = Message("relay.text", {"text": "我到了"}, speaker=Speaker(Role.ENVOY, "陈静"), drill=True)
    assert text(message) == "【演练】【星使 陈静】我到了"


def test_a_place_is_a_link_where_there_is_no_map() -> None:
    (part,) = parts(Message("job.moved", place=PLACE), WECHAT)
    assert isinstance(part, TextPart)
    assert part.text.endswith("地图：https://map.example/13.75")


def test_a_place_is_a_point_where_there_is_a_map() -> None:
    words, point = parts(Message("job.moved", place=PLACE), TELEGRAM)
    assert isinstance(words, TextPart)
    assert "http" not in words.text
    assert point == PointPart(POINT, 12.0)


def test_a_named_place_is_a_moving_map() -> None:
    live = MapPoint(POINT, "7K3F", 12.0, "case:1")
    assert parts(Message("job.moved", place=live), TELEGRAM)[1] == PointPart(POINT, 12.0, LIVE_S)


def test_a_moving_map_already_shown_is_moved_without_words() -> None:
    live = MapPoint(POINT, "7K3F", 12.0, "case:1")
    moved = parts(Message("job.moved", place=live), TELEGRAM, Enclosure(editing="42"))
    assert moved == [PointPart(POINT, 12.0, LIVE_S, "42")]


def test_a_file_goes_with_its_words() -> None:
    message = Message("relay.media", speaker=Speaker(Role.TRAVELLER, "周婷"), media=PHOTO)
    words, file = parts(message, TELEGRAM, Enclosure(b"jpeg", "image/jpeg"))
    assert isinstance(words, TextPart)
    assert words.text == "【求助人 周婷】发来一个文件。"
    assert file == MediaPart(MediaKind.PHOTO, b"jpeg", "a.jpg", "image/jpeg")


def test_a_file_that_did_not_come_is_said_to_be_missing() -> None:
    (part,) = parts(Message("relay.media", media=PHOTO), TELEGRAM, Enclosure(missing=True))
    assert isinstance(part, TextPart)
    assert "没能取到" in part.text


def test_a_file_a_channel_cannot_show_is_said_to_be_elsewhere() -> None:
    assert MediaKind.FILE not in WECHAT.media
    (part,) = parts(Message("relay.media", media=FILE), WECHAT, Enclosure(b"pdf", "application/pdf"))
    assert isinstance(part, TextPart)
    assert "这里打不开" in part.text


@pytest.mark.parametrize(
    ("ask", "words"), [(Ask.LOCATION, "点右下角 + → 位置 → 发送位置"), (Ask.CONTACT, "请带国家区号")]
)
def test_what_has_no_button_is_explained(ask: Ask, words: str) -> None:
    (part,) = parts(Message("sos.send_place", ask=ask), WECHAT)
    assert isinstance(part, TextPart)
    assert words in part.text
    assert part.ask is None


@pytest.mark.parametrize(("ask", "label"), [(Ask.LOCATION, "发送我的位置"), (Ask.CONTACT, "发送我的号码")])
def test_what_has_a_button_gets_it(ask: Ask, label: str) -> None:
    (part,) = parts(Message("sos.send_place", ask=ask), TELEGRAM)
    assert isinstance(part, TextPart)
    assert (part.ask, part.ask_label) == (ask, label)
    assert "点下面的按钮" in part.text


def test_a_question_with_a_special_button_still_shows_its_digits() -> None:
    """Telegram takes one keyboard a message: the others are typed."""
    (part,) = parts(Message("intake.phone", {}, intake.CHOICES["phone"], ask=Ask.CONTACT), TELEGRAM)
    assert isinstance(part, TextPart)
    assert part.buttons == ()
    assert "9 没有号码" in part.text


@pytest.mark.parametrize(("features", "unit"), [(WECHAT, "bytes"), (TELEGRAM, "utf16")])
def test_long_words_come_in_pieces_with_the_buttons_on_the_last(features: Features, unit: str) -> None:
    said = "👨‍👩‍👧‍👦救" * 1000
    message = Message("relay.text", {"text": said}, telling.COUNTDOWN_CHOICES, question="q")
    pieces = parts(message, features)
    assert len(pieces) > 1
    shown = [piece.text for piece in pieces if isinstance(piece, TextPart)]
    assert "".join(shown).startswith(said)
    encoding, width = ("utf-8", 1) if unit == "bytes" else ("utf-16-le", 2)
    assert all(len(words.encode(encoding)) // width <= features.text_limit for words in shown)
    buttons = [piece.buttons for piece in pieces if isinstance(piece, TextPart)]
    assert not any(buttons[:-1])
    assert bool(buttons[-1]) == features.buttons


def test_only_words_ride_in_a_webhooks_answer() -> None:
    assert rides(COUNTDOWN)
    assert not rides(Message("job.moved", place=PLACE))
    assert not rides(Message("relay.media", media=PHOTO))
    assert not rides(Message("sos.send_place", ask=Ask.LOCATION))


# One screen of WeChat: about 120 characters, twice that at most for the message after dispatch.

NUMBERS = Listing(
    tuple(
        Labelled(f"service.{s}", n)
        for s, n in (("ambulance", "1669"), ("police", "191"), ("fire", "199"), ("tourist_police", "1155"))
    )
)
HELP_CALLED = Message(
    "sos.dispatched",
    {"ref": "7K3F"},
    more=(
        Sentence("sos.envoys_asked", {"count": 16}),
        Sentence("sos.local_numbers", {"numbers": NUMBERS}),
        Sentence("sos.consular", {"number": telling.CONSULAR_HOTLINE}),
        Sentence("sos.own_line", {"number": "+86 10 5555 0110"}),
        Sentence("sos.keep_writing"),
    ),
)
FROM_LAST_KNOWN = Message(
    "sos.dispatched",
    {"ref": "7K3F"},
    more=(Sentence("sos.using_last_known", {"place": BANGKOK, "age": Span(1500)}), *HELP_CALLED.more),
)


@pytest.mark.parametrize("message", [HELP_CALLED, FROM_LAST_KNOWN])
def test_the_message_after_dispatch_can_be_read_without_scrolling_far(message: Message) -> None:
    assert len(text(message)) <= 200


@pytest.mark.parametrize(
    "message",
    [
        COUNTDOWN,
        Message("sos.cancelled"),
        Message("sos.says_safe", {"ref": "7K3F"}),
        Message("intake.place_of_patient", {}, intake.CHOICES["place_of_patient"]),
        Message("intake.phone", {}, intake.CHOICES["phone"], ask=Ask.CONTACT),
        Message("sos.send_place", ask=Ask.LOCATION),
        Message("centre.taken_with_number", {"name": "欧阳", "tail": "5678"}),
        Message("menu.not_understood"),
        Message("menu.help"),
        Message("profile.ask_duress_word", {}, (Choice("clear", "button.clear", "9"),)),
    ],
)
def test_a_message_is_one_screen_on_wechat(message: Message) -> None:
    assert len(text(message)) <= 120
