"""Addresses that only our own exercises use; nothing is ever sent to a platform for them."""

from backoffice.kernel.exchange import Address
from backoffice.kernel.messages import MediaKind
from bot.channel import Channel, Envelope, Features, Part, Sent
from bot.enclosures import Selective
from bot.health import Answering

DRILL_TELEGRAM_IDS = range(2**51, 2**51 + 2**16)
"""User ids far above any that Telegram has given out: drills write with them."""
DRILL_WECHAT_PREFIX = "drill_"
NOWHERE = Sent("drill")


def is_drill(at: Address) -> bool:
    """An address that only our own drill uses."""
    if at.channel == "telegram":
        digits = at.address.isascii() and at.address.isdigit()
        return digits and int(at.address) in DRILL_TELEGRAM_IDS
    return at.address.startswith(DRILL_WECHAT_PREFIX)


class DrillGuard:
    """A channel whose drill addresses go nowhere: everything else is passed on."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    @property
    def name(self) -> str:
        return self._channel.name

    @property
    def features(self) -> Features:
        return self._channel.features

    async def send(self, envelope: Envelope, part: Part) -> Sent:
        return NOWHERE if is_drill(envelope.to) else await self._channel.send(envelope, part)

    async def nudge(self, envelope: Envelope, waiting: int, locale: str) -> Sent:
        return NOWHERE if is_drill(envelope.to) else await self._channel.nudge(envelope, waiting, locale)

    async def fetch(self, handle: str, limit: int) -> bytes:
        return await self._channel.fetch(handle, limit)

    async def answers(self) -> bool:
        return await self._channel.answers() if isinstance(self._channel, Answering) else True

    def takes(self, kind: MediaKind, mime: str, size: int) -> bool:
        return self._channel.takes(kind, mime, size) if isinstance(self._channel, Selective) else True
