"""A push's key: the same push has the same key, two pushes never share one, nothing authentic is without one."""

from bot.handlers.wechat import push
from tests.bot.handlers.wechat import support


def test_a_message_is_known_by_person_and_number() -> None:
    """MsgId alone collides between people who send at once (seen in the field)."""
    read = push.read(support.text("救命", number="77"))
    assert (read.key, read.sender, read.account) == (f"{support.OPENID}|77", support.OPENID, support.ACCOUNT)


def test_an_event_is_known_by_person_time_kind_and_subject() -> None:
    """Two menu keys tapped in the same second are two events."""
    sos, case = (
        push.read(support.event("CLICK", f"<EventKey><![CDATA[{key}]]></EventKey>"))
        for key in ("sos", "case")
    )
    assert sos.key == f"{support.OPENID}|1767225600|CLICK|sos"
    assert case.key != sos.key


def test_receipts_of_one_second_are_told_apart_by_the_notice_they_are_about() -> None:
    first, second = (
        push.read(support.event("TEMPLATESENDJOBFINISH", f"<MsgID>{number}</MsgID>")) for number in (1, 2)
    )
    assert first.key != second.key


def test_a_long_address_does_not_make_a_long_key() -> None:
    """A VIEW carries a whole web address; two long ones still differ."""
    keys = {
        push.read(
            support.event("VIEW", f"<EventKey><![CDATA[https://a.example/{'x' * 900}{end}]]></EventKey>")
        ).key
        for end in "ab"
    }
    assert len(keys) == 2
    assert all(len(key) < 200 for key in keys)


def test_events_without_a_reader_are_silent() -> None:
    """The platform forbids an answer to LOCATION; somebody who has left reads none."""
    for name in ("LOCATION", "unsubscribe", "TEMPLATESENDJOBFINISH"):
        assert push.read(support.event(name)).silent
    assert not push.read(support.event("subscribe")).silent
    assert not push.read(support.message("location")).silent


def test_an_unreadable_body_keeps_its_sender_where_one_can_be_found() -> None:
    """The hash is the key, so that a redelivery is a duplicate; the person can still be asked what they meant."""
    broken = support.text("救命")[:-10]
    read = push.read(broken)
    assert not read.readable
    assert read.sender == support.OPENID
    assert read.key == push.read(broken).key
    assert read.key != push.read(broken + b" ").key


def test_words_in_a_message_cannot_pose_as_its_sender() -> None:
    """Somebody types the platform's own markup into a text."""
    forged = "<FromUserName><![CDATA[oVICTIM]]></FromUserName>".replace("]]>", "]]]]><![CDATA[>")
    assert push.read(support.text(forged)).sender == support.OPENID


def test_a_repeated_sender_is_no_sender() -> None:
    twice = support.text("x").replace(b"<MsgId>", b"<FromUserName>oOTHER</FromUserName><MsgId>")
    assert not push.read(twice).readable
