"""The on-call list, the ways to wake somebody, and what was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from backoffice.kernel.messages import Message
from backoffice.oncall.model import OnCall, Sent


@dataclass(frozen=True, slots=True)
class Call:
    """What a person is woken with. `text` and `subject` are in their language, `message` for chats, which know
    theirs; `key` is alike for every try."""

    level: int
    ref: str
    what: str
    text: str
    subject: str
    key: str
    message: Message


class Way(Protocol):
    """One way to wake somebody. Returned = the carrier has it. Raises `PageFailed`."""

    async def send(self, to: str, call: Call) -> None: ...


class OnCallList(Protocol):
    """Who is called, and the pages sent. Addresses are sealed."""

    async def all(self) -> Sequence[OnCall]:
        """Every entry, in the order of being called."""
        ...

    async def put(self, person: OnCall) -> None:
        """A new entry, or the newest state of one with this id."""
        ...

    async def remove(self, person: str) -> bool: ...
    async def record(self, sent: Sequence[Sent]) -> None: ...
    async def recent(self, limit: int = 50) -> Sequence[Sent]:
        """Newest first."""
        ...
