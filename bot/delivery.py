"""The one way out: claim a letter, render it, send its parts, and say what became of it."""

import logging
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from backoffice import ports
from backoffice.kernel.clock import Clock
from backoffice.kernel.exchange import Address, Letter, LetterState, Outcome
from backoffice.kernel.ids import LetterId, PersonId
from backoffice.kernel.messages import Urgency
from backoffice.kernel.waking import Waking
from backoffice.people.model import Reach
from backoffice.ports import Alert
from bot.channel import (
    AddressMoved,
    Channel,
    ChannelDown,
    Envelope,
    SendFailure,
    TemporaryFailure,
    UnknownOutcome,
    Unreachable,
    WindowClosed,
)
from bot.drills import is_drill
from bot.enclosures import NotYet
from bot.health import Healths, Troubles
from bot.sending import NoLongerWanted, Parcel, Sending
from bot.tasks import Tasks

log = logging.getLogger(__name__)
AT_ONCE = 64
"""Letters being sent at the same time."""
BULK_AT_ONCE = 8
LOOK_AGAIN_S, SHORTEST_S = 0.5, 0.02
TROUBLE_S = 0.5
UNKNOWN_AGAIN_S = 2.0
RIDE_FOR = timedelta(seconds=15.5)
"""A letter that no webhook has carried by now goes by API: WeChat pushes three times, 5 s apart, then gives up.
A webhook that knows that it carries nothing says so at once (`Riding.missed`)."""
LEASE = timedelta(minutes=5)
"""Longer than any lease of a letter being sent."""
PACED = "paced"
"""Our own waiting between messages: no trouble of the channel."""
MOST_ATTEMPTS, LONGEST = 2_000, timedelta(hours=24)
"""A temporary failure is tried for a day at least, not for ever."""
MOST_STUMBLES = 3
"""A letter that breaks us so often is given up."""
UNKNOWN = "unknown: "
UNKNOWN_ALERT = "letter_unknown"


class Letters(Protocol):
    """The outbox outside a turn."""

    async def claim(self, limit: int, now: datetime, bulk_limit: int) -> list[Letter]: ...
    async def settle(self, letter: LetterId, outcome: Outcome) -> None: ...
    async def unride_before(self, before: datetime) -> int: ...
    async def expire_leases(self, now: datetime) -> int: ...
    async def next_due(self, now: datetime) -> datetime | None: ...
    async def held_count(self, address: Address) -> int: ...


class Store(Protocol):
    def begin(self, now: datetime) -> AbstractAsyncContextManager[ports.UnitOfWork]: ...


@dataclass(frozen=True, slots=True)
class Way:
    """Everything a letter needs on its way out."""

    letters: Letters
    store: Store
    channels: Mapping[str, Channel]
    sending: Sending
    clock: Clock
    healths: Healths


class Delivery:
    """Sends letters until cancelled."""

    def __init__(self, way: Way) -> None:
        self._way = way
        self._tasks = Tasks()
        self._waking = Waking(way.clock)
        self._troubles = Troubles(way.channels, way.clock)
        self._bulk: set[LetterId] = set()
        self._stumbles: dict[LetterId, int] = {}
        self._unnoticed: set[str] = set()

    def wake(self) -> None:
        """A letter was put in the outbox."""
        self._waking.wake()

    async def run(self) -> None:
        while True:
            try:
                started = await self.step()
                await self._waking.wait(0 if started else await self._idle_s())
            except Exception:
                log.exception("delivery stumbled")
                await self._way.clock.sleep(TROUBLE_S)

    async def _idle_s(self) -> float:
        """Until a letter falls due, at most `LOOK_AGAIN_S`: hints may be lost. A lease may have ended already."""
        now = self._way.clock.now()
        due = await self._way.letters.next_due(now)
        wait_s = (due - now).total_seconds() if due else LOOK_AGAIN_S
        return max(SHORTEST_S, min(LOOK_AGAIN_S, wait_s))

    async def step(self) -> int:
        """Start what may be sent now; returns how many letters."""
        now = self._way.clock.now()
        room = AT_ONCE - len(self._tasks)
        if room <= 0:
            return 0
        letters = await self._way.letters.claim(room, now, max(0, BULK_AT_ONCE - len(self._bulk)))
        self._bulk.update(letter.id for letter in letters if letter.urgency is Urgency.BULK)
        for letter in letters:
            self._tasks.start(self._deliver(letter))
        return len(letters)

    async def recover(self) -> None:
        """At the start of the only sender (SQLite): whatever is being sent belongs to nobody."""
        await self._way.letters.expire_leases(self._way.clock.now() + LEASE)

    async def upkeep(self) -> None:
        """Letters whose webhook or worker never came back."""
        now = self._way.clock.now()
        freed = await self._way.letters.unride_before(now - RIDE_FOR)
        freed += await self._way.letters.expire_leases(now)
        if freed:
            self.wake()

    async def settle(self) -> None:
        """Wait for what is being sent."""
        await self._tasks.finish(30)

    async def _deliver(self, letter: Letter) -> None:
        """One letter, to a named outcome. What cannot be written down is found again by its lease."""
        try:
            packed = await self._packed(letter)
            if isinstance(packed, Outcome):
                await self._settle(Parcel(letter), packed)
            else:
                await self._settle(packed, await self._sent(packed))
        finally:
            self._bulk.discard(letter.id)
            self.wake()

    async def _packed(self, letter: Letter) -> Parcel | Outcome:
        """Ready to be sent, or what becomes of it instead."""
        try:
            wait_s = await self._out_of_order_s(letter)
            if wait_s > 0:
                return self._later(letter, self._troubles.code(letter.address.channel), wait_s)
            return await self._way.sending.packed(letter)
        except NotYet as waiting:
            return self._later(letter, waiting.why, waiting.delay_s)
        except Exception:
            log.exception("letter %s could not be rendered", letter.id)
            return await self._stumbled(letter)

    async def _out_of_order_s(self, letter: Letter) -> float:
        """How long the whole channel is out; our own exercises never touch it."""
        return 0.0 if is_drill(letter.address) else await self._troubles.wait_s(letter.address.channel)

    async def _sent(self, parcel: Parcel) -> Outcome:
        letter = parcel.letter
        try:
            await self._way.sending.send(parcel)
        except SendFailure as failure:
            return await self._failed(parcel, failure)
        except NoLongerWanted:
            return Outcome(LetterState.DROPPED, self._way.clock.now())
        except Exception:
            log.exception("letter %s broke while it was being sent", letter.id)
            return await self._unknown(letter, "broken")
        if not is_drill(letter.address):
            self._way.healths.succeeded(letter.address.channel, self._way.clock.now())
            self._troubles.over(letter.address.channel)
        self._stumbles.pop(letter.id, None)
        now = self._way.clock.now()
        return Outcome(LetterState.DELIVERED, now, text=parcel.text, parts_sent=len(parcel.parts))

    async def _settle(self, parcel: Parcel, outcome: Outcome) -> None:
        """The letter, and those that travelled along: they share its fate unless the fault was its own."""
        await self._write(parcel.letter, outcome)
        for other, text in parcel.joined:
            await self._write(other, await self._companion(other, text, outcome))

    async def _write(self, letter: Letter, outcome: Outcome) -> None:
        await self._way.letters.settle(letter.id, replace(outcome, attempt=letter.attempts))

    async def _companion(self, other: Letter, text: str, of_head: Outcome) -> Outcome:
        now = self._way.clock.now()
        if of_head.state in (LetterState.FAILED, LetterState.DROPPED):
            return Outcome(LetterState.WAITING, now, now)
        if of_head.state is LetterState.UNKNOWN or of_head.error.startswith(UNKNOWN):
            return await self._unknown(other, of_head.error.removeprefix(UNKNOWN))
        delivered = of_head.state is LetterState.DELIVERED
        return replace(of_head, doubtful=False, text=text if delivered else "", parts_sent=int(delivered))

    def _later(self, letter: Letter, why: str, delay_s: float) -> Outcome:
        now = self._way.clock.now()
        return Outcome(LetterState.WAITING, now, now + timedelta(seconds=delay_s), why)

    async def _failed(self, parcel: Parcel, failure: SendFailure) -> Outcome:
        letter, now = parcel.letter, self._way.clock.now()
        if not (isinstance(failure, WindowClosed | AddressMoved | Unreachable) or failure.code == PACED):
            self._way.healths.failed(letter.address.channel, now, failure.code)
        match failure:
            case ChannelDown():
                return await self._down(letter, failure)
            case TemporaryFailure() if letter.attempts < MOST_ATTEMPTS or now - letter.created_at < LONGEST:
                return self._later(letter, failure.code, failure.delay_s)
            case UnknownOutcome():
                self._troubles.doubtful(letter.address.channel, failure.code)
                return await self._unknown(letter, failure.code)
            case AddressMoved():
                moved = Address(letter.address.channel, failure.to)
                return Outcome(LetterState.WAITING, now, now, "moved", moved_to=moved)
            case WindowClosed():
                return await self._held(parcel, failure)
            case Unreachable():
                return await self._unreachable(letter, failure)
        return await self._give_up(letter, failure.code)

    async def _down(self, letter: Letter, failure: ChannelDown) -> Outcome:
        """Everything on this channel waits; staff hear of it once. An SOS takes another way if there is one."""
        channel = letter.address.channel
        if self._troubles.down(channel, failure.code, failure.delay_s):
            await self._alert(letter, "channel_down", f"{channel}: {failure.code}")
        other = await self._other_address(letter) if letter.urgency is Urgency.SOS else None
        if other is None or letter.parts_sent:
            return self._later(letter, failure.code, failure.delay_s)
        now = self._way.clock.now()
        return Outcome(LetterState.WAITING, now, now, failure.code, moved_to=other)

    async def _unknown(self, letter: Letter, code: str) -> Outcome:
        """Nobody knows whether it arrived: urgent words are said once more when the platform answers, bulk never.

        A lease that ended at it was such a doubt already.
        """
        again = letter.urgency is not Urgency.BULK
        if again and not letter.doubts:
            return replace(self._later(letter, f"{UNKNOWN}{code}", UNKNOWN_AGAIN_S), doubtful=True)
        if again:
            await self._alert(letter, UNKNOWN_ALERT, letter.address.channel)
        return Outcome(LetterState.UNKNOWN, self._way.clock.now(), error=code)

    async def _held(self, parcel: Parcel, failure: SendFailure) -> Outcome:
        """The window is shut: another address, else one notice, and the letter waits for their next word."""
        letter, now = parcel.letter, self._way.clock.now()
        other = await self._other_address(letter) if letter.urgency is Urgency.SOS else None
        if other:
            return Outcome(LetterState.WAITING, now, now, failure.code, moved_to=other)
        try:
            await self._notice(letter, 1 + len(parcel.joined))
        except Unreachable as unreachable:
            return await self._unreachable(letter, unreachable)
        except TemporaryFailure as later:
            return self._later(letter, later.code, later.delay_s)
        except SendFailure as refused:
            self._unnoticed.add(letter.address.lane)
            log.info("no notice to %s: %s", letter.address.channel, refused.code)
        if letter.urgency is Urgency.SOS and letter.address.lane in self._unnoticed:
            await self._alert(letter, "cannot_be_reached", failure.code)
        return Outcome(LetterState.HELD, now, error=failure.code)

    async def _notice(self, letter: Letter, waiting: int) -> None:
        """One notice for all that wait, one for each step that says itself; raises what kept it from being taken."""
        brief = self._way.sending.brief(letter)
        if not brief and await self._way.letters.held_count(letter.address):
            return
        envelope = Envelope(letter.address, letter.urgency, f"{letter.id}:nudge", True, brief)
        await self._way.channels[letter.address.channel].nudge(envelope, waiting, letter.locale)
        self._unnoticed.discard(letter.address.lane)

    async def _unreachable(self, letter: Letter, failure: SendFailure) -> Outcome:
        now = self._way.clock.now()
        async with self._way.store.begin(now) as uow:
            await uow.people.set_reach(letter.address, Reach.UNREACHABLE)
            await uow.commit()
        other = await self._other_address(letter)
        if other is None:
            return await self._give_up(letter, failure.code)
        return Outcome(LetterState.WAITING, now, now, failure.code, moved_to=other)

    async def _other_address(self, letter: Letter) -> Address | None:
        async with self._way.store.begin(self._way.clock.now()) as uow:
            identities = await uow.people.identities(PersonId(letter.to))
        tried = {letter.address.lane, *letter.tried}
        usable = [i.at for i in identities if i.reach is Reach.OK and i.at.channel in self._way.channels]
        return next((at for at in usable if at.lane not in tried), None)

    async def _stumbled(self, letter: Letter) -> Outcome:
        """Our own fault: perhaps the database was away for a moment. Tried again, then given up."""
        count = self._stumbles[letter.id] = self._stumbles.get(letter.id, 0) + 1
        if count < MOST_STUMBLES:
            return self._later(letter, "broken", TROUBLE_S * 2**count)
        self._stumbles.pop(letter.id, None)
        return await self._give_up(letter, "broken")

    async def _give_up(self, letter: Letter, code: str) -> Outcome:
        """Loudly: an operator sees who could not be told."""
        await self._alert(letter, "cannot_be_reached", code)
        return Outcome(LetterState.FAILED, self._way.clock.now(), error=code)

    async def _alert(self, letter: Letter, kind: str, text: str) -> None:
        now = self._way.clock.now()
        async with self._way.store.begin(now) as uow:
            await uow.desk.alert(Alert(0, now, kind, letter.case, text))
            uow.hint("queue")
            await uow.commit()
