"""Who writes from an address: one read outside any turn, so that the right lock can be taken."""

import sqlalchemy as sa

from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import PersonId
from storage.engine import Database
from storage.tables import identity

_AT = sa.select(identity.c.person).where(
    identity.c.channel == sa.bindparam("channel"), identity.c.address == sa.bindparam("address")
)


class Lookup:
    """Reads identities."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def at(self, address: Address) -> PersonId | None:
        """None for a stranger."""
        async with self._database.reading() as conn:
            found = await conn.execute(_AT, {"channel": address.channel, "address": address.address})
            person = found.scalar_one_or_none()
        return None if person is None else PersonId(person)
