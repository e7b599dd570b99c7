"""The one way in: store, lock, take the turn, commit. Each update changes everything it changes in one transaction."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from backoffice import ports
from backoffice.clockwork.deadlines import NotYet
from backoffice.clockwork.firing import Firing
from backoffice.kernel import ids
from backoffice.kernel.clock import Clock
from backoffice.kernel.errors import Refusal, Stale, Unavailable
from backoffice.kernel.exchange import Accepted, Address, NewLetter, RawUpdate, StoredUpdate, Window
from backoffice.kernel.ids import MediaId, PersonId
from backoffice.kernel.messages import Media, Message
from backoffice.people.model import Person
from backoffice.ports import Alert, DeadlineKind
from backoffice.workflows import jobs
from backoffice.workflows.work import Seat, Work, World
from bot.blame import STORED, Blame
from bot.channel import Answer, Reader
from bot.conversations import engine
from bot.conversations.turn import Turn
from bot.drills import is_drill
from bot.incoming import File, Incoming, Nothing, Receipt, unanswered
from bot.tasks import Tasks

log = logging.getLogger(__name__)
RETRIES = 2
"""A turn is a pure retry: a stale version runs it again, twice at most."""
UNTAKEN_AFTER = timedelta(seconds=1)
SWEPT_AT_ONCE = 4  # lanes: they share commits; more would wait for the writer and be suspects after a death
SUSPECTS_S = 5.0


class InboxRows(Protocol):
    """The inbox inside a turn."""

    async def done(self, seq: int, answer_letter: str = "") -> bool: ...


class WindowRows(Protocol):
    """What may still be sent to a WeChat follower, inside a turn."""

    async def load(self, address: str) -> Window | None: ...
    async def reserve(self, address: str, now: datetime, keep: int) -> bool: ...
    async def give_back(self, address: str) -> None: ...
    async def refill(self, address: str, granted: int, until: datetime, now: datetime) -> None: ...
    async def close(self, address: str, exhausted: bool) -> None: ...


class TurnWork(ports.UnitOfWork, Protocol):
    """A unit of work as the gateway needs it."""

    @property
    def inbox(self) -> InboxRows: ...
    @property
    def windows(self) -> WindowRows: ...


class TurnStore(Protocol):
    def begin(self, now: datetime) -> AbstractAsyncContextManager[TurnWork]: ...


class Inbox(Protocol):
    """The inbox outside a turn."""

    async def store(self, raw: RawUpdate) -> Accepted: ...
    async def untaken(self, lanes: Sequence[str], up_to: datetime | None = None) -> list[StoredUpdate]: ...
    async def idle_lanes(self, older_than: datetime) -> list[tuple[str, int]]: ...
    async def count_attempt(self, seq: int) -> int: ...
    async def count_crash(self, seq: int) -> int: ...
    async def park(self, seq: int, error: str) -> bool: ...


class DeadlineQueue(Protocol):
    async def armed_of(self, person: PersonId, before: datetime) -> Sequence[ports.Deadline]: ...


class Known(Protocol):
    """Who writes from an address, all the lanes that reach them, and what to lock."""

    @property
    def person(self) -> PersonId | None: ...
    @property
    def lanes(self) -> tuple[str, ...]: ...
    @property
    def key(self) -> str: ...


class Lookup(Protocol):
    """Who is who, read outside any turn."""

    async def at(self, address: Address) -> Known: ...
    async def lanes(self, person: PersonId) -> tuple[str, ...]: ...


class Riding(Protocol):
    """Letters that may ride home in a webhook's answer (implemented by `bot/riding`)."""

    async def answer(self, accepted: Accepted) -> Answer | None: ...
    async def written(self, answer: Answer) -> None: ...
    async def missed(self, seq: int) -> None: ...


NoteWindow = Callable[[WindowRows, Incoming, datetime], Awaitable[None]]
"""What an update allows to be sent afterwards, written into the channel's ledger."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Everything the gateway stands between."""

    store: TurnStore
    inbox: Inbox
    lookup: Lookup
    deadlines: DeadlineQueue
    locks: ports.Locks
    firing: Firing
    world: World
    clock: Clock
    readers: Mapping[str, Reader]
    riding: Riding
    locale: Callable[[Address, str], str]
    ledgers: Mapping[str, NoteWindow]
    receipts: Callable[[Address, Receipt], Awaitable[None]]


class Gateway:
    """Implements `bot.intake.Intake`; the deadline runner calls `drain`."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._tasks = Tasks()
        self._taken: dict[int, asyncio.Event] = {}
        self._late: set[int] = set()
        self._blame = Blame(gate.inbox, gate.clock)
        self._stuck: set[str] = set()
        self._suspects: asyncio.Task[None] | None = None
        self._closing = False

    async def accept(self, raw: RawUpdate) -> Accepted:
        """Durable when this returns; the turn starts on its own."""
        accepted = await self._gate.inbox.store(raw)
        if not accepted.duplicate:
            self._taken[accepted.seq] = asyncio.Event()
            self._blame.stored(accepted.seq)
            self._tasks.start(self._take_stored(accepted))
        return accepted

    async def answer(self, accepted: Accepted, within_s: float) -> Answer | None:
        """Words to ride home once the row has been taken; None when that takes too long."""
        taken = self._taken.get(accepted.seq)
        try:
            if taken is not None:
                await asyncio.wait_for(taken.wait(), max(within_s, 0.001))
        except TimeoutError:
            if accepted.seq in self._taken:
                self._late.add(accepted.seq)
                return None
        return await self._gate.riding.answer(accepted)

    async def written(self, answer: Answer) -> None:
        await self._gate.riding.written(answer)

    async def close(self) -> None:
        """Let the turns under way end; a sweep takes no further lane."""
        self._closing = True
        await self._tasks.finish()

    async def settle(self) -> bool:
        """Wait for the turns under way; False when there were none."""
        return await self._tasks.settle()

    async def sweep(self) -> int:
        """Rows nobody has taken for a second: after a crash, or another process's. All of them, oldest first.

        Lanes that somebody may have died of are taken one after the other, and keep nobody else waiting: a long
        queue of them goes on beside the sweeps that follow.
        """
        found = await self._gate.inbox.idle_lanes(self._gate.clock.now() - UNTAKEN_AFTER)
        clear = deque(lane for lane, tries in found if tries == STORED)
        if self._suspects is None or self._suspects.done():
            suspect = deque(lane for lane, tries in found if tries != STORED)
            self._suspects = self._tasks.start(self._sweep_through(suspect))
        workers = [
            self._tasks.start(self._sweep_through(clear)) for _ in range(min(SWEPT_AT_ONCE, len(clear)))
        ]
        await asyncio.gather(*workers)
        await asyncio.wait({self._suspects}, timeout=SUSPECTS_S)
        return len(found)

    async def _sweep_through(self, lanes: deque[str]) -> None:
        while lanes and not self._closing:
            await self._sweep_lane(lanes.popleft())

    async def _sweep_lane(self, lane: str) -> None:
        """One lane that cannot be read keeps nobody else waiting, and staff hear of it once."""
        channel, _, address = lane.partition(":")
        try:
            await self._take_lane(Address(channel, address))
        except Exception:
            log.exception("a lane of %s cannot be taken", channel)
            if lane not in self._stuck:
                self._stuck.add(lane)
                await self._alert(Alert(0, self._gate.clock.now(), "update_parked", None, channel))

    async def _take_stored(self, accepted: Accepted) -> None:
        """The first try; whoever took the row, its webhook is told."""
        try:
            await self._take_lane(accepted.sender)
        finally:
            self._blame.first_try_over(accepted.seq)
            await self._wake(accepted.seq)

    async def _take_lane(self, at: Address) -> None:
        """Hold the person's lock and take their rows until none is left."""
        while True:
            before = await self._gate.lookup.at(at)
            async with self._gate.locks.hold(before.key):
                known = await self._gate.lookup.at(at)
                if known.key == before.key:
                    await self._take_all(known.lanes, None)
                    return

    async def drain(self, person: PersonId, up_to: datetime) -> None:
        """Take every row of a person stored at or before `up_to`. The caller holds the person's lock.

        Raises `deadlines.NotYet` while one of them may not be tried.
        """
        wait_s = await self._take_all(await self._gate.lookup.lanes(person), up_to)
        if wait_s > 0:
            raise NotYet(wait_s)

    async def _take_all(self, lanes: Sequence[str], up_to: datetime | None) -> float:
        """Their rows in order. Seconds until the next may be tried: those behind it wait with it, order holds."""
        failed: set[int] = set()
        while True:
            rows = [r for r in await self._gate.inbox.untaken(lanes, up_to) if r.seq not in failed]
            if not rows:
                return 0.0
            for row in rows:
                wait_s = self._blame.wait_s(row)
                if wait_s > 0:
                    return wait_s
                if not await self._take(row):
                    failed.add(row.seq)

    async def _take(self, row: StoredUpdate) -> bool:
        """One row; False when it crashed and waits for its next try."""
        try:
            await self._try(row)
        except Unavailable:
            log.warning("update %s waits for the store", row.seq)
            return False
        except Exception:
            log.exception("update %s crashed", row.seq)
            return False
        finally:
            await self._wake(row.seq)
        return True

    async def _wake(self, seq: int) -> None:
        """The webhook may answer now; one that has already gone without words sends them by API."""
        taken = self._taken.pop(seq, None)
        if taken is not None:
            taken.set()
        if seq in self._late:
            self._late.discard(seq)
            await self._gate.riding.missed(seq)

    async def _try(self, row: StoredUpdate) -> None:
        """A row that crashed three times is parked and alarms."""
        goes_on = await self._blame.attempt(row, self._turns)
        if not goes_on and await self._gate.inbox.park(row.seq, "crashed"):
            await self._alarm(row)

    def _parked(self, row: StoredUpdate) -> Alert:
        text = f"{row.raw.sender.channel} #{row.seq}"
        return Alert(0, self._gate.clock.now(), "update_parked", None, text)

    async def _alarm(self, row: StoredUpdate) -> None:
        """Staff see whose case it belongs to, and its sender is not left in silence."""
        alert = self._parked(row)
        try:
            async with self._gate.store.begin(alert.at) as uow:
                person = await uow.people.at(row.raw.sender)
                case = await uow.cases.active_of(person.id) if person else None
                about = case.id if case else None
                if person:
                    sorry = Message("error.generic", drill=person.drill)
                    await uow.outbox.put(NewLetter(person.id, sorry, case=about))
                await uow.desk.alert(replace(alert, case=about))
                uow.hint("queue")
                await uow.commit()
        except Exception:
            log.exception("the sender of update %s could not be told", row.seq)
            await self._alert(alert)

    async def _alert(self, alert: Alert) -> None:
        async with self._gate.store.begin(alert.at) as uow:
            await uow.desk.alert(alert)
            uow.hint("queue")
            await uow.commit()

    async def _turns(self, row: StoredUpdate) -> None:
        incoming = self._gate.readers[row.raw.sender.channel].read(row.raw)
        if not (row.raw.sender.address or isinstance(incoming.content, Nothing)):
            if await self._gate.inbox.park(row.seq, "no sender"):
                await self._alert(self._parked(row))
            return
        if isinstance(incoming.content, Receipt | Nothing) or not incoming.private:
            await self._set_aside(row, incoming)
            return
        await self._fire_earlier(row)
        for attempt in range(RETRIES + 1):
            try:
                await self._turn(row, incoming)
                return
            except Stale:
                if attempt == RETRIES:
                    raise
            except Refusal as refusal:
                await self._turn(row, incoming, refusal)
                return

    async def _set_aside(self, row: StoredUpdate, incoming: Incoming) -> None:
        """A report, an event without meaning, talk in a group: no acquaintance, no window, nothing released."""
        if isinstance(incoming.content, Receipt):
            await self._gate.receipts(row.raw.sender, incoming.content)
        async with self._gate.store.begin(self._gate.clock.now()) as uow:
            if await uow.inbox.done(row.seq):
                await uow.commit()

    async def _fire_earlier(self, row: StoredUpdate) -> None:
        """A countdown that was over before this row was stored fires first: it has won."""
        known = await self._gate.lookup.at(row.raw.sender)
        if known.person is None:
            return
        for deadline in await self._gate.deadlines.armed_of(known.person, row.stored_at):
            if deadline.kind is DeadlineKind.COUNTDOWN:
                await self._gate.firing.fire(deadline)

    async def _turn(self, row: StoredUpdate, incoming: Incoming, refusal: Refusal | None = None) -> None:
        """One transaction. A refusal undid the turn before; this one says why."""
        now = self._gate.clock.now()
        async with self._gate.store.begin(now) as uow:
            turn = await self._prepare(uow, row, incoming, now)
            await (engine.refused(turn, refusal) if refusal else engine.take(turn))
            if await uow.inbox.done(row.seq):
                await uow.commit()

    async def _prepare(self, uow: TurnWork, row: StoredUpdate, incoming: Incoming, now: datetime) -> Turn:
        at = incoming.sender.at
        person = await uow.people.at(at) or await self._newcomer(uow, incoming, now)
        seat = Seat(person.id, row.seq) if self._waits(row, incoming) else None
        await self._refill(uow, incoming, now)
        media = await self._expect(uow, incoming, person)
        work = Work(uow, now, self._gate.world, seat, at.channel)
        return Turn(work, person, incoming, row.stored_at, media)

    def _waits(self, row: StoredUpdate, incoming: Incoming) -> bool:
        """A WeChat webhook of this process is still waiting for this row's words."""
        waiting = row.seq in self._taken and row.seq not in self._late
        return incoming.sender.at.channel == "wechat" and waiting and not unanswered(incoming)

    async def _newcomer(self, uow: TurnWork, incoming: Incoming, now: datetime) -> Person:
        from_at = incoming.sender.at
        locale = self._gate.locale(from_at, incoming.sender.language)
        new = PersonId(ids.new_id(self._gate.world.bits))
        person = Person(new, locale, now, drill=is_drill(from_at))
        person.profile.call_me = incoming.sender.name[:40]
        await uow.people.add(person, from_at)
        return person

    async def _refill(self, uow: TurnWork, incoming: Incoming, now: datetime) -> None:
        note = self._gate.ledgers.get(incoming.sender.at.channel)
        if note:
            await note(uow.windows, incoming, now)

    async def _expect(self, uow: TurnWork, incoming: Incoming, person: Person) -> Media | None:
        """A file is noted for fetching in the transaction that refers to it, under the key of their case or job."""
        content = incoming.content
        if not isinstance(content, File):
            return None
        new = MediaId(ids.new_id(self._gate.world.bits))
        media = Media(new, content.kind, content.name, content.mime, content.size)
        case = await uow.cases.active_of(person.id)
        channel = incoming.sender.at.channel
        about = case.id if case else await jobs.case_of(uow, person.id)
        await uow.media.expect(media, about, channel, content.handle, person.id)
        return media
