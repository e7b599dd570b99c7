"""Letters on their way out: claimed, sent part by part, settled. Every method is its own transaction."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.kernel import clock as clocks
from backoffice.kernel.exchange import Address, Letter, LetterState, LiveMap, Outcome
from backoffice.kernel.ids import CaseId, LetterId
from backoffice.ports import Alert
from storage import claims, letter_row, live_maps, settling
from storage.desk import DeskRows
from storage.engine import Database
from storage.exchange_tables import letter, letter_ref
from storage.letter_row import WITH_READER, state
from storage.together import Together
from storage.vault import KeyDestroyed, Vault

LEASE = timedelta(seconds=30)
"""How long a claim is good; `part_sent` renews it. Longer than any call to a platform that sends words may take."""
FILE_LEASE = timedelta(minutes=2)
"""The same for a letter with a file, which is uploaded and then sent."""
PINS_KEPT = timedelta(hours=48)
"""Platforms let a message be deleted this long (Bot API, deleteMessage)."""
UNKNOWN_ALERT = "letter_unknown"

_ID = letter.c.id == sa.bindparam("of")
_RIDER = WITH_READER.where(letter.c.riding == sa.bindparam("row"), state(LetterState.RIDING))
_BACK_TO_WAITING = sa.update(letter).values(state=LetterState.WAITING)
_UNRIDE = _BACK_TO_WAITING.where(state(LetterState.RIDING), letter.c.created_at <= sa.bindparam("until"))
_UNRIDE_ROW = _BACK_TO_WAITING.where(state(LetterState.RIDING), letter.c.riding == sa.bindparam("row"))
_ERASED = sa.update(letter).where(_ID).values(state=LetterState.DROPPED, error="erased", claimed_until=None)
_LEND_LONGER = sa.update(letter).where(_ID)
_HELD = (
    sa.select(sa.func.count())
    .select_from(letter)
    .where(letter.c.lane == sa.bindparam("at"), state(LetterState.HELD))
)
_NEXT_DUE = sa.select(sa.func.min(letter.c.due, type_=letter.c.due.type)).where(
    state(LetterState.WAITING), letter.c.due > sa.bindparam("until")
)
_NEXT_LEASE = sa.select(sa.func.min(letter.c.claimed_until, type_=letter.c.due.type)).where(
    state(LetterState.SENDING)
)
_BY_REF = (
    WITH_READER.join(letter_ref, letter_ref.c.letter == letter.c.id)
    .where(letter_ref.c.channel == sa.bindparam("on"), letter_ref.c.ref == sa.bindparam("is"))
    .order_by(letter.c.seq.desc())
    .limit(1)
)
_BY_REF_AT = _BY_REF.where(letter_ref.c.address == sa.bindparam("at"))

_Take = Callable[[Sequence[str]], Awaitable[frozenset[str]]]


class Letters:
    """The outbox for delivery, for riding answers and for staff."""

    def __init__(self, database: Database, vault: Vault, clock: clocks.Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._together = Together(database)

    async def claim(self, limit: int, now: datetime, bulk_limit: int) -> list[Letter]:
        """Letters to send now, most urgent first; they are this caller's until the lease ends.

        Only the oldest open letter of each (person, urgency), one per address; `bulk_limit` bounds bulk.
        """
        async with self._database.writing() as conn:
            await claims.one_claimer(conn)
            rows = await claims.heads(conn, now, limit, bulk_limit)
            return await self._take(conn, rows, lambda ids: claims.take(conn, ids, now + LEASE))

    async def waiting_at(self, address: Address, limit: int) -> list[Letter]:
        """Letters that could travel in one parcel with the one being sent to this address, in order."""
        async with self._database.reading() as conn:
            rows = await claims.at_address(conn, address.lane, self._clock.now(), limit)
            return await self._read(conn, rows)

    async def join(self, head: LetterId, others: Sequence[LetterId]) -> list[Letter]:
        """Claim waiting letters to travel with `head`, which is being sent. Each is settled on its own."""
        until = self._clock.now() + LEASE
        chosen = WITH_READER.where(letter.c.id.in_(others), state(LetterState.WAITING)).order_by(
            letter.c.rank, letter.c.seq
        )
        async with self._database.writing() as conn:
            await claims.one_claimer(conn)
            rows = (await conn.execute(chosen)).all()
            return await self._take(conn, rows, lambda ids: claims.take(conn, ids, until, head))

    async def _take(self, conn: AsyncConnection, rows: Sequence[Any], take: _Take) -> list[Letter]:
        if not rows:
            return []
        won = await take([row.id for row in rows])
        letters = await self._read(conn, [row for row in rows if row.id in won])
        for gone in won - {found.id for found in letters}:
            await conn.execute(_ERASED, {"of": gone, "finished_at": self._clock.now()})
        for slow in [found.id for found in letters if found.message.media]:
            await conn.execute(_LEND_LONGER, {"of": slow, "claimed_until": self._clock.now() + FILE_LEASE})
        await conn.commit()
        return [replace(found, state=LetterState.SENDING, attempts=found.attempts + 1) for found in letters]

    async def _read(self, conn: AsyncConnection, rows: Sequence[Any]) -> list[Letter]:
        """Letters of erased cases or persons are left out: nobody can read them any more."""
        found = []
        for row in rows:
            try:
                found.append(await letter_row.read(conn, self._vault, row))
            except KeyDestroyed:
                continue
        return found

    async def part_sent(self, letter: LetterId, parts_sent: int, refs: Sequence[str]) -> None:
        """So many parts are with the platform now; durable before the next one, and the lease runs on."""

        async def note(conn: AsyncConnection) -> None:
            await settling.part_sent(conn, letter, parts_sent, self._clock.now() + LEASE)
            await settling.add_refs(conn, letter, refs)

        await self._together.run(note)

    async def still_wanted(self, letter: LetterId, attempt: int) -> bool:
        """Ask before each further part: False once its reader may no longer know it, or another attempt has it."""
        async with self._database.reading() as conn:
            return await settling.still_wanted(conn, letter, attempt)

    async def settle(self, letter: LetterId, outcome: Outcome) -> None:
        """Write down what became of an attempt; nothing changes when the letter has ended meanwhile."""
        await self._together.run(lambda conn: settling.settle(conn, self._vault, letter, outcome))

    async def ride(self, seq: int) -> Letter | None:
        """The letter that may ride in the answer to this inbox row, while it still may."""
        async with self._database.reading() as conn:
            found = await self._read(conn, (await conn.execute(_RIDER, {"row": seq})).all())
            return found[0] if found else None

    async def unride_before(self, before: datetime) -> int:
        """Riding letters put at or before `before` go by API now; returns how many."""
        return await self._change(_UNRIDE, {"until": before, "due": self._clock.now()})

    async def unride(self, seq: int) -> bool:
        """The answer to this row left without its letter."""
        return await self._change(_UNRIDE_ROW, {"row": seq, "due": self._clock.now()}) > 0

    async def expire_leases(self, now: datetime) -> int:
        """After a crash: one more try for what may or may not have gone; a second doubt, or bulk, ends *unknown*.

        Each one given up is an alert. Returns how many letters changed. On SQLite the only sender calls this
        at its start with `now + FILE_LEASE`: whatever is being sent then belongs to nobody.
        """
        at = self._clock.now()
        async with self._database.writing() as conn:
            changed, given_up = await settling.expire(conn, now, at)
            desk = DeskRows(conn, self._vault, at)
            for row in given_up:
                await desk.alert(Alert(0, at, UNKNOWN_ALERT, row.case_id, row.channel))
            if changed:
                await conn.commit()
            return changed

    async def next_due(self, now: datetime) -> datetime | None:
        """When there is next something to do: a letter falling due after `now`, or a lease ending."""
        async with self._database.reading() as conn:
            moments = [
                (await conn.execute(_NEXT_DUE, {"until": now})).scalar_one(),
                (await conn.execute(_NEXT_LEASE)).scalar_one(),
            ]
        return min((moment for moment in moments if moment), default=None)

    async def held_count(self, address: Address) -> int:
        """How many letters wait until this person writes again."""
        async with self._database.reading() as conn:
            count: int = (await conn.execute(_HELD, {"at": address.lane})).scalar_one()
            return count

    async def by_ref(self, channel: str, ref: str, address: str = "") -> Letter | None:
        """The letter a platform's receipt speaks of. `address` where ids are unique per chat only (Telegram)."""
        values = {"on": channel, "is": ref} | ({"at": address} if address else {})
        async with self._database.reading() as conn:
            rows = (await conn.execute(_BY_REF_AT if address else _BY_REF, values)).all()
            found = await self._read(conn, rows)
            return found[0] if found else None

    async def live_map(self, name: str, address: Address) -> str | None:
        """What to edit on this screen to move the map; None when there is none or it has ended."""
        async with self._database.reading() as conn:
            found = await live_maps.load(conn, name, address, self._clock.now())
            return found.ref if found else None

    async def put_pin(self, letter: Letter, ref: str) -> None:
        """A point of a case that never moves, or words that tell it, are on their reader's screen."""
        if letter.case:
            name, until = live_maps.pin(letter.case, f"{letter.id}:{ref}"), self._clock.now() + PINS_KEPT
            await self.put_live_map(name, letter.address, ref, until)

    async def put_live_map(self, name: str, address: Address, ref: str, until: datetime) -> None:
        async with self._database.writing() as conn:
            await live_maps.put(conn, LiveMap(name, address, ref, until))
            await conn.commit()

    async def drop_live_map(self, name: str, address: Address) -> None:
        """The map is gone from the screen: the next point is a new one."""
        async with self._database.writing() as conn:
            await live_maps.drop(conn, name, address)
            await conn.commit()

    async def forget_maps(self, now: datetime) -> int:
        """Delete the maps and points that have ended: nothing is edited by them any more. Returns how many."""
        total, removed = 0, 1
        while removed:
            async with self._database.writing() as conn:
                removed = await live_maps.forget(conn, now)
                await conn.commit()
            total += removed
        return total

    async def points(self, case: CaseId, address: Address) -> list[str]:
        """The messages on this screen that show an exact point of a case."""
        async with self._database.reading() as conn:
            return await live_maps.of_case(conn, case, address, self._clock.now())

    async def drop_points(self, case: CaseId, address: Address) -> None:
        """They are off the screen."""
        async with self._database.writing() as conn:
            await live_maps.drop_case(conn, case, address, self._clock.now())
            await conn.commit()

    async def _change(self, change: sa.Update, values: dict[str, Any]) -> int:
        async with self._database.writing() as conn:
            done = (await conn.execute(change, values)).rowcount
            await conn.commit()
            return done
