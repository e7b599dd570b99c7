"""The one way out: claim a letter, render it, send its parts, and say what became of it."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from backoffice import ports
from backoffice.kernel.clock import Clock
from backoffice.kernel.exchange import Address, Letter, LetterState, Outcome
from backoffice.kernel.ids import LetterId, PersonId
from backoffice.kernel.messages import Urgency
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
from bot.enclosures import NotYet
from bot.health import Healths
from bot.sending import NoLongerWanted, Sending
from bot.tasks import Tasks

log = logging.getLogger(__name__)
AT_ONCE = 64
"""Letters being sent at the same time."""
BULK_AT_ONCE = 8
LOOK_AGAIN_S = 0.5
TROUBLE_S = 0.5
UNKNOWN_AGAIN_S = 2.0
RIDE_FOR = timedelta(seconds=4.5)
"""A letter that has not ridden home by now goes by API (WeChat waits 5 s)."""
LEASE = timedelta(minutes=5)
"""Longer than any lease of a letter being sent."""
PACED = "paced"
"""Our own waiting between messages: no trouble of the channel."""
MOST_ATTEMPTS = 2_000
"""A temporary failure is tried for hours, not for ever."""


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
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """A letter was put in the outbox."""
        self._wake.set()

    async def run(self) -> None:
        while True:
            try:
                started = await self.step()
                await self._pause(0 if started else LOOK_AGAIN_S)
            except Exception:
                log.exception("delivery stumbled")
                await self._way.clock.sleep(TROUBLE_S)

    async def _pause(self, seconds: float) -> None:
        """Until a letter may be due, or somebody says so."""
        if seconds and not self._wake.is_set():
            sleeping = asyncio.ensure_future(self._way.clock.sleep(seconds))
            waking = asyncio.ensure_future(self._wake.wait())
            await asyncio.wait({sleeping, waking}, return_when=asyncio.FIRST_COMPLETED)
            sleeping.cancel()
            waking.cancel()
        self._wake.clear()
        await asyncio.sleep(0)

    async def step(self) -> int:
        """Start what may be sent now; returns how many letters."""
        now = self._way.clock.now()
        room = AT_ONCE - len(self._tasks)
        if room <= 0:
            return 0
        letters = await self._way.letters.claim(room, now, BULK_AT_ONCE)
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
        """One letter, to a named outcome; whatever happens here, it ends in a state."""
        try:
            outcome = await self._send(letter)
        except NotYet as waiting:
            outcome = self._later(letter, "media", waiting.delay_s)
        except NoLongerWanted:
            outcome = Outcome(LetterState.DROPPED, self._way.clock.now())
        except SendFailure as failure:
            outcome = await self._failed(letter, failure)
        except Exception:
            log.exception("letter %s could not be rendered or sent", letter.id)
            outcome = await self._give_up(letter, "broken")
        await self._way.letters.settle(letter.id, outcome)
        self.wake()

    async def _send(self, letter: Letter) -> Outcome:
        """The letter, and with it what else waits for the same address where the channel joins letters."""
        sent = await self._way.sending.send(letter)
        now = self._way.clock.now()
        self._way.healths.succeeded(letter.address.channel, now)
        for other in sent.joined:
            await self._way.letters.settle(other.id, Outcome(LetterState.DELIVERED, now, text=sent.text))
        return Outcome(LetterState.DELIVERED, now, text=sent.text, parts_sent=sent.parts)

    def _later(self, letter: Letter, why: str, delay_s: float) -> Outcome:
        now = self._way.clock.now()
        return Outcome(LetterState.WAITING, now, now + timedelta(seconds=delay_s), why)

    async def _failed(self, letter: Letter, failure: SendFailure) -> Outcome:
        now = self._way.clock.now()
        if not (isinstance(failure, WindowClosed | AddressMoved | Unreachable) or failure.code == PACED):
            self._way.healths.failed(letter.address.channel, now, failure.code)
        match failure:
            case ChannelDown():
                await self._alert(letter, "channel_down", f"{letter.address.channel}: {failure.code}")
                return self._later(letter, failure.code, failure.delay_s)
            case TemporaryFailure() if letter.attempts < MOST_ATTEMPTS:
                return self._later(letter, failure.code, failure.delay_s)
            case UnknownOutcome():
                return self._unknown(letter, failure)
            case AddressMoved():
                moved = Address(letter.address.channel, failure.to)
                return Outcome(LetterState.WAITING, now, now, "moved", moved_to=moved)
            case WindowClosed():
                return await self._held(letter, failure)
            case Unreachable():
                return await self._unreachable(letter, failure)
        return await self._give_up(letter, failure.code)

    def _unknown(self, letter: Letter, failure: SendFailure) -> Outcome:
        """Nobody knows whether it arrived: urgent words are said once more, bulk never."""
        if letter.urgency is not Urgency.BULK and letter.attempts <= 1:
            return self._later(letter, f"unknown: {failure.code}", UNKNOWN_AGAIN_S)
        return Outcome(LetterState.UNKNOWN, self._way.clock.now(), error=failure.code)

    async def _held(self, letter: Letter, failure: SendFailure) -> Outcome:
        """The window is shut: another address, else one notice, and the letter waits for their next word."""
        now = self._way.clock.now()
        other = await self._other_address(letter)
        if other and letter.urgency is Urgency.SOS:
            return Outcome(LetterState.WAITING, now, now, failure.code, moved_to=other)
        await self._nudge(letter)
        return Outcome(LetterState.HELD, now, error=failure.code)

    async def _nudge(self, letter: Letter) -> None:
        waiting = await self._way.letters.held_count(letter.address) + 1
        envelope = Envelope(letter.address, letter.urgency, f"{letter.id}:nudge", True)
        try:
            await self._way.channels[letter.address.channel].nudge(envelope, waiting, letter.locale)
        except SendFailure as failure:
            log.info("no notice to %s: %s", letter.address.channel, failure.code)
            if letter.urgency is Urgency.SOS:
                await self._alert(letter, "cannot_be_reached", failure.code)

    async def _unreachable(self, letter: Letter, failure: SendFailure) -> Outcome:
        now = self._way.clock.now()
        async with self._way.store.begin(now) as uow:
            await uow.people.set_reach(letter.address, Reach.UNREACHABLE)
            await uow.commit()
        return await self._elsewhere(letter, failure.code)

    async def _elsewhere(self, letter: Letter, code: str) -> Outcome:
        other = await self._other_address(letter)
        if other is None:
            return await self._give_up(letter, code)
        now = self._way.clock.now()
        return Outcome(LetterState.WAITING, now, now, code, moved_to=other)

    async def _other_address(self, letter: Letter) -> Address | None:
        async with self._way.store.begin(self._way.clock.now()) as uow:
            identities = await uow.people.identities(PersonId(letter.to))
        tried = {letter.address.lane, *letter.tried}
        usable = [i.at for i in identities if i.reach is Reach.OK and i.at.channel in self._way.channels]
        return next((at for at in usable if at.lane not in tried), None)

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
