"""Reading what no sample shows: commands, hostile values, kinds of tomorrow."""

import copy
import json
import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backoffice.kernel.exchange import RawUpdate
from backoffice.kernel.geo import Source
from backoffice.kernel.messages import MediaKind
from bot.handlers.telegram import fields, updates
from bot.handlers.telegram.inbound import Reader
from bot.incoming import (
    Contact,
    File,
    Followed,
    Incoming,
    Left,
    Located,
    Moved,
    Nothing,
    Pressed,
    Text,
    Unknown,
)

ARRIVED = datetime(2026, 1, 1, tzinfo=UTC)
USER = {"id": 42, "is_bot": False, "first_name": "Wang", "language_code": "zh-hans"}
PRIVATE = {"id": 42, "type": "private"}
GROUP = {"id": -100, "type": "supergroup"}


def read(update: Any) -> Incoming:
    body = update if isinstance(update, bytes) else json.dumps(update).encode()
    sender = updates.sender(fields.parse(body) or {})
    return Reader().read(RawUpdate("1", sender, body, ARRIVED))


def message(kind: str = "message", chat: Any = PRIVATE, **content: Any) -> dict[str, Any]:
    head = {"message_id": 9, "from": USER, "chat": chat, "date": 1767225600}
    return {"update_id": 1, kind: head | content}


def said(**content: Any) -> Any:
    return read(message(**content)).content


@pytest.mark.parametrize("command", ["sos", "case", "profile", "language", "help"])
def test_a_command_is_a_menu_key(command):
    assert said(text=f"/{command}") == Pressed(command=command)


@pytest.mark.parametrize("text", ["/SOS", "/sos@rescue_test_bot", " /sos "])
def test_the_sos_command_is_the_sos_button_however_it_is_typed(text):
    assert said(text=text) == Pressed(command="sos")


@pytest.mark.parametrize(
    "text",
    ["/sos my leg is broken", "/help me", "/case 7K3F please hurry", "/start 救命", "/救命", "/", "// x"],
)
def test_words_behind_a_command_are_not_lost(text):
    assert said(text=text) == Text(text)


@pytest.mark.parametrize(
    ("text", "scene"), [("/start", ""), ("/start f_A-1", "f_A-1"), ("/start@rescue_bot x", "x")]
)
def test_start_opens_the_channel_with_the_links_payload(text, scene):
    assert said(text=text) == Followed(scene=scene)


def test_an_edit_that_looks_like_a_command_presses_nothing():
    assert read(message("edited_message", text="/sos")).content == Text("/sos", edited=True)


@pytest.mark.parametrize(
    "mark",
    [
        {"forward_origin": {"type": "hidden_user"}},
        {"forward_origin": None},
        {"forward_date": 1},
        {"via_bot": {"id": 5, "is_bot": True}},
    ],
)
def test_a_place_passed_on_is_never_ones_own_and_never_live(mark):
    content = said(location={"latitude": 1.0, "longitude": 2.0, "live_period": 60}, **mark)
    assert (content.own, content.live, content.source) == (False, None, Source.TELEGRAM_PIN)


def test_a_venue_without_a_place_of_its_own_takes_the_messages():
    content = said(venue={"title": "A&E"}, location={"latitude": 1.0, "longitude": 2.0})
    assert (content.label, content.own, content.point.lat) == ("A&E", False, 1.0)


@pytest.mark.parametrize(
    ("number", "check"),
    [
        ("NaN", math.isnan),
        ("1e999", math.isinf),
        ("-Infinity", math.isinf),
        ("91", lambda lat: lat == 91.0),
        ('"18.5"', lambda lat: lat == 18.5),
        ("1" + "0" * 400, math.isinf),
        ("0", lambda lat: lat == 0.0),
    ],
)
def test_impossible_coordinates_reach_the_business_as_sent(number, check):
    body = json.dumps(message(location={"latitude": 0.25, "longitude": 100.5}))
    content = read(body.replace("0.25", number).encode()).content
    assert isinstance(content, Located)
    assert check(content.point.lat)
    assert content.point.lon == 100.5


@pytest.mark.parametrize("place", [{}, None, [], "x", {"latitude": 1}, {"latitude": True, "longitude": 1}])
def test_a_location_without_coordinates_is_said_to_be_not_understood(place):
    assert said(location=place) == Unknown("location")


@pytest.mark.parametrize("accuracy", [-1, float("nan"), float("inf"), "x", None])
def test_an_impossible_accuracy_is_no_accuracy(accuracy):
    assert said(location={"latitude": 1, "longitude": 2, "horizontal_accuracy": accuracy}).accuracy_m is None


def test_ids_that_come_as_strings_are_the_same_ids():
    user = USER | {"id": "42"}
    update = message(chat=PRIVATE | {"id": "42"}, contact={"phone_number": "+861", "user_id": 42})
    update["message"]["from"] = user
    incoming = read(update)
    assert incoming.sender.at.address == "42"
    assert incoming.content == Contact("+861", own=True)


@pytest.mark.parametrize("owner", [43, None, True, "x"])
def test_a_number_is_ones_own_only_when_the_platform_says_so(owner):
    assert said(contact={"phone_number": "+861", "user_id": owner}) == Contact("+861", own=False)


def test_a_number_from_nobody_is_nobodys_own():
    update = message(contact={"phone_number": "+861"})
    del update["message"]["from"]
    assert read(update).content == Contact("+861", own=False)


def test_a_huge_id_is_nobody():
    update = message(text="x", chat={"id": 10**30, "type": "private"})
    update["message"]["from"] = {"id": 10**30}
    assert read(update).sender.at.address == ""


@pytest.mark.parametrize("date", [0, -1, 10**18, "x", None, 1.5, True])
def test_an_impossible_time_is_that_of_arrival(date):
    assert read(message(text="x", date=date)).at == ARRIVED


def test_text_is_cleaned_of_what_no_store_takes():
    body = json.dumps(message(text="TEXT")).replace("TEXT", "a\\u0000b\\ud83dc\\r\\nd").encode()
    content = read(body).content
    assert content == Text("ab\ufffdc\nd")
    content.text.encode()


def test_ten_thousand_characters_are_kept_whole():
    assert said(text="救" * 10_000) == Text("救" * 10_000)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            {"audio": {"file_id": "A", "mime_type": "audio/mpeg"}},
            File(MediaKind.FILE, "A", mime="audio/mpeg"),
        ),
        ({"animation": {"file_id": "G"}, "document": {"file_id": "D"}}, File(MediaKind.VIDEO, "G")),
        ({"live_photo": {"file_id": "V", "photo": [{"file_id": "P"}]}}, File(MediaKind.PHOTO, "P")),
        ({"photo": [{"file_id": "S"}, {"width": 9}, "x"]}, File(MediaKind.PHOTO, "S")),
        ({"hologram": {"file_id": "H", "file_size": 7}}, File(MediaKind.FILE, "H", size=7)),
        (
            {"voice": {"file_id": "V", "file_size": "x"}, "caption": "听"},
            File(MediaKind.VOICE, "V", caption="听"),
        ),
    ],
)
def test_files_of_every_kind_have_a_handle_also_those_of_tomorrow(content, expected):
    assert said(**content) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({}, Unknown("message")),
        ({"photo": []}, Unknown("photo")),
        ({"photo": [], "caption": "看"}, Text("看")),
        ({"voice": {}}, Unknown("voice")),
        ({"sticker": {"file_id": "x"}}, File(MediaKind.FILE, "x")),
        ({"sticker": {}}, Unknown("sticker")),
        ({"contact": {}}, Unknown("contact")),
        ({"dice": {"emoji": "🎲", "value": 3}}, Unknown("dice")),
        ({"text": ""}, Unknown("text")),
        ({"text": 5}, Unknown("text")),
        ({"poll": {"question": "?"}}, Unknown("poll")),
        ({"Bad Kind\n{}": 1}, Unknown("badkind")),
        ({"pinned_message": {"message_id": 1}}, Nothing("pinned_message")),
        ({"migrate_from_chat_id": -5}, Nothing("migrate_from_chat_id")),
    ],
)
def test_every_message_has_an_outcome(content, expected):
    assert said(**content) == expected


def test_a_rich_message_keeps_its_words_and_their_order():
    rich = {
        "blocks": [
            {"type": "paragraph", "text": ["救", {"type": "bold", "text": "命"}, "！"]},
            {"type": "photo", "photo": [{"file_id": "x"}], "caption": {"text": "我的腿"}},
        ]
    }
    assert said(rich_message=rich) == Text("救命！\n我的腿")


def test_a_checklist_keeps_its_words():
    listed = {"title": "需要", "tasks": [{"id": 1, "text": "水"}, {"id": 2, "text": "药"}]}
    assert said(checklist=listed) == Text("需要\n水\n药")


def test_leaving_a_group_is_not_leaving_the_service():
    change = {"chat": GROUP, "from": USER, "date": 1767225600, "new_chat_member": {"status": "kicked"}}
    incoming = read({"update_id": 1, "my_chat_member": change})
    assert (incoming.content, incoming.private) == (Nothing("my_chat_member"), False)


@pytest.mark.parametrize(
    ("status", "expected"), [("kicked", Left()), ("left", Left()), ("member", Followed())]
)
def test_blocking_and_unblocking(status, expected):
    change = {"chat": PRIVATE, "from": USER, "new_chat_member": {"status": status}}
    assert read({"update_id": 1, "my_chat_member": change}).content == expected


def test_a_moved_group_speaks_for_itself_and_not_for_who_moved_it():
    incoming = read(message(chat=GROUP, migrate_to_chat_id=-1009))
    assert (incoming.sender.at.address, incoming.content) == ("-100", Moved("-1009"))


def test_a_pin_in_a_group_is_not_private_and_is_its_senders():
    incoming = read(message(chat=GROUP, location={"latitude": 1, "longitude": 2}))
    assert (incoming.private, incoming.sender.at.address) == (False, "42")


def test_a_customer_of_somebodys_business_account_does_not_speak_to_us():
    incoming = read(message("business_message", location={"latitude": 1, "longitude": 2}))
    assert (incoming.content, incoming.private) == (Unknown("business_message"), False)


def test_a_known_kind_is_found_beside_a_field_of_tomorrow():
    assert read({"update_id": 1, "trace": {"a": 1}} | message(text="救命")).content == Text("救命")


@pytest.mark.parametrize(
    "data", ["q:ab", "q::1", "q:ab:", "q:a b:1", "q:ab:1\n", "c:", "c:SOS", "x", None, 5, ""]
)
def test_a_button_that_is_not_ours_is_not_understood(data):
    query = {"id": "c", "from": USER, "data": data}
    assert read({"update_id": 1, "callback_query": query}).content == Unknown("callback_query")


def test_a_button_in_a_group_is_pressed_by_who_pressed_it():
    query = {"id": "c", "from": USER, "message": {"message_id": 3, "chat": GROUP}, "data": "q:ab:1"}
    incoming = read({"update_id": 1, "callback_query": query})
    assert (incoming.sender.at.address, incoming.private, incoming.ref) == ("42", False, "3")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"message": []}', b'{"message": null}']
)
def test_a_stored_body_that_cannot_be_read_is_unknown(body):
    assert isinstance(read(body).content, Unknown)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FULL = message(
    text="/sos",
    location={"latitude": 1.0, "longitude": 2.0, "live_period": 60, "horizontal_accuracy": 1.0},
    venue={"location": {"latitude": 1, "longitude": 2}, "title": "t", "address": "a"},
    photo=[{"file_id": "p", "width": 1, "height": 1, "file_size": 1}],
    voice={"file_id": "v", "mime_type": "audio/ogg", "file_size": 3},
    contact={"phone_number": "+1", "user_id": 42},
    sticker={"emoji": "x"},
    rich_message={"blocks": [{"type": "paragraph", "text": ["a", {"text": "b"}]}]},
    migrate_to_chat_id=-1,
)


def spots(value: Any) -> list[tuple[Any, Any]]:
    """Every place of a JSON tree where something else may stand."""
    pairs = (
        list(value.items())
        if isinstance(value, dict)
        else list(enumerate(value))
        if isinstance(value, list)
        else []
    )
    return [(value, key) for key, _ in pairs] + [spot for _, inner in pairs for spot in spots(inner)]


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_no_value_anywhere_in_an_update_makes_reading_fail(data):
    kind = data.draw(st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member", "x"]))
    update = copy.deepcopy({"update_id": 1, kind: FULL["message"]})
    for _ in range(data.draw(st.integers(1, 4))):
        holder, key = data.draw(st.sampled_from(spots(update)))
        holder[key] = data.draw(VALUES)
    read(update)
