"""Who stands behind a person, as the database knows it: the organisation they were bound to last."""

import sqlalchemy as sa

from backoffice.kernel.ids import PersonId
from backoffice.money.payers import Cover
from storage.access_tables import organisation_member
from storage.rows import Rows

_LAST = (
    sa.select(organisation_member.c.organisation)
    .where(organisation_member.c.person == sa.bindparam("of"))
    .order_by(organisation_member.c.since.desc(), organisation_member.c.id)
    .limit(1)
)


class PayerRows(Rows):
    """`ports.money.Payers`."""

    async def cover(self, person: PersonId) -> Cover:
        row = await self._first(_LAST, {"of": person})
        return Cover(organisation=row.organisation) if row else Cover()
