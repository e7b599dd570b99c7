"""SMS and e-mail as channels: one way, words only, for people with neither app."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from backoffice import ports
from bot.channel import (
    Envelope,
    Features,
    Part,
    PermanentFailure,
    Sent,
    TemporaryFailure,
    TextPart,
    Unreachable,
    WindowClosed,
)

AGAIN_S = 60.0
SUBJECT_LIMIT = 70
FEATURES = Features(
    buttons=False,
    ask_buttons=False,
    native_map=False,
    moving_map=False,
    text_limit=640,
    text_unit="utf16",
    caption_limit=0,
    media=frozenset(),
    joins=True,
)
"""One text of at most ten parts of an SMS; words that wait travel together, for each costs money."""

Find = Callable[[str], Awaitable[str]]
"""Address -> number or mail address: rows hold neither in plain. Raises `errors.NotFound`."""


@dataclass(frozen=True)
class NoticeChannel:
    """Implements `bot.channel.Channel` over a `ports.Notifier`. Nothing ever comes in this way."""

    name: str
    notifier: ports.Notifier
    find: Find

    @property
    def features(self) -> Features:
        return FEATURES

    async def send(self, envelope: Envelope, part: Part) -> Sent:
        """One notice; its key is the same on every try."""
        if not isinstance(part, TextPart):
            raise PermanentFailure("words only")
        contact = await self.find(envelope.to.address)
        if not contact:
            raise Unreachable("no contact")
        subject = part.text.split("\n", 1)[0][:SUBJECT_LIMIT]
        try:
            await self.notifier.send(ports.Notice(contact, part.text, subject, envelope.key))
        except ports.NotSent as failure:
            if failure.again:
                raise TemporaryFailure(self.name, AGAIN_S) from failure
            raise Unreachable(self.name) from failure
        return Sent()

    async def nudge(self, envelope: Envelope, waiting: int, locale: str) -> Sent:
        raise WindowClosed("no notice")

    async def fetch(self, handle: str, limit: int) -> bytes:
        raise PermanentFailure("nothing to fetch")
