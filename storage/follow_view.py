"""What lies behind a link of the families' page, read in one snapshot."""

from datetime import datetime

import sqlalchemy as sa

from backoffice.families import model
from backoffice.families.model import LIVE
from backoffice.ports.families import FollowView
from storage import case_row
from storage.cases import CaseRows
from storage.engine import Database
from storage.families import FamilyRows
from storage.family_tables import follow_link, follower
from storage.tables import cases
from storage.vault import Vault

_ALIVE = (
    sa.select(follower.c.status, cases.c.closed_at)
    .select_from(
        follow_link.join(follower, follower.c.id == follow_link.c.follower).join(
            cases, cases.c.id == follower.c["case"]
        )
    )
    .where(follow_link.c.token_hash == sa.bindparam("of"))
)
_HEAD = case_row.SELECT.where(cases.c.id == sa.bindparam("key"))


class SqlFollowReads:
    """`ports.families.FollowReads`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    async def alive(self, token_hash: str, now: datetime) -> bool:
        async with self._database.reading() as conn:
            row = (await conn.execute(_ALIVE, {"of": token_hash})).first()
        return row is not None and model.alive(row.status in LIVE, row.closed_at, now)

    async def view(self, token_hash: str, now: datetime) -> FollowView | None:
        async with self._database.reading() as conn:
            families = FamilyRows(conn, self._vault, now)
            link = await families.link(token_hash)
            if link is None:
                return None
            follower = await families.get(link.follower)
            row = (await conn.execute(_HEAD, {"key": follower.case})).one()
            sealer = self._vault.learn(conn, case_row.subject(row.id), row.key_id, row.wrapped)
            case = case_row.read(row, sealer)
            if not model.alive(follower.live, case.closed_at, now):
                return None
            rows = CaseRows(conn, self._vault, now)
            return FollowView(
                link=link,
                follower=follower,
                case=case,
                events=await rows.events(case.id),
                entries=await families.entries(case.id),
                track=await rows.track(case.id),
            )
