"""What a webhook needs of the gateway: store first, then perhaps an answer to ride home."""

from typing import Protocol

from backoffice.kernel.exchange import Accepted, RawUpdate
from bot.channel import Answer


class Intake(Protocol):
    """The way in, as the webhooks see it."""

    async def accept(self, raw: RawUpdate) -> Accepted:
        """Store durably (commit) and start the person's turn. Raises `errors.Unavailable`: answer 503."""
        ...

    async def answer(self, accepted: Accepted, within_s: float) -> Answer | None:
        """The words that may ride in this webhook's answer, or None when there are none in time.

        A duplicate gets words about how things stand now, never the old promise."""
        ...

    async def written(self, answer: Answer) -> None:
        """The answer went out on the wire in time: its letter is delivered."""
        ...
