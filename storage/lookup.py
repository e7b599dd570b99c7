"""Who writes from an address: one read outside any turn, so that the right lock can be taken."""

from dataclasses import dataclass

import sqlalchemy as sa

from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import PersonId
from storage.engine import Database
from storage.tables import identity

_OTHER = identity.alias()
_AT = (
    sa.select(_OTHER.c.person, _OTHER.c.channel, _OTHER.c.address)
    .select_from(identity.join(_OTHER, identity.c.person == _OTHER.c.person))
    .where(identity.c.channel == sa.bindparam("channel"), identity.c.address == sa.bindparam("address"))
    .order_by(_OTHER.c.channel, _OTHER.c.address)
)
_OF = (
    sa.select(identity.c.channel, identity.c.address)
    .where(identity.c.person == sa.bindparam("person"))
    .order_by(identity.c.channel, identity.c.address)
)


@dataclass(frozen=True, slots=True)
class Known:
    """Who writes from an address, and all the lanes that reach them. A stranger has only the one lane."""

    person: PersonId | None
    lanes: tuple[str, ...]

    @property
    def key(self) -> str:
        """What to lock."""
        return self.person or self.lanes[0]


class Lookup:
    """Reads identities."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def at(self, address: Address) -> Known:
        async with self._database.reading() as conn:
            rows = (await conn.execute(_AT, {"channel": address.channel, "address": address.address})).all()
        if not rows:
            return Known(None, (address.lane,))
        return Known(PersonId(rows[0].person), tuple(f"{r.channel}:{r.address}" for r in rows))

    async def lanes(self, person: PersonId) -> tuple[str, ...]:
        async with self._database.reading() as conn:
            rows = (await conn.execute(_OF, {"person": person})).all()
        return tuple(f"{r.channel}:{r.address}" for r in rows)
