"""What can be seen of a house from behind: rows, letters, fetches, in words a test can compare."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from backoffice.cases.model import Case, Entry
from backoffice.kernel.exchange import Address, Letter, LetterState, NewLetter, RowState, Window
from backoffice.kernel.geo import Fix
from backoffice.kernel.ids import CaseId, PersonId
from backoffice.people.model import Person, Reach
from bot.sandbox.client import Phone
from storage import letter_row
from storage.exchange_tables import inbox, letter
from storage.fetches import fetch
from tests.house import House


@dataclass(frozen=True)
class Posted:
    """A letter as it stands in the outbox."""

    letter: Letter
    error: str

    @property
    def key(self) -> str:
        return self.letter.message.key

    @property
    def state(self) -> LetterState:
        return self.letter.state


async def person_at(house: House, at: Address) -> Person | None:
    async with house.core.store.begin(house.clock.now()) as uow:
        return await uow.people.at(at)


async def reach(house: House, at: Address) -> Reach | None:
    person = await person_at(house, at)
    async with house.core.store.begin(house.clock.now()) as uow:
        known = await uow.people.identities(person.id) if person else []
    return next((i.reach for i in known if i.at == at), None)


async def posted(house: House, to: PersonId | None = None) -> list[Posted]:
    """Every letter (to one person), oldest first."""
    query = letter_row.WITH_READER.order_by(letter.c.seq)
    async with house.core.database.reading() as conn:
        rows = (await conn.execute(query.where(letter.c.person == to) if to else query)).all()
        return [Posted(await letter_row.read(conn, house.core.vault, row), row.error) for row in rows]


async def rows(house: House) -> dict[RowState, int]:
    """How many rows of the inbox stand how."""
    query = sa.select(inbox.c.state, sa.func.count().label("number")).group_by(inbox.c.state)
    async with house.core.database.reading() as conn:
        return {row.state: row.number for row in await conn.execute(query)}


async def fetches(house: House) -> list[Any]:
    async with house.core.database.reading() as conn:
        return list((await conn.execute(sa.select(fetch))).all())


async def window(house: House, openid: str) -> Window | None:
    return await house.core.windows.load(openid)


async def active(house: House, person: PersonId) -> Case | None:
    async with house.core.store.begin(house.clock.now()) as uow:
        return await uow.cases.active_of(person)


async def queued(house: House, person: PersonId) -> list[str]:
    """What waits in the centre's general queue from this person."""
    async with house.core.store.begin(house.clock.now()) as uow:
        return [item.text for item in await uow.desk.waiting() if item.person == person]


async def alerts(house: House) -> list[str]:
    """Kinds of the alerts staff see, oldest first."""
    return [alert.kind for alert in reversed(await house.alerts())]


async def entries(house: House, case: CaseId) -> list[Entry]:
    """What was said in a case, oldest first."""
    async with house.core.store.begin(house.clock.now()) as uow:
        return list(await uow.cases.entries(case))


async def last_fix(house: House, person: PersonId) -> Fix | None:
    async with house.core.store.begin(house.clock.now()) as uow:
        return await uow.people.last_fix(person)


def address(phone: Phone) -> Address:
    """Where a phone's person is written to."""
    return Address(phone.key.partition("-")[0], phone.id)


async def owner(house: House, phone: Phone) -> Person:
    """Whose phone it is, once they have written."""
    person = await person_at(house, address(phone))
    assert person is not None
    return person


async def put(house: House, letter: NewLetter) -> None:
    """A letter in the outbox, as a turn would leave it."""
    async with house.core.store.begin(house.clock.now()) as uow:
        await uow.outbox.put(letter)
        await uow.commit()
