"""The ledger: what an incoming grants, and when one more may be sent."""

from datetime import timedelta

import pytest

from backoffice.kernel import exchange, geo
from backoffice.kernel.messages import MediaKind
from bot import incoming
from bot.handlers.wechat import inbound, window
from tests.bot.handlers.wechat import support

NOW = support.NOW
HOURS, MINUTE = timedelta(hours=48), timedelta(minutes=1)
POINT = geo.RawPoint(1, 2, geo.Datum.GCJ02)


def _window(granted: int, used: int, lasts: timedelta | None) -> exchange.Window:
    return exchange.Window(support.OPENID, granted, used, NOW + lasts if lasts is not None else None)


def _incoming(content: incoming.Content, ref: str = "1") -> incoming.Incoming:
    address = exchange.Address("wechat", support.OPENID)
    return incoming.Incoming(incoming.Sender(address), NOW, content, ref=ref)


@pytest.mark.parametrize(
    "content",
    [
        incoming.Text("x"),
        incoming.File(MediaKind.PHOTO, "m"),
        incoming.Located(POINT, geo.Source.WECHAT_PIN),
        incoming.Unknown("miniprogrampage"),
    ],
)
def test_what_a_person_sends_grants_five_in_two_days(content: incoming.Content) -> None:
    assert window.opens(_incoming(content)) == (5, HOURS)


@pytest.mark.parametrize(
    "content", [incoming.Pressed(command="sos"), incoming.Pressed("q", "1"), incoming.Followed("scene")]
)
def test_a_tap_a_follow_and_a_scan_grant_three_in_a_minute(content: incoming.Content) -> None:
    """A tap on a message menu counts as a tap: the platform says so on purpose."""
    assert window.opens(_incoming(content)) == (3, MINUTE)


@pytest.mark.parametrize(
    "content",
    [
        incoming.Located(POINT, geo.Source.WECHAT_AUTO, automatic=True),
        incoming.Nothing("view"),
        incoming.Left(),
        incoming.Receipt("1", True),
    ],
)
def test_what_nobody_sent_grants_nothing(content: incoming.Content) -> None:
    assert window.opens(_incoming(content)) is None


def test_an_unknown_event_grants_nothing() -> None:
    """Only a message has a number of its own."""
    read = inbound.Reader().read(support.raw(support.event("an_event_of_tomorrow")))
    assert window.opens(read) is None


def test_a_message_sets_the_count_to_five_and_does_not_add() -> None:
    assert window.refill_message(_window(5, 2, HOURS), NOW) == _window(5, 0, HOURS)


def test_a_tap_on_a_nearly_used_window_raises_it_to_three_and_keeps_the_longer_end() -> None:
    assert window.refill_tap(_window(5, 4, timedelta(hours=47)), NOW) == _window(3, 0, timedelta(hours=47))


def test_a_tap_on_a_fuller_window_takes_nothing_away() -> None:
    assert window.refill_tap(_window(5, 1, timedelta(hours=47)), NOW).left == 4


def test_what_was_left_of_a_window_that_ran_out_counts_for_nothing() -> None:
    assert window.refill_tap(_window(5, 0, -MINUTE), NOW) == _window(3, 0, MINUTE)
    assert window.refill_tap(_window(0, 0, None), NOW) == _window(3, 0, MINUTE)


@pytest.mark.parametrize(
    ("left", "normal", "critical"), [(5, True, True), (2, True, True), (1, False, True), (0, False, False)]
)
def test_the_last_one_is_kept_for_the_critical_notice(left: int, normal: bool, critical: bool) -> None:
    kept = _window(5, 5 - left, HOURS)
    assert (window.may_send(kept, NOW, False), window.may_send(kept, NOW, True)) == (normal, critical)


def test_nothing_may_be_sent_when_the_time_is_over() -> None:
    assert not window.may_send(_window(5, 0, timedelta(0)), NOW, True)
    assert not window.may_send(_window(5, 0, None), NOW, True)


async def test_the_minute_runs_from_the_tap_not_from_its_arrival() -> None:
    """A follow that waited 40 s leaves 20 s."""
    windows = support.Windows()
    await window.note(windows, _incoming(incoming.Followed()), NOW + timedelta(seconds=40))
    assert windows.kept[support.OPENID] == _window(3, 0, MINUTE)


async def test_a_tap_that_came_too_late_opens_nothing_and_closes_nothing() -> None:
    windows = support.Windows(_window(5, 3, HOURS))
    await window.note(windows, _incoming(incoming.Followed()), NOW + timedelta(minutes=5))
    assert windows.kept[support.OPENID] == _window(5, 3, HOURS)


async def test_a_platform_clock_ahead_of_ours_grants_no_more_than_the_rule() -> None:
    windows = support.Windows()
    await window.note(windows, _incoming(incoming.Text("x")), NOW - timedelta(hours=1))
    assert windows.kept[support.OPENID].expires_at == NOW + timedelta(hours=47)


async def test_who_leaves_closes_the_window() -> None:
    windows = support.Windows(_window(5, 0, HOURS))
    await window.note(windows, _incoming(incoming.Left()), NOW)
    assert not window.is_open(windows.kept[support.OPENID], NOW)
