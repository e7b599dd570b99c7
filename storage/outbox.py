"""The outbox inside a unit of work: letters are put on the transaction of what they tell."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.kernel.exchange import Address, LetterState, NewLetter
from backoffice.kernel.ids import CaseId, LetterId, PersonId
from backoffice.people.model import Reach
from backoffice.ports import Alert
from storage import letter_row, live_maps
from storage.desk import DeskRows
from storage.exchange_tables import inbox, letter
from storage.letter_row import state
from storage.tables import identity, person
from storage.vault import Vault

NO_ADDRESS = "no_address"

_ADD = sa.insert(letter)
_OF_PERSON = letter.c.person == sa.bindparam("of")
_SUPERSEDE = (
    sa.update(letter)
    .where(_OF_PERSON, letter.c.tag == sa.bindparam("same"), state(LetterState.WAITING))
    .values(state=LetterState.SUPERSEDED)
)
_IDENTITIES = (
    sa.select(identity.c.channel, identity.c.address)
    .where(
        sa.or_(
            identity.c.person == sa.bindparam("of"),
            identity.c.person
            == sa.select(person.c.merged_into).where(person.c.id == sa.bindparam("of")).scalar_subquery(),
        ),
        identity.c.reach == Reach.OK,
    )
    .order_by(identity.c.heard_at.desc(), identity.c.channel)
)
_rider = letter.alias()
_SEAT = sa.select(
    inbox.c.lane,
    sa.exists()
    .where(_rider.c.riding == inbox.c.seq, letter_row.is_in(_rider, LetterState.RIDING))
    .label("taken"),
).where(inbox.c.seq == sa.bindparam("row"))
_UNSENT = state(LetterState.WAITING, LetterState.HELD, LetterState.RIDING)
_ABOUT = sa.and_(_OF_PERSON, letter.c.case_id == sa.bindparam("about"))
_DROP = sa.update(letter).where(_ABOUT, _UNSENT).values(state=LetterState.DROPPED)
_TALK = letter.c.entry > 0
"""Letters with somebody's own words: those that stand in the case's conversation."""
_TAGGED = sa.and_(_ABOUT, letter.c.tag == sa.bindparam("same"))
_DROP_TAGGED = sa.update(letter).where(_TAGGED, _UNSENT).values(state=LetterState.DROPPED)
_RECALL_TAGGED = sa.update(letter).where(_TAGGED, state(LetterState.SENDING)).values(recalled=True)
_RECALL = sa.update(letter).where(_ABOUT, state(LetterState.SENDING)).values(recalled=True)
_AT = letter.c.lane == sa.bindparam("at")
_RELEASE = sa.update(letter).where(_AT, state(LetterState.HELD)).values(state=LetterState.WAITING)
_newer = letter.alias()
NEWER_EXISTS = sa.exists().where(
    _newer.c.person == letter.c.person,
    _newer.c.tag == letter.c.tag,
    _newer.c.seq > letter.c.seq,
    letter_row.is_in(_newer, LetterState.WAITING),
)
_SUPERSEDE_RELEASED = (
    sa.update(letter)
    .where(_AT, state(LetterState.WAITING), letter.c.tag != "", NEWER_EXISTS)
    .values(state=LetterState.SUPERSEDED)
)


class OutboxRows:
    """`ports.Outbox`. `hint` is told `letters` when there is something to deliver and `queue` after an alert."""

    def __init__(
        self, conn: AsyncConnection, vault: Vault, now: datetime, hint: Callable[[str], None] | None = None
    ) -> None:
        self._conn = conn
        self._vault = vault
        self._now = now
        self._hint = hint or _nobody

    async def put(self, new: NewLetter) -> str:
        """Returns the letter's id. Whom nothing reaches gets a failed letter, and staff an alert."""
        letter_id = LetterId(self._vault.row_id())
        if new.tag:
            await self._end(_SUPERSEDE, {"of": new.to, "same": new.tag})
        seat, at = await self._whereto(new)
        await self._conn.execute(_ADD, await self._row(letter_id, new, seat, at))
        if at is None:
            await self._alert(new)
        self._hint("letters")
        return letter_id

    async def drop_about(self, person: PersonId, case: CaseId) -> int:
        """Drops what is not yet sent; what is being sent just now is recalled and not tried again."""
        values = {"of": person, "about": case}
        await self._conn.execute(_RECALL, values)
        return await self._end(_DROP, values)

    async def drop_talk(self, person: PersonId, case: CaseId) -> int:
        """The same for words of people alone; what the service says by itself still goes."""
        values = {"of": person, "about": case}
        await self._conn.execute(_RECALL.where(_TALK), values)
        return await self._end(_DROP.where(_TALK), values)

    async def points_shown(self, person: PersonId, case: CaseId) -> list[Address]:
        """The addresses of this person on whose screens an exact point of the case may still stand."""
        known = await self._addresses(person)
        return [at for at in known if await live_maps.of_case(self._conn, case, at, self._now)]

    async def take_back(self, person: PersonId, case: CaseId, tag: str) -> list[Address]:
        """Drops or recalls one letter of a case; the addresses on whose screens what it showed may still stand."""
        values = {"of": person, "about": case, "same": tag}
        await self._conn.execute(_RECALL_TAGGED, values)
        await self._end(_DROP_TAGGED, values)
        known = await self._addresses(person)
        return [at for at in known if await live_maps.load(self._conn, tag, at, self._now)]

    async def release_held(self, at: Address) -> None:
        """Held letters wait again, each kind only in its newest form."""
        released = await self._conn.execute(_RELEASE, {"at": at.lane, "due": self._now})
        if released.rowcount:
            await self._end(_SUPERSEDE_RELEASED, {"at": at.lane})
            self._hint("letters")

    async def _end(self, change: sa.Update, values: dict[str, Any]) -> int:
        return (await self._conn.execute(change, {**values, "finished_at": self._now})).rowcount

    async def _whereto(self, new: NewLetter) -> tuple[int, Address | None]:
        """The inbox row whose answer carries it (0 = none), and its address."""
        known = [] if new.only and not new.riding else await self._addresses(new.to)
        if new.riding:
            seat = await self._seat(new.riding, [new.only] if new.only else known)
            if seat:
                return new.riding, seat
        return 0, new.only or (known[0] if known else None)

    async def _addresses(self, person: PersonId) -> list[Address]:
        rows = await self._conn.execute(_IDENTITIES, {"of": person})
        return [letter_row.address(row) for row in rows]

    async def _seat(self, row: int, known: list[Address]) -> Address | None:
        """The address of the row's sender if it is the reader's own and nothing else rides there yet."""
        found = (await self._conn.execute(_SEAT, {"row": row})).first()
        if found is None or found.taken:
            return None
        return next((at for at in known if at.lane == found.lane), None)

    async def _row(self, key: LetterId, new: NewLetter, seat: int, at: Address | None) -> dict[str, Any]:
        subject = letter_row.subject(new.to, new.case)
        plain = letter_row.sealed_message(new.message)
        where = at or Address("", "")
        return {
            "id": key,
            "person": new.to,
            "channel": where.channel,
            "address": where.address,
            "lane": where.lane,
            "urgency": new.urgency,
            "rank": letter_row.RANK[new.urgency],
            "state": _first_state(seat, at),
            "created_at": self._now,
            "due": max(new.not_before or self._now, self._now),
            "finished_at": None if at else self._now,
            "case_id": new.case,
            "entry": new.entry,
            "tag": new.tag,
            "riding": seat,
            "tried": [],
            "error": "" if at else NO_ADDRESS,
            "message": await self._vault.seal(self._conn, subject, letter_row.message_context(key), plain),
        }

    async def _alert(self, new: NewLetter) -> None:
        desk = DeskRows(self._conn, self._vault, self._now)
        await desk.alert(Alert(0, self._now, NO_ADDRESS, new.case, new.message.key))
        self._hint("queue")


def _first_state(seat: int, at: Address | None) -> LetterState:
    if at is None:
        return LetterState.FAILED
    return LetterState.RIDING if seat else LetterState.WAITING


def _nobody(_topic: str) -> None:
    """Without a unit of work around it nobody waits for hints."""
