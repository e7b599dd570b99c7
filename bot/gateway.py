"""The one way in: store, lock, take the turn, commit. Each update changes everything it changes in one transaction."""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from backoffice.clockwork.deadlines import NotYet
from backoffice.kernel.errors import Unavailable
from backoffice.kernel.exchange import Accepted, Address, NewLetter, RawUpdate, StoredUpdate
from backoffice.kernel.ids import PersonId
from backoffice.kernel.messages import Message
from backoffice.ports import Alert
from bot.blame import STORED, Blame, WrongLock
from bot.channel import Answer
from bot.gate import Gate
from bot.incoming import Nothing
from bot.tasks import Tasks
from bot.turning import Taking, Turns

log = logging.getLogger(__name__)
UNTAKEN_AFTER = timedelta(seconds=1)
SWEPT_AT_ONCE = 4  # lanes: they share commits; more would wait for the writer and be suspects after a death
SUSPECTS_S = 5.0
SOON_S = 0.05


class Gateway:
    """Implements `bot.intake.Intake`; the deadline runner calls `drain`."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._turns = Turns(gate)
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
        """One lane that cannot be read keeps nobody else waiting, and staff hear once of each time it is stuck."""
        channel, _, address = lane.partition(":")
        try:
            await self._take_lane(Address(channel, address))
            self._stuck.discard(lane)
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
        """Hold the lock of whoever writes from there and take their rows.

        One stored meanwhile is taken by whoever stored it. While the lock was waited for, a stranger may have become
        somebody, or two persons one: the turn notices, nothing has been done, and it is done under the right lock.
        """
        while True:
            held = await self._gate.lookup.at(at) or at.lane
            async with self._gate.locks.hold(held):
                try:
                    await self._take_all(await self._gate.inbox.untaken_at(at), held)
                    return
                except WrongLock:
                    continue

    async def drain(self, person: PersonId, up_to: datetime) -> None:
        """Take every row of a person stored at or before `up_to`. The caller holds the person's lock.

        Raises `deadlines.NotYet` while one of them may not be tried.
        """
        try:
            wait_s = await self._take_all(await self._gate.inbox.untaken_of(person, up_to), person)
        except WrongLock:
            wait_s = SOON_S
        if wait_s > 0:
            raise NotYet(wait_s)

    async def _take_all(self, rows: Sequence[StoredUpdate], held: str) -> float:
        """In their order. Seconds until the next may be tried: those behind it wait with it, order holds."""
        for row in rows:
            wait_s = self._blame.wait_s(row)
            if wait_s > 0:
                return wait_s
            await self._take(row, held)
        return 0.0

    async def _take(self, row: StoredUpdate, held: str) -> None:
        """One row; one that crashed waits for its next try. Raises `WrongLock`: its webhook goes on waiting."""
        try:
            await self._try(row, held)
        except WrongLock:
            raise
        except Unavailable:
            log.warning("update %s waits for the store", row.seq)
        except Exception:
            log.exception("update %s crashed", row.seq)
        await self._wake(row.seq)

    async def _wake(self, seq: int) -> None:
        """The webhook may answer now; one that has already gone without words sends them by API."""
        taken = self._taken.pop(seq, None)
        if taken is not None:
            taken.set()
        if seq in self._late:
            self._late.discard(seq)
            await self._gate.riding.missed(seq)

    async def _try(self, row: StoredUpdate, held: str) -> None:
        """A row that crashed three times is parked and alarms."""
        goes_on = await self._blame.attempt(row, lambda tried: self._turn(tried, held))
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

    async def _turn(self, row: StoredUpdate, held: str) -> None:
        incoming = self._gate.readers[row.raw.sender.channel].read(row.raw)
        if row.raw.sender.address or isinstance(incoming.content, Nothing):
            await self._turns.take(Taking(row, incoming, held, self._waits(row.seq)))
        elif await self._gate.inbox.park(row.seq, "no sender"):
            await self._alert(self._parked(row))

    def _waits(self, seq: int) -> bool:
        """A webhook of this process is still waiting for this row's words."""
        return seq in self._taken and seq not in self._late
