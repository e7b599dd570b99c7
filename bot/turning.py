"""A stored update as a turn: one transaction with all its effects; a refusal undoes it and is explained in a second."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from backoffice import ports
from backoffice.kernel import again, ids
from backoffice.kernel.errors import Refusal
from backoffice.kernel.exchange import StoredUpdate
from backoffice.kernel.ids import MediaId, PersonId
from backoffice.kernel.messages import Media
from backoffice.people.model import Person
from backoffice.workflows import jobs
from backoffice.workflows.work import Seat, Work
from bot.blame import WrongLock
from bot.conversations import engine
from bot.conversations.turn import Turn
from bot.drills import is_drill
from bot.gate import Gate, TurnWork
from bot.incoming import File, Incoming, Nothing, Receipt, unanswered


@dataclass(frozen=True, slots=True)
class Taking:
    """An update being taken under the lock `held`; `waited_for`: its webhook may still carry words home."""

    row: StoredUpdate
    incoming: Incoming
    held: str
    waited_for: bool
    fired: bool = False
    """What was over before it was stored has been fired."""


class _Earlier(Exception):
    """Deadlines that won before this row was stored and have not fired yet."""

    def __init__(self, deadlines: Sequence[ports.Deadline]) -> None:
        super().__init__(len(deadlines))
        self.deadlines = deadlines


class Turns:
    """Takes what the gateway hands over. The caller holds the lock."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def take(self, taking: Taking) -> None:
        """Raises `WrongLock` when the lock held is not the sender's, `errors.Stale` when it stays stale."""
        if isinstance(taking.incoming.content, Receipt | Nothing) or not taking.incoming.private:
            await self._set_aside(taking)
            return
        try:
            await self._heard(taking)
        except _Earlier as earlier:
            for deadline in earlier.deadlines:
                await self._gate.firing.fire(deadline)
            await self._heard(replace(taking, fired=True))

    async def _heard(self, taking: Taking) -> None:
        try:
            await again.when_stale(lambda: self._once(taking))
        except Refusal as refusal:
            why = refusal
            await again.when_stale(lambda: self._once(taking, why))

    async def _set_aside(self, taking: Taking) -> None:
        """A report, an event without meaning, talk in a group: no acquaintance, no window, nothing released."""
        if isinstance(taking.incoming.content, Receipt):
            await self._gate.receipts(taking.row.raw.sender, taking.incoming.content)
        async with self._gate.store.begin(self._gate.clock.now()) as uow:
            if await uow.inbox.done(taking.row.seq):
                await uow.commit()

    async def _once(self, taking: Taking, refusal: Refusal | None = None) -> None:
        """One transaction. A refusal undid the turn before; this one says why."""
        now = self._gate.clock.now()
        async with self._gate.store.begin(now) as uow:
            turn = await self._prepare(uow, taking, now)
            await (engine.refused(turn, refusal) if refusal else engine.take(turn))
            if await uow.inbox.done(taking.row.seq):
                await uow.commit()

    async def _prepare(self, uow: TurnWork, taking: Taking, now: datetime) -> Turn:
        incoming = taking.incoming
        person = await self._sender(uow, taking) or await self._newcomer(uow, incoming, now)
        seat = Seat(person.id, taking.row.seq) if _may_ride(taking) else None
        await self._refill(uow, incoming, now)
        media = await self._expect(uow, incoming, person)
        work = Work(uow, now, self._gate.world, seat, incoming.sender.at.channel)
        return Turn(work, person, incoming, taking.row.stored_at, media)

    async def _sender(self, uow: TurnWork, taking: Taking) -> Person | None:
        """Whose lock is held. A countdown that was over before this row was stored fires first: it has won."""
        at = taking.incoming.sender.at
        person = await uow.people.at(at)
        if (person.id if person else at.lane) != taking.held:
            raise WrongLock
        if person and not taking.fired:
            earlier = await uow.deadlines.countdowns_over(person.id, taking.row.stored_at)
            if earlier:
                raise _Earlier(earlier)
        return person

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


def _may_ride(taking: Taking) -> bool:
    """WeChat's webhook carries words home."""
    wechat = taking.incoming.sender.at.channel == "wechat"
    return wechat and taking.waited_for and not unanswered(taking.incoming)
