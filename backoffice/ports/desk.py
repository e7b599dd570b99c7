"""The centre's general queue and its alerts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backoffice.kernel.exchange import LetterState
from backoffice.kernel.ids import CaseId, OrderId, PersonId
from backoffice.kernel.messages import Media


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A message outside any open case, for the centre's queue. `after_ref` is the closed case's reference.

    `order`: it was said in this order's thread; an answer goes there.
    `media`: the picture or file that came with it, of which its id and kind are kept here.
    """

    id: int
    person: PersonId
    at: datetime
    text: str
    after_ref: str = ""
    case: CaseId | None = None
    done_at: datetime | None = None
    order: OrderId | None = None
    media: Media | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """Something a person of the staff must see: a parked update, an unreachable person, a channel down."""

    id: int
    at: datetime
    kind: str
    case: CaseId | None
    text: str
    seen_at: datetime | None = None


class Desk(Protocol):
    """The centre's general queue and its alerts."""

    async def queue(self, item: QueueItem) -> int: ...
    async def finish(self, item: int, now: datetime) -> None: ...
    async def waiting(self) -> Sequence[QueueItem]: ...
    async def alert(self, alert: Alert) -> int: ...
    async def alerts(self) -> Sequence[Alert]:
        """Not yet seen, newest first."""
        ...

    async def seen(self, alert: int, now: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class SentState:
    """How one letter of an entry stands, for staff: to whom, over which channel, in which state and why."""

    to: str
    channel: str
    state: LetterState
    error: str
    at: datetime | None
    left: int | None = None
    """For one that waits for WeChat's window: how many may still go to its reader."""
