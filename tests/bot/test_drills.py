"""Addresses of our own exercises: told apart from every real one, and never sent to a platform."""

import pytest

from backoffice.kernel.exchange import Address
from backoffice.kernel.messages import MediaKind, Urgency
from bot.channel import Envelope, TextPart
from bot.drills import DRILL_TELEGRAM_IDS, DrillGuard, is_drill
from bot.enclosures import Selective
from bot.handlers.telegram import outbound
from bot.health import Answering
from tests.channels.offline import Memory

FIRST, LAST = DRILL_TELEGRAM_IDS[0], DRILL_TELEGRAM_IDS[-1]


@pytest.mark.parametrize(
    ("at", "drill"),
    [
        (Address("telegram", str(FIRST)), True),
        (Address("telegram", str(LAST)), True),
        (Address("telegram", str(FIRST - 1)), False),
        (Address("telegram", str(LAST + 1)), False),
        (Address("telegram", "7000000001"), False),
        (Address("telegram", "-1002000000001"), False),
        (Address("telegram", "²"), False),
        (Address("telegram", ""), False),
        (Address("telegram", "drill_x"), False),
        (Address("wechat", "drill_0a1b"), True),
        (Address("wechat", "oTEST0000000000000000000001"), False),
        (Address("wechat", str(FIRST)), False),
    ],
)
def test_only_our_own_addresses_are_drills(at: Address, drill: bool) -> None:
    assert is_drill(at) is drill


async def test_nothing_for_a_drill_reaches_the_platform() -> None:
    """Words and notices for a drill are taken and go nowhere; a person's go through."""
    platform = Memory("telegram", outbound.FEATURES)
    guard = DrillGuard(platform)
    drill = Envelope(Address("telegram", str(FIRST)), Urgency.SOS, "k:0")
    person = Envelope(Address("telegram", "7000000001"), Urgency.SOS, "k:1")
    assert (await guard.send(drill, TextPart("exercise"))).ref == "drill"
    assert (await guard.nudge(drill, 1, "en")).ref == "drill"
    assert platform.sent == []
    assert platform.notices == []
    await guard.send(person, TextPart("real"))
    assert platform.texts == ["real"]


async def test_the_guard_asks_what_its_channel_can_be_asked() -> None:
    platform = Memory("telegram", outbound.FEATURES)
    platform.well = False
    guard = DrillGuard(platform)
    assert isinstance(guard, Answering)
    assert isinstance(guard, Selective)
    assert await guard.answers() is False
    assert guard.takes(MediaKind.VOICE, "audio/ogg", 1)
