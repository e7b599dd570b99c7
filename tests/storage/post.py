"""The outbox as tests use it: put in a turn, then deliver."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backoffice.kernel.exchange import Address, Letter, LetterState, NewLetter, Outcome
from backoffice.kernel.ids import CaseId, LetterId, PersonId
from backoffice.kernel.messages import Message
from backoffice.people.model import Reach
from storage import exchange_tables as tables
from storage.engine import Database
from storage.letters import Letters
from storage.tables import identity
from storage.unit_of_work import SqlStore
from storage.vault import Vault
from tests.clocks import FakeClock
from tests.storage import samples

LI = Address("wechat", "openid-li")
LI_TELEGRAM = Address("telegram", "501")
BO = Address("telegram", "502")


class Post:
    """Letters of one database."""

    def __init__(self, database: Database, vault: Vault, store: SqlStore, clock: FakeClock) -> None:
        self.database, self.store, self.clock, self.vault = database, store, clock, vault
        self.letters = Letters(database, vault, clock)

    async def person(self, *at: Address) -> PersonId:
        made = samples.person()
        async with self.store.begin(self.clock.now()) as uow:
            await uow.people.add(made, at[0])
            await uow.commit()
        for n, other in enumerate(at[1:], 1):
            row = {"channel": other.channel, "address": other.address, "person": made.id}
            async with self.database.writing() as conn:
                heard = made.created_at - timedelta(hours=n)
                await conn.execute(sa.insert(identity), {**row, "reach": Reach.OK, "heard_at": heard})
                await conn.commit()
        return made.id

    async def put(self, to: PersonId, key: str = "note", **more: Any) -> LetterId:
        async with self.store.begin(self.clock.now()) as uow:
            made = await uow.outbox.put(NewLetter(to, Message(key), **more))
            await uow.commit()
            return LetterId(made)

    async def claim(self, limit: int = 50, bulk: int = 50) -> list[str]:
        return [letter.message.key for letter in await self.claimed(limit, bulk)]

    async def claimed(self, limit: int = 50, bulk: int = 50) -> list[Letter]:
        return await self.letters.claim(limit, self.clock.now(), bulk)

    async def settle(self, letter: Letter | str, state: LetterState, **more: Any) -> None:
        found = LetterId(letter.id if isinstance(letter, Letter) else letter)
        await self.letters.settle(found, Outcome(state, self.clock.now(), **more))

    async def send_all(self) -> list[str]:
        """Deliver until nothing is ready; returns the keys in the order of sending."""
        sent: list[str] = []
        while ready := await self.claimed():
            for letter in ready:
                sent.append(letter.message.key)
                await self.settle(letter, LetterState.DELIVERED)
        return sent

    async def row(self, letter: str) -> Any:
        async with self.database.reading() as conn:
            return (await conn.execute(sa.select(tables.letter).where(tables.letter.c.id == letter))).one()

    async def state(self, letter: str) -> LetterState:
        found: LetterState = (await self.row(letter)).state
        return found


async def a_case(post: Post, requester: PersonId) -> CaseId:
    made = samples.open_case(requester)
    async with post.store.begin(post.clock.now()) as uow:
        await uow.cases.add(made)
        await uow.commit()
    return made.id
